#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
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
  /// Likewise of the files that go into Python's own library, seen from a folder where Python looks before:
  /// "demo.py" of "lib/python3.11/demo.py". Those in an archive there are seen as that archive.
  std::vector<std::string_view> library_paths() const;
  /// Those that go into the environment, seen from there: "bin/demo", "share/demo.txt".
  std::vector<std::string> environment_paths() const;
  /// Whether it puts this content at that path, seen from the folder of its `.dist-info` or the environment.
  bool has(std::string_view path, const Sha256& digest);
  /// Whether it brings a script of this name, by an entry point or as it is.
  bool has_script(std::string_view name);

 private:
  WheelContent(std::shared_ptr<const StoredFile> file, MappedFile bytes, std::optional<ZipArchive> zip)
      : file_(std::move(file)), bytes_(std::move(bytes)), zip_(std::move(zip)) {}

  std::set<std::string> entry_points() const;

  std::shared_ptr<const StoredFile> file_;
  MappedFile bytes_;
  std::optional<ZipArchive> zip_;
  // Made when first asked for. In order and not hashed: who makes a wheel chooses its names.
  std::multimap<std::string_view, const ZipEntry*> by_path_;
  std::optional<std::set<std::string>> scripts_;
  std::map<const ZipEntry*, std::optional<Sha256>> digests_;  ///< nothing of what cannot be unpacked
};

/// The wheels of a store, each opened once: the store hashes at each look, and others ask for it file by
/// file.
class WheelContents {
 public:
  explicit WheelContents(const FileStore& store) : store_(store) {}

  /// Null where the store has no such file.
  WheelContent* of(const std::optional<Sha256>& digest);

 private:
  const FileStore& store_;
  std::map<Sha256, std::unique_ptr<WheelContent>> opened_;
};

}  // namespace tomme::guard
