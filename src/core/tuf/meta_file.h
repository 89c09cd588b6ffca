#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/crypto/digest.h"
#include "core/encoding/json.h"
#include "core/tuf/names.h"

namespace tomme::tuf {

/// The digests of one file, at least one unless the field that holds them is optional. Algorithms that we do
/// not know are kept; they neither help nor hurt where a known one is there.
struct Hashes {
  std::vector<Digest> known = {};
  std::vector<std::pair<std::string, std::string>> unknown = {};  ///< algorithm, hexadecimal digits

  bool empty() const { return known.empty() && unknown.empty(); }
  const Digest* find(HashAlgorithm algorithm) const;
  friend bool operator==(const Hashes&, const Hashes&) = default;
};

/// What a timestamp says of the snapshot, and a snapshot of each targets role.
struct MetaFile {
  Version version{1};
  std::optional<std::uint64_t> length = {};
  Hashes hashes = {};  ///< may be empty
  json::Object unknown = {};

  bool is_version_only() const { return !length && hashes.empty() && unknown.size() == 0; }
};

}  // namespace tomme::tuf
