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
  struct Handlers {
    /// Before the connection's thread is there, so in the order they came. May be empty.
    std::function<void(int fd)> admit = {};
    std::function<void(Descriptor)> serve;     ///< on the connection's thread; heeds `stop()`
    std::function<void(Descriptor)> overflow;  ///< one too many, or no thread to be had for it
  };
  /// `admit` and `overflow` run on the accepting thread and must not wait.
  /// One too many waits `patience` for a place, and the others behind it: a connection that was closed counts
  /// until its thread has seen it, and on a busy machine that takes a moment.
  Acceptor(Listener listener, std::size_t max_connections, Handlers handlers,
           std::chrono::milliseconds patience = std::chrono::milliseconds(250));
  ~Acceptor();  ///< stops

  std::uint16_t port() const { return listener_.port; }
  const StopSignal& stop_signal() const { return stop_; }
  void start();
  /// Raises the signal and waits for all threads.
  void stop();

 private:
  struct Connection {
    Descriptor socket;  // until the thread takes it
    std::atomic<bool> done = false;
    std::thread thread;
  };

  void run();
  void take(Descriptor socket);
  bool has_place();
  void reap(bool all);

  Listener listener_;  // of the accepting thread; of `stop` once that has ended
  const std::size_t max_connections_;
  const Handlers handlers_;
  const std::chrono::milliseconds patience_;
  StopSignal stop_;
  std::list<Connection> connections_;  // of the accepting thread; of `stop` once that has ended
  std::thread thread_;
  std::mutex stopping_;  // one stop at a time
};

}  // namespace tomme::net
