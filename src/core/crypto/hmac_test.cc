#include "core/crypto/hmac.h"

#include <gtest/gtest.h>

namespace tomme {
namespace {

TEST(Hmac, GivesWhatRfc4231Gives) {
  const Bytes twenty(20, 0x0b);
  EXPECT_EQ(hmac_sha256(twenty, bytes_of("Hi There")).to_hex(),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hmac_sha256(bytes_of("Jefe"), bytes_of("what do ya want for nothing?")).to_hex(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  // Section 4.7: a key longer than a block.
  EXPECT_EQ(hmac_sha256(Bytes(131, 0xaa), bytes_of("Test Using Larger Than Block-Size Key - Hash Key First"))
                .to_hex(),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Hmac, TakesAnEmptyKeyAndAnEmptyText) {
  EXPECT_EQ(hmac_sha256({}, {}).to_hex(), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

}  // namespace
}  // namespace tomme
