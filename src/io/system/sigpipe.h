#pragma once

#include <csignal>

namespace tomme {

/// Keeps SIGPIPE from this thread while it lives: libssl and libcurl write to sockets with plain `write`. The
/// process's own handling is left alone, as children inherit it.
class SigpipeBlocked {
 public:
  SigpipeBlocked();
  ~SigpipeBlocked();
  SigpipeBlocked(const SigpipeBlocked&) = delete;
  SigpipeBlocked& operator=(const SigpipeBlocked&) = delete;

 private:
  sigset_t before_{};
  bool was_pending_ = false;
};

}  // namespace tomme
