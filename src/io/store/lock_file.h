#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "core/base/result.h"
#include "io/store/file.h"

namespace tomme {

/// A lock between processes: flock() on a file made for it, so that it ends with its process whatever way
/// that goes, and never stays behind. The file does.
class LockFile {
 public:
  /// Waits at most `wait`, then kStoreLocked; `waiting` is called once where somebody else has it. A symbolic
  /// link in its place is kStoreWrite.
  static Result<LockFile> acquire(const std::string& path, std::chrono::milliseconds wait,
                                  const std::function<void()>& waiting = {});

 private:
  explicit LockFile(FileHandle file) : file_(std::move(file)) {}
  FileHandle file_;
};

}  // namespace tomme
