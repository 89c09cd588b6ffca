#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/result.h"
#include "core/encoding/json.h"
#include "core/tuf/key.h"
#include "core/tuf/names.h"

namespace tomme::tuf {

using Keys = std::map<KeyId, Key>;

/// Who signs a role (section 4.3).
struct RoleKeys {
  std::vector<KeyId> keyids = {};  ///< no two equal; some may be missing from the table of keys
  std::uint64_t threshold = 1;     ///< from 1; may be more than there are keys, and is then never met
  json::Object unknown = {};
};

/// Whether a shell-style pattern covers a path (section 4.5): both are split at "/", there must be as many
/// parts in one as in the other, and each part matches byte for byte but for `*` (any run of characters)
/// and `?` (one character). No classes, no escapes, no locale; case counts.
bool path_matches(std::string_view pattern, std::string_view path);

/// Whether some path is covered by both.
bool patterns_overlap(std::string_view a, std::string_view b);

/// One role by name (section 4.5).
struct DelegatedRole {
  struct Paths {
    std::vector<std::string> patterns;
  };
  struct HashPrefixes {
    std::vector<std::string> hex;  ///< lower-case, 1 to 64 digits, of the SHA-256 of a path
  };

  RoleName name;
  RoleKeys keys;
  bool terminating = false;
  std::variant<Paths, HashPrefixes> covers;
  json::Object unknown = {};

  bool matches(const TargetPath& path) const;
  /// Whether some path may be covered by both roles. Of patterns and digests together it is taken to be so.
  bool may_cover_the_same(const DelegatedRole& other) const;
};

/// Hash bins (TAP 15): 2^bit_length roles "PREFIX-HEX" that share their keys. Not terminating.
struct SuccinctRoles {
  RoleKeys keys = {};
  unsigned bit_length = 1;  ///< 1 to 32
  std::string name_prefix = {};
  json::Object unknown = {};

  std::uint64_t bins() const { return std::uint64_t{1} << bit_length; }
  /// The role that is responsible for a path: the first bit_length bits of its SHA-256.
  RoleName bin_for(const TargetPath& path) const;
  std::uint64_t bin_number_for(const TargetPath& path) const;
  RoleName bin(std::uint64_t number) const;  ///< below bins()
  bool has(const RoleName& name) const;
};

/// One step down from a targets role.
struct Delegation {
  RoleName name;
  const RoleKeys* keys;  ///< of the Delegations
  bool terminating;
};

struct Delegations {
  Keys keys;
  /// By name in order of priority, names unique and not top-level; or bins.
  std::variant<std::vector<DelegatedRole>, SuccinctRoles> roles;
  json::Object unknown = {};

  /// `value` is the member "delegations" of a targets role. kTufShape.
  static Result<Delegations> parse(const json::Value& value);
  Result<std::string> to_canonical() const;

  /// The roles that may list `path`, in order of priority.
  std::vector<Delegation> matching(const TargetPath& path) const;
  /// nullptr where nothing is delegated to that role.
  const RoleKeys* find(const RoleName& name) const;
};

}  // namespace tomme::tuf
