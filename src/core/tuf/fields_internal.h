#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/tuf/delegations.h"
#include "core/tuf/metadata.h"
#include "core/tuf/object_internal.h"

namespace tomme::tuf {

Result<Keys> parse_keys(const json::Object& keys);
Result<std::string> keys_to_canonical(const Keys& keys);

/// "1.0", "1.0.34": two or three decimal numbers, of which the first is 1.
bool is_spec_version(std::string_view text);
/// YYYY-MM-DDTHH:MM:SSZ (section 4.2.2). A fraction of a second, which go-tuf and tuftool write, is cut off:
/// what it belongs to expires up to a second early.
std::optional<Time> parse_date(std::string_view text);

/// "keyids" and "threshold" of an object that may have other members.
Result<RoleKeys> take_role_keys(ObjectReader& reader);
void put_role_keys(ObjectWriter& writer, const RoleKeys& keys);

Result<Hashes> parse_hashes(const json::Object& hashes, std::string_view what);
Result<std::string> hashes_to_canonical(const Hashes& hashes);

}  // namespace tomme::tuf
