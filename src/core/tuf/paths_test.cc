#include "core/tuf/paths.h"

#include <gtest/gtest.h>

#include "core/encoding/percent.h"
#include "core/tuf/delegations.h"
#include "core/tuf/errors.h"
#include "core/tuf/repository_for_test.h"

namespace tomme::tuf {
namespace {

using namespace std::string_literals;
using testing::path;
using testing::role;

TEST(TufPaths, RequestsForMetadata) {
  EXPECT_EQ(metadata_path(RoleName::timestamp(), std::nullopt), "timestamp.json");
  EXPECT_EQ(metadata_path(RoleName::root(), Version(12)), "12.root.json");
  EXPECT_EQ(metadata_path(role("?"), Version(1)), "1.%3F.json");
  EXPECT_EQ(metadata_path(role("#"), Version(1)), "1.%23.json");
  EXPECT_EQ(metadata_path(role("/delegatedrole"), Version(1)), "1.%2Fdelegatedrole.json");
  EXPECT_EQ(metadata_path(role("../delegatedrole"), Version(1)), "1...%2Fdelegatedrole.json");
  EXPECT_EQ(metadata_path(role("a b%~_-.\xc3\xa9\n\x7f"), std::nullopt), "a%20b%25~_-.%C3%A9%0A%7F.json");
  EXPECT_EQ(percent_encode("\0"s), "%00");
}

TEST(TufPaths, LocalNamesAreOneSafeComponent) {
  EXPECT_EQ(local_metadata_name(role("../../etc/passwd")), "..%2F..%2Fetc%2Fpasswd.json");
  EXPECT_EQ(local_metadata_name(role("..")), "...json");
  EXPECT_EQ(local_target_name(path("..")), "%2E%2E");
  EXPECT_EQ(local_target_name(path(".")), "%2E");
  EXPECT_EQ(local_target_name(path("%2E")), "%252E");
  EXPECT_EQ(local_target_name(path("/etc/passwd")), "%2Fetc%2Fpasswd");
  EXPECT_EQ(local_target_name(path("dir/file.txt")), "dir%2Ffile.txt");
}

TEST(TufPaths, LongLocalNamesAreHashed) {
  EXPECT_EQ(local_metadata_name(role(std::string(250, 'a'))), std::string(250, 'a') + ".json");
  const std::string hashed = local_metadata_name(role(std::string(251, 'a')));
  EXPECT_EQ(hashed, "%sha256-" + sha256(bytes_of(std::string(251, 'a'))).to_hex() + ".json");
  EXPECT_NE(hashed, local_metadata_name(role(std::string(252, 'a'))));
  EXPECT_EQ(local_target_name(path(std::string(255, 'a'))), std::string(255, 'a'));
  EXPECT_EQ(local_target_name(path(std::string(256, 'a'))).size(), 72U);
  EXPECT_EQ(local_target_name(path(std::string(100, '/'))).substr(0, 8), "%sha256-");
  EXPECT_EQ(local_metadata_name(role("%sha256-" + std::string(64, 'a'))),
            "%25sha256-" + std::string(64, 'a') + ".json");
}

TEST(TufPaths, RequestsForTargets) {
  const Digest digest(sha256(bytes_of("x")));
  const std::string hex = digest.to_hex();
  EXPECT_EQ(target_request_path(path("file"), digest).value(), hex + ".file");
  EXPECT_EQ(target_request_path(path("a/b/file"), digest).value(), "a/b/" + hex + ".file");
  EXPECT_EQ(target_request_path(path("a/b/file"), std::nullopt).value(), "a/b/file");
  EXPECT_EQ(target_request_path(path("a b/c?d#e%"), std::nullopt).value(), "a%20b/c%3Fd%23e%25");
  EXPECT_EQ(target_request_path(path("/a//b"), std::nullopt).value(), "/a//b");
  EXPECT_EQ(target_request_path(path("a.../..b"), std::nullopt).value(), "a.../..b");
  for (const char* bad : {".", "..", "../a", "a/..", "a/../b", "a/./b", "a/", "/"}) {
    EXPECT_REFUSED(kTufTargetPath, target_request_path(path(bad), std::nullopt));
    EXPECT_REFUSED(kTufTargetPath, target_request_path(path(bad), digest));
  }
}

TEST(TufPaths, NamesThatAreNone) {
  EXPECT_REFUSED(kTufShape, RoleName::parse(""));
  EXPECT_REFUSED(kTufShape, RoleName::parse("\xff"));
  EXPECT_OK(RoleName::parse(std::string(RoleName::kMaxBytes, 'a')));
  EXPECT_REFUSED(kTufShape, RoleName::parse(std::string(RoleName::kMaxBytes + 1, 'a')));
  EXPECT_REFUSED(kTufTargetPath, TargetPath::parse(""));
  EXPECT_REFUSED(kTufTargetPath, TargetPath::parse("\xc3"));
}

TEST(TufPatterns, MatchPartByPart) {
  struct Case {
    const char* pattern;
    const char* path;
    bool matches;
  };
  for (const Case& c :
       std::initializer_list<Case>{{"targets/*.tgz", "targets/foo.tgz", true},
                                   {"targets/*.tgz", "targets/foo.txt", false},
                                   {"targets/foo-version-?.tgz", "targets/foo-version-2.tgz", true},
                                   {"targets/foo-version-?.tgz", "targets/foo-version-alpha.tgz", false},
                                   {"*", "foo", true},
                                   {"*", "foo/bar", false},
                                   {"*", "", true},
                                   {"*/*", "foo/bar", true},
                                   {"*/*", "a/b/c", false},
                                   {"*/*", "foo", false},
                                   {"foo?bar", "foo/bar", false},
                                   {"foo*bar", "foo/bar", false},
                                   {"?", "", false},
                                   {"?", "a", true},
                                   {"?", "ab", false},
                                   {"?", "/", false},
                                   {"", "", true},
                                   {"", "a", false},
                                   {"*.TGZ", "a.tgz", false},
                                   {"a.tgz", "A.tgz", false},
                                   {"**", "abc", true},
                                   {"**", "a/b", false},
                                   {"**/x", "a/b/x", false},
                                   {"a*b*c", "a1b2b3c", true},
                                   {"a*b*c", "a1b2b3", false},
                                   {"*a", "aaab", false},
                                   {"*ab", "aaab", true},
                                   {"a*", "a", true},
                                   {"a**", "a", true},
                                   {"a*?", "a", false},
                                   {"a*?", "ab", true},
                                   {"[ab]", "a", false},
                                   {"[ab]", "[ab]", true},
                                   {"\\*", "\\x", true},
                                   {"\\*", "*", false},
                                   {"/a", "/a", true},
                                   {"/a", "a", false},
                                   {"a", "/a", false},
                                   {"//", "//", true},
                                   {"*//", "//", true},
                                   {"a/", "a/", true},
                                   {"a/", "a", false},
                                   {"?", "\xc3\xa9", true},
                                   {"??", "\xc3\xa9", false},
                                   {"?", "\xf0\x9f\x98\x80", true},
                                   {"*\xa9", "\xc3\xa9", false},
                                   {".*", ".a", true},
                                   {"*", ".a", true},
                                   {"*.*", "a", false}}) {
    EXPECT_EQ(path_matches(c.pattern, c.path), c.matches) << c.pattern << " " << c.path;
  }
}

TEST(TufPatterns, ManyStarsTakeNoTime) {
  std::string pattern, text(4000, 'a');
  for (int i = 0; i < 500; ++i) pattern += "*a";
  EXPECT_TRUE(path_matches(pattern, text));
  EXPECT_FALSE(path_matches(pattern + "b", text));
}

/// What a pattern means, with no thought for time.
bool means(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  const std::string_view rest = pattern.substr(1);
  if (pattern[0] == '*') {
    return means(rest, text) || (!text.empty() && text[0] != '/' && means(pattern, text.substr(1)));
  }
  if (text.empty() || (pattern[0] == '?' ? text[0] == '/' : text[0] != pattern[0])) return false;
  return means(rest, text.substr(1));
}

void all_texts(std::string_view letters, std::size_t most, std::vector<std::string>& out) {
  out = {""};
  for (std::size_t i = 0; i < out.size() && out[i].size() < most; ++i) {
    for (char letter : letters) out.push_back(out[i] + letter);
  }
}

TEST(TufPatterns, AllShortOnesMeanWhatTheyShould) {
  std::vector<std::string> patterns, texts;
  all_texts("a/*?", 5, patterns);
  all_texts("ab/", 4, texts);
  for (const std::string& pattern : patterns) {
    for (const std::string& text : texts) {
      ASSERT_EQ(path_matches(pattern, text), means(pattern, text)) << pattern << " " << text;
    }
  }
}

TEST(TufBins, FollowTheFirstBitsOfTheHash) {
  // SHA-256 of "a/b" begins with c14cddc0.
  ASSERT_TRUE(path("a/b").sha256_hex().starts_with("c14cddc0"));
  SuccinctRoles bins{.name_prefix = "bin"};
  const std::vector<std::pair<unsigned, std::string>> cases = {
      {1, "bin-1"},      {2, "bin-3"},         {3, "bin-6"},        {4, "bin-c"},
      {5, "bin-18"},     {8, "bin-c1"},        {14, "bin-3053"},    {16, "bin-c14c"},
      {17, "bin-18299"}, {31, "bin-60a66ee0"}, {32, "bin-c14cddc0"}};
  for (const auto& [bits, name] : cases) {
    bins.bit_length = bits;
    EXPECT_EQ(bins.bin_for(path("a/b")).text(), name) << bits;
    EXPECT_TRUE(bins.has(bins.bin_for(path("a/b"))));
  }
}

TEST(TufBins, KnowTheirOwnNames) {
  const SuccinctRoles bins{.bit_length = 5, .name_prefix = "a-"};
  EXPECT_EQ(bins.bins(), 32U);
  EXPECT_EQ(bins.bin(0).text(), "a--00");
  EXPECT_EQ(bins.bin(31).text(), "a--1f");
  EXPECT_TRUE(bins.has(role("a--1f")));
  for (const char* other : {"a--20", "a--1F", "a--1", "a--001", "b--1f", "a-1f", "a--1g", "x", "a--"}) {
    EXPECT_FALSE(bins.has(role(other))) << other;
  }
  const SuccinctRoles widest{.bit_length = 32, .name_prefix = ""};
  EXPECT_TRUE(widest.has(role("-ffffffff")));
}

TEST(TufTable, KeepsItsOrder) {
  Table<int> table;
  for (const char* name : {"b", "a", "c", "b"}) table.set(name, static_cast<int>(table.size()));
  EXPECT_EQ(table.size(), 3U);
  EXPECT_EQ(*table.find("b"), 3);
  EXPECT_EQ(*table.find("a"), 1);
  EXPECT_EQ(table.find("d"), nullptr);
  EXPECT_EQ(table.find(""), nullptr);
  EXPECT_TRUE(table.erase("a"));
  EXPECT_FALSE(table.erase("a"));
  EXPECT_EQ(table.begin()->first, "b");
}

}  // namespace
}  // namespace tomme::tuf
