#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/crypto/digest.h"
#include "io/system/file.h"

namespace tomme {

/// A file whose SHA-256 is known because it was computed from these very bytes.
/// Shared by the connections that deliver it; immutable.
class StoredFile {
 public:
  StoredFile(Descriptor file, std::uint64_t size, const Sha256& digest)
      : file_(std::move(file)), size_(size), digest_(digest) {}
  int fd() const { return file_.fd(); }
  std::uint64_t size() const { return size_; }
  const Sha256& digest() const { return digest_; }
  Result<MappedFile> map() const { return MappedFile::map(file_.fd(), size_, "a stored file"); }

 private:
  Descriptor file_;
  std::uint64_t size_;
  Sha256 digest_;
};

/// A file on its way in: without a name until it is kept, so that nothing is left behind whatever happens.
/// One thread writes; the descriptor may be read meanwhile.
class IncomingFile {
 public:
  Result<void> append(BytesView bytes);
  std::uint64_t size() const { return size_; }
  int fd() const { return file_.fd(); }
  /// Ends the writing.
  std::shared_ptr<const StoredFile> finish() &&;

 private:
  friend class FileStore;
  explicit IncomingFile(Descriptor file) : file_(std::move(file)), hasher_(HashAlgorithm::sha256) {}
  Descriptor file_;
  std::uint64_t size_ = 0;
  Hasher hasher_;
};

/// Files by SHA-256 in a folder: `<folder>/ab/cdef…`. Thread-safe; several processes may share it.
/// What is in it is a cache: it is hashed again at each use, and a damaged file is the same as none. Where
/// somebody else could change a file between that and its delivery, a copy is what is delivered.
class FileStore {
 public:
  /// Makes the folder, for this user only, where it is missing. kFolderUnsafe where others could change what
  /// is in it.
  static Result<FileStore> open(std::string folder);

  /// Nothing where it is not there or no longer what its name says.
  std::shared_ptr<const StoredFile> find(const Sha256& digest) const;
  Result<IncomingFile> begin() const;
  /// Gives a finished file its name. Failing is harmless: it only has to be fetched again next time.
  void keep(const StoredFile& file) const;
  /// Deletes what was used least recently until at most `limit` bytes are left.
  void prune(std::uint64_t limit) const;

 private:
  FileStore(std::string folder, bool is_ours_alone)
      : folder_(std::move(folder)), is_ours_alone_(is_ours_alone) {}
  std::string path_of(const Sha256& digest) const;
  bool can_change(const Descriptor& file) const;
  std::shared_ptr<const StoredFile> copy_of(const Descriptor& file, const Sha256& digest) const;
  std::string folder_;
  bool is_ours_alone_;
};

}  // namespace tomme
