#include "io/system/sigpipe.h"

#include <ctime>

namespace tomme {

namespace {

sigset_t only_sigpipe() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  return set;
}

bool is_pending() {
  sigset_t pending;
  return sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
}

}  // namespace

SigpipeBlocked::SigpipeBlocked() {
  const sigset_t set = only_sigpipe();
  was_pending_ = is_pending();
  pthread_sigmask(SIG_BLOCK, &set, &before_);
}

SigpipeBlocked::~SigpipeBlocked() {
  // One that came in meanwhile is ours: it would be delivered with the old mask.
  if (!was_pending_ && is_pending()) {
    const sigset_t set = only_sigpipe();
    const timespec no_wait{};
    sigtimedwait(&set, nullptr, &no_wait);
  }
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace tomme
