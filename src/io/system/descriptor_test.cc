#include "io/system/descriptor.h"

#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <utility>

#include "io/system/stop_signal.h"

namespace tomme {
namespace {

bool is_open(int fd) {
  return ::fcntl(fd, F_GETFD) >= 0;
}

int opened() {
  return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

TEST(Descriptor, IsClosedOnceByItsOwner) {
  const int number = opened();
  {
    Descriptor first(number);
    Descriptor second(std::move(first));
    EXPECT_FALSE(first.is_open());  // NOLINT(bugprone-use-after-move): that is what is looked at
    EXPECT_EQ(second.fd(), number);
    EXPECT_TRUE(is_open(number));
  }
  EXPECT_FALSE(is_open(number));
}

TEST(Descriptor, ClosesWhatAnotherTakesThePlaceOf) {
  const int one = opened(), two = opened();
  Descriptor owner(one);
  owner = Descriptor(two);
  EXPECT_FALSE(is_open(one));
  EXPECT_TRUE(is_open(two));
  owner.close();
  EXPECT_FALSE(is_open(two));
  owner.close();
}

TEST(Descriptor, SaysWhatTheSystemSaid) {
  EXPECT_FALSE(Descriptor(::open("/dev/null/x", O_RDONLY | O_CLOEXEC)).is_open());
  errno = ENOTDIR;
  EXPECT_EQ(system_reason(), system_reason(ENOTDIR));
  EXPECT_EQ(system_reason(ENOSPC), "No space left on device");
}

TEST(StopSignal, IsSeenByThoseWhoWaitAndByThoseWhoAsk) {
  StopSignal signal;
  const std::stop_token token = signal.token();
  EXPECT_FALSE(signal.raised() || token.stop_requested());
  signal.raise();
  EXPECT_TRUE(signal.raised() && token.stop_requested());
  std::uint64_t times = 0;
  EXPECT_EQ(::read(signal.fd(), &times, sizeof times), static_cast<ssize_t>(sizeof times));
}

}  // namespace
}  // namespace tomme
