#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/tuf/envelope.h"

/// A file of metadata in the compact form in which it is mostly served, the signed object canonical as it
/// stands, so that no tree of JSON has to be made to know what was signed:
///
///     file      = '{"signatures":[' [ signature *( "," signature ) ] '],"signed":' signed '}'
///     signature = '{"keyid":"' plain '","sig":"' plain '"}'
///     plain     = *( %x20-21 / %x23-5B / %x5D-7E )
namespace tomme::tuf {

struct SignedText {
  std::vector<Signature> signatures;  ///< no two of one key id
  std::string_view signed_part;       ///< of the file; what it holds was not looked at

  /// Nothing where the file has another form: then Envelope::parse says what it is.
  static std::optional<SignedText> split(std::string_view file);
};

}  // namespace tomme::tuf
