#include "core/tuf/fields_internal.h"
#include "core/tuf/metadata.h"

namespace tomme::tuf {

namespace {

ObjectWriter& put_common(ObjectWriter& writer, const Common& common, std::string_view type) {
  return writer.text("_type", type)
      .text("spec_version", common.spec_version)
      .number("version", common.version.value())
      .text("expires", to_rfc3339(common.expires));
}

Result<std::string> role_to_canonical(const RoleKeys& keys) {
  ObjectWriter writer;
  put_role_keys(writer, keys);
  return writer.rest(keys.unknown).finish();
}

Result<std::string> meta_file_to_canonical(const MetaFile& file) {
  ObjectWriter writer;
  writer.number("version", file.version.value());
  if (file.length) writer.number("length", *file.length);
  if (!file.hashes.empty()) writer.raw("hashes", hashes_to_canonical(file.hashes));
  return writer.rest(file.unknown).finish();
}

Result<std::string> target_to_canonical(const TargetFile& file) {
  ObjectWriter writer;
  writer.number("length", file.length).raw("hashes", hashes_to_canonical(file.hashes));
  if (file.custom) writer.value("custom", *file.custom);
  return writer.rest(file.unknown).finish();
}

/// `{"a":…,"b":…}` of a table, whose names are sorted already.
template <class Entries, class Write>
Result<std::string> table_to_canonical(const Entries& table, const Write& write) {
  std::string out = "{";
  out.reserve(table.size() * 48);
  for (const auto& [name, value] : table) {
    if (out.size() > 1) out.push_back(',');
    json::append_olpc_text(out, name);
    out.push_back(':');
    TRY(write(out, value));
  }
  out.push_back('}');
  return out;
}

Result<void> append_meta_file(std::string& out, const MetaFile& file) {
  if (file.is_version_only()) {
    out += "{\"version\":" + std::to_string(file.version.value()) + "}";
  } else {
    out += TRY(meta_file_to_canonical(file));
  }
  return {};
}

bool has_one_digest_only(const TargetFile& file) {
  return file.hashes.known.size() == 1 && file.hashes.unknown.empty() && !file.custom &&
         file.unknown.size() == 0;
}

Result<void> append_target(std::string& out, const TargetFile& file) {
  if (has_one_digest_only(file)) {  // most of a bin
    const Digest& digest = file.hashes.known.front();
    out += "{\"hashes\":{\"";
    out += name_of(digest.algorithm());
    out += "\":\"" + digest.to_hex() + "\"},\"length\":" + std::to_string(file.length) + "}";
    return {};
  }
  out += TRY(target_to_canonical(file));
  return {};
}

}  // namespace

Result<std::string> Root::to_canonical() const {
  ObjectWriter roles;
  roles.raw("root", role_to_canonical(root))
      .raw("timestamp", role_to_canonical(timestamp))
      .raw("snapshot", role_to_canonical(snapshot))
      .raw("targets", role_to_canonical(targets))
      .rest(unknown_roles);
  ObjectWriter writer;
  return put_common(writer, *this, kType)
      .boolean("consistent_snapshot", consistent_snapshot)
      .raw("keys", keys_to_canonical(keys))
      .raw("roles", roles.finish())
      .rest(unknown)
      .finish();
}

Result<std::string> Timestamp::to_canonical() const {
  ObjectWriter meta;
  meta.raw("snapshot.json", meta_file_to_canonical(snapshot)).rest(unknown_meta);
  ObjectWriter writer;
  return put_common(writer, *this, kType).raw("meta", meta.finish()).rest(unknown).finish();
}

Result<std::string> Snapshot::to_canonical() const {
  ObjectWriter writer;
  return put_common(writer, *this, kType)
      .raw("meta", table_to_canonical(meta, append_meta_file))
      .rest(unknown)
      .finish();
}

Result<std::string> Targets::to_canonical() const {
  ObjectWriter writer;
  put_common(writer, *this, kType).raw("targets", table_to_canonical(targets, append_target));
  if (delegations) writer.raw("delegations", delegations->to_canonical());
  if (role) writer.text(kRoleMember, role->text());
  return writer.rest(unknown).finish();
}

}  // namespace tomme::tuf
