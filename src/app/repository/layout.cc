#include "app/repository/layout.h"

#include <algorithm>
#include <charconv>

#include "app/repository/errors.h"
#include "core/encoding/text.h"

namespace tomme::repository {

namespace {

constexpr std::size_t kLongestRole = 128;
constexpr std::string_view kSuffix = ".json";

bool fits_role(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.';
}

bool is_role_name(std::string_view role) {
  return !role.empty() && role.size() <= kLongestRole && role.front() != '.' &&
         std::ranges::all_of(role, fits_role);
}

/// Of names that are made of what is checked already.
store::BlobKey must_be_key(const std::string& text) {
  return store::BlobKey::parse(text).value();
}

std::string in_folder(std::string_view folder, std::string_view name) {
  std::string out(folder);
  out += "/";
  out += name;
  return out;
}

}  // namespace

Result<void> expect_role_name(std::string_view role) {
  if (is_role_name(role)) return {};
  return fail(kRepositoryRole, "'" + printable(role, 80) + "' cannot be the name of a role");
}

store::BlobKey timestamp_key() {
  return must_be_key("metadata/timestamp.json");
}

store::BlobKey metadata_key(std::string_view role, std::uint64_t version) {
  return must_be_key(in_folder(kMetadataFolder, std::to_string(version) + "." + snapshot_entry(role)));
}

store::BlobKey staged_key(std::string_view role) {
  return must_be_key(in_folder(kStagedFolder, snapshot_entry(role)));
}

store::BlobKey first_root_key() {
  return must_be_key("first-root");
}

Result<store::BlobKey> target_key(std::string_view path, const Sha256& sha256) {
  return target_key(path, Digest(sha256));
}

Result<store::BlobKey> target_key(std::string_view path, const Digest& digest) {
  const std::size_t slash = path.rfind('/');
  const std::size_t name = slash == std::string_view::npos ? 0 : slash + 1;
  std::string key = in_folder(kTargetsFolder, path.substr(0, name));
  key += digest.to_hex() + ".";
  key += path.substr(name);
  const Result<store::BlobKey> parsed = store::BlobKey::parse(key);
  if (parsed && name < path.size()) return *parsed;
  return fail(kRepositoryTarget, "the target " + printable(path, 80) + " cannot be stored under its name",
              "use letters, digits and ._-+!~ in parts between slashes");
}

std::optional<MetadataName> read_metadata_key(std::string_view key) {
  if (!key.starts_with(kMetadataFolder)) return std::nullopt;
  key.remove_prefix(kMetadataFolder.size());
  if (!key.starts_with('/') || !key.ends_with(kSuffix)) return std::nullopt;
  key.remove_prefix(1);
  key.remove_suffix(kSuffix.size());
  MetadataName name;
  const auto read = std::from_chars(key.data(), key.data() + key.size(), name.version);
  const auto digits = static_cast<std::size_t>(read.ptr - key.data());
  if (read.ec != std::errc() || name.version == 0 || key.front() == '0') return std::nullopt;
  if (digits >= key.size() || key[digits] != '.') return std::nullopt;
  name.role = key.substr(digits + 1);
  if (!is_role_name(name.role)) return std::nullopt;
  return name;
}

std::string snapshot_entry(std::string_view role) {
  return std::string(role) + std::string(kSuffix);
}

}  // namespace tomme::repository
