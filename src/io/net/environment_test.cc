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

TEST(TrustOfEnvironment, TakesTheFirstFileAndOneFolder) {
  EXPECT_EQ(trust_of({{"SSL_CERT_FILE", "a"}, {"REQUESTS_CA_BUNDLE", "b"}}).ca_file, "b");
  EXPECT_EQ(trust_of({{"SSL_CERT_FILE", "a"}, {"REQUESTS_CA_BUNDLE", ""}}).ca_file, "a");
  EXPECT_EQ(trust_of({{"SSL_CERT_DIR", "/a"}}).ca_directory, "/a");
  EXPECT_EQ(trust_of({{"SSL_CERT_DIR", "/a:/b"}}).ca_directory, "");
  EXPECT_EQ(trust_of({}).ca_file, "");
}

}  // namespace
}  // namespace tomme::net
