#include "app/relay/batches.h"

#include <gtest/gtest.h>

#include "app/relay/errors.h"

namespace tomme::guard {
namespace {

TEST(Batches, AreTakenInOrder) {
  for (const int count : {0, 1, 127, 128, 129, 100'000}) {
    std::vector<int> taken;
    Batches<int> batches([&](int&& value) -> Result<void> {
      taken.push_back(value);
      return {};
    });
    std::vector<int> added;
    for (int i = 0; i < count; ++i) {
      added.push_back(i);
      ASSERT_TRUE(batches.add(i));
    }
    ASSERT_TRUE(batches.finish());
    EXPECT_EQ(taken, added);
  }
}

TEST(Batches, EndWithTheFirstError) {
  int taken = 0;
  Batches<int> batches([&](int&& value) -> Result<void> {
    ++taken;
    if (value == 300) return fail(kGuardRequest, "no");
    return {};
  });
  Result<void> added;
  for (int i = 0; i < 100'000 && added; ++i) added = batches.add(i);
  EXPECT_FALSE(added);
  EXPECT_TRUE(batches.finish().error().is(kGuardRequest));
  EXPECT_EQ(taken, 301);
}

TEST(Batches, AreDroppedWithoutAnEnd) {
  Batches<int> batches([](int&&) -> Result<void> { return {}; });
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(batches.add(i));
}

}  // namespace
}  // namespace tomme::guard
