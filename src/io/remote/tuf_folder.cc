#include "io/remote/tuf_folder.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/encoding/text.h"
#include "core/tuf/paths.h"
#include "io/system/errors.h"
#include "io/system/file.h"
#include "io/system/own_folder.h"

namespace tomme {

namespace {

constexpr std::size_t kMaxRoleBytes = 64 * 1024 * 1024;  ///< what the updater takes at most
constexpr const char* kLockName = ".lock";
constexpr const char* kNewName = ".new";

std::unexpected<Error> cannot_write(const std::string& path) {
  return fail(kFileWrite, "cannot write " + printable(path) + ": " + system_reason());
}

bool sync_folder(const std::string& path) {
  const Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return folder.is_open() && ::fsync(folder.fd()) == 0;
}

}  // namespace

Result<TufFolder> TufFolder::open(std::string folder, const TufFolderOptions& options) {
  const bool reading = options.access == TufFolderOptions::Access::reading;
  if (!reading) TRY(make_private_folder(folder));
  // Whoever may put a root into the folder decides what is trusted.
  TRY(expect_own_folder(folder));
  const std::string lock_path = folder + "/" + kLockName;
  // Who only reads does without a lock where there can be none: then nobody writes either.
  if (reading && (::access(folder.c_str(), W_OK) != 0 || !exists(lock_path))) {
    return TufFolder(std::move(folder), std::nullopt);
  }
  LockFile lock = TRY(LockFile::acquire(lock_path, options.lock_wait, options.waiting));
  return TufFolder(std::move(folder), std::move(lock));
}

Result<std::optional<Bytes>> TufFolder::load(const tuf::RoleName& role) {
  return load_file(tuf::local_metadata_name(role), kMaxRoleBytes);
}

Result<void> TufFolder::store(const tuf::RoleName& role, BytesView bytes) {
  return replace(tuf::local_metadata_name(role), bytes, role == tuf::RoleName::root());
}

Result<std::optional<Bytes>> TufFolder::load_file(const std::string& name, std::size_t limit) const {
  const std::string path = folder_ + "/" + name;
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.is_open() && errno == ENOENT) return std::nullopt;
  struct stat status{};
  if (!file.is_open() || ::fstat(file.fd(), &status) != 0) {
    return fail(kFileRead, "cannot read " + printable(path) + ": " + system_reason());
  }
  if (!S_ISREG(status.st_mode)) return fail(kFileRead, printable(path) + " is not a file");
  if (static_cast<std::uint64_t>(status.st_size) > limit) {
    return fail(kFileTooLarge, printable(path) + " is larger than " + std::to_string(limit) + " bytes",
                "delete it: what belongs there is fetched again");
  }
  Bytes bytes(static_cast<std::size_t>(status.st_size));
  std::size_t at = 0;
  while (at < bytes.size()) {
    const ssize_t n = ::read(file.fd(), bytes.data() + at, bytes.size() - at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(kFileRead, "cannot read " + printable(path) + ": " + system_reason());
    if (n == 0) break;
    at += static_cast<std::size_t>(n);
  }
  bytes.resize(at);
  return bytes;
}

Result<void> TufFolder::store_file(const std::string& name, BytesView bytes) {
  if (const auto slash = name.find('/'); slash != std::string::npos) {
    TRY(make_private_folder(folder_ + "/" + name.substr(0, slash)));
  }
  return replace(name, bytes, false);
}

// The lock is held, so that one name is enough for what is not finished yet, and nothing piles up after
// crashes.
Result<void> TufFolder::replace(const std::string& name, BytesView bytes, bool durable) const {
  const std::string path = folder_ + "/" + name;
  const std::string beside = folder_ + "/" + kNewName;
  const Descriptor file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.is_open()) return cannot_write(path);
  if (!write_all(file.fd(), bytes) || (durable && ::fsync(file.fd()) != 0) ||
      ::rename(beside.c_str(), path.c_str()) != 0 || (durable && !sync_folder(folder_))) {
    auto error = cannot_write(path);
    ::unlink(beside.c_str());
    return error;
  }
  return {};
}

Result<void> TufFolder::forget_all_but_root() {
  const auto remove = [](const std::string& path) -> Result<void> {
    if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
    return fail(kFileWrite, "cannot delete " + printable(path) + ": " + system_reason());
  };
  const std::string root = tuf::local_metadata_name(tuf::RoleName::root());
  for (const std::string& name : list_folder(folder_)) {
    const std::string path = folder_ + "/" + name;
    if (name == kLockName || name == root) continue;
    struct stat status{};
    if (::lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
      for (const std::string& inner : list_folder(path)) TRY(remove(path + "/" + inner));
      ::rmdir(path.c_str());
      continue;
    }
    TRY(remove(path));
  }
  return {};
}

}  // namespace tomme
