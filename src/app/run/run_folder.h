#pragma once

#include <string>

#include "core/base/result.h"
#include "io/system/file.h"

namespace tomme::guard {

/// A folder of one run, readable by this user only, gone with its owner. Folders of runs that were killed are
/// removed by the next one: a lock that the dead no longer hold tells them from the living.
class RunFolder {
 public:
  /// Makes `<parent>/run.XXXXXX`.
  static Result<RunFolder> make(const std::string& parent);
  RunFolder(RunFolder&&) noexcept = default;
  RunFolder& operator=(RunFolder&&) = delete;
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;
  ~RunFolder() { remove(); }

  /// With all that is in it, before its time; `path()` is empty then.
  void remove();

  const std::string& path() const { return path_; }

 private:
  RunFolder(std::string path, Descriptor lock) : path_(std::move(path)), lock_(std::move(lock)) {}
  std::string path_;  // empty: moved from or removed
  Descriptor lock_;
};

}  // namespace tomme::guard
