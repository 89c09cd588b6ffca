#include "io/system/stop_signal.h"

#include <cstdint>
#include <sys/eventfd.h>
#include <unistd.h>

namespace tomme {

StopSignal::StopSignal() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void StopSignal::raise() {
  source_.request_stop();
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(event_.fd(), &one, sizeof one);
}

}  // namespace tomme
