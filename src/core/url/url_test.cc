#include "core/url/url.h"

#include <gtest/gtest.h>

#include "core/url/errors.h"

namespace tomme {
namespace {

std::string text_of(std::string_view text) {
  const auto url = Url::parse(text);
  return url ? url->to_string() : "refused";
}

struct Reading {
  const char* text;
  const char* canonical;
};
void PrintTo(const Reading& reading, std::ostream* out) {
  *out << reading.text;
}

class UrlIsRead : public ::testing::TestWithParam<Reading> {};
TEST_P(UrlIsRead, AsTheStandardHasIt) {
  EXPECT_EQ(text_of(GetParam().text), GetParam().canonical);
  // Canonical by construction: the text of an address is its own reading.
  EXPECT_EQ(text_of(GetParam().canonical), GetParam().canonical);
}
INSTANTIATE_TEST_SUITE_P(
    Texts, UrlIsRead,
    ::testing::Values(
        Reading{"https://Files.Example:8443/a/b%20c?x=1", "https://files.example:8443/a/b%20c?x=1"},
        Reading{"https://h:443", "https://h/"}, Reading{"HTTP://[::1]:80?q", "http://[::1]/?q"},
        Reading{"https://h:/", "https://h/"}, Reading{"https://h:0080/", "https://h:80/"},
        Reading{"  https://h/x\n", "https://h/x"}, Reading{"https://h/a\tb", "https://h/ab"},
        Reading{"https:\\\\h\\a\\..\\b", "https://h/b"}, Reading{"https:h/a", "https://h/a"},
        Reading{"https:////h/a", "https://h/a"}, Reading{"https://h/a/./b/../c/..", "https://h/a/"},
        Reading{"https://h/%2e%2E/a/%2e", "https://h/a/"}, Reading{"https://h/../..", "https://h/"},
        Reading{"https://h//a//", "https://h//a//"},
        Reading{"https://h/a b\"<>`{}^", "https://h/a%20b%22%3C%3E%60%7B%7D%5E"},
        Reading{"https://h/\xc3\xa9?\xc3\xa9'\"", "https://h/%C3%A9?%C3%A9%27%22"},
        Reading{"https://h/a'b|c%zz%", "https://h/a'b|c%zz%"}, Reading{"https://h/?", "https://h/?"},
        Reading{"https://u:p@h/#f", "https://h/"}, Reading{"https://u@p@h/", "https://h/"},
        Reading{"https://h%41/", "https://ha/"}, Reading{"https://127.1/", "https://127.0.0.1/"},
        Reading{"https://0x7f.1/", "https://127.0.0.1/"},
        Reading{"https://2130706433/", "https://127.0.0.1/"},
        Reading{"https://017700000001/", "https://127.0.0.1/"}, Reading{"https://1.2.3/", "https://1.2.0.3/"},
        Reading{"https://[0:0:0:0:0:0:0:1]:8443/", "https://[::1]:8443/"},
        Reading{"https://[2001:DB8::1]/", "https://[2001:db8::1]/"},
        Reading{"https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/"}));

class UrlIsRefused : public ::testing::TestWithParam<const char*> {};
TEST_P(UrlIsRefused, WhereNobodyCouldBeAsked) {
  const auto url = Url::parse(GetParam());
  ASSERT_FALSE(url) << url->to_string();
  EXPECT_TRUE(url.error().is(kUrlInvalid));
}
INSTANTIATE_TEST_SUITE_P(Texts, UrlIsRefused,
                         ::testing::Values("", "ftp://h/", "//h/", "/a", "https://", "https:///",
                                           "https://u:p@/", "https://h:0/", "https://h:65536/",
                                           "https://h:1a/", "https://a..b/", "https://.a/", "https://a./",
                                           "https://[::1/", "https://::1/", "https://[1.2.3.4]/",
                                           "https://1.2.3.4.5/", "https://256.1.1.1/", "https://a.09/",
                                           "https://h\xc3\xa9/", "https://h%00/", "https://h<x/",
                                           "https://a b/", "https://x.0x/y|", "https://999999999999/"));

TEST(Url, HasNoByteBehindAnIpv6Address) {
  EXPECT_FALSE(Url::parse(std::string_view("https://[::1\0]/", 14)));
  EXPECT_FALSE(Url::parse(std::string_view("https://[::1\0.evil.test]/", 24)));
}

TEST(Url, HasLimits) {
  EXPECT_TRUE(Url::parse("https://h/" + std::string(Url::kMaxBytes - 10, 'a')));
  EXPECT_FALSE(Url::parse("https://h/" + std::string(Url::kMaxBytes - 9, 'a')));
  // Tokens of tens of thousands of bytes are in use; they are not part of what is asked for.
  const std::string token(30'000, 't');
  EXPECT_EQ(Url::parse("https://u:" + token + "@h/x")->login()->password.reveal(), token);
  const std::string most(64 * 1024, 't');
  EXPECT_TRUE(Url::parse("https://" + most + "@h/" + std::string(Url::kMaxBytes - 11, 'a')));
  EXPECT_FALSE(Url::parse("https://" + most + "@h/" + std::string(Url::kMaxBytes - 10, 'a')));
  EXPECT_FALSE(Url::parse("https://" + most + "t@h/"));
  const Url base = *Url::parse("https://h/");
  EXPECT_TRUE(base.resolve("//" + most + "@h/"));
  EXPECT_FALSE(base.resolve(std::string(Url::kMaxBytes + 1, 'a')));
  EXPECT_TRUE(Url::parse("https://" + std::string(63, 'a') + "/"));
  EXPECT_FALSE(Url::parse("https://" + std::string(64, 'a') + "/"));
}

class UrlResolves : public ::testing::TestWithParam<Reading> {};
TEST_P(UrlResolves, AReference) {
  const auto base = Url::parse("https://u:p@h:8443/simple/demo/?q#f");
  const auto url = base->resolve(GetParam().text);
  EXPECT_EQ(url ? url->to_string() : "refused", GetParam().canonical);
}
INSTANTIATE_TEST_SUITE_P(
    References, UrlResolves,
    ::testing::Values(
        Reading{"", "https://h:8443/simple/demo/?q"}, Reading{"#x", "https://h:8443/simple/demo/?q"},
        Reading{"?x", "https://h:8443/simple/demo/?x"}, Reading{"a.whl", "https://h:8443/simple/demo/a.whl"},
        Reading{"../../files/a.whl#sha256=0", "https://h:8443/files/a.whl"},
        Reading{"/a", "https://h:8443/a"}, Reading{"\\a", "https://h:8443/a"},
        Reading{"//other/a", "https://other/a"}, Reading{"/\\other/a", "https://other/a"},
        Reading{"https:a", "https://h:8443/simple/demo/a"}, Reading{"http:a", "http://a/"},
        Reading{"https://other", "https://other/"}, Reading{"./a//b", "https://h:8443/simple/demo/a//b"},
        Reading{"../../../../a", "https://h:8443/a"}, Reading{"mailto:x@y", "refused"},
        Reading{"git+https://h/x", "refused"}, Reading{"javascript:alert(1)", "refused"},
        Reading{"a:b", "refused"}, Reading{"./a:b", "https://h:8443/simple/demo/a:b"}));

TEST(Url, KeepsItsLoginToItself) {
  const auto url = Url::parse("https://ann:s3%40cr3t@h/simple/?token=abc#sha256=0");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->login()->user, "ann");
  EXPECT_EQ(url->login()->password.reveal(), "s3@cr3t");
  EXPECT_EQ(url->to_string(), "https://h/simple/?token=abc");
  EXPECT_EQ(url->shown(), "https://h/simple/");
  EXPECT_FALSE(url->address().login());
  EXPECT_FALSE(url->address().fragment());
  EXPECT_FALSE(Url::parse("https://h/")->login());
}

TEST(Url, IsShownWithoutSecrets) {
  EXPECT_EQ(shown_address("git+https://ghp_s3cr3t@github.com/o/n@v1?x#y"), "git+https://github.com/o/n@v1");
  EXPECT_EQ(shown_address("ftp://ann:s3cr3t@h/x"), "ftp://h/x");
  EXPECT_EQ(shown_address("https://ann:s3/cr3t@h/x"), "https://h/x");
  EXPECT_EQ(shown_address("https://ann:s3cr3t@h:x/"), "https://h:x/");
  EXPECT_EQ(shown_address("git@host:path"), "host:path");
  EXPECT_EQ(shown_address("six @ v"), "six @ v");
  EXPECT_EQ(shown_address("six[a] @ https://ann:s3cr3t@h/x"), "six[a] @ https://h/x");
  EXPECT_EQ(shown_address("ann:s3cr3t@h @ x"), "x");
  EXPECT_EQ(shown_address("https://ann:s3 @ cr3t@h/x"), "https://h/x");
  EXPECT_EQ(shown_address("ann:s3cr3t@h"), "h");
  EXPECT_EQ(shown_address("./a@b"), "./a@b");
  EXPECT_EQ(shown_address("/tmp/a@b"), "/tmp/a@b");
  EXPECT_EQ(shown_address("https://h/@scope/x"), "https://h/@scope/x");
  EXPECT_EQ(shown_address("https://h/x?sig=abc"), "https://h/x");
  EXPECT_EQ(shown_address("http://\x1b[31mh/"), "http://\\x1b[31mh/");
  for (const char* text : {"https://ann:s3cr3t@h:0/", "https://ann:s3cr3t@/", "ftp://ann:s3cr3t@h/",
                           "https://ann:s3cr3t@a..b/", "https://ann:s3cr3t@1.2.3.4.5/"}) {
    const auto url = Url::parse(text);
    ASSERT_FALSE(url);
    EXPECT_FALSE(url.error().message().contains("s3cr3t")) << url.error().message();
  }
}

TEST(Url, KnowsItsParts) {
  const auto url = Url::parse("https://h:8443/a/numpy-1.0%2Bcpu.zip?x");
  EXPECT_EQ(url->filename(), "numpy-1.0+cpu.zip");
  EXPECT_EQ(url->target(), "/a/numpy-1.0%2Bcpu.zip?x");
  EXPECT_EQ(url->origin().to_string(), "https://h:8443");
  EXPECT_EQ(url->child("demo").to_string(), "https://h:8443/a/numpy-1.0%2Bcpu.zip/demo/");
  EXPECT_EQ(Url::parse("https://h")->child("demo").to_string(), "https://h/demo/");
  EXPECT_EQ(Url::at({Scheme::https, {"h", 443}}, "/a/../b")->to_string(), "https://h/b");
  EXPECT_FALSE(Url::at({Scheme::https, {"h", 443}}, "*"));
}

TEST(Origin, IsSecureOnThisMachineOrByTls) {
  const auto secure = [](const char* text) { return Url::parse(text)->origin().is_secure(); };
  for (const char* text :
       {"https://h/", "http://localhost/", "http://a.localhost/", "http://127.9.9.9/", "http://[::1]/",
        "http://[0:0::1]/", "http://2130706433/", "http://[::ffff:127.0.0.1]/"}) {
    EXPECT_TRUE(secure(text)) << text;
  }
  for (const char* text :
       {"http://h/", "http://127.0.0.1.example/", "http://[::2]/", "http://128.0.0.1/",
        "http://localhost.example/", "http://[::ffff:1.2.3.4]/", "http://[::ffff:7f0:1]/"}) {
    EXPECT_FALSE(secure(text)) << text;
  }
}

TEST(Authority, NeedsAPortWhereNoneIsGiven) {
  EXPECT_FALSE(Authority::parse("host"));
  EXPECT_FALSE(Authority::parse("host:"));
  EXPECT_EQ(Authority::parse("host", 443)->port, 443);
  EXPECT_EQ(Authority::parse("[2001:DB8::1]:8443")->to_string(), "[2001:db8::1]:8443");
  EXPECT_TRUE(Authority::parse("127.0.0.1:80")->is_ip());
  EXPECT_FALSE(Authority::parse("a.b:80")->is_ip());
  EXPECT_TRUE(Authority::parse("h.:80").error().hint().contains("leave the dot out"));
}

}  // namespace
}  // namespace tomme
