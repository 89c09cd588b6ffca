#pragma once

#include <stop_token>

#include "io/system/descriptor.h"

namespace tomme {

/// Says "stop" to every thread that waits on a socket: its descriptor is part of each wait.
class StopSignal {
 public:
  StopSignal();
  int fd() const { return event_.fd(); }  ///< readable from `raise` on
  void raise();
  bool raised() const { return source_.stop_requested(); }
  std::stop_token token() const { return source_.get_token(); }

 private:
  Descriptor event_;
  std::stop_source source_;
};

}  // namespace tomme
