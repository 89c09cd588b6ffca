#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/crypto/digest.h"
#include "core/tuf/names.h"

namespace tomme::repository {

/// What metadata says of one target file. Can stand in a bin as it is.
class TargetFile {
 public:
  static constexpr std::size_t kMostCustomBytes = 16 * 1024;

  /// `custom` is a JSON object or empty; it is kept in its canonical form. kRepositoryTarget, JSON errors.
  static Result<TargetFile> make(std::uint64_t length, const Sha256& sha256, std::string_view custom = {});

  std::uint64_t length() const { return length_; }
  const Sha256& sha256() const { return sha256_; }
  const std::string& custom() const { return custom_; }  ///< canonical JSON; empty: none
  friend bool operator==(const TargetFile&, const TargetFile&) = default;

 private:
  TargetFile(std::uint64_t length, const Sha256& sha256, std::string custom)
      : length_(length), sha256_(sha256), custom_(std::move(custom)) {}
  std::uint64_t length_;
  Sha256 sha256_;
  std::string custom_;
};

/// One change of what a repository lists. The later one of two for a path counts, so that doing any number
/// of them again after all of them changes nothing.
class Change {
 public:
  static constexpr std::size_t kMostPathBytes = 1024;
  static constexpr std::size_t kMostSegments =
      32;  ///< of a path: a role that covers all has a pattern for each
  /// kRepositoryTarget where the path has control characters, more than 1,024 bytes or too many segments:
  /// bins are written as the canonical form of their JSON, which is JSON only without control characters.
  static Result<Change> set(std::string_view path, TargetFile file);
  static Result<Change> remove(std::string_view path);

  const std::string& path() const { return path_.text(); }
  const Sha256& path_digest() const { return path_.sha256(); }
  const std::optional<TargetFile>& file() const { return file_; }  ///< nothing: removed

 private:
  Change(tuf::TargetPath path, std::optional<TargetFile> file)
      : path_(std::move(path)), file_(std::move(file)) {}
  tuf::TargetPath path_;
  std::optional<TargetFile> file_;
};

/// Whether every client reads a file that lists this: kRepositoryTarget for a length or a whole number beyond
/// 2^53 and for a path with characters beyond U+FFFF, by which tuf-js sorts otherwise. One entry of the kind
/// would take all of its bin from these clients. And for a path that some client does not find, see
/// unfindable_path(). Asked of what is added, not of what is listed already.
Result<void> expect_read_by_all(const Change& change);
Result<void> expect_path_read_by_all(std::string_view path);

}  // namespace tomme::repository
