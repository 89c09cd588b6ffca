#include "io/system/new_file.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "core/encoding/text.h"
#include "io/system/errors.h"

namespace tomme {

namespace {

constexpr int kNameTries = 16;

std::unexpected<Error> cannot_write(const std::string& path) {
  return fail(kFileWrite, "cannot write " + printable(path) + ": " + system_reason());
}

}  // namespace

Result<NewFile> NewFile::open(std::string folder) {
  Descriptor file(::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666));
  if (file.is_open()) return NewFile(std::move(folder), std::move(file), "");
  std::string path = folder + "/.new.XXXXXX";
  Descriptor named(::mkostemp(path.data(), O_CLOEXEC));
  if (!named.is_open()) return cannot_write(folder);
  const mode_t mask = ::umask(0);
  ::umask(mask);
  ::fchmod(named.fd(), 0666 & ~mask);
  return NewFile(std::move(folder), std::move(named), std::move(path));
}

NewFile::NewFile(NewFile&& other) noexcept
    : folder_(std::move(other.folder_)),
      file_(std::move(other.file_)),
      path_(std::exchange(other.path_, std::string())) {}

NewFile::~NewFile() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

Result<void> NewFile::append(BytesView bytes) {
  if (!write_all(file_.fd(), bytes)) return cannot_write("a file in " + folder_);
  return {};
}

// A link cannot replace a file, a rename can: so a nameless file gets a name for a moment first.
Result<void> NewFile::keep(const std::string& name) && {
  const std::string descriptor = "/proc/self/fd/" + std::to_string(file_.fd());
  for (int i = 0; path_.empty() && i < kNameTries; ++i) {
    const std::string path = folder_ + "/.new." + std::to_string(::getpid()) + "-" + std::to_string(i);
    if (::linkat(AT_FDCWD, descriptor.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) == 0) path_ = path;
  }
  const std::string target = folder_ + "/" + name;
  if (path_.empty() || ::rename(path_.c_str(), target.c_str()) != 0) return cannot_write(target);
  path_.clear();
  return {};
}

}  // namespace tomme
