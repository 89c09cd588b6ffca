#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/url/url.h"
#include "io/system/descriptor.h"
#include "io/system/stop_signal.h"

namespace tomme::net {

using Instant = std::chrono::steady_clock::time_point;

/// What came of one step that does not wait.
struct IoStep {
  enum class Kind : std::uint8_t { done, end, want_read, want_write, failed };
  Kind kind = Kind::done;
  std::size_t bytes = 0;  ///< for `done`
};

/// Bytes both ways over one socket, plain or TLS. Used by one thread at a time. A wait ends with kNetTimeout
/// at its deadline and with kNetCancelled when the stop signal is raised.
class Stream {
 public:
  Stream(Descriptor socket, const StopSignal& stop) : socket_(std::move(socket)), stop_(stop) {}
  virtual ~Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  virtual IoStep try_read(std::span<std::uint8_t> into) = 0;
  virtual IoStep try_write(BytesView bytes) = 0;
  /// Says to the peer that nothing more comes (close_notify, FIN). Does not wait.
  virtual void finish() = 0;
  /// Bytes that were taken from the socket and wait to be read.
  virtual bool has_pending() const { return false; }

  int fd() const { return socket_.fd(); }
  const StopSignal& stop() const { return stop_; }
  /// Closes with a reset: the peer sees a failure, never an end.
  void cut();
  /// Whether the peer has closed its side or reset the connection; a look, no wait.
  bool peer_gone() const;

  /// At least one byte; 0 when the peer has ended.
  Result<std::size_t> read(std::span<std::uint8_t> into, Instant deadline);
  /// All of it; `patience` is how long the peer may take not a single byte.
  Result<void> write(BytesView bytes, std::chrono::milliseconds patience);

  /// Takes the socket out, for a stream of another kind over it. Nothing may be pending.
  Descriptor release() { return std::move(socket_); }

 private:
  Descriptor socket_;
  const StopSignal& stop_;
};

std::unique_ptr<Stream> make_plain_stream(Descriptor socket, const StopSignal& stop);

/// Waits for `events` (POLLIN, POLLOUT) on `fd`.
Result<void> wait_for(int fd, short events, Instant deadline, const StopSignal& stop);

/// A connected socket, not blocking, TCP_NODELAY. Tries every address of the name, in the order the system
/// gives.
Result<Descriptor> dial(const Authority& to, Instant deadline, const StopSignal& stop);

struct Listener {
  Descriptor socket;
  std::uint16_t port = 0;
};
/// Listens on an IPv4 or IPv6 literal. kNetLocal where that cannot be.
Result<Listener> listen_on(const std::string& address, std::uint16_t port);
/// The next connection, not blocking, TCP_NODELAY; nothing if there is none after all.
std::optional<Descriptor> accept_from(const Listener& listener);

}  // namespace tomme::net
