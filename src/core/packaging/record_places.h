#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/packaging/record.h"
#include "core/packaging/wheel_place.h"

namespace tomme {

/// A path without "." and "..", links not followed: "/v/bin/x" of "/v/lib/../bin/x".
std::string without_dots(std::string_view path);

/// The path of a row as it is written where it lies in `folder`, which is absolute: "demo/x.py" of
/// "./demo/x.py", as Poetry and PDM have it for a wheel's platlib. Unchanged where it lies elsewhere.
std::string seen_from(std::string_view folder, std::string_view row);

/// Where the rows of a RECORD lie. Borrows the rows.
class RecordPlaces {
 public:
  /// `folder` is absolute and holds the `.dist-info`.
  RecordPlaces(const std::vector<RecordRow>& rows, std::string_view folder);

  /// The rows that may be this file of the wheel, at most 16. Which folder the environment is, is not known:
  /// any that holds `folder` may be it. Of what lies beside the `.dist-info`, those in another such folder
  /// ("lib64").
  std::vector<const RecordRow*> rows_of(const WheelPlace& place) const;

 private:
  // In order and not hashed: who makes a wheel chooses its names.
  using Rows = std::multimap<std::string, const RecordRow*, std::less<>>;

  void add_header(std::string_view path, const RecordRow& row);
  void add_site(std::string_view path, const RecordRow& row);

  std::string folder_;
  Rows by_path_;
  Rows by_header_;  // by what may be its path in a wheel
  Rows by_site_;    // likewise
};

}  // namespace tomme
