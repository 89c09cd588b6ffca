#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/crypto/digest.h"
#include "io/system/descriptor.h"

namespace tomme {

/// The bytes of a file, mapped read-only; valid as long as this lives. A file that another process shortens
/// meanwhile ends this one with SIGBUS: only for files of our own store and for what a person names.
class MappedFile {
 public:
  static Result<MappedFile> map(int fd, std::uint64_t size, const std::string& name);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&&) = delete;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  BytesView view() const { return {static_cast<const std::uint8_t*>(address_), size_}; }

 private:
  MappedFile(void* address, std::size_t size) : address_(address), size_(size) {}
  void* address_;
  std::size_t size_;
};

/// A regular file, or a pipe or terminal where `allow_stream`. kFileRead names what the system said.
Result<Descriptor> open_for_reading(const std::string& path, bool allow_stream = false);
Result<std::uint64_t> size_of(const Descriptor& file, const std::string& name);
/// The bytes from where the last call ended, at most as many as there is room for; 0 at the end.
Result<std::size_t> read_some(const Descriptor& file, std::span<std::uint8_t> into, const std::string& name);
/// From the start again; does nothing where that cannot be (a pipe).
Result<void> rewind(const Descriptor& file, const std::string& name);
/// Nothing where there is no such file; kFileTooLarge above `limit` bytes.
Result<std::optional<std::string>> read_file_if_there(const std::string& path, std::size_t limit);
Result<std::string> read_file(const std::string& path, std::size_t limit);
/// Through a temporary file beside it, so that a reader sees the old or the new content and a full disk
/// leaves the old one.
Result<void> write_file(const std::string& path, std::string_view content);
/// A file without a name, to be read and written; where the file system has no such thing, one whose name is
/// taken away at once. Not open where the system refuses, see system_reason().
Descriptor nameless_file(const std::string& folder);
/// Goes on after a part; false where the system refuses, see system_reason().
bool write_all(int fd, BytesView bytes);
bool exists(const std::string& path);
/// Names in a folder, sorted; empty where there is no such folder.
std::vector<std::string> list_folder(const std::string& path);

/// Reads `file` from its start to its end, piece by piece.
Result<Digest> digest_of(const Descriptor& file, HashAlgorithm algorithm, const std::string& name);

}  // namespace tomme
