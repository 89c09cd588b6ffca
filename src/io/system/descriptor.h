#pragma once

#include <string>
#include <utility>

namespace tomme {

/// An open file, socket or event of this process, closed with its owner.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }

  int fd() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }
  void close();

 private:
  int fd_;
};

/// "No space left on device": of the last system call that failed on this thread.
std::string system_reason();
/// The same of a number that a call gave back instead of setting errno.
std::string system_reason(int code);

}  // namespace tomme
