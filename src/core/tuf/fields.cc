#include <limits>
#include <set>

#include "core/encoding/text.h"
#include "core/tuf/errors.h"
#include "core/tuf/fields_internal.h"

namespace tomme::tuf {

bool is_spec_version(std::string_view text) {
  if (!text.starts_with("1.") || text.size() > 40) return false;
  std::size_t parts = 0;
  for (std::string_view rest = text;; ++parts) {
    const std::size_t dot = rest.find('.');
    const std::string_view part = rest.substr(0, dot);
    if (part.empty() || part.find_first_not_of("0123456789") != std::string_view::npos) return false;
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  return parts < 3;
}

std::optional<Time> parse_date(std::string_view text) {
  constexpr std::size_t kWholeSeconds = 20, kLongest = 40;
  const bool whole = text.size() == kWholeSeconds;
  const bool has_fraction = text.size() > kWholeSeconds && text.size() <= kLongest && text[19] == '.';
  return (whole || has_fraction) && text.ends_with('Z') ? parse_rfc3339(text) : std::nullopt;
}

Result<Keys> parse_keys(const json::Object& keys) {
  Keys out;
  for (const json::Member& member : keys) {
    out.emplace_hint(out.end(), KeyId(member.name),
                     TRY(in("key '" + printable(member.name, 80) + "'", Key::parse(member.value))));
  }
  return out;
}

Result<std::string> keys_to_canonical(const Keys& keys) {
  ObjectWriter writer;
  for (const auto& [id, key] : keys) writer.raw(id.value(), key.to_canonical());
  return writer.finish();
}

Result<RoleKeys> take_role_keys(ObjectReader& reader) {
  RoleKeys out;
  const json::Array* list = TRY(reader.array("keyids"));
  std::set<std::string_view> unique;
  for (const json::Value& value : *list) {
    const std::string* id = value.text();
    if (id == nullptr) return reader.bad("keyids", "has " + std::string(value.type_name()));
    if (!unique.insert(*id).second) return reader.bad("keyids", "has '" + printable(*id, 80) + "' twice");
    out.keyids.emplace_back(*id);
  }
  out.threshold = TRY(reader.number("threshold", 1, std::numeric_limits<std::int64_t>::max()));
  return out;
}

void put_role_keys(ObjectWriter& writer, const RoleKeys& keys) {
  std::string ids = "[";
  for (const KeyId& id : keys.keyids) {
    if (ids.size() > 1) ids.push_back(',');
    json::append_olpc_text(ids, id.value());
  }
  writer.raw("keyids", ids + "]").number("threshold", keys.threshold);
}

// HASHES = { ALGORITHM : HEX, … }, not empty
Result<Hashes> parse_hashes(const json::Object& hashes, std::string_view what) {
  Hashes out;
  const auto refuse = [&](const std::string& why) { return fail(kTufShape, printable(what, 120) + why); };
  if (hashes.size() == 0) return refuse(" has empty hashes");
  for (const json::Member& member : hashes) {
    const std::string* hex = member.value.text();
    if (hex == nullptr) {
      return refuse(": its hash '" + printable(member.name, 40) + "' is " +
                    std::string(member.value.type_name()) + ", not a string");
    }
    const auto algorithm = parse_hash_algorithm(member.name);
    if (!algorithm) {
      out.unknown.emplace_back(member.name, *hex);
      continue;
    }
    const auto bytes = decode_hex(*hex);
    if (!bytes || bytes->size() != digest_size(*algorithm)) {
      return refuse(": its " + member.name + " is '" + printable(*hex, 140) + "', not " +
                    std::to_string(2 * digest_size(*algorithm)) + " lower-case hexadecimal digits");
    }
    out.known.push_back(TRY(Digest::make(*algorithm, *bytes)));
  }
  return out;
}

Result<std::string> hashes_to_canonical(const Hashes& hashes) {
  ObjectWriter writer;
  for (const Digest& digest : hashes.known) writer.text(name_of(digest.algorithm()), digest.to_hex());
  for (const auto& [algorithm, hex] : hashes.unknown) writer.text(algorithm, hex);
  return writer.finish();
}

}  // namespace tomme::tuf
