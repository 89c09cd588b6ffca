#include "core/url/url_resolver.h"

#include <gtest/gtest.h>

namespace tomme {
namespace {

TEST(UrlResolver, GivesWhatUrlResolveGives) {
  const Url base = *Url::parse("https://user:pw@index.test/simple/six/?q#f");
  UrlResolver resolver(base);
  for (const char* reference : {"https://files.test/a/six-1.whl",
                                "https://files.test/b/../six-2.whl#sha256=0",
                                "https://files.test/a\tb",
                                "https://files.test/a b",
                                " https://files.test/c ",
                                "https://files.test",
                                "https://files.test/",
                                "https://files.test\\x",
                                "https://files.test:443/x",
                                "https://files.test:8443/x",
                                "https://files.test:8443/y?z=%2e%2e",
                                "https://files.testing/x",
                                "https://a@files.test:8443/x",
                                "../../packages/six-3.whl",
                                "//files.test/x",
                                "/x",
                                "?x",
                                "#x",
                                "",
                                "six-4.whl",
                                "https://index.test/%2e%2e/x/./y//z",
                                "https://index.test/.x/y.",
                                "HTTPS://index.test/x",
                                "https:x",
                                "ftp://index.test/x",
                                "https://index.test/\xc3\xa9\"<>`{}^",
                                "https://[::1]:8443/x",
                                "https://[::1]:8443/y\n"}) {
    const Result<Url> expected = base.resolve(reference);
    for (int twice = 0; twice < 2; ++twice) {
      const Result<Url> url = resolver.resolve(reference);
      ASSERT_EQ(url.has_value(), expected.has_value()) << reference;
      if (url) {
        EXPECT_EQ(*url, *expected) << reference;
      } else {
        EXPECT_EQ(url.error().message(), expected.error().message());
      }
    }
  }
}

}  // namespace
}  // namespace tomme
