#include "io/system/file.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "core/base/buffer.h"
#include "core/encoding/text.h"
#include "io/system/errors.h"

namespace tomme {

namespace {

constexpr std::size_t kReadBytes = 256 * 1024;

std::unexpected<Error> cannot_read(const std::string& name) {
  return fail(kFileRead, "cannot read " + printable(name) + ": " + system_reason());
}

std::unexpected<Error> cannot_write(const std::string& name) {
  return fail(kFileWrite, "cannot write " + printable(name) + ": " + system_reason());
}

}  // namespace

Result<MappedFile> MappedFile::map(int fd, std::uint64_t size, const std::string& name) {
  if (size == 0) return MappedFile(nullptr, 0);
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (address == MAP_FAILED) return cannot_read(name);
  return MappedFile(address, size);
}

MappedFile::MappedFile(MappedFile&& other) noexcept : address_(other.address_), size_(other.size_) {
  other.address_ = nullptr;
  other.size_ = 0;
}

MappedFile::~MappedFile() {
  if (address_) ::munmap(address_, size_);
}

namespace {

/// /dev/null (1, 3 on Linux): the empty file of every shell.
bool is_null_device(const struct stat& status) {
  return S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3);
}

}  // namespace

Result<Descriptor> open_for_reading(const std::string& path, bool allow_stream) {
  // Not blocking: a FIFO without a writer would hold us for ever; so opened it reads as empty.
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.is_open()) ::fcntl(file.fd(), F_SETFL, O_RDONLY);
  struct stat status{};
  if (!file.is_open() || ::fstat(file.fd(), &status) != 0) return cannot_read(path);
  if (S_ISDIR(status.st_mode)) return fail(kFileRead, "cannot read " + printable(path) + ": it is a folder");
  // Pipes and terminals end; /dev/zero and its like do not.
  const bool is_stream = S_ISFIFO(status.st_mode) || ::isatty(file.fd()) == 1 || is_null_device(status);
  if (!S_ISREG(status.st_mode) && !(allow_stream && is_stream)) {
    return fail(kFileRead, "cannot read " + printable(path) + ": it is not a file");
  }
  return file;
}

Result<std::uint64_t> size_of(const Descriptor& file, const std::string& name) {
  struct stat status{};
  if (::fstat(file.fd(), &status) != 0) return cannot_read(name);
  return static_cast<std::uint64_t>(status.st_size);
}

Result<std::size_t> read_some(const Descriptor& file, std::span<std::uint8_t> into, const std::string& name) {
  for (;;) {
    const ssize_t n = ::read(file.fd(), into.data(), into.size());
    if (n >= 0) return static_cast<std::size_t>(n);
    if (errno != EINTR) return cannot_read(name);
  }
}

Result<void> rewind(const Descriptor& file, const std::string& name) {
  if (::lseek(file.fd(), 0, SEEK_SET) < 0 && errno != ESPIPE) return cannot_read(name);
  return {};
}

Result<std::string> read_file(const std::string& path, std::size_t limit) {
  const Descriptor file = TRY(open_for_reading(path, true));
  std::string content;
  Buffer buffer(std::min(limit + 1, kReadBytes));
  while (const std::size_t n = TRY(read_some(file, buffer.room(), path))) {
    if (content.size() + n > limit) {
      return fail(kFileTooLarge, printable(path) + " is larger than " + std::to_string(limit) + " bytes");
    }
    content.append(text_of(buffer.first(n)));
  }
  return content;
}

Result<std::optional<std::string>> read_file_if_there(const std::string& path, std::size_t limit) {
  if (!exists(path)) return std::nullopt;
  return TRY(read_file(path, limit));
}

Result<void> write_file(const std::string& path, std::string_view content) {
  std::string temporary = path + ".XXXXXX";
  const Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!file.is_open()) return cannot_write(path);
  if (!write_all(file.fd(), bytes_of(content)) || ::fchmod(file.fd(), 0644) != 0 ||
      ::rename(temporary.c_str(), path.c_str()) != 0) {
    auto error = cannot_write(path);
    ::unlink(temporary.c_str());
    return error;
  }
  return {};
}

Descriptor nameless_file(const std::string& folder) {
  Descriptor file(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (file.is_open()) return file;
  std::string path = folder + "/incoming.XXXXXX";
  Descriptor named(::mkostemp(path.data(), O_CLOEXEC));
  if (named.is_open()) ::unlink(path.c_str());
  return named;
}

bool write_all(int fd, BytesView bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return true;
}

bool exists(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0;
}

std::vector<std::string> list_folder(const std::string& path) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), &::closedir);
  if (!folder) return names;
  while (const dirent* entry =
             ::readdir(folder.get())) {  // NOLINT(concurrency-mt-unsafe): a folder of our own
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  std::ranges::sort(names);
  return names;
}

Result<Digest> digest_of(const Descriptor& file, HashAlgorithm algorithm, const std::string& name) {
  TRY(rewind(file, name));
  ::posix_fadvise(file.fd(), 0, 0, POSIX_FADV_SEQUENTIAL);
  Hasher hasher(algorithm);
  Buffer buffer(kReadBytes);
  while (const std::size_t n = TRY(read_some(file, buffer.room(), name))) {
    hasher.update(buffer.first(n));
  }
  return hasher.finish();
}

}  // namespace tomme
