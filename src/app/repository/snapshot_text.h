#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/time.h"
#include "core/crypto/digest.h"

/// Writes snapshot and timestamp as text, with versions only for bins (an entry of some 34 bytes for each
/// instead of 136, so that 16,384 bins stay under what clients accept), and with length and digest for the
/// few roles that people sign:
///
///     snapshot  = '{"_type":"snapshot","expires":"' date '","meta":{' [ entry *( "," entry ) ]
///                 '},"spec_version":"' version '","version":' number '}'
///     timestamp = the same with "_type":"timestamp" and the one entry "snapshot.json"
///     entry     = text ':{' [ '"hashes":{"sha256":"' 64HEX '"},"length":' number ',' ] '"version":' number
///     '}'
///
/// with the entries in the order of their bytes.
namespace tomme::repository {

class SnapshotText {
 public:
  struct Entry {
    std::string file;  ///< "bins-03f.json"; without `"`, `\` and control characters
    std::uint64_t version;
  };
  /// What else is said of a file.
  struct Content {
    std::uint64_t length = 0;  ///< bytes
    Sha256 sha256;
    static Content of(std::string_view file) { return {file.size(), tomme::sha256(bytes_of(file))}; }
  };
  enum class Kind : std::uint8_t { snapshot, timestamp };

  explicit SnapshotText(Kind kind) : kind_(kind) {}

  std::uint64_t version = 0;
  Time expires;

  /// Nothing where it is not listed.
  std::optional<std::uint64_t> version_of(std::string_view file) const;
  /// Adds or replaces; cheap where files come in their order, or are there. What was said of its content is
  /// forgotten.
  void set(std::string_view file, std::uint64_t new_version);
  void set(std::string_view file, std::uint64_t new_version, const Content& content);
  std::uint64_t newest_version() const;  ///< of all that is listed; 0 where nothing is
  bool has_content(std::string_view file) const { return contents_.contains(file); }
  const std::vector<Entry>& entries() const { return entries_; }
  std::string render() const;

 private:
  Kind kind_;
  std::vector<Entry> entries_;
  std::map<std::string, Content, std::less<>> contents_;
};

}  // namespace tomme::repository
