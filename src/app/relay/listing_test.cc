#include "app/relay/listing.h"

#include <gtest/gtest.h>

#include "app/relay/errors.h"

namespace tomme::guard {
namespace {

const Url kPage = *Url::parse("https://index.test/simple/six/");
const ProjectName kSix = *ProjectName::parse("six");

bool on_index(const Url& url) {
  return url.host() == "index.test";
}

struct Claims {
  std::optional<Sha256> sha256 = {};
  std::optional<std::string> provenance = {};
};

PageFile file_at(std::string url, const Claims& claims = {}, std::string name = "six-1-py3-none-any.whl") {
  IndexFile file;
  file.filename = std::move(name);
  file.url = std::move(url);
  file.sha256 = claims.sha256;
  file.provenance = claims.provenance;
  return *PageFile::make(file, {}, kPage, kSix);
}

Sha256 digest(int i) {
  return sha256(bytes_of(std::to_string(i)));
}

std::string key_of(std::string_view url) {
  return address_key(*Url::parse(url));
}

TEST(Listing, KnowsAFileByWhereItIsInAnySpelling) {
  Listing listing;
  ASSERT_TRUE(listing.add(file_at("../../files/./a/six-1-py3-none-any.whl"), kPage, on_index));
  for (const char* url : {"https://index.test/files/a/six-1-py3-none-any.whl",
                          "HTTPS://INDEX.test:443/files/x/../a/six-1-py3-none-any.whl",
                          "https://user:pw@index.test/files/a/%73ix-1-py3-none-any.whl#x"}) {
    const auto found = listing.find(key_of(url));
    ASSERT_TRUE(found) << url;
    EXPECT_EQ(found->filename, "six-1-py3-none-any.whl");
    EXPECT_EQ(found->upstream.to_string(), "https://index.test/files/a/six-1-py3-none-any.whl");
    EXPECT_EQ(found->indexes, std::vector<std::string>{"https://index.test/simple/six/"});
  }
  EXPECT_FALSE(listing.find(key_of("https://index.test/files/a/six-1-py3-none-any.whl?x")));
  EXPECT_FALSE(listing.find(key_of("http://index.test/files/a/six-1-py3-none-any.whl")));
}

TEST(Listing, RemembersWhyAPageWasWrittenWithoutAFile) {
  Listing listing;
  const Url address = *Url::parse("https://index.test/files/six-1-py3-none-any.whl");
  EXPECT_FALSE(listing.why_left_out(address_key(address)));
  listing.leave_out(address, Error(kGuardElsewhere, "first"));
  listing.leave_out(address, Error(kGuardElsewhere, "second"));
  EXPECT_EQ(listing.why_left_out(key_of("https://INDEX.test/files/%73ix-1-py3-none-any.whl"))->message(),
            "first");
  // Another page lists it after all.
  ASSERT_TRUE(listing.add(file_at("/files/six-1-py3-none-any.whl"), kPage, on_index));
  EXPECT_FALSE(listing.why_left_out(address_key(address)));
  for (std::size_t i = 0; i < Listing::kMaxLeftOut + 5; ++i)
    listing.leave_out(*Url::parse("https://index.test/" + std::to_string(i)), Error(kGuardElsewhere, "many"));
  EXPECT_TRUE(listing.why_left_out("https://index.test/9"));
  EXPECT_FALSE(listing.why_left_out("https://index.test/" + std::to_string(Listing::kMaxLeftOut)));
}

TEST(Listing, ForgetsNoProofAndNoDigest) {
  Listing listing;
  const std::string url = "/six-1-py3-none-any.whl";
  for (const Claims& claims :
       {Claims{digest(1), "/proof"}, Claims{}, Claims{digest(2), {}}, Claims{{}, ""}}) {
    ASSERT_TRUE(listing.add(file_at(url, claims), {}, on_index));
  }
  const auto listed = listing.find(key_of("https://index.test" + url));
  EXPECT_EQ(listed->digests, (std::vector{digest(1), digest(2)}));
  ASSERT_EQ(listed->provenance.size(), 1U);
  EXPECT_EQ(listed->provenance[0].to_string(), "https://index.test/proof");
  EXPECT_TRUE(listed->provenance_unusable);
}

TEST(Listing, TakesAHandfulOfClaimsForOneAddress) {
  Listing listing;
  const std::string url = "/six-1-py3-none-any.whl";
  for (int i = 0; i < 8; ++i) {
    EXPECT_TRUE(listing.add(file_at(url, {digest(i), "/p" + std::to_string(i)}), {}, on_index));
  }
  EXPECT_TRUE(listing.add(file_at(url, {digest(0), "/p0"}), {}, on_index));
  EXPECT_TRUE(listing.add(file_at(url, {digest(9), {}}), {}, on_index).error().is(kGuardElsewhere));
  EXPECT_TRUE(listing.add(file_at(url, {{}, "/p9"}), {}, on_index).error().is(kGuardElsewhere));
  EXPECT_EQ(listing.find(key_of("https://index.test" + url))->digests.size(), 8U);
}

TEST(Listing, TakesNoFileFromWhereItIsNotJudged) {
  Listing listing;
  const auto other = listing.add(file_at("https://cdn.test/six-1-py3-none-any.whl"), {}, on_index);
  ASSERT_FALSE(other);
  EXPECT_TRUE(other.error().message().contains("--file-host cdn.test")) << other.error().message();
  const auto plain = listing.add(file_at("http://cdn.test/six-1-py3-none-any.whl"), {}, on_index);
  EXPECT_TRUE(plain.error().message().contains("plain http")) << plain.error().message();
  EXPECT_FALSE(listing.find(key_of("https://cdn.test/six-1-py3-none-any.whl")));
}

}  // namespace
}  // namespace tomme::guard
