#include "core/crypto/secret_equal.h"

#include <gtest/gtest.h>

namespace tomme {
namespace {

TEST(SecretEqual, IsEqualityOfAllBytes) {
  EXPECT_TRUE(secret_equal({}, {}));
  EXPECT_TRUE(secret_equal(bytes_of("open sesame"), bytes_of("open sesame")));
  EXPECT_FALSE(secret_equal(bytes_of("open sesame"), bytes_of("open sesamE")));
  EXPECT_FALSE(secret_equal(bytes_of("open sesame"), bytes_of("open sesam")));
  EXPECT_FALSE(secret_equal(bytes_of("open sesame"), bytes_of("Open sesame")));
  EXPECT_FALSE(secret_equal({}, bytes_of("open sesame")));
}

}  // namespace
}  // namespace tomme
