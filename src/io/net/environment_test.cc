#include "io/net/environment.h"

#include <gtest/gtest.h>

#include "io/net/errors.h"

namespace tomme::net {
namespace {

std::string described(const std::optional<ParentProxy>& proxy) {
  return proxy ? proxy->describe() : "none";
}

TEST(ProxiesOfEnvironment, TheSpellingThatCountsIsTheCallers) {
  const Environment both{{"https_proxy", "http://lower:1"}, {"HTTPS_PROXY", "http://upper:2"}};
  EXPECT_EQ(described(proxies_of(both)->for_https), "http://lower:1");
  EXPECT_EQ(described(proxies_of(both, Spelling::upper_first)->for_https), "http://upper:2");
  EXPECT_EQ(described(proxies_of(both)->for_http), "none");
}

TEST(ProxiesOfEnvironment, AllProxyIsForWhatHasNoneOfItsOwn) {
  const Environment all{{"ALL_PROXY", "all:3"}, {"http_proxy", "own:4"}, {"https_proxy", ""}};
  EXPECT_EQ(described(proxies_of(all)->for_https), "http://all:3");
  EXPECT_EQ(described(proxies_of(all)->for_http), "http://own:4");
}

TEST(ProxiesOfEnvironment, KnowsExceptionsAndRefusesWhatIsNoProxy) {
  const Environment some{{"https_proxy", "p:1"}, {"NO_PROXY", "localhost,.example.org"}};
  const Authority direct{"pypi.example.org", 443};
  EXPECT_TRUE(proxies_of(some)->is_direct(direct));
  const auto socks = proxies_of({{"https_proxy", "socks5://p:1"}});
  ASSERT_FALSE(socks);
  EXPECT_TRUE(socks.error().is(kNetProxySetting));
}

TEST(ProxiesOfEnvironment, AProxyThatCannotBeUsedIsAnErrorOnlyWhereItIsNeeded) {
  const auto some = proxies_of({{"ALL_PROXY", "socks5h://u:secret@p:1"}, {"NO_PROXY", "localhost"}});
  ASSERT_TRUE(some) << some.error().message();
  EXPECT_EQ(some->choose(Scheme::https, {"localhost", 443}), nullptr);
  const ParentProxy* needed = some->choose(Scheme::https, {"pypi.org", 443});
  ASSERT_NE(needed, nullptr);
  EXPECT_TRUE(needed->unusable.contains("socks5h")) << needed->unusable;
  EXPECT_FALSE(needed->unusable.contains("secret")) << needed->unusable;
}

TEST(TrustOfEnvironment, TakesAllThatAreSet) {
  const auto names = [](const TrustSettings& trust) {
    std::string text;
    for (const NamedAuthorities& each : trust.named) text += each.name + "=" + each.path + " ";
    return text;
  };
  EXPECT_EQ(names(trust_of({{"SSL_CERT_FILE", "a"}, {"REQUESTS_CA_BUNDLE", "b"}, {"CURL_CA_BUNDLE", ""}})),
            "SSL_CERT_FILE=a REQUESTS_CA_BUNDLE=b ");
  EXPECT_EQ(names(trust_of({{"SSL_CERT_FILE", "a"}, {"REQUESTS_CA_BUNDLE", "b"}}, {"SSL_CERT_FILE"})),
            "SSL_CERT_FILE=a ");
  const TrustSettings folders = trust_of({{"SSL_CERT_DIR", "/a:/b"}});
  EXPECT_EQ(names(folders), "SSL_CERT_DIR=/a:/b ");
  EXPECT_TRUE(folders.named[0].is_list);
  EXPECT_TRUE(trust_of({}).named.empty());
}

}  // namespace
}  // namespace tomme::net
