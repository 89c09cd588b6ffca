#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/crypto/digest.h"
#include "core/packaging/zip.h"
#include "io/store/file_store.h"

namespace tomme::guard {

/// A wheel of the store, read once for all that is asked about it. Not thread-safe.
class WheelContent {
 public:
  /// Nothing where there is no such file.
  static std::unique_ptr<WheelContent> open(std::shared_ptr<const StoredFile> wheel);

  /// Null where it is no archive with one reading only: then nothing else is told of it either.
  const ZipArchive* archive() const { return zip_ ? &*zip_ : nullptr; }
  /// Every path that a file of it may come to lie at, seen from the folder of its `.dist-info`. Scripts and
  /// headers go elsewhere.
  std::vector<std::string_view> paths() const;
  /// Whether it puts this content at that path.
  bool has(std::string_view path, const Sha256& digest);

 private:
  WheelContent(std::shared_ptr<const StoredFile> file, MappedFile bytes, std::optional<ZipArchive> zip)
      : file_(std::move(file)), bytes_(std::move(bytes)), zip_(std::move(zip)) {}

  std::shared_ptr<const StoredFile> file_;
  MappedFile bytes_;
  std::optional<ZipArchive> zip_;
  // Made when first asked for. In order and not hashed: who makes a wheel chooses its names.
  std::multimap<std::string_view, const ZipEntry*> by_path_;
};

}  // namespace tomme::guard
