#include "app/run/disk.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace tomme::guard {
namespace {

std::optional<std::string> read_regular(int fd, std::size_t limit) {
  struct stat status{};
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  std::string text;
  char buffer[16 * 1024];
  while (text.size() < limit) {
    ssize_t got = ::read(fd, buffer, std::min(sizeof buffer, limit - text.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    text.append(buffer, static_cast<std::size_t>(got));
  }
  return text;
}

}  // namespace

ReadFile disk_reader() {
  return [](const std::string& path, std::size_t limit) -> std::optional<std::string> {
    // Not blocking: opening a FIFO would wait for its writer.
    int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return std::nullopt;
    std::optional<std::string> text = read_regular(fd, limit);
    close(fd);
    return text;
  };
}

ResolvePath disk_resolver() {
  return [](const std::string& path) {
    std::error_code error;
    const std::filesystem::path real = std::filesystem::canonical(path, error);
    return error ? path : real.string();
  };
}

}  // namespace tomme::guard
