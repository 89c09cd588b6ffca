#include "core/base/result.h"

#include <gtest/gtest.h>
#include <memory>

namespace tomme {
namespace {

constexpr ErrorCode kOdd{"test/odd", Outcome::refused, "a number is odd", "take an even one"};
constexpr ErrorCode kOther{"test/other", Outcome::could_not_tell, "something else", ""};

Result<int> half(int number) {
  if (number % 2 != 0) return fail(kOdd, std::to_string(number) + " is odd");
  return number / 2;
}
Result<void> check_even(int number) {
  const int ignored = TRY(half(number));
  return ignored * 2 == number ? Result<void>{} : fail(kOther, "no");
}
Result<int> quarter(int number) {
  return TRY(in("second half", half(TRY(half(number)))));
}
Result<std::string> described(int number) {
  TRY(check_even(number));
  return "even";
}

TEST(Try, PassesValuesOn) {
  EXPECT_EQ(quarter(12).value(), 3);
  EXPECT_TRUE(check_even(2));
  EXPECT_EQ(described(2).value(), "even");
}

TEST(Try, ReturnsTheFirstErrorAcrossTypes) {
  EXPECT_EQ(quarter(7).error().message(), "7 is odd");
  EXPECT_EQ(quarter(6).error().message(), "second half: 3 is odd");
  EXPECT_EQ(described(3).error().message(), "3 is odd");
}

TEST(Try, MovesWhatCannotBeCopied) {
  const auto make = [](bool good) -> Result<std::unique_ptr<int>> {
    if (!good) return fail(kOther, "no");
    return std::make_unique<int>(5);
  };
  const auto use = [&](bool good) -> Result<int> {
    const std::unique_ptr<int> value = TRY(make(good));
    return *value;
  };
  EXPECT_EQ(use(true).value(), 5);
  EXPECT_TRUE(use(false).error().is(kOther));
}

TEST(Try, DestroysWhatStandsBeforeTheReturn) {
  auto alive = std::make_shared<int>(0);
  const auto run = [&](int number) -> Result<int> {
    const std::shared_ptr<int> held = alive;  // NOLINT(performance-unnecessary-copy-initialization)
    return TRY(half(number)) + static_cast<int>(held.use_count());
  };
  EXPECT_EQ(run(2).value(), 3);
  EXPECT_FALSE(run(1));
  EXPECT_EQ(alive.use_count(), 1);
}

TEST(Error, HasACodeAnOutcomeAndAHint) {
  const Error plain = half(1).error();
  EXPECT_TRUE(plain.is(kOdd));
  EXPECT_FALSE(plain.is(kOther));
  EXPECT_EQ(plain.outcome(), Outcome::refused);
  EXPECT_EQ(plain.hint(), "take an even one");
  const Result<int> own = fail(kOdd, "1 is odd", "take 2");
  EXPECT_EQ(own.error().hint(), "take 2");
  EXPECT_EQ(static_cast<int>(Error(kOther, "x").outcome()), 3);
}

TEST(Error, NamesItsSurroundingsFromOutsideIn) {
  EXPECT_EQ(in("outer", in("inner", half(1))).error().message(), "outer: inner: 1 is odd");
  EXPECT_EQ(in("outer", half(2)).value(), 1);
}

}  // namespace
}  // namespace tomme
