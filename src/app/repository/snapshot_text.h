#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.h"

/// Writes snapshot and timestamp as text, with versions only (an entry of 34 octets for each bin instead of
/// 136, so that 16,384 bins stay under what clients accept):
///
///     snapshot  = '{"_type":"snapshot","expires":"' date '","meta":{' [ entry *( "," entry ) ]
///                 '},"spec_version":"' version '","version":' number '}'
///     timestamp = the same with "_type":"timestamp" and the one entry "snapshot.json"
///     entry     = text ':{"version":' number '}'
///
/// with the entries in the order of their octets.
namespace tomme::repository {

class SnapshotText {
 public:
  struct Entry {
    std::string file;  ///< "bins-03f.json"; without `"`, `\` and control characters
    std::uint64_t version;
  };
  enum class Kind : std::uint8_t { snapshot, timestamp };

  explicit SnapshotText(Kind kind) : kind_(kind) {}

  std::uint64_t version = 0;
  Time expires;

  /// Nothing where it is not listed.
  std::optional<std::uint64_t> version_of(std::string_view file) const;
  /// Adds or replaces; cheap where files come in their order, or are there.
  void set(std::string_view file, std::uint64_t new_version);
  const std::vector<Entry>& entries() const { return entries_; }
  std::string render() const;

 private:
  Kind kind_;
  std::vector<Entry> entries_;
};

}  // namespace tomme::repository
