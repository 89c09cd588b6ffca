#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/tuf/delegations.h"
#include "core/tuf/envelope.h"
#include "core/tuf/meta_file.h"
#include "core/tuf/meta_table.h"
#include "core/tuf/names.h"
#include "core/tuf/table.h"

/// The four kinds of metadata (sections 4.3 to 4.6). Each has
///
///     static constexpr std::string_view kType;                      // the member "_type"
///     static Result<T> parse(const json::Value& payload);           // shape only, nobody has believed it
///     Result<std::string> to_canonical() const;                     // what is signed
///
/// Members that no specification names are kept and written again. `null` is never the same as absent.
namespace tomme::tuf {

/// What every role has.
struct Common {
  std::string spec_version = "1.0.34";  ///< major version 1, in two or three parts
  Version version{1};
  Time expires{};  ///< the role is expired from this moment on
  json::Object unknown = {};

  bool is_expired(Time now) const { return now >= expires; }
};

struct Root : Common {
  static constexpr std::string_view kType = "root";
  bool consistent_snapshot = false;
  Keys keys = {};
  RoleKeys root = {}, timestamp = {}, snapshot = {}, targets = {};
  json::Object unknown_roles = {};  ///< "mirrors", for one

  static Result<Root> parse(const json::Value& payload);
  Result<std::string> to_canonical() const;
  /// nullptr for all but the four.
  const RoleKeys* find(const RoleName& role) const;
};

struct Timestamp : Common {
  static constexpr std::string_view kType = "timestamp";
  MetaFile snapshot = {};
  json::Object unknown_meta = {};

  static Result<Timestamp> parse(const json::Value& payload);
  Result<std::string> to_canonical() const;
};

struct Snapshot : Common {
  static constexpr std::string_view kType = "snapshot";
  MetaTable meta = {};

  static Result<Snapshot> parse(const json::Value& payload);
  Result<std::string> to_canonical() const;
  std::optional<MetaFile> find(const RoleName& role) const;
};

struct TargetFile {
  std::uint64_t length = 0;
  Hashes hashes = {};  ///< at least one
  std::optional<json::Value> custom = {};
  json::Object unknown = {};
};

struct Targets : Common {
  static constexpr std::string_view kType = "targets";
  Table<TargetFile> targets = {};  ///< by path
  std::optional<Delegations> delegations = {};
  /// Whose file it is. The specification has no member for it, so that one role's file can stand in the place
  /// of another's that has the same keys; ours is one that other clients pass over.
  static constexpr std::string_view kRoleMember = "x-tomme-role";
  std::optional<RoleName> role = {};  ///< nothing where the file does not say it

  static Result<Targets> parse(const json::Value& payload);
  Result<std::string> to_canonical() const;
};

/// Metadata with what was signed and the signatures, not yet believed: see tuf/threshold.h.
template <class T>
struct Signed {
  T value;
  std::string canonical;
  std::vector<Signature> signatures;

  /// kTufType where the file is of another kind, and what Envelope::parse and T::parse refuse.
  static Result<Signed> parse(BytesView file, const EnvelopeLimits& limits = {}) {
    Envelope envelope = TRY(Envelope::parse(file, limits));
    T value = TRY(T::parse(envelope.payload));
    return Signed{std::move(value), std::move(envelope.canonical), std::move(envelope.signatures)};
  }
};

/// kTufRole where the file says that it is of another role.
Result<void> expect_role(std::string_view role, const Targets& file);
/// The file of that role: Signed::parse, and kTufRole.
Result<Signed<Targets>> parse_targets_of(std::string_view role, BytesView file);

/// kTufHash unless `bytes` are as long as and have every known digest that is listed; kTufHashUnknown where
/// there are digests, but of unknown algorithms only. Neither length nor hashes: anything will do.
Result<void> check_meta_file(const MetaFile& listed, BytesView bytes);

/// The same for a target, bytes by bytes as they come: never more than its length is hashed.
class TargetCheck {
 public:
  /// kTufHashUnknown.
  static Result<TargetCheck> make(const TargetFile& target);
  Result<void> update(BytesView bytes);  ///< kTufHash from the first byte too many on
  Result<void> finish();                 ///< kTufHash

 private:
  TargetCheck() = default;
  std::uint64_t length_ = 0, left_ = 0;
  bool too_long_ = false;
  std::vector<std::pair<Digest, Hasher>> hashers_;
};
Result<void> check_target(const TargetFile& target, BytesView bytes);

}  // namespace tomme::tuf
