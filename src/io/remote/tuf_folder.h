#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/tuf/updater.h"
#include "io/system/lock_file.h"

namespace tomme {

struct TufFolderOptions {
  /// `reading` makes nothing, and works in a folder that may not be written.
  enum class Access : std::uint8_t { writing, reading };
  Access access = Access::writing;
  std::chrono::milliseconds lock_wait{60'000};
  std::function<void()> waiting = {};  ///< called once where another process is at work in the folder
};

/// What a TUF client keeps, in a folder of its own: one file per role by local_metadata_name(), byte for
/// byte, and ".lock", which this holds as long as it lives. Of one thread.
///
/// A file is written as ".new" and renamed. Only a root is made to survive a loss of power: any other file
/// that is torn by one no longer verifies, and the next refresh replaces it.
class TufFolder final : public tuf::MetadataStore {
 public:
  /// Makes the folder, for this user only, where it is missing. kFolderUnsafe where others may write in it,
  /// kFileLocked where another process works in it for longer than `lock_wait`.
  static Result<TufFolder> open(std::string folder, const TufFolderOptions& options = {});

  Result<std::optional<Bytes>> load(const tuf::RoleName& role) override;
  Result<void> store(const tuf::RoleName& role, BytesView bytes) override;

  /// A file beside the metadata, by the same rules. `name` is one path component, or one folder and a name;
  /// never one of a role's.
  Result<std::optional<Bytes>> load_file(const std::string& name, std::size_t limit) const;
  Result<void> store_file(const std::string& name, BytesView bytes);
  /// For a new beginning with another root, which is stored already.
  Result<void> forget_all_but_root();

  const std::string& path() const { return folder_; }

 private:
  TufFolder(std::string folder, std::optional<LockFile> lock)
      : folder_(std::move(folder)), lock_(std::move(lock)) {}
  Result<void> replace(const std::string& name, BytesView bytes, bool durable) const;

  std::string folder_;
  std::optional<LockFile> lock_;  ///< none where the folder may only be read
};

}  // namespace tomme
