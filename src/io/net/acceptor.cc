#include "io/net/acceptor.h"

#include <poll.h>
#include <system_error>

#include "io/net/errors.h"
#include "io/net/sigpipe.h"

namespace tomme::net {

Acceptor::Acceptor(Listener listener, std::size_t max_connections, std::function<void(Fd)> serve,
                   std::function<void(Fd)> overflow)
    : listener_(std::move(listener)),
      max_connections_(max_connections),
      serve_(std::move(serve)),
      overflow_(std::move(overflow)) {}

Acceptor::~Acceptor() {
  stop();
}

void Acceptor::start() {
  thread_ = std::thread([this] { run(); });
}

void Acceptor::stop() {
  const std::lock_guard lock(stopping_);
  stop_.raise();
  if (thread_.joinable()) thread_.join();
  listener_.socket.reset();
  reap(true);
}

void Acceptor::run() {
  const SigpipeBlocked no_sigpipe;
  constexpr std::chrono::seconds kReapEvery{10};
  while (!stop_.raised()) {
    const auto ready =
        wait_for(listener_.socket.get(), POLLIN, std::chrono::steady_clock::now() + kReapEvery, stop_);
    reap(false);
    if (!ready) continue;  // a timeout, or the signal
    if (auto socket = accept_from(listener_)) {
      take(*std::move(socket));
    } else {
      // Out of descriptors, most likely: the listener stays readable, so give the others time to end.
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
}

void Acceptor::take(Fd socket) {
  if (connections_.size() >= max_connections_) return overflow_(std::move(socket));
  Connection& connection = connections_.emplace_back();
  try {
    connection.thread = std::thread([this, &connection, fd = std::move(socket)]() mutable {
      const SigpipeBlocked no_sigpipe;
      serve_(std::move(fd));
      connection.done.store(true, std::memory_order_release);
    });
  } catch (const std::system_error&) {  // no thread to be had: the connection is closed
    connections_.pop_back();
  }
}

void Acceptor::reap(bool all) {
  std::erase_if(connections_, [&](Connection& connection) {
    if (!all && !connection.done.load(std::memory_order_acquire)) return false;
    connection.thread.join();
    return true;
  });
}

}  // namespace tomme::net
