#include "core/sigstore/builtin_roots.h"

#include <gtest/gtest.h>

namespace tomme {
namespace {

// At start the program takes the links between the built-in certificates as verified: here they are.
TEST(BuiltinRoots, EveryLinkOfTheirChainsIsSigned) {
  for (const std::string_view text : {public_good_root_text(), staging_root_text()}) {
    const Result<TrustedRoot> root = TrustedRoot::parse(text);
    ASSERT_TRUE(root) << root.error().message();
    EXPECT_TRUE(root->left_out.empty());
    EXPECT_FALSE(root->logs.empty());
    EXPECT_FALSE(root->certificate_logs.empty());
    EXPECT_FALSE(root->certificate_authorities.empty());
    EXPECT_FALSE(root->timestamp_authorities.empty());
  }
}

TEST(BuiltinRoots, AreReadAlikeWithAndWithoutVerifyingTheLinks) {
  const auto quick = public_good_root();
  const auto whole = TrustedRoot::parse(public_good_root_text());
  ASSERT_TRUE(quick && whole);
  EXPECT_EQ((*quick)->logs.size(), whole->logs.size());
  EXPECT_EQ((*quick)->certificate_authorities.size(), whole->certificate_authorities.size());
  for (std::size_t i = 0; i < whole->certificate_authorities.size(); ++i) {
    EXPECT_EQ((*quick)->certificate_authorities[i].chain.certificates(),
              whole->certificate_authorities[i].chain.certificates());
  }
}

TEST(BuiltinRoots, AreDated) {
  EXPECT_EQ(builtin_roots_date().size(), std::string_view("2026-11-22").size());
}

}  // namespace
}  // namespace tomme
