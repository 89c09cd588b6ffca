#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/tuf/delegations.h"
#include "core/tuf/metadata.h"
#include "core/tuf/object_internal.h"

namespace tomme::tuf {

Result<Keys> parse_keys(const json::Object& keys);
Result<std::string> keys_to_canonical(const Keys& keys);

/// "keyids" and "threshold" of an object that may have other members.
Result<RoleKeys> take_role_keys(ObjectReader& reader);
void put_role_keys(ObjectWriter& writer, const RoleKeys& keys);

Result<Hashes> parse_hashes(const json::Object& hashes, std::string_view what);
Result<std::string> hashes_to_canonical(const Hashes& hashes);

}  // namespace tomme::tuf
