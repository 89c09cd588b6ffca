#include "core/base/suggest.h"

#include <array>
#include <gtest/gtest.h>

namespace tomme {
namespace {

constexpr std::array<std::string_view, 5> kKnown{"verify", "inspect", "run", "tuf", "trust"};

TEST(Suggest, NamesTheWordThatWasMeant) {
  EXPECT_EQ(nearest("veify", kKnown), "verify");
  EXPECT_EQ(nearest("verfiy", kKnown), "verify");
  EXPECT_EQ(nearest("inspekt", kKnown), "inspect");
  EXPECT_EQ(nearest("rnu", kKnown), "run");
  EXPECT_EQ(nearest("tuff", kKnown), "tuf");
}

TEST(Suggest, IsSilentWhereNoWordIsNear) {
  EXPECT_EQ(nearest("frobnicate", kKnown), std::nullopt);
  EXPECT_EQ(nearest("ls", kKnown), std::nullopt);
  EXPECT_EQ(nearest("", kKnown), std::nullopt);
  EXPECT_EQ(nearest(std::string(1'000'000, 'v'), kKnown), std::nullopt);
}

TEST(Suggest, PutsTheWordBeforeTheOtherHint) {
  EXPECT_EQ(did_you_mean("veify", kKnown, "see --help"), "did you mean verify? see --help");
  EXPECT_EQ(did_you_mean("frobnicate", kKnown, "see --help"), "see --help");
}

}  // namespace
}  // namespace tomme
