#pragma once

#include "core/base/result.h"
#include "core/encoding/json.h"
#include "core/policy/verdict.h"

namespace tomme {

/// Verdicts as reports and `--format json` show them; docs/json.md names the members.
json::Value to_json(const VerifiedSignature& signer);
json::Value to_json(const Error& error);

/// The latest moment that the signer's evidence proves.
std::optional<Time> signing_time(const VerifiedSignature& signer);

}  // namespace tomme
