#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/repository/signer.h"
#include "core/base/result.h"
#include "core/tuf/names.h"

/// A signed file as text, its `signed` member canonical as it stands:
///
///     file      = '{"signatures":[' [ signature *( "," signature ) ] '],"signed":' signed '}'
///     signature = '{"keyid":"' text '","sig":"' *HEXDIG '"}'
namespace tomme::repository {

struct EnvelopeSignature {
  std::string key_id;
  Bytes octets;
};

/// Borrows the signed part from the file.
struct Envelope {
  std::vector<EnvelopeSignature> signatures;
  std::string_view signed_part;

  static Result<Envelope> split(std::string_view file);  ///< kRepositoryForm
};

/// The file with the signatures of all these keys.
Result<std::string> sign_and_wrap(std::string_view signed_part, std::span<const RoleSigner> signers);

/// Whether at least one of these keys, with its scheme, signed these very octets: then they are what this
/// room once wrote.
bool is_signed_by_any(const Envelope& envelope, std::span<const RoleSigner> signers);

}  // namespace tomme::repository
