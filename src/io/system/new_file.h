#pragma once

#include <string>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "io/system/file.h"

namespace tomme {

/// A file that is written without a name, so that nothing is left behind where it comes to nothing or the
/// process is killed, and gets its name in one step. Of one thread.
class NewFile {
 public:
  /// In a folder that is there. The file will have the rights that the process's umask leaves.
  static Result<NewFile> open(std::string folder);
  NewFile(NewFile&& other) noexcept;
  NewFile& operator=(NewFile&&) = delete;
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile();

  Result<void> append(BytesView bytes);
  /// Under `name`, one path component, in place of what has it now; a symbolic link there is replaced, not
  /// followed.
  Result<void> keep(const std::string& name) &&;

 private:
  NewFile(std::string folder, Descriptor file, std::string path)
      : folder_(std::move(folder)), file_(std::move(file)), path_(std::move(path)) {}
  std::string folder_;
  Descriptor file_;
  std::string path_;  ///< of a file with a name after all: not every file system has nameless ones
};

}  // namespace tomme
