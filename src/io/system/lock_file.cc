#include "io/system/lock_file.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <thread>

#include "core/encoding/text.h"
#include "io/system/errors.h"

namespace tomme {

namespace {

constexpr std::chrono::milliseconds kBetweenTries{20};

}  // namespace

Result<LockFile> LockFile::acquire(const std::string& path, std::chrono::milliseconds wait,
                                   const std::function<void()>& waiting) {
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.is_open()) return fail(kFileWrite, "cannot lock " + printable(path) + ": " + system_reason());
  const auto started = std::chrono::steady_clock::now();
  bool told = false;
  while (::flock(file.fd(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK)
      return fail(kFileWrite, "cannot lock " + printable(path) + ": " + system_reason());
    const auto waited = std::chrono::steady_clock::now() - started;
    if (waited >= wait) {
      return fail(kFileLocked, "another process has held " + printable(path) + " for longer than " +
                                   std::to_string(wait.count() / 1000) + " s");
    }
    if (!told && waiting) waiting();
    told = true;
    std::this_thread::sleep_for(kBetweenTries);
  }
  return LockFile(std::move(file));
}

}  // namespace tomme
