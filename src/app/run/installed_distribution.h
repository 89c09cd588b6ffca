#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/installers/invocation.h"
#include "app/run/direct_url.h"
#include "app/run/installed.h"
#include "app/run/path_archive.h"
#include "core/packaging/core_metadata.h"
#include "core/packaging/record.h"

namespace tomme::guard {

/// "/v" of "/v/demo".
std::string_view folder_of(std::string_view path);
/// Whether a path is this folder, or below it.
bool is_within(std::string_view path, std::string_view folder);

/// "demo" and "1.0" of "demo-1.0.dist-info", "demo-1.0-py3.11.egg-info"; "demo" of "demo.egg-info".
CoreMetadata named_by_folder(std::string_view name);

bool is_egg_link(std::string_view path);

/// One distribution, with all that it is compared by.
struct OnDisk {
  std::string path;
  Installed entry;
  std::optional<DirectUrl> direct;
  const DeliveredFile* wheel = nullptr;  ///< that it was installed from

  std::string file(std::string_view name) const { return path + "/" + std::string(name); }
  /// Of a path that its RECORD lists.
  std::string beside(const std::string& row) const {
    return row.starts_with('/') ? row : entry.folder + "/" + row;
  }
};

std::string title_of(const OnDisk& found);  ///< "demo 1.0", printable

/// Reads what stands in the folders of distributions. Borrows. Not thread-safe.
class DistributionReader {
 public:
  explicit DistributionReader(const Invocation& invocation) : invocation_(invocation) {}

  OnDisk read(const std::string& path) const;  ///< of a path of a snapshot
  /// Nothing where there is none that can be read.
  std::optional<std::vector<RecordRow>> record_of(const OnDisk& found) const;
  /// Of a file that RECORD lists; nothing where it cannot be read.
  std::optional<Sha256> digest_of(const OnDisk& found, const std::string& path) const;
  /// With all links followed, and without a slash at its end.
  std::string resolved(std::string path) const;
  const Invocation& invocation() const { return invocation_; }

 private:
  std::string target_of(const std::string& link) const;
  std::optional<std::string> metadata_of(const std::string& path) const;
  std::optional<std::string> text_in_archive(const std::string& path,
                                             const std::vector<std::string>& names) const;

  const Invocation& invocation_;
  mutable std::optional<std::pair<std::string, std::unique_ptr<const PathArchive>>> archive_;  // the last one
};

}  // namespace tomme::guard
