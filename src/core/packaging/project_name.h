#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace tomme {

/// The name of a project: PEP 508 grammar, ASCII, at most 255 bytes. Compared as PEP 503 normalises it.
class ProjectName {
 public:
  static constexpr std::size_t kMaxBytes = 255;

  /// Fails with kNameInvalid.
  static Result<ProjectName> parse(std::string_view text);

  /// Lower case, each run of `-`, `_` and `.` as one `-`: "foo-bar".
  const std::string& normalized() const { return normalized_; }
  const std::string& as_written() const { return as_written_; }

  friend bool operator==(const ProjectName& a, const ProjectName& b) {
    return a.normalized_ == b.normalized_;
  }
  friend std::strong_ordering operator<=>(const ProjectName& a, const ProjectName& b) {
    return a.normalized_ <=> b.normalized_;
  }

 private:
  ProjectName(std::string as_written, std::string normalized)
      : as_written_(std::move(as_written)), normalized_(std::move(normalized)) {}
  std::string as_written_;
  std::string normalized_;
};

}  // namespace tomme
