#include "app/guard/page.h"

#include <gtest/gtest.h>

#include "app/guard/errors.h"
#include "io/remote/errors.h"

namespace tomme::guard {
namespace {

const net::Request kAsked{.url = *net::Url::parse("https://index.test/simple/six/")};

bool on_index(const net::Url& url) {
  return url.authority.host == "index.test";
}

net::Response answer(unsigned status, std::string_view type, std::string_view body, net::Headers more = {}) {
  if (!type.empty()) more.add("Content-Type", std::string(type));
  const BytesView octets = bytes_of(body);
  return {{status, "", std::move(more)}, Bytes(octets.begin(), octets.end())};
}

Result<std::optional<SimplePage>> read(const net::Response& response, const net::Request& asked = kAsked) {
  return read_page(asked, response, on_index);
}

bool goes_on(const net::Response& response, const net::Request& asked = kAsked) {
  const auto page = read(response, asked);
  return page && !*page;
}

TEST(Page, IsReadInBothFormats) {
  const auto json = read(answer(200, "application/vnd.pypi.simple.v1+json",
                                R"({"meta":{"api-version":"1.1"},"name":"six","files":[]})"));
  EXPECT_TRUE(json && *json) << json.error().message();
  for (const char* type :
       {"text/html", "TEXT/HTML; charset=latin-1", "application/vnd.pypi.simple.v1+html"}) {
    const auto html = read(answer(200, type, "<!DOCTYPE html><a href='six-1.tar.gz'>six-1.tar.gz</a>"));
    ASSERT_TRUE(html && *html) << type;
    EXPECT_EQ((*html)->files.size(), 1U);
  }
}

TEST(Page, GoesOnUnreadWhereInstallersTakeNoFileFromIt) {
  EXPECT_TRUE(goes_on(answer(404, "text/html", "<a href='https://evil.test/six-1.tar.gz'>six</a>")));
  EXPECT_TRUE(goes_on(answer(304, "", "")));
  EXPECT_TRUE(goes_on(answer(503, "", "")));
  EXPECT_TRUE(goes_on(answer(200, "text/html", ""), {.method = "HEAD", .url = kAsked.url}));
  EXPECT_TRUE(goes_on(answer(200, "application/vnd.pypi.simple.v1+json",
                             R"({"meta":{"api-version":"1.1"},"projects":[{"name":"six"}]})")));
}

TEST(Page, IsNothingElse) {
  for (unsigned status : {201U, 203U, 206U, 226U, 300U, 305U, 399U}) {
    EXPECT_TRUE(read(answer(status, "text/html", "")).error().is(kGuardRequest)) << status;
  }
  for (const char* type : {"", "application/octet-stream", "text/plain", "application/zip"}) {
    EXPECT_TRUE(read(answer(200, type, "PK")).error().is(kGuardRequest)) << type;
  }
  const auto encoded = read(answer(200, "text/html", "x", {{"Content-Encoding", "gzip"}}));
  EXPECT_TRUE(encoded.error().is(kGuardEncoding));
  // Two types are none: a client might take the other.
  EXPECT_TRUE(read(answer(200, "text/html", "", {{"Content-Type", "text/plain"}})).error().is(kGuardRequest));
}

/// A tar archive whose first octets are text: pip would unpack it from an address without an archive's name.
std::string text_that_is_a_tar() {
  std::string block = "<!doctype html><a href=x>x</a><!--";
  block.resize(512, ' ');
  block.replace(148, 8, 8, ' ');
  unsigned sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  std::string digits;
  for (int i = 0; i < 6; ++i, sum /= 8) digits.insert(digits.begin(), static_cast<char>('0' + sum % 8));
  block.replace(148, 6, digits);
  return block + std::string(512, ' ') + "-->";
}

TEST(Page, IsNoArchive) {
  for (const std::string& body : {text_that_is_a_tar(), std::string("BZh91AY&SY"), std::string("PK\x03\x04"),
                                  std::string("\x1f\x8b\x08"), std::string("<p>\0</p>", 8)}) {
    for (const char* type : {"text/html", "application/json", "application/vnd.pypi.simple.v1+html"}) {
      const auto page = read(answer(200, type, body));
      ASSERT_FALSE(page) << type << " " << body.substr(0, 4);
    }
  }
  const std::string page =
      "<!doctype html>" + std::string(600, ' ') + "<a href='six-1.tar.gz'>six-1.tar.gz</a>";
  EXPECT_TRUE(read(answer(200, "text/html", page)));
}

TEST(Page, LeadsNowhereElse) {
  const auto to = [](std::string where) {
    return read(answer(302, "", "", {{"Location", std::move(where)}}));
  };
  for (const char* inside : {"/simple/six2/", "https://index.test/x", "../", "//index.test/simple/"}) {
    EXPECT_TRUE(to(inside)) << inside;
  }
  for (const char* outside :
       {"https://evil.test/simple/six/", "//evil.test/", "https://index.test@evil.test/"}) {
    EXPECT_TRUE(to(outside).error().is(kRedirect)) << outside;
  }
  EXPECT_FALSE(to("javascript:alert(1)"));
  EXPECT_FALSE(to("https://index.test\\@evil.test/"));
}

TEST(Page, OfTheOlderJsonHasItsFilesWhereTheyAreJudged) {
  const auto with = [](std::string_view body) { return read(answer(200, "application/json", body)); };
  EXPECT_TRUE(
      with(R"({"urls":[{"url":"https://index.test/six-1.whl"}],"releases":{"1":[{"url":"/six-1.whl"}]}})"));
  EXPECT_TRUE(with(R"([1])"));
  EXPECT_TRUE(with(R"({"urls":[{"url":"https://evil.test/six-1.whl"}]})").error().is(kGuardElsewhere));
  EXPECT_TRUE(with(R"({"urls":[],"releases":{"1":[],"2":[{"url":"https://evil.test/a"}]}})")
                  .error()
                  .is(kGuardElsewhere));
  EXPECT_FALSE(with(R"({"urls":[],"urls":[{"url":"https://evil.test/six-1.whl"}]})"));
}

TEST(Page, HeadersAreThoseThatCannotMislead) {
  const net::Headers asked = page_request_headers({{"Accept", "text/html"},
                                                   {"Accept-Encoding", "gzip"},
                                                   {"Range", "bytes=0-1"},
                                                   {"Cookie", "a"},
                                                   {"Authorization", "Basic eA=="}});
  EXPECT_EQ(asked.size(), 2U);
  EXPECT_TRUE(asked.has("accept") && asked.has("authorization"));

  const auto html = page_answer_headers(kAsked.url, {200,
                                                     "",
                                                     {{"Content-Type", "Text/HTML; charset=utf-7"},
                                                      {"ETag", "\"1\""},
                                                      {"Set-Cookie", "a"},
                                                      {"Link", "<x>"}}});
  ASSERT_TRUE(html);
  EXPECT_EQ(html->find("content-type"), "text/html; charset=utf-8");
  EXPECT_EQ(html->size(), 2U);
  const auto moved = page_answer_headers(kAsked.url, {301, "", {{"Location", "../a/../other/"}}});
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->find("location"), "https://index.test/simple/other/");
}

}  // namespace
}  // namespace tomme::guard
