#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

#include "io/net/stream.h"

namespace tomme::net {

/// Takes connections in, each on a thread of its own.
class Acceptor {
 public:
  /// `serve` runs on the connection's thread and heeds `stop()`; `overflow` on the accepting one, for a
  /// connection that is one too many, and must not wait.
  Acceptor(Listener listener, std::size_t max_connections, std::function<void(Fd)> serve,
           std::function<void(Fd)> overflow);
  ~Acceptor();  ///< stops

  std::uint16_t port() const { return listener_.port; }
  const StopSignal& stop_signal() const { return stop_; }
  void start();
  /// Raises the signal and waits for all threads.
  void stop();

 private:
  struct Connection {
    std::atomic<bool> done = false;
    std::thread thread;
  };

  void run();
  void take(Fd socket);
  void reap(bool all);

  Listener listener_;  // of the accepting thread; of `stop` once that has ended
  const std::size_t max_connections_;
  const std::function<void(Fd)> serve_;
  const std::function<void(Fd)> overflow_;
  StopSignal stop_;
  std::list<Connection> connections_;  // of the accepting thread; of `stop` once that has ended
  std::thread thread_;
  std::mutex stopping_;  // one stop at a time
};

}  // namespace tomme::net
