#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "io/system/file.h"

namespace tomme::guard {

/// The place that `--report` names, opened before anything starts, so that a place that cannot be written is
/// told then. Of one thread.
///
///   * nothing there, or a regular file: written aside and renamed; a link stays, and what it leads to is
///     replaced;
///   * a device, a FIFO: written into;
///   * /dev/fd/N, /dev/stdout: written into what is open there, which the command does not inherit;
///   * `-`: standard output.
class ReportFile {
 public:
  /// An empty path is no report. A FIFO is waited for until somebody reads it, `patience_ms` at most.
  /// kFileWrite names the path and why it cannot be written: a folder, a socket, no right to.
  static Result<ReportFile> open(const std::string& path, int patience_ms = 5000);

  /// What stands in a regular file until it is written again, so that the report of an earlier run is not
  /// read as this one's. Nothing is written into what keeps all that it is given.
  Result<void> begin(std::string_view text) const;
  /// Once, at the end.
  Result<void> write(std::string_view text) const;

 private:
  Result<void> replace(std::string_view text) const;

  std::string shown_;   ///< as it was named
  std::string target_;  ///< of a regular file, with all links followed; else empty
  Descriptor stream_;   ///< of what is written into
};

}  // namespace tomme::guard
