#pragma once

#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include "core/base/bytes.h"

namespace tomme::store::testing {

inline std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

/// A number that no other test of this machine draws soon.
inline std::string unique_name() {
  static std::atomic<unsigned> count = 0;
  return "t" + std::to_string(::getpid()) + "_" + std::to_string(++count);
}

/// A TCP proxy on loopback that does to connections what networks do.
class FaultProxy {
 public:
  explicit FaultProxy(std::uint16_t target) : target_(target) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(listener_, 16);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::jthread([this](const std::stop_token& stop) { accept(stop); });
  }
  ~FaultProxy() {
    acceptor_.request_stop();
    acceptor_.join();
    cut_all();
    connections_.clear();
    ::close(listener_);
  }
  std::uint16_t port() const { return port_; }

  /// Connections that are open now end; later ones do not.
  void cut_all() { ++generation_; }
  /// Nothing is passed on in either direction, and nothing is closed.
  std::atomic<bool> stalled = false;
  /// So many answers of the server, whatever they are, are lost together with their connections.
  std::atomic<int> answers_to_lose = 0;
  /// Connections end when they have sent more than this to the server, for so many of them.
  std::atomic<std::size_t> cut_after = SIZE_MAX;
  std::atomic<int> connections_to_cut = 0;

 private:
  static sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
  }
  void accept(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      pollfd waited{.fd = listener_, .events = POLLIN, .revents = 0};
      if (::poll(&waited, 1, 20) != 1) continue;
      const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      const sockaddr_in address = loopback(target_);
      if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        ::close(client);
        ::close(server);
        continue;
      }
      connections_.emplace_back([this, client, server](const std::stop_token& ending) {
        pass_on(client, server, ending);
        ::close(client);
        ::close(server);
      });
    }
  }
  static bool send_all(int to, const char* data, std::size_t size) {
    while (size > 0) {
      const ssize_t n = ::send(to, data, size, MSG_NOSIGNAL);
      if (n <= 0) return false;
      data += n;
      size -= static_cast<std::size_t>(n);
    }
    return true;
  }
  void pass_on(int client, int server, const std::stop_token& stop) {
    const unsigned generation = generation_;
    std::vector<char> buffer(64 * 1024);
    std::size_t sent = 0;
    while (generation == generation_ && !stop.stop_requested()) {
      if (stalled) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        continue;
      }
      pollfd ends[2] = {{.fd = client, .events = POLLIN, .revents = 0},
                        {.fd = server, .events = POLLIN, .revents = 0}};
      if (::poll(ends, 2, 5) <= 0) continue;
      const bool from_client = ends[0].revents != 0;
      const ssize_t n = ::recv(from_client ? client : server, buffer.data(), buffer.size(), 0);
      if (n <= 0) return;
      if (!from_client && take_one(answers_to_lose)) return;
      auto size = static_cast<std::size_t>(n);
      if (from_client && connections_to_cut > 0 && sent + size > cut_after) {
        if (take_one(connections_to_cut)) {
          send_all(server, buffer.data(), cut_after - std::min<std::size_t>(sent, cut_after));
          return;
        }
      }
      if (from_client) sent += size;
      if (!send_all(from_client ? server : client, buffer.data(), size)) return;
    }
  }
  static bool take_one(std::atomic<int>& count) {
    int left = count;
    while (left > 0 && !count.compare_exchange_weak(left, left - 1)) {
    }
    return left > 0;
  }

  const std::uint16_t target_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<unsigned> generation_ = 0;
  std::jthread acceptor_;
  std::vector<std::jthread> connections_;  // of the acceptor, and of the destructor when that has ended
};

/// While it lives, a write that would make a file larger than this fails, as on a full disk.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    signal_ = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, signal_);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

 private:
  rlimit before_{};
  sighandler_t signal_;
};

/// Another process: this program with the one test `filter`, which finds `address` in TOMME_TEST_CHILD.
class Child {
 public:
  Child(const std::string& filter, const std::string& address) {
    const std::string argument = "--gtest_filter=" + filter;
    const std::string variable = "TOMME_TEST_CHILD=" + address;
    std::vector<char*> variables;
    for (char** each = ::environ; *each != nullptr; ++each) variables.push_back(*each);
    variables.push_back(const_cast<char*>(variable.c_str()));
    variables.push_back(nullptr);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) std::abort();
    process_ = ::fork();
    if (process_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::execle("/proc/self/exe", "test", argument.c_str(), "--gtest_also_run_disabled_tests", nullptr,
               variables.data());
      ::_exit(127);
    }
    ::close(ends[1]);
    output_ = ends[0];
  }
  ~Child() { kill(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Until the child has printed `text`; false when it ended before, or after 20 s.
  bool wait_for(std::string_view text) {
    std::string all;
    char piece[4096];
    while (!all.contains(text)) {
      pollfd waited{.fd = output_, .events = POLLIN, .revents = 0};
      if (::poll(&waited, 1, 20'000) != 1) return false;
      const ssize_t n = ::read(output_, piece, sizeof piece);
      if (n <= 0) return false;
      all.append(piece, static_cast<std::size_t>(n));
    }
    return true;
  }
  /// kill -9
  void kill() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    ::close(output_);
    process_ = -1;
  }

 private:
  pid_t process_ = -1;
  int output_ = -1;
};

}  // namespace tomme::store::testing
