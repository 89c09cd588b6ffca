#include "core/packaging/url_reference.h"

#include <gtest/gtest.h>
#include <vector>

#include "core/packaging/errors.h"

namespace tomme {
namespace {

TEST(Url, ResolvesAsRfc3986Section54) {
  const std::vector<std::pair<std::string_view, std::string_view>> cases = {
      {"g:h", "g:h"},
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"#s", "http://a/b/c/d;p?q#s"},
      {"g#s", "http://a/b/c/g#s"},
      {"g?y#s", "http://a/b/c/g?y#s"},
      {";x", "http://a/b/c/;x"},
      {"g;x", "http://a/b/c/g;x"},
      {"g;x?y#s", "http://a/b/c/g;x?y#s"},
      {"", "http://a/b/c/d;p?q"},
      {".", "http://a/b/c/"},
      {"./", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../..", "http://a/"},
      {"../../", "http://a/"},
      {"../../g", "http://a/g"},
      {"../../../g", "http://a/g"},
      {"../../../../g", "http://a/g"},
      {"/./g", "http://a/g"},
      {"/../g", "http://a/g"},
      {"g.", "http://a/b/c/g."},
      {".g", "http://a/b/c/.g"},
      {"g..", "http://a/b/c/g.."},
      {"..g", "http://a/b/c/..g"},
      {"./../g", "http://a/b/g"},
      {"./g/.", "http://a/b/c/g/"},
      {"g/./h", "http://a/b/c/g/h"},
      {"g/../h", "http://a/b/c/h"},
      {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
      {"g;x=1/../y", "http://a/b/c/y"},
      {"g?y/./x", "http://a/b/c/g?y/./x"},
      {"g?y/../x", "http://a/b/c/g?y/../x"},
      {"g#s/./x", "http://a/b/c/g#s/./x"},
      {"g#s/../x", "http://a/b/c/g#s/../x"},
  };
  for (const auto& [reference, expected] : cases) {
    const auto url = resolve_url("http://a/b/c/d;p?q", reference);
    ASSERT_TRUE(url) << reference;
    EXPECT_EQ(url->to_string(), expected) << reference;
  }
  EXPECT_EQ(resolve_url("http://a", "g")->to_string(), "http://a/g");
  EXPECT_FALSE(resolve_url("http://a/b", "http:g")) << "strict: no scheme without a host";
}

TEST(Url, SplitsIntoItsParts) {
  const Url url = *Url::parse("HTTPS://user:p%40ss@Files.Example:8443/a/b-1.0.zip?x=/y#sha256=00");
  EXPECT_EQ(url.scheme(), "https");
  EXPECT_EQ(url.userinfo(), "user:p%40ss");
  EXPECT_EQ(url.host(), "files.example");
  EXPECT_EQ(url.port(), 8443);
  EXPECT_EQ(url.path(), "/a/b-1.0.zip");
  EXPECT_EQ(url.query(), "x=/y");
  EXPECT_EQ(url.fragment(), "sha256=00");
  EXPECT_EQ(url.origin(), "https://files.example:8443");
  EXPECT_EQ(url.target(), "/a/b-1.0.zip?x=/y");
  EXPECT_EQ(url.filename(), "b-1.0.zip");
  EXPECT_EQ(url.without_userinfo().without_fragment().to_string(),
            "https://files.example:8443/a/b-1.0.zip?x=/y");
  EXPECT_EQ(Url::parse("https://h")->target(), "/");
  EXPECT_EQ(Url::parse("https://h")->effective_port(), 443);
  EXPECT_EQ(Url::parse("http://h:/")->effective_port(), 80);
  EXPECT_EQ(Url::parse("https://h:443/")->origin(), "https://h");
  EXPECT_EQ(Url::parse("https://h/a%2Db%5B.zip")->filename(), "a-b[.zip");
}

TEST(Url, ReadsAddresses) {
  EXPECT_EQ(Url::parse("http://[0:0::1]:80/")->host(), "::1");
  EXPECT_EQ(Url::parse("http://[::1]/x")->to_string(), "http://[::1]/x");
  EXPECT_EQ(Url::parse("http://[::1]:8080/x")->origin(), "http://[::1]:8080");
  for (std::string_view loopback :
       {"http://localhost/", "http://LOCALHOST:1/", "http://127.3.2.1/", "http://[::1]/"}) {
    EXPECT_TRUE(Url::parse(loopback)->is_loopback()) << loopback;
  }
  for (std::string_view other :
       {"http://127.example/", "http://localhost.example/", "http://128.0.0.1/", "http://[::2]/"}) {
    EXPECT_FALSE(Url::parse(other)->is_loopback()) << other;
  }
}

TEST(Url, NormalisesWhatMeansTheSame) {
  const auto normal = [](std::string_view text) { return Url::parse(text)->normalized().to_string(); };
  EXPECT_EQ(normal("HTTP://A:80"), "http://a/");
  EXPECT_EQ(normal("https://a:443/%7euser/%3a/%2f"), "https://a/~user/%3A/%2F");
  EXPECT_EQ(normal("https://a:80/x/../y/./z"), "https://a:80/y/z");
  EXPECT_EQ(normal("https://a/?%61%3d#%62"), "https://a/?a%3D#b");
  EXPECT_EQ(*Url::parse("https://A/b"), *Url::parse("https://a/b"));
  EXPECT_NE(*Url::parse("https://a/b"), *Url::parse("https://a/B"));
}

TEST(Url, RefusesWhatClientsReadDifferently) {
  for (std::string_view text : {"",
                                "a",
                                "/a",
                                "//a/b",
                                "http:",
                                "http:/a",
                                "http:a",
                                "http://",
                                "https:///x",
                                "http://?x",
                                "http://a b/",
                                "http://a/b c",
                                "http://a\\b/",
                                "http://a/\\..\\b",
                                "http://a/\t",
                                "http://a/\n",
                                "http://a/%",
                                "http://a/%4",
                                "http://a/%zz",
                                "http://a/\xc3\xa9",
                                "http://\xc3\xa9/",
                                "http://a%2eb/",
                                "http://a./",
                                "http://a..b/",
                                "http://.a/",
                                "http://a:0/",
                                "http://a:65536/",
                                "http://a:-1/",
                                "http://a:+1/",
                                "http://a:1:2/",
                                "http://a:x/",
                                "http://[::1/",
                                "http://::1/",
                                "http://[::1%25eth0]/",
                                "http://[v1.x]/",
                                "http://[]/",
                                "http://[::1]x/",
                                "http://1.2.3/",
                                "http://2130706433/",
                                "http://0x7f.1/",
                                "http://127.0.0.01/",
                                "http://a.0x1/",
                                "http://1.2.3.4.5/",
                                "http://a/%2e%2e/b",
                                "http://a/.%2E/b",
                                "http://a/x/%2e",
                                "http://u[@a/",
                                "http://a/[",
                                "http://a/?{}",
                                "http://a/#<",
                                "1http://a/",
                                "ht_tp://a/",
                                "http://a/\"",
                                "http://a/`",
                                "http://a/^",
                                "http://a/|"}) {
    const auto url = Url::parse(text);
    ASSERT_FALSE(url) << text;
    EXPECT_TRUE(url.error().is(kUrlInvalid)) << text;
  }
  EXPECT_FALSE(resolve_url("http://a/b/", "%2e%2e/c"));
  EXPECT_FALSE(resolve_url("http://a/b/", "1:c"));
  EXPECT_FALSE(resolve_url("http://a/b/", "//"));
  EXPECT_FALSE(resolve_url("g:/h", "/..//x")) << "a path must not turn into a host";
}

TEST(Url, KeepsPasswordsOutOfMessages) {
  for (std::string_view text :
       {"http://user:sec<ret@a/", "http://user:secret@a/ b", "http://user:secret@a b/",
        "http://user:secret@a:0/", "//user:secret@a/", "http://user:secret@?x y"}) {
    const auto url = Url::parse(text);
    ASSERT_FALSE(url) << text;
    EXPECT_FALSE(url.error().message().contains("sec")) << url.error().message();
  }
}

TEST(Url, RefusesTextAboveItsLimit) {
  const std::string start = "http://a/";
  const std::string longest = start + std::string(Url::kMaxOctets - start.size(), 'x');
  EXPECT_TRUE(Url::parse(longest));
  EXPECT_FALSE(Url::parse(longest + "x"));
}

TEST(PercentDecode, DecodesOnce) {
  EXPECT_EQ(*percent_decode("a%41%2541"), "aA%41");
  EXPECT_FALSE(percent_decode("%4"));
  EXPECT_FALSE(percent_decode("%g0"));
}

}  // namespace
}  // namespace tomme
