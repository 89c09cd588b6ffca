#include "app/repository/bins.h"

#include <gtest/gtest.h>

#include "app/repository/errors.h"
#include "core/tuf/delegations.h"

namespace tomme::repository {
namespace {

TEST(Bins, AreThoseOfTheClient) {
  for (const unsigned bits : {1U, 4U, 5U, 8U, 10U, 14U, 15U}) {
    const BinLayout layout = *BinLayout::make("bins", bits);
    tuf::SuccinctRoles client;
    client.bit_length = bits;
    client.name_prefix = "bins";
    for (int i = 0; i < 200; ++i) {
      const tuf::TargetPath path = *tuf::TargetPath::parse("packages/" + std::to_string(i) + ".whl");
      const std::uint32_t bin = layout.of(path.sha256());
      EXPECT_EQ(layout.name(bin), client.bin_for(path).text());
      EXPECT_EQ(layout.bin_of_name(layout.name(bin)), bin);
    }
  }
}

TEST(Bins, HaveTheirNamesAndNoOthers) {
  const BinLayout layout = *BinLayout::make("bins", 10);
  EXPECT_EQ(layout.count(), 1024U);
  EXPECT_EQ(layout.name(0), "bins-000");
  EXPECT_EQ(layout.name(1023), "bins-3ff");
  for (const char* name : {"bins", "bins-", "bins-0", "bins-400", "bins-3FF", "bins-0000", "bins_000",
                           "bin-000", "bins-+00", "bins-0x1", "xbins-000"}) {
    EXPECT_FALSE(layout.bin_of_name(name)) << name;
  }
}

TEST(Bins, AreNotMoreThanClientsAccept) {
  EXPECT_TRUE(BinLayout::make("b", 15));
  for (const unsigned bits : {0U, 16U, 33U}) {
    EXPECT_EQ(BinLayout::make("b", bits).error().code().name, kRepositoryBins.name);
  }
  EXPECT_FALSE(BinLayout::make("", 4));
  EXPECT_FALSE(BinLayout::make("a/b", 4));
  EXPECT_TRUE(BinLayout::make(std::string(64, 'b'), 4));
  EXPECT_FALSE(BinLayout::make(std::string(65, 'b'), 4));
}

TEST(BinLayout, SuitsANumberOfTargets) {
  EXPECT_EQ(bits_for(0), 8U);
  EXPECT_EQ(bits_for(1'000), 8U);
  EXPECT_EQ(bits_for(10'000), 10U);
  EXPECT_EQ(bits_for(100'000), 11U);
  EXPECT_EQ(bits_for(1'000'000), 13U);
  EXPECT_EQ(bits_for(10'000'000), 14U);
  EXPECT_EQ(bits_for(1'000'000'000'000), 14U);
  // The cost of ten packages: no other number of bins has less.
  const auto bytes = [](double targets, unsigned bits) {
    const double bins = static_cast<double>(1U << bits);
    return 34 * bins + 10 * 220 * targets / bins;
  };
  for (const std::uint64_t targets : {10'000U, 100'000U, 1'000'000U}) {
    const unsigned best = bits_for(targets);
    const auto n = static_cast<double>(targets);
    EXPECT_LT(bytes(n, best), bytes(n, best - 1));
    EXPECT_LT(bytes(n, best), bytes(n, best + 1));
  }
}

TEST(Bins, KnowsTheFilesOfAllItsLayouts) {
  const BinLayout layout = *BinLayout::make("bins", 10);
  for (const char* file : {"bins-0.json", "bins-3ff.json", "bins-ffff.json"})
    EXPECT_TRUE(layout.could_name(file));
  for (const char* file : {"bins.json", "bins-.json", "bins-00000.json", "bins-3FF.json", "bins-3ff",
                           "bin-0.json", "bins0.json", "bins-x.json", "targets.json"}) {
    EXPECT_FALSE(layout.could_name(file)) << file;
  }
}

}  // namespace
}  // namespace tomme::repository
