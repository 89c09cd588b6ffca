#include "io/net/acceptor.h"

#include <poll.h>
#include <system_error>

#include "io/net/errors.h"
#include "io/system/sigpipe.h"

namespace tomme::net {

Acceptor::Acceptor(Listener listener, std::size_t max_connections, Handlers handlers,
                   std::chrono::milliseconds patience)
    : listener_(std::move(listener)),
      max_connections_(max_connections),
      handlers_(std::move(handlers)),
      patience_(patience) {}

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
  listener_.socket.close();
  reap(true);
}

void Acceptor::run() {
  const SigpipeBlocked no_sigpipe;
  constexpr std::chrono::seconds kReapEvery{10};
  while (!stop_.raised()) {
    const auto ready =
        wait_for(listener_.socket.fd(), POLLIN, std::chrono::steady_clock::now() + kReapEvery, stop_);
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

void Acceptor::take(Descriptor socket) {
  if (!has_place()) return handlers_.overflow(std::move(socket));
  if (handlers_.admit) handlers_.admit(socket.fd());
  Connection& connection = connections_.emplace_back();
  connection.socket = std::move(socket);
  try {
    connection.thread = std::thread([this, &connection] {
      const SigpipeBlocked no_sigpipe;
      handlers_.serve(std::move(connection.socket));
      connection.done.store(true, std::memory_order_release);
    });
  } catch (const std::system_error&) {  // no thread to be had
    handlers_.overflow(std::move(connection.socket));
    connections_.pop_back();
  }
}

bool Acceptor::has_place() {
  const auto until = std::chrono::steady_clock::now() + patience_;
  while (connections_.size() >= max_connections_) {
    if (stop_.raised() || std::chrono::steady_clock::now() >= until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    reap(false);
  }
  return true;
}

void Acceptor::reap(bool all) {
  std::erase_if(connections_, [&](Connection& connection) {
    if (!all && !connection.done.load(std::memory_order_acquire)) return false;
    connection.thread.join();
    return true;
  });
}

}  // namespace tomme::net
