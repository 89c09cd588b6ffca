#include <limits>

#include "core/encoding/text.h"
#include "core/tuf/errors.h"
#include "core/tuf/fields_internal.h"
#include "core/tuf/metadata.h"

namespace tomme::tuf {

namespace {

constexpr std::uint64_t kMaxLength = std::numeric_limits<std::int64_t>::max();

Result<void> take_common(ObjectReader& reader, Common& out, std::string_view type) {
  const std::string_view found = TRY(reader.text("_type"));
  if (found != type) {
    return fail(kTufType,
                "the file is of type '" + printable(found, 60) + "', not '" + std::string(type) + "'");
  }
  out.spec_version = TRY(reader.text("spec_version"));
  if (!is_spec_version(out.spec_version)) {
    return fail(kTufSpecVersion,
                "the metadata follows version '" + printable(out.spec_version, 40) + "' of TUF, not 1.x");
  }
  out.version = Version(TRY(reader.number("version", 1, kMaxVersion)));
  const std::string_view date = TRY(reader.text("expires"));
  const auto expires = parse_date(date);
  if (!expires) {
    const auto wrong =
        reader.bad("expires", "is '" + printable(date, 60) + "', not a date like 2030-01-31T12:00:00Z");
    return fail(kTufShape, wrong.error().message(),
                "expiries are in UTC and end with Z; the repository's operator has to sign it anew so, and "
                "where only an old "
                "root is so, a later one can be the first: --root FILE");
  }
  out.expires = *expires;
  return {};
}

Result<RoleKeys> take_role(ObjectReader& roles, std::string_view name) {
  ObjectReader reader = TRY(ObjectReader::of(*TRY(roles.required(name)), name));
  RoleKeys out = TRY(take_role_keys(reader));
  out.unknown = reader.rest();
  return out;
}

Result<MetaFile> parse_meta_file(const json::Value& value, std::string_view name) {
  ObjectReader reader = TRY(ObjectReader::of(value, name));
  MetaFile out;
  out.version = Version(TRY(reader.number("version", 1, kMaxVersion)));
  if (value.object()->size() == 1) return out;  // most of a large snapshot
  if (reader.find("length") != nullptr) out.length = TRY(reader.number("length", 0, kMaxLength));
  if (reader.find("hashes") != nullptr) out.hashes = TRY(parse_hashes(*TRY(reader.object("hashes")), name));
  out.unknown = reader.rest();
  return out;
}

Result<TargetFile> parse_target(const json::Value& value, std::string_view path) {
  ObjectReader reader = TRY(ObjectReader::of(value, path));
  TargetFile out;
  out.length = TRY(reader.number("length", 0, kMaxLength));
  out.hashes = TRY(parse_hashes(*TRY(reader.object("hashes")), path));
  if (value.object()->size() == 2) return out;
  if (const json::Value* custom = reader.find("custom")) out.custom = *custom;
  out.unknown = reader.rest();
  return out;
}

}  // namespace

Result<Root> Root::parse(const json::Value& payload) {
  Root out;
  ObjectReader reader = TRY(ObjectReader::of(payload, "root"));
  TRY(take_common(reader, out, kType));
  if (reader.find("consistent_snapshot") != nullptr) {
    out.consistent_snapshot = TRY(reader.boolean("consistent_snapshot"));
  }
  out.keys = TRY(parse_keys(*TRY(reader.object("keys"))));
  ObjectReader roles = TRY(ObjectReader::of(*TRY(reader.required("roles")), "roles"));
  out.root = TRY(take_role(roles, "root"));
  out.timestamp = TRY(take_role(roles, "timestamp"));
  out.snapshot = TRY(take_role(roles, "snapshot"));
  out.targets = TRY(take_role(roles, "targets"));
  out.unknown_roles = roles.rest();
  out.unknown = reader.rest();
  return out;
}

const RoleKeys* Root::find(const RoleName& role) const {
  if (role == RoleName::root()) return &root;
  if (role == RoleName::timestamp()) return &timestamp;
  if (role == RoleName::snapshot()) return &snapshot;
  if (role == RoleName::targets()) return &targets;
  return nullptr;
}

Result<Timestamp> Timestamp::parse(const json::Value& payload) {
  Timestamp out;
  ObjectReader reader = TRY(ObjectReader::of(payload, "timestamp"));
  TRY(take_common(reader, out, kType));
  ObjectReader meta = TRY(ObjectReader::of(*TRY(reader.required("meta")), "meta"));
  out.snapshot = TRY(parse_meta_file(*TRY(meta.required("snapshot.json")), "snapshot.json"));
  out.unknown_meta = meta.rest();
  out.unknown = reader.rest();
  return out;
}

Result<Snapshot> Snapshot::parse(const json::Value& payload) {
  Snapshot out;
  ObjectReader reader = TRY(ObjectReader::of(payload, "snapshot"));
  TRY(take_common(reader, out, kType));
  const json::Object* meta = TRY(reader.object("meta"));
  out.meta.reserve(meta->size(), 0);
  for (const json::Member& member : *meta) {
    out.meta.set(member.name, TRY(parse_meta_file(member.value, member.name)));
  }
  out.unknown = reader.rest();
  return out;
}

std::optional<MetaFile> Snapshot::find(const RoleName& role) const {
  return meta.find(role.text() + ".json");
}

Result<Targets> Targets::parse(const json::Value& payload) {
  Targets out;
  ObjectReader reader = TRY(ObjectReader::of(payload, "targets"));
  TRY(take_common(reader, out, kType));
  const json::Object* targets = TRY(reader.object("targets"));
  out.targets.reserve(targets->size());
  for (const json::Member& member : *targets) {
    out.targets.set(member.name, TRY(parse_target(member.value, member.name)));
  }
  if (const json::Value* delegations = reader.find("delegations")) {
    out.delegations = TRY(Delegations::parse(*delegations));
  }
  if (reader.find(kRoleMember) != nullptr) {
    out.role = TRY(in(kRoleMember, RoleName::parse(TRY(reader.text(kRoleMember)))));
  }
  out.unknown = reader.rest();
  return out;
}

}  // namespace tomme::tuf
