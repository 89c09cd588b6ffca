#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "core/base/result.h"
#include "io/system/file.h"

namespace tomme {

/// A lock between processes: flock() on a file made for it, so that it ends with its process whatever way
/// that goes, and never stays behind. The file does.
class LockFile {
 public:
  /// Waits at most `wait`, then kFileLocked; `waiting` is called once where somebody else has it. A symbolic
  /// link in its place is kFileWrite.
  static Result<LockFile> acquire(const std::string& path, std::chrono::milliseconds wait,
                                  const std::function<void()>& waiting = {});

 private:
  explicit LockFile(Descriptor file) : file_(std::move(file)) {}
  Descriptor file_;
};

}  // namespace tomme
