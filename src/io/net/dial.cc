#include <atomic>
#include <cerrno>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <system_error>
#include <thread>
#include <unistd.h>

#include "io/net/errors.h"
#include "io/net/stream.h"

namespace tomme::net {

namespace {

struct Addresses {
  Addresses() = default;
  Addresses(const Addresses&) = delete;
  Addresses& operator=(const Addresses&) = delete;
  ~Addresses() {
    if (list != nullptr) ::freeaddrinfo(list);
  }

  void look_up(const Authority& to, int flags) {
    addrinfo hints{};
    hints.ai_flags = flags | AI_NUMERICSERV;
    hints.ai_socktype = SOCK_STREAM;
    const int code = ::getaddrinfo(to.host.c_str(), std::to_string(to.port).c_str(), &hints, &list);
    found.store(code == 0, std::memory_order_release);
  }

  addrinfo* list = nullptr;
  std::atomic<bool> found = false;  // set last, by the thread that looks up
};

/// getaddrinfo cannot be called off, and a dead name server holds it for half a minute: it runs on a thread
/// that is left to itself, and whoever asked waits only as long as he may.
Result<std::shared_ptr<const Addresses>> resolve(const Authority& to, Instant deadline,
                                                 const StopSignal& stop) {
  auto addresses = std::make_shared<Addresses>();
  if (to.is_ip()) {
    addresses->look_up(to, AI_NUMERICHOST);
  } else {
    auto ready = std::make_shared<Descriptor>(::eventfd(0, EFD_CLOEXEC));
    if (!ready->is_open()) return fail(kNetLocal, "cannot look up a name: " + system_reason());
    std::thread([to, addresses, ready] {
      addresses->look_up(to, 0);
      const std::uint64_t one = 1;
      [[maybe_unused]] const ssize_t written = ::write(ready->fd(), &one, sizeof one);
    }).detach();
    TRY(wait_for(ready->fd(), POLLIN, deadline, stop));
  }
  if (!addresses->found.load(std::memory_order_acquire))
    return fail(kNetUnreachable, "there is no address for the name " + to.host);
  return addresses;
}

Result<Descriptor> connect_to(const addrinfo& address, Instant deadline, const StopSignal& stop) {
  Descriptor fd(::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.is_open()) return fail(kNetLocal, "cannot open a socket: " + system_reason());
  const int on = 1;
  ::setsockopt(fd.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(fd.fd(), address.ai_addr, address.ai_addrlen) == 0) return fd;
  if (errno != EINPROGRESS) return fail(kNetUnreachable, system_reason());
  TRY(wait_for(fd.fd(), POLLOUT, deadline, stop));
  int code = 0;
  socklen_t size = sizeof code;
  ::getsockopt(fd.fd(), SOL_SOCKET, SO_ERROR, &code, &size);
  if (code != 0) return fail(kNetUnreachable, system_reason(code));
  return fd;
}

}  // namespace

Result<Descriptor> dial(const Authority& to, Instant deadline, const StopSignal& stop) {
  const auto addresses = TRY(resolve(to, deadline, stop));
  Error last(kNetUnreachable, "there is no address");
  for (const addrinfo* address = addresses->list; address != nullptr; address = address->ai_next) {
    // Half of what is left for each but the last, so that one dead address does not use it all up.
    const auto left = deadline - std::chrono::steady_clock::now();
    const Instant until = address->ai_next == nullptr ? deadline : deadline - left / 2;
    auto fd = connect_to(*address, until, stop);
    if (fd || fd.error().is(kNetCancelled)) return fd;
    last = std::move(fd).error();
  }
  return std::unexpected(std::move(last).in("no connection to " + to.to_string()));
}

}  // namespace tomme::net
