#include "io/net/stream.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

#include "core/encoding/text.h"
#include "io/net/errors.h"

namespace tomme::net {

namespace {

IoStep step_of_errno() {
  if (errno == EAGAIN || errno == EINTR) return {IoStep::Kind::want_read, 0};
  return {IoStep::Kind::failed, 0};
}

class PlainStream final : public Stream {
 public:
  using Stream::Stream;

  IoStep try_read(std::span<std::uint8_t> into) override {
    const ssize_t n = ::recv(fd(), into.data(), into.size(), 0);
    if (n > 0) return {IoStep::Kind::done, static_cast<std::size_t>(n)};
    return n == 0 ? IoStep{IoStep::Kind::end, 0} : step_of_errno();
  }

  IoStep try_write(BytesView bytes) override {
    // A client that left is an ordinary error, not a signal.
    const ssize_t n = ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n >= 0) return {IoStep::Kind::done, static_cast<std::size_t>(n)};
    IoStep step = step_of_errno();
    if (step.kind == IoStep::Kind::want_read) step.kind = IoStep::Kind::want_write;
    return step;
  }

  void finish() override { ::shutdown(fd(), SHUT_WR); }
};

int milliseconds_until(Instant deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 3'600'000));
}

Result<void> wait_step(const Stream& stream, IoStep::Kind kind, Instant deadline) {
  return wait_for(stream.fd(), kind == IoStep::Kind::want_read ? POLLIN : POLLOUT, deadline, stream.stop());
}

void set_no_delay(int fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

Result<void> wait_for(int fd, short events, Instant deadline, const StopSignal& stop) {
  for (;;) {
    std::array<pollfd, 2> both{pollfd{fd, events, 0}, pollfd{stop.fd(), POLLIN, 0}};
    const int n = ::poll(both.data(), both.size(), milliseconds_until(deadline));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(kNetLocal, "cannot wait for a connection: " + system_reason());
    if (both[1].revents != 0) return fail(kNetCancelled, "the server is stopping");
    if (n == 0) return fail(kNetTimeout, "the other side took too long");
    return {};  // errors and hang-ups show in the next read or write
  }
}

Result<std::size_t> Stream::read(std::span<std::uint8_t> into, Instant deadline) {
  for (;;) {
    const IoStep step = try_read(into);
    switch (step.kind) {
      case IoStep::Kind::done:
        return step.bytes;
      case IoStep::Kind::end:
        return 0;
      case IoStep::Kind::failed:
        return fail(kNetClosed, "the connection broke");
      case IoStep::Kind::want_read:
      case IoStep::Kind::want_write:
        TRY(wait_step(*this, step.kind, deadline));
    }
  }
}

Result<void> Stream::write(BytesView bytes, std::chrono::milliseconds patience) {
  while (!bytes.empty()) {
    const IoStep step = try_write(bytes);
    switch (step.kind) {
      case IoStep::Kind::done:
        bytes = bytes.subspan(step.bytes);
        break;
      case IoStep::Kind::end:
      case IoStep::Kind::failed:
        return fail(kNetClosed, "the connection broke");
      case IoStep::Kind::want_read:
      case IoStep::Kind::want_write:
        TRY(wait_step(*this, step.kind, std::chrono::steady_clock::now() + patience));
    }
  }
  return {};
}

void Stream::cut() {
  const linger at_once{1, 0};
  ::setsockopt(socket_.fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  socket_.close();
}

bool Stream::peer_gone() const {
  if (!socket_.is_open()) return true;
  pollfd one{socket_.fd(), POLLRDHUP, 0};
  return ::poll(&one, 1, 0) > 0 && (one.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

std::unique_ptr<Stream> make_plain_stream(Descriptor socket, const StopSignal& stop) {
  return std::make_unique<PlainStream>(std::move(socket), stop);
}

std::optional<Descriptor> accept_from(const Listener& listener) {
  Descriptor fd(::accept4(listener.socket.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!fd.is_open()) return std::nullopt;
  set_no_delay(fd.fd());
  return fd;
}

Result<Listener> listen_on(const std::string& address, std::uint16_t port) {
  const auto refuse = [&](std::string_view what) {
    return fail(kNetLocal, "cannot listen on " + printable(address) + " port " + std::to_string(port) + ": " +
                               std::string(what));
  };
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
    return refuse("that is not an IP address");
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  Descriptor fd(::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.is_open()) return refuse(system_reason());
  const int on = 1;
  if (port != 0) ::setsockopt(fd.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(fd.fd(), found->ai_addr, found->ai_addrlen) != 0) return refuse(system_reason());
  if (::listen(fd.fd(), 128) != 0) return refuse(system_reason());
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  ::getsockname(fd.fd(), reinterpret_cast<sockaddr*>(&bound), &size);
  const auto chosen = bound.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(bound).sin6_port
                                                  : reinterpret_cast<const sockaddr_in&>(bound).sin_port;
  return Listener{std::move(fd), ntohs(chosen)};
}

}  // namespace tomme::net
