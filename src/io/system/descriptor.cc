#include "io/system/descriptor.h"

#include <cerrno>
#include <system_error>
#include <unistd.h>

namespace tomme {

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void Descriptor::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

std::string system_reason() {
  return system_reason(errno);
}

std::string system_reason(int code) {
  return std::generic_category().message(code);
}

}  // namespace tomme
