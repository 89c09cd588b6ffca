#include "core/base/secret.h"

#include <gtest/gtest.h>
#include <memory>
#include <type_traits>

namespace tomme {
namespace {

using SecretText = Secret<std::string>;
static_assert(!std::is_copy_constructible_v<SecretText> && !std::is_copy_assignable_v<SecretText>);
static_assert(!std::is_convertible_v<std::string, SecretText> &&
              !std::is_convertible_v<SecretText, std::string>);

/// An allocator that looks at each block as it is given back.
bool g_gave_back_dirty = false;
template <class T>
struct WatchingAllocator {
  using value_type = T;
  WatchingAllocator() = default;
  template <class U>
  WatchingAllocator(const WatchingAllocator<U>&) {}
  T* allocate(std::size_t n) { return std::allocator<T>().allocate(n); }
  void deallocate(T* block, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) g_gave_back_dirty = g_gave_back_dirty || block[i] == 0x5a;
    std::allocator<T>().deallocate(block, n);
  }
  friend bool operator==(const WatchingAllocator&, const WatchingAllocator&) { return true; }
};
using WatchedBytes = std::vector<std::uint8_t, WatchingAllocator<std::uint8_t>>;

TEST(Secret, PrintsAsStarsAndRevealsOnlyWhenAsked) {
  const SecretText secret("hunter2");
  EXPECT_EQ(secret.to_string(), "***");
  EXPECT_EQ(secret.reveal(), "hunter2");
}

TEST(Secret, WipesItsMemoryWhenItGoes) {
  g_gave_back_dirty = false;
  {
    Secret<WatchedBytes> secret(WatchedBytes(64, 0x5a));
  }
  EXPECT_FALSE(g_gave_back_dirty);
  {
    WatchedBytes plain(64, 0x5a);
  }
  EXPECT_TRUE(g_gave_back_dirty);  // the watch works
}

TEST(Secret, WipesWhatAnAssignmentReplaces) {
  g_gave_back_dirty = false;
  {
    Secret<WatchedBytes> secret(WatchedBytes(64, 0x5a));
    secret = Secret<WatchedBytes>(WatchedBytes(32, 0x5a));
    EXPECT_EQ(secret.reveal().size(), 32u);
  }
  EXPECT_FALSE(g_gave_back_dirty);
}

TEST(Secret, MovesAndLeavesNothing) {
  SecretText from("a secret longer than a short string holds");
  SecretText to(std::move(from));
  EXPECT_EQ(to.reveal(), "a secret longer than a short string holds");
  EXPECT_TRUE(from.reveal().empty());  // NOLINT(bugprone-use-after-move,clang-analyzer-cplusplus.Move)
  SecretText& self = to;
  to = std::move(self);
  EXPECT_FALSE(to.reveal().empty());
}

}  // namespace
}  // namespace tomme
