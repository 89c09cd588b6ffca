#include "app/run/run_folder.h"

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>

#include "core/encoding/text.h"
#include "io/system/errors.h"
#include "io/system/own_folder.h"

namespace tomme::guard {

namespace {

constexpr char kLockName[] = "/lock";

Descriptor open_lock(const std::string& folder) {
  return Descriptor(::open((folder + kLockName).c_str(), O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600));
}

void remove_folder(const std::string& path) {
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
}

void remove_abandoned(const std::string& parent) {
  for (const std::string& name : list_folder(parent)) {
    if (!name.starts_with("run.")) continue;
    const Descriptor lock = open_lock(parent + "/" + name);
    if (lock.is_open() && ::flock(lock.fd(), LOCK_EX | LOCK_NB) == 0) remove_folder(parent + "/" + name);
  }
}

}  // namespace

Result<RunFolder> RunFolder::make(const std::string& parent) {
  if (const auto made = make_private_folder(parent); !made) {
    return fail(kFileWrite, made.error().message(), "set TOMME_CACHE_DIR to a folder that you may write");
  }
  TRY(expect_own_folder(parent));
  // One start at a time: between a folder's making and its lock it would look abandoned.
  const Descriptor gate(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (gate.is_open()) ::flock(gate.fd(), LOCK_EX);
  remove_abandoned(parent);
  std::string path = parent + "/run.XXXXXX";
  if (!::mkdtemp(path.data())) {
    return fail(kFileWrite, "cannot make a folder in " + printable(parent) + ": " + system_reason(),
                "set TOMME_CACHE_DIR to a folder that you may write");
  }
  Descriptor lock = open_lock(path);
  if (!lock.is_open() || ::flock(lock.fd(), LOCK_EX | LOCK_NB) != 0) {
    return fail(kFileWrite, "cannot lock " + printable(path) + ": " + system_reason());
  }
  return RunFolder(std::move(path), std::move(lock));
}

void RunFolder::remove() {
  if (!path_.empty()) remove_folder(path_);
  path_.clear();
}

}  // namespace tomme::guard
