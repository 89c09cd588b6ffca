#pragma once

#include <optional>
#include <string_view>

#include "core/tuf/metadata.h"
#include "core/tuf/signed_text.h"

/// A snapshot as every large repository serves it: compact, in canonical order, with versions only but for a
/// few roles. Half a megabyte for 16,384 hash bins, read without a tree of JSON, which would have nine.
///
///     signed = '{"_type":"snapshot","expires":"' date '","meta":{' [ entry *( "," entry ) ]
///              '},"spec_version":"' plain '","version":' number '}'
///     entry  = '"' plain '":{' [ content ] '"version":' number '}'    ; in the order of their names' bytes
///     content = '"hashes":{"sha256":"' 64HEX '"},"length":' number ','
namespace tomme::tuf {

struct CanonicalSnapshot {
  Snapshot value;
  std::string_view canonical;  ///< of the file
  std::vector<Signature> signatures;

  /// Nothing where the file has another form, or one that is refused: Signed<Snapshot>::parse() says what it
  /// is. Where it is something, that says the very same.
  static std::optional<CanonicalSnapshot> read(std::string_view file);
};

}  // namespace tomme::tuf
