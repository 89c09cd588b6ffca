#include "core/packaging/simple_page.h"

#include <gtest/gtest.h>
#include <string>

#include "core/encoding/errors.h"
#include "core/packaging/errors.h"

namespace tomme {
namespace {

const std::string kHex(64, 'a');
const std::string kOtherHex(64, 'b');

std::string json_text(const std::string& file, const std::string& more = "") {
  return R"({"meta":{"api-version":"1.4"},"name":"foo","files":[)" + file + "]" + more + "}";
}
Result<SimplePage> json_page(const std::string& file, const std::string& more = "") {
  return parse_simple_json(bytes_of(json_text(file, more)));
}
std::string json_file(const std::string& members = "") {
  return R"({"filename":"foo-1.0.tar.gz","url":"../../files/foo-1.0.tar.gz","hashes":{"sha256":")" + kHex +
         "\"}" + members + "}";
}
Result<SimplePage> html_page(const std::string& text, const PageLimits& limits = {}) {
  return parse_simple_html(bytes_of(text), limits);
}
/// The addresses of an HTML text's links, one after the other.
std::string links_of(const std::string& text) {
  const auto page = html_page(text);
  if (!page) return page.error().message();
  std::string links;
  for (const IndexFile& file : page->files) links += (links.empty() ? "" : " ") + file.url;
  return links;
}

TEST(SimpleJson, ReadsAFile) {
  const auto page = json_page(
      json_file(
          R"(,"size":12,"yanked":"broken","provenance":"https://index.example/p","core-metadata":{"sha256":")" +
          kOtherHex +
          R"("},"requires-python":">=3.8","upload-time":"2024-10-03T18:07:01.000000Z","_private":1)"),
      R"(,"versions":["1.0"],"project-status":{"status":"archived","reason":"moved"})");
  ASSERT_TRUE(page) << page.error().message();
  EXPECT_EQ(page->name, "foo");
  EXPECT_EQ(page->api_version, "1.4");
  EXPECT_EQ(page->status, "archived");
  EXPECT_EQ(page->status_reason, "moved");
  EXPECT_EQ(page->versions, std::vector<std::string>{"1.0"});
  ASSERT_EQ(page->files.size(), 1U);
  const IndexFile& file = page->files[0];
  EXPECT_EQ(file.filename, "foo-1.0.tar.gz");
  EXPECT_EQ(file.sha256->to_hex(), kHex);
  EXPECT_EQ(file.size, 12U);
  EXPECT_EQ(file.provenance, "https://index.example/p");
  EXPECT_TRUE(file.core_metadata);
  EXPECT_EQ(file.core_metadata_sha256->to_hex(), kOtherHex);
  EXPECT_EQ(file.yanked, "broken");
  EXPECT_EQ(file.requires_python, ">=3.8");
  EXPECT_EQ(file.upload_time, "2024-10-03T18:07:01.000000Z");
  EXPECT_EQ(Url::parse("https://index.example/simple/foo/")->resolve(file.url)->to_string(),
            "https://index.example/files/foo-1.0.tar.gz");
}

TEST(SimpleJson, ReadsWhatIsOptional) {
  const IndexFile plain = json_page(json_file())->files[0];
  EXPECT_FALSE(plain.provenance || plain.size || plain.core_metadata || plain.yanked);
  EXPECT_FALSE(json_page(json_file(R"(,"provenance":null,"yanked":false,"core-metadata":false)"))
                   ->files[0]
                   .provenance);
  for (const char* odd : {R"(,"provenance":"")", R"(,"provenance":7)"}) {
    EXPECT_EQ(json_page(json_file(odd))->files[0].provenance, "") << "listed, though of no use";
  }
  EXPECT_TRUE(json_page(json_file(R"(,"core-metadata":true)"))->files[0].core_metadata);
  EXPECT_TRUE(json_page(json_file(R"(,"dist-info-metadata":true)"))->files[0].core_metadata);
  EXPECT_FALSE(json_page(json_file(R"(,"core-metadata":false,"data-dist-info-metadata":true)"))
                   ->files[0]
                   .core_metadata);
  EXPECT_EQ(json_page(json_file(R"(,"yanked":true)"))->files[0].yanked, "");
  EXPECT_EQ(json_page("")->files.size(), 0U);
  EXPECT_FALSE(json_page(R"({"filename":"f-1.zip","url":"f-1.zip"})")->files[0].sha256);
}

TEST(SimpleJson, ReadsTheStatusWhereTheSpecsExampleHasIt) {
  const std::string text =
      R"({"meta":{"api-version":"1.4","project-status":{"status":"quarantined"}},"name":"foo","files":[]})";
  EXPECT_EQ(parse_simple_json(bytes_of(text))->status, "quarantined");
}

TEST(SimpleJson, KeepsRivalsVisible) {
  const auto page = json_page(json_file() + "," + json_file(R"(,"size":1)"));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->named("foo-1.0.tar.gz").size(), 2U);
  EXPECT_EQ(page->named("foo-1.1.tar.gz").size(), 0U);
}

TEST(SimpleJson, LeavesOutAnEntryOfAnotherShapeAndKeepsTheRest) {
  for (const std::string& entry :
       {json_file(R"(,"size":-1)"), json_file(R"(,"size":"1")"), json_file(R"(,"yanked":1)"),
        json_file(R"(,"core-metadata":"true")"), json_file(R"(,"core-metadata":{"sha256":"00"})"),
        std::string(R"({"filename":"foo-1.0.zip","url":"foo-1.0.zip","hashes":{"sha256":"AA"}})"),
        std::string(R"({"filename":"foo-1.0.zip","url":"foo-1.0.zip","hashes":[]})"),
        std::string(R"({"filename":"foo-1.0.zip","hashes":{}})"), std::string(R"({"url":"foo-1.0.zip"})"),
        std::string("7"), std::string("null")}) {
    std::string left_out;
    std::size_t kept = 0;
    const PageFiles files{.file = [&kept](IndexFile&&, const PageHead&) -> Result<void> {
                            ++kept;
                            return {};
                          },
                          .unreadable = [&](std::string_view name, const Error&) { left_out += name; }};
    ASSERT_TRUE(read_simple_json(bytes_of(json_text(entry + "," + json_file())), files)) << entry;
    EXPECT_EQ(kept, 1U) << entry;
    EXPECT_FALSE(left_out.empty()) << entry;
  }
}

TEST(SimpleJson, RefusesWhatIsNoPage) {
  EXPECT_TRUE(json_page(json_file(R"(,"url":"twice")")).error().is(kJsonInvalid));
  const auto version2 =
      parse_simple_json(bytes_of(R"({"meta":{"api-version":"2.0"},"name":"foo","files":[]})"));
  EXPECT_TRUE(version2.error().is(kPageInvalid));
  EXPECT_FALSE(parse_simple_json(bytes_of(R"({"name":"foo","files":[]})")));
  EXPECT_FALSE(parse_simple_json(bytes_of(R"({"meta":{"api-version":"1.0"},"name":"foo"})")));
  EXPECT_FALSE(parse_simple_json(bytes_of(R"({"meta":{"api-version":"1.0"},"name":"foo","files":{}})")));
}

TEST(SimpleJson, HasOneSpellingOfHashes) {
  const auto file = [](const std::string& hashes, const std::string& url = "f-1.zip") {
    return json_page(R"({"filename":"f-1.zip","hashes":)" + hashes + R"(,"url":")" + url + "\"}")->files;
  };
  EXPECT_EQ(file("{\"SHA256\":\"" + std::string(64, 'A') + "\"}").at(0).sha256->to_hex(), kHex);
  EXPECT_EQ(file("{\"MD5\":\"" + std::string(32, 'A') + "\",\"new\":\"!\",\"sha1\":null}").at(0).other_hashes,
            (std::map<std::string, std::string>{{"md5", std::string(32, 'a')}}));
  EXPECT_EQ(file("{}", "f-1.zip#sha256=" + kHex).at(0).sha256->to_hex(), kHex);
  EXPECT_TRUE(file("{\"sha256\":\"" + kHex + "\",\"SHA256\":\"" + kOtherHex + "\"}").empty());
  EXPECT_TRUE(file("{\"sha256\":\"" + kHex + "\"}", "f-1.zip#sha256=" + kOtherHex).empty());
}

TEST(SimpleJson, HasLimits) {
  const std::string two = json_text(json_file() + "," + json_file());
  EXPECT_TRUE(parse_simple_json(bytes_of(two), {.bytes = two.size(), .files = 2}));
  EXPECT_TRUE(parse_simple_json(bytes_of(two), {.bytes = two.size() - 1}).error().is(kPageTooLarge));
  EXPECT_TRUE(parse_simple_json(bytes_of(two), {.files = 1}).error().is(kPageTooLarge));
}

TEST(SimpleHtml, ReadsAFile) {
  const auto page = html_page(
      "<!DOCTYPE html><html><head><meta name=\"pypi:repository-version\" content=\"1.3\">"
      "<meta name='pypi:project-status' content=archived></head><body><a href=\"../../f/"
      "foo-1.0-py3-none-any.whl#sha256=" +
      kHex +
      "\" data-requires-python=\"&gt;=3.8\" data-yanked=\"bad &amp; old\" "
      "data-core-metadata=\"sha256=" +
      kOtherHex + "\" data-provenance='https://h/p'>x</a></body></html>");
  ASSERT_TRUE(page) << page.error().message();
  EXPECT_EQ(page->api_version, "1.3");
  EXPECT_EQ(page->status, "archived");
  ASSERT_EQ(page->files.size(), 1U);
  const IndexFile& file = page->files[0];
  EXPECT_EQ(file.filename, "foo-1.0-py3-none-any.whl");
  EXPECT_EQ(file.sha256->to_hex(), kHex);
  EXPECT_EQ(file.requires_python, ">=3.8");
  EXPECT_EQ(file.yanked, "bad & old");
  EXPECT_EQ(file.core_metadata_sha256->to_hex(), kOtherHex);
  EXPECT_EQ(file.provenance, "https://h/p");
}

TEST(SimpleHtml, ReadsLinksAsBrowsersDo) {
  EXPECT_EQ(links_of("<a href=x>"), "x");
  EXPECT_EQ(links_of("<A HREF = 'x' >"), "x");
  EXPECT_EQ(links_of("<a href=x href=y>"), "x");
  EXPECT_EQ(links_of("<a class='a'href='x'><a @click=z href=\"y\"/>"), "x y");
  EXPECT_EQ(links_of("<a href='a&amp;b&#38;c&lt;&copy=1&x'>"), "a&b&c<&copy=1&x");
  EXPECT_EQ(links_of("<a title='<a href=no>' href='yes'>"), "yes");
  EXPECT_EQ(links_of("<abbr href=no><a><a href=''><a href"), "");
  EXPECT_EQ(links_of("<!-- <a href=no> --><a href=x><!--> <a href=y> <!-- --!><a href=z>"), "x y z");
  EXPECT_EQ(links_of("<script>\"<a href='\" + url + \"'>\"</script><a href=x>"), "x");
  EXPECT_EQ(links_of("<STYLE><a href=no></style ><title><a href=no></title><a href=x>"), "x");
  EXPECT_EQ(links_of("<script><a href=no>"), "");
}

TEST(SimpleHtml, ReadsEachByteOnce) {
  // Of four million bytes a second look at all that follows would take hours.
  for (const std::string piece : {"<a ", "<a b", "<a x=", "<a x=\"y\" ", "<!--x--!>", "<!--", "<!--x--",
                                  "<title>", "</", "<a/", "&a", "<a x='", "<script></"}) {
    std::string page = "<a href=x>";
    while (page.size() < 4'000'000) page += piece;
    EXPECT_EQ(links_of(page), "x");
    (void)links_of("<a href='&" + page + "'>");
  }
}

TEST(SimpleHtml, EndsWithATagThatNeverEnds) {
  EXPECT_EQ(links_of("<a href=x><a href='y><a href=z>"), "x");
  EXPECT_EQ(links_of("<a href=x>< a href=y><3<a href=z>"), "x z");
}

TEST(SimpleHtml, TakesTheFirstBaseAndNoOther) {
  const auto page =
      html_page("<base href=\"https://cdn.example/f/\"><base href=\"https://evil.example/\"><a href=x>");
  EXPECT_EQ(page->base->resolve(page->files[0].url)->to_string(), "https://cdn.example/f/x");
  const auto none = html_page("<base href=\"javascript:x\"><a href=x>");
  EXPECT_EQ(none->base, std::nullopt);
}

TEST(SimpleHtml, TakesHashesFromTheFragmentAndNothingElse) {
  const auto file = [](const std::string& fragment) {
    return html_page("<a href=\"foo-1.0.zip#" + fragment + "\">").value().files;
  };
  EXPECT_EQ(file("egg=evil-1.0&sha256=" + kHex).at(0).filename, "foo-1.0.zip");
  EXPECT_EQ(file("egg=evil-1.0&amp;sha256=" + kHex).at(0).sha256->to_hex(), kHex);
  EXPECT_FALSE(file("sha256=None").at(0).sha256);
  EXPECT_FALSE(file(kHex).at(0).sha256);
  EXPECT_EQ(file("sha256=00").size(), 0U);
}

TEST(SimpleHtml, ReadsAnyBytes) {
  EXPECT_EQ(links_of("\xff\xfe<a href=x>\xe9"), "x");
  EXPECT_EQ(links_of(""), "");
  EXPECT_TRUE(html_page("<meta name=\"pypi:repository-version\" content=\"2.0\">").error().is(kPageInvalid));
  EXPECT_TRUE(html_page("<a href=x><a href=y>", {.files = 1}).error().is(kPageTooLarge));
  EXPECT_TRUE(html_page("xx", {.bytes = 1}).error().is(kPageTooLarge));
}

TEST(ProjectList, HasNamesOnly) {
  const std::string json =
      R"({"meta":{"api-version":"1.0"},"projects":[{"name":"Foo.Bar"},{"name":"a b"},{"x":1},7,{"name":"six"}]})";
  EXPECT_EQ(*read_project_list_json(bytes_of(json)), (std::vector<std::string>{"Foo.Bar", "six"}));
  EXPECT_EQ(*read_project_list_html(
                bytes_of(std::string_view("<a href='/simple/six/'>x</a><a href=foo?x><a href='../'>"))),
            (std::vector<std::string>{"six", "foo"}));
  EXPECT_FALSE(read_project_list_json(bytes_of(std::string_view(R"({"meta":{"api-version":"1.0"}})"))));
}

}  // namespace
}  // namespace tomme
