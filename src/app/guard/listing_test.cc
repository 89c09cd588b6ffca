#include "app/guard/listing.h"

#include <gtest/gtest.h>

#include "app/guard/errors.h"

namespace tomme::guard {
namespace {

const Url kPage = *Url::parse("https://index.test/simple/six/");
const Addresses kAddresses{[](const net::Url& url) { return url.authority.host == "index.test"; },
                           [](const Url& url) { return url.path().ends_with('/'); }};
const Sha256 kOne = sha256(bytes_of("one"));
const Sha256 kTwo = sha256(bytes_of("two"));

SimplePage page_with(IndexFile file) {
  SimplePage page;
  page.files.push_back(std::move(file));
  return page;
}

IndexFile file_at(std::string url, std::string filename = "six-1-py3-none-any.whl") {
  IndexFile file;
  file.filename = std::move(filename);
  file.url = std::move(url);
  return file;
}

std::string key_of(std::string_view url) {
  return *url_key(url);
}

TEST(Listing, KnowsAFileByWhereItIsInAnySpelling) {
  Listing listing;
  ASSERT_TRUE(
      listing.remember(page_with(file_at("../../files/./a/six-1-py3-none-any.whl")), kPage, kAddresses));
  for (const char* url : {"https://index.test/files/a/six-1-py3-none-any.whl",
                          "HTTPS://INDEX.test:443/files/x/../a/six-1-py3-none-any.whl",
                          "https://user:pw@index.test/files/a/%73ix-1-py3-none-any.whl#x"}) {
    EXPECT_TRUE(listing.find(key_of(url))) << url << " " << key_of(url);
  }
  EXPECT_FALSE(listing.find(key_of("https://index.test/files/a/six-1-py3-none-any.whl?x")));
  EXPECT_FALSE(listing.find(key_of("http://index.test/files/a/six-1-py3-none-any.whl")));
}

TEST(Listing, ForgetsNoProofAndNoDigest) {
  Listing listing;
  IndexFile proven = file_at("/six-1-py3-none-any.whl");
  proven.sha256 = kOne;
  proven.provenance = "/proof";
  IndexFile bare = file_at("/six-1-py3-none-any.whl");
  IndexFile rival = bare;
  rival.sha256 = kTwo;
  for (const IndexFile& file : {proven, bare, rival, proven}) {
    ASSERT_TRUE(listing.remember(page_with(file), kPage, kAddresses));
  }
  const auto listed = listing.find(key_of("https://index.test/six-1-py3-none-any.whl"));
  ASSERT_TRUE(listed);
  EXPECT_EQ(listed->digests, (std::vector{kOne, kTwo}));
  ASSERT_EQ(listed->provenance.size(), 1U);
  EXPECT_EQ(listed->provenance.front().to_string(), "https://index.test/proof");
}

TEST(Listing, TellsAProofThatCannotBeHadFromNone) {
  for (const char* where : {"", "file:///proof", "data:,x", "javascript:x", "https://"}) {
    Listing listing;
    IndexFile file = file_at("/six-1-py3-none-any.whl");
    file.provenance = where;
    ASSERT_TRUE(listing.remember(page_with(file), kPage, kAddresses));
    EXPECT_TRUE(listing.find(key_of("https://index.test/six-1-py3-none-any.whl"))->provenance_unusable)
        << where;
  }
}

TEST(Listing, RefusesAPageThatLeadsElsewhereAndKeepsNothingOfIt) {
  for (const char* url :
       {"https://evil.test/six-1-py3-none-any.whl", "http://evil.test/six-1-py3-none-any.whl",
        "file:///six-1-py3-none-any.whl", "/simple/six/"}) {
    Listing listing;
    SimplePage page = page_with(file_at("/six-2-py3-none-any.whl", "six-2-py3-none-any.whl"));
    page.files.push_back(file_at(url));
    const auto told = listing.remember(page, kPage, kAddresses);
    ASSERT_FALSE(told) << url;
    EXPECT_TRUE(told.error().is(kGuardElsewhere));
    EXPECT_FALSE(listing.find(key_of("https://index.test/six-2-py3-none-any.whl")));
  }
}

// pip asks for "%2B" where the page has "+".
TEST(Listing, TakesEscapesOfASegmentsCharactersForThem) {
  Listing listing;
  ASSERT_TRUE(listing.remember(
      page_with(file_at("/a(b)/six-1+x-py3-none-any.whl", "six-1+x-py3-none-any.whl")), kPage, kAddresses));
  EXPECT_TRUE(listing.find(key_of("https://index.test/a%28b%29/six-1%2Bx-py3-none-any.whl")));
  EXPECT_NE(key_of("https://index.test/a%2Fb"), key_of("https://index.test/a/b"));
  EXPECT_NE(key_of("https://index.test/a?%2B"), key_of("https://index.test/a?+"));
}

TEST(Listing, TellsOfAFileWithTwoNames) {
  Listing listing;
  ASSERT_TRUE(listing.remember(page_with(file_at("/blob", "six-1-py3-none-any.whl")), kPage, kAddresses));
  EXPECT_FALSE(listing.find(key_of("https://index.test/blob"))->rival_names);
  ASSERT_TRUE(
      listing.remember(page_with(file_at("/blob", "harmless-1-py3-none-any.whl")), kPage, kAddresses));
  EXPECT_TRUE(listing.find(key_of("https://index.test/blob"))->rival_names);
}

TEST(Listing, TakesASlashBehindAnArchivesNameForNone) {
  for (const char* url :
       {"/files/six-4.0.tar/", "/files/six-4.0.tar//", "/files/six-4.0.tar.bz2/", "/files/six-4%2E0.whl/"}) {
    Listing listing;
    EXPECT_FALSE(listing.remember(page_with(file_at(url, "")), kPage, kAddresses)) << url;
  }
}

TEST(Listing, PassesOverLinksThatNobodyInstalls) {
  Listing listing;
  EXPECT_TRUE(listing.remember(page_with(file_at("https://home.test/", "home page")), kPage, kAddresses));
  EXPECT_FALSE(listing.find(key_of("https://home.test/")));
}

}  // namespace
}  // namespace tomme::guard
