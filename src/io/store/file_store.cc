#include "io/store/file_store.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "core/encoding/text.h"
#include "io/system/errors.h"
#include "io/system/own_folder.h"

namespace tomme {

Result<void> IncomingFile::append(BytesView bytes) {
  hasher_.update(bytes);
  std::uint64_t at = size_;
  size_ += bytes.size();
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(file_.fd(), bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return fail(kFileWrite, "cannot write a download to the disk: " + system_reason());
    at += static_cast<std::uint64_t>(n);
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return {};
}

std::shared_ptr<const StoredFile> IncomingFile::finish() && {
  const Sha256 digest = hasher_.finish_sha256();
  return std::make_shared<const StoredFile>(std::move(file_), size_, digest);
}

Result<FileStore> FileStore::open(std::string folder) {
  if (const auto made = make_private_folder(folder); !made) {
    return fail(kFileWrite, made.error().message(), "set TOMME_CACHE_DIR to a folder that you may write");
  }
  TRY(expect_own_folder(folder));
  const bool is_ours = is_ours_alone(folder);
  return FileStore(std::move(folder), is_ours);
}

std::string FileStore::path_of(const Sha256& digest) const {
  const std::string hex = digest.to_hex();
  return folder_ + "/" + hex.substr(0, 2) + "/" + hex.substr(2);
}

/// Somebody else may have it open for writing.
bool FileStore::can_change(const Descriptor& file) const {
  struct stat status{};
  return !is_ours_alone_ || ::fstat(file.fd(), &status) != 0 || !S_ISREG(status.st_mode) ||
         status.st_uid != ::geteuid() || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0;
}

std::shared_ptr<const StoredFile> FileStore::copy_of(const Descriptor& file, const Sha256& digest) const {
  Result<IncomingFile> copy = begin();
  Bytes buffer(256 * 1024);
  while (copy) {
    const ssize_t n = ::read(file.fd(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return nullptr;
    if (n == 0) break;
    if (!copy->append(BytesView(buffer).first(static_cast<std::size_t>(n)))) return nullptr;
  }
  if (!copy) return nullptr;
  std::shared_ptr<const StoredFile> made = std::move(*copy).finish();
  return made->digest() == digest ? made : nullptr;
}

std::shared_ptr<const StoredFile> FileStore::find(const Sha256& digest) const {
  const std::string path = path_of(digest);
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file.is_open()) return nullptr;
  if (can_change(file)) {
    std::shared_ptr<const StoredFile> copy = copy_of(file, digest);
    if (!copy) ::unlink(path.c_str());
    return copy;
  }
  const Result<std::uint64_t> size = size_of(file, path);
  const Result<Digest> actual = digest_of(file, HashAlgorithm::sha256, path);
  if (!size || !actual || !equal(actual->view(), digest.view())) {
    ::unlink(path.c_str());
    return nullptr;
  }
  ::futimens(file.fd(), nullptr);  // used now, for `prune`
  return std::make_shared<const StoredFile>(std::move(file), *size, digest);
}

Result<IncomingFile> FileStore::begin() const {
  Descriptor file = nameless_file(folder_);
  if (!file.is_open()) {
    return fail(kFileWrite, "cannot make a file in " + printable(folder_) + ": " + system_reason());
  }
  return IncomingFile(std::move(file));
}

void FileStore::keep(const StoredFile& file) const {
  const std::string path = path_of(file.digest());
  if (!make_private_folder(path.substr(0, path.rfind('/')))) return;
  const std::string descriptor = "/proc/self/fd/" + std::to_string(file.fd());
  ::fchmod(file.fd(), 0400);
  // Fails where it is there already, or where the file never could have a name: both are fine.
  [[maybe_unused]] const int linked =
      ::linkat(AT_FDCWD, descriptor.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW);
}

void FileStore::prune(std::uint64_t limit) const {
  struct Kept {
    std::string path;
    std::uint64_t size;
    timespec used;
  };
  std::vector<Kept> files;
  std::uint64_t total = 0;
  for (const std::string& prefix : list_folder(folder_)) {
    for (const std::string& name : list_folder(folder_ + "/" + prefix)) {
      std::string path = folder_ + "/" + prefix + "/" + name;
      struct stat status{};
      if (::lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
      total += static_cast<std::uint64_t>(status.st_size);
      files.push_back({std::move(path), static_cast<std::uint64_t>(status.st_size), status.st_mtim});
    }
  }
  std::ranges::sort(files, [](const Kept& a, const Kept& b) {
    return std::pair(a.used.tv_sec, a.used.tv_nsec) < std::pair(b.used.tv_sec, b.used.tv_nsec);
  });
  for (const Kept& file : files) {
    if (total <= limit) return;
    if (::unlink(file.path.c_str()) == 0) total -= file.size;
  }
}

}  // namespace tomme
