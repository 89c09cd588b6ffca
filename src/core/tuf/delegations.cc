#include "core/tuf/delegations.h"

#include <algorithm>
#include <set>

#include "core/encoding/text.h"
#include "core/tuf/errors.h"
#include "core/tuf/fields_internal.h"
#include "core/tuf/patterns.h"

namespace tomme::tuf {

namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

Result<std::vector<std::string>> parse_texts(const json::Array& array, std::string_view what) {
  std::vector<std::string> out;
  out.reserve(array.size());
  for (const json::Value& value : array) {
    if (value.text() == nullptr) {
      return fail(kTufShape,
                  "one of " + std::string(what) + " is " + std::string(value.type_name()) + ", not a string");
    }
    out.push_back(*value.text());
  }
  return out;
}

Result<std::vector<std::string>> parse_prefixes(const json::Array& array) {
  std::vector<std::string> out = TRY(parse_texts(array, "path_hash_prefixes"));
  for (const std::string& hex : out) {
    if (hex.empty() || hex.size() > 64 || hex.find_first_not_of(kHexDigits) != std::string::npos) {
      return fail(kTufShape, "one of path_hash_prefixes is '" + printable(hex, 80) +
                                 "', not 1 to 64 lower-case hexadecimal digits");
    }
  }
  return out;
}

// exactly one of "paths" : [ PATHPATTERN, … ] and "path_hash_prefixes" : [ HEX_DIGEST, … ]
Result<DelegatedRole> parse_role(const json::Value& value) {
  ObjectReader reader = TRY(ObjectReader::of(value, "a delegated role"));
  RoleName name = TRY(RoleName::parse(TRY(reader.text("name"))));
  if (name.is_top_level()) return reader.bad(name.text(), "is a top-level role and cannot be delegated to");
  RoleKeys keys = TRY(take_role_keys(reader));
  DelegatedRole role{.name = std::move(name), .keys = std::move(keys), .covers = {}};
  role.terminating = TRY(reader.boolean("terminating"));
  const bool paths = reader.find("paths") != nullptr, prefixes = reader.find("path_hash_prefixes") != nullptr;
  if (paths == prefixes) {
    return reader.bad(role.name.text(), paths ? "has both paths and path_hash_prefixes"
                                              : "has neither paths nor path_hash_prefixes");
  }
  if (paths) {
    std::vector<std::string> patterns = TRY(parse_texts(*TRY(reader.array("paths")), "paths"));
    role.covers = DelegatedRole::Paths{std::move(patterns)};
  } else {
    std::vector<std::string> hex = TRY(parse_prefixes(*TRY(reader.array("path_hash_prefixes"))));
    role.covers = DelegatedRole::HashPrefixes{std::move(hex)};
  }
  role.unknown = reader.rest();
  return role;
}

Result<SuccinctRoles> parse_succinct(const json::Value& value) {
  ObjectReader reader = TRY(ObjectReader::of(value, "succinct_roles"));
  SuccinctRoles out;
  out.keys = TRY(take_role_keys(reader));
  out.bit_length = static_cast<unsigned>(TRY(reader.number("bit_length", 1, 32)));
  out.name_prefix = TRY(reader.text("name_prefix"));
  if (out.name_prefix.size() + 9 > RoleName::kMaxBytes) return reader.bad("name_prefix", "is too long");
  out.unknown = reader.rest();
  return out;
}

Result<std::vector<DelegatedRole>> parse_roles(const json::Value& value) {
  const json::Array* array = value.array();
  if (array == nullptr) {
    return fail(kTufShape, "delegations: 'roles' is " + std::string(value.type_name()) + ", not an array");
  }
  std::vector<DelegatedRole> roles;
  roles.reserve(array->size());
  std::set<std::string_view> names;
  for (const json::Value& item : *array) {
    roles.push_back(TRY(parse_role(item)));
    if (!names.insert(roles.back().name.text()).second) {
      return fail(kTufShape,
                  "two delegated roles have the name '" + printable(roles.back().name.text()) + "'");
    }
  }
  return roles;
}

Result<std::string> texts_to_canonical(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) {
    if (out.size() > 1) out.push_back(',');
    json::append_olpc_text(out, text);
  }
  return out + "]";
}

Result<std::string> role_to_canonical(const DelegatedRole& role) {
  ObjectWriter writer;
  writer.text("name", role.name.text()).boolean("terminating", role.terminating);
  put_role_keys(writer, role.keys);
  if (const auto* paths = std::get_if<DelegatedRole::Paths>(&role.covers)) {
    writer.raw("paths", texts_to_canonical(paths->patterns));
  } else {
    writer.raw("path_hash_prefixes",
               texts_to_canonical(std::get<DelegatedRole::HashPrefixes>(role.covers).hex));
  }
  return writer.rest(role.unknown).finish();
}

Result<std::string> succinct_to_canonical(const SuccinctRoles& roles) {
  ObjectWriter writer;
  put_role_keys(writer, roles.keys);
  return writer.number("bit_length", roles.bit_length)
      .text("name_prefix", roles.name_prefix)
      .rest(roles.unknown)
      .finish();
}

Result<std::string> roles_to_canonical(const std::vector<DelegatedRole>& roles) {
  std::string out = "[";
  for (const DelegatedRole& role : roles) {
    if (out.size() > 1) out.push_back(',');
    out += TRY(role_to_canonical(role));
  }
  return out + "]";
}

}  // namespace

bool DelegatedRole::matches(const TargetPath& path) const {
  if (const auto* paths = std::get_if<Paths>(&covers)) {
    return std::ranges::any_of(
        paths->patterns, [&](const std::string& pattern) { return path_matches(pattern, path.text()); });
  }
  return std::ranges::any_of(std::get<HashPrefixes>(covers).hex, [&](const std::string& prefix) {
    return path.sha256_hex().starts_with(prefix);
  });
}

bool DelegatedRole::may_cover_the_same(const DelegatedRole& other) const {
  const auto any_pair = [](const auto& a, const auto& b, const auto& overlap) {
    return std::ranges::any_of(a, [&](const auto& x) {
      return std::ranges::any_of(b, [&](const auto& y) { return overlap(x, y); });
    });
  };
  const auto *own_paths = std::get_if<Paths>(&covers), *their_paths = std::get_if<Paths>(&other.covers);
  if (own_paths != nullptr && their_paths != nullptr) {
    // What another client takes for more than we do may cover anything there.
    const auto may_overlap = [](const std::string& x, const std::string& y) {
      return !means_the_same_everywhere(x) || !means_the_same_everywhere(y) || patterns_overlap(x, y);
    };
    return any_pair(own_paths->patterns, their_paths->patterns, may_overlap);
  }
  const auto *own = std::get_if<HashPrefixes>(&covers), *theirs = std::get_if<HashPrefixes>(&other.covers);
  if (own == nullptr || theirs == nullptr) return true;
  return any_pair(own->hex, theirs->hex, [](const std::string& x, const std::string& y) {
    return x.starts_with(y) || y.starts_with(x);
  });
}

std::uint64_t SuccinctRoles::bin_number_for(const TargetPath& path) const {
  std::uint64_t first = 0;  // 32 bits, big endian
  for (std::uint8_t byte : path.sha256().view().first(4)) first = first << 8 | byte;
  return first >> (32 - bit_length);
}

RoleName SuccinctRoles::bin(std::uint64_t number) const {
  std::string digits((bit_length + 3) / 4, '0');
  for (std::size_t i = digits.size(); i-- > 0; number >>= 4) digits[i] = kHexDigits[number & 15];
  return *RoleName::parse(name_prefix + "-" + digits);  // never empty, and short: parse_succinct saw to it
}

RoleName SuccinctRoles::bin_for(const TargetPath& path) const {
  return bin(bin_number_for(path));
}

bool SuccinctRoles::has(const RoleName& name) const {
  std::string_view text = name.text();
  const std::size_t digits = (bit_length + 3) / 4;
  if (text.size() != name_prefix.size() + 1 + digits || !text.starts_with(name_prefix)) return false;
  text.remove_prefix(name_prefix.size());
  if (text.front() != '-') return false;
  std::uint64_t number = 0;
  for (char c : text.substr(1)) {
    const std::size_t digit = kHexDigits.find(c);
    if (digit == std::string_view::npos) return false;
    number = number << 4 | digit;
  }
  return number < bins();
}

// { "keys" : { KEYID : KEY, … }, exactly one of
//   "roles" : [ { "name" : …, "keyids" : […], "threshold" : …, "terminating" : …, … }, … ]
//   "succinct_roles" : { "keyids" : […], "threshold" : …, "bit_length" : …, "name_prefix" : … } }
Result<Delegations> Delegations::parse(const json::Value& value) {
  ObjectReader reader = TRY(ObjectReader::of(value, "delegations"));
  Delegations out;
  out.keys = TRY(parse_keys(*TRY(reader.object("keys"))));
  const json::Value* roles = reader.find("roles");
  const json::Value* succinct = reader.find("succinct_roles");
  if ((roles == nullptr) == (succinct == nullptr)) {
    return reader.bad("roles",
                      roles == nullptr ? "is missing, and so is succinct_roles" : "is beside succinct_roles");
  }
  if (roles != nullptr) {
    out.roles = TRY(parse_roles(*roles));
  } else {
    out.roles = TRY(parse_succinct(*succinct));
  }
  out.unknown = reader.rest();
  return out;
}

Result<std::string> Delegations::to_canonical() const {
  ObjectWriter writer;
  writer.raw("keys", keys_to_canonical(keys));
  if (const auto* named = std::get_if<std::vector<DelegatedRole>>(&roles)) {
    writer.raw("roles", roles_to_canonical(*named));
  } else {
    writer.raw("succinct_roles", succinct_to_canonical(std::get<SuccinctRoles>(roles)));
  }
  return writer.rest(unknown).finish();
}

std::vector<Delegation> Delegations::matching(const TargetPath& path) const {
  if (const auto* bins = std::get_if<SuccinctRoles>(&roles)) {
    return {Delegation{bins->bin_for(path), &bins->keys, false}};
  }
  std::vector<Delegation> out;
  for (const DelegatedRole& role : std::get<std::vector<DelegatedRole>>(roles)) {
    if (role.matches(path)) out.push_back({role.name, &role.keys, role.terminating});
  }
  return out;
}

const RoleKeys* Delegations::find(const RoleName& name) const {
  if (const auto* bins = std::get_if<SuccinctRoles>(&roles)) return bins->has(name) ? &bins->keys : nullptr;
  for (const DelegatedRole& role : std::get<std::vector<DelegatedRole>>(roles)) {
    if (role.name == name) return &role.keys;
  }
  return nullptr;
}

}  // namespace tomme::tuf
