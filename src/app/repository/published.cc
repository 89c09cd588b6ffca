#include "app/repository/published.h"

#include <algorithm>
#include <charconv>
#include <deque>
#include <set>

#include "app/repository/errors.h"
#include "app/repository/layout.h"
#include "app/repository/snapshot_room.h"
#include "core/encoding/text.h"
#include "core/tuf/errors.h"
#include "core/tuf/threshold.h"

namespace tomme::repository {

namespace {

constexpr std::size_t kMostWithContent = 1000;  // of a snapshot, which would outgrow what clients accept
constexpr std::size_t kFirstRootBytes = 20;     // a number

const tuf::SuccinctRoles* succinct_of(const tuf::Targets& role) {
  return role.delegations ? std::get_if<tuf::SuccinctRoles>(&role.delegations->roles) : nullptr;
}
const std::vector<tuf::DelegatedRole>* named_of(const tuf::Targets& role) {
  return role.delegations ? std::get_if<std::vector<tuf::DelegatedRole>>(&role.delegations->roles) : nullptr;
}

std::string version_text(const tuf::Common& role) {
  return std::to_string(role.version.value());
}

template <class T>
Result<void> expect_version(std::string_view role, const tuf::Signed<T>& metadata, std::uint64_t version) {
  if (metadata.value.version.value() == version) return {};
  return fail(kRepositoryDamaged, printable(role, 80) + " version " + std::to_string(version) +
                                      " says it is " + version_text(metadata.value));
}

/// Versions are kept; lengths and digests are made anew of the files themselves, for roles that people sign.
SnapshotText text_of_snapshot(const tuf::Snapshot& from) {
  SnapshotText text(SnapshotText::Kind::snapshot);
  text.version = from.version.value();
  text.expires = from.expires;
  for (const auto& [file, listed] : from.meta) {
    if (!file.ends_with(".json")) continue;
    // What no delegation can lead to here needs no entry that would have to be quoted.
    if (!expect_role_name(std::string_view(file).substr(0, file.size() - 5))) continue;
    text.set(file, listed.version.value());
  }
  return text;
}

Result<SnapshotText> parse_timestamp(const tuf::Root& root, BytesView file) {
  const auto metadata = TRY(tuf::Signed<tuf::Timestamp>::parse(file));
  TRY(tuf::verify_threshold("timestamp", "root version " + version_text(root), root.keys, root.timestamp,
                            metadata.canonical, metadata.signatures));
  SnapshotText text(SnapshotText::Kind::timestamp);
  text.version = metadata.value.version.value();
  text.expires = metadata.value.expires;
  text.set("snapshot.json", metadata.value.snapshot.version.value());
  return text;
}

Result<tuf::Snapshot> load_snapshot(store::BlobStore& files, const tuf::Root& root, std::uint64_t version) {
  const Bytes file = TRY(load_metadata(files, "snapshot", version, kMostSnapshotBytes));
  auto metadata = TRY(tuf::Signed<tuf::Snapshot>::parse(file));
  TRY(tuf::verify_threshold("snapshot", "root version " + version_text(root), root.keys, root.snapshot,
                            metadata.canonical, metadata.signatures));
  TRY(expect_version("snapshot", metadata, version));
  return std::move(metadata.value);
}

/// The targets role and what it leads to by name, each verified by the role that names it; no more of them
/// than can be published.
class RoleLoader {
 public:
  RoleLoader(store::BlobStore& files, const tuf::Snapshot& listed, Published& published)
      : files_(files), listed_(listed), snapshot_(published.snapshot), out_(published.offline) {}

  /// Nearest to targets first, so that whoever delegates to a role first is its parent.
  Result<void> load() {
    std::deque<std::pair<std::string, std::string>> waiting{{"targets", ""}};
    while (!waiting.empty()) {
      const auto [role, delegator] = std::move(waiting.front());
      waiting.pop_front();
      TRY(load(role, delegator));
      const auto there = out_.targets.find(role);
      const auto* named = there == out_.targets.end() ? nullptr : named_of(there->second.value);
      if (named == nullptr || !walked_.insert(role).second) continue;
      for (const tuf::DelegatedRole& delegated : *named) {
        if (!out_.targets.contains(delegated.name.text())) waiting.emplace_back(delegated.name.text(), role);
      }
    }
    return {};
  }

 private:
  Result<void> load(const std::string& role, const std::string& delegator) {
    const auto version = snapshot_.version_of(snapshot_entry(role));
    if (!version || out_.targets.contains(role)) return {};
    // Those nearest to targets. With an error nobody could take away what is too much.
    if (out_.targets.size() == kMostRoles) return {};
    const auto keyring = out_.keyring_by(role, delegator);
    if (!keyring) return fail(kRepositoryDamaged, "no role delegates to the role " + printable(role, 80));
    const Bytes file = TRY(load_metadata(files_, role, *version, kMostTargetsBytes));
    TRY(in(role, tuf::check_meta_file(listed_.meta.find(snapshot_entry(role)).value(), file)));
    auto metadata = TRY(in(role, tuf::parse_targets_of(role, file)));
    TRY(tuf::verify_threshold(role, keyring->delegator, *keyring->keys, *keyring->role_keys,
                              metadata.canonical, metadata.signatures));
    TRY(expect_version(role, metadata, *version));
    out_.targets.emplace(role, std::move(metadata));
    list_content(snapshot_, out_, role, *version, text_of(file));
    return {};
  }

  store::BlobStore& files_;
  const tuf::Snapshot& listed_;
  SnapshotText& snapshot_;
  OfflineRoles& out_;
  std::set<std::string> walked_;
};

Result<tuf::Signed<tuf::Root>> parse_root(BytesView file, std::uint64_t version) {
  auto root = TRY(in("root", tuf::Signed<tuf::Root>::parse(file)));
  TRY(expect_version("root", root, version));
  TRY(tuf::verify_threshold("root", "itself", root.value.keys, root.value.root, root.canonical,
                            root.signatures));
  return root;
}

Result<tuf::Signed<tuf::Root>> load_root(store::BlobStore& files, std::uint64_t version) {
  return parse_root(TRY(load_metadata(files, "root", version, kMostRootBytes)), version);
}

/// All that a timestamp leads to, as this root has it signed.
Result<Published> load_under(store::BlobStore& files, const tuf::Signed<tuf::Root>& root,
                             BytesView timestamp_file) {
  Published published;
  published.offline.root = root;
  published.timestamp_file = text_of(timestamp_file);
  published.timestamp = TRY(parse_timestamp(root.value, timestamp_file));
  const auto snapshot_version = published.timestamp.version_of("snapshot.json");
  const tuf::Snapshot snapshot = TRY(load_snapshot(files, root.value, snapshot_version.value_or(0)));
  published.snapshot = text_of_snapshot(snapshot);
  TRY(RoleLoader(files, snapshot, published).load());
  if (published.offline.targets.empty()) {
    return fail(kRepositoryDamaged, "the snapshot lists no targets.json");
  }
  return published;
}

}  // namespace

void list_content(SnapshotText& snapshot, const OfflineRoles& roles, const std::string& role,
                  std::uint64_t version, std::string_view file) {
  const auto top = roles.targets.find("targets");
  const auto* named = top == roles.targets.end() ? nullptr : named_of(top->second.value);
  const bool is_near = role == "targets" ||
                       (named != nullptr && std::ranges::any_of(*named, [&](const tuf::DelegatedRole& below) {
                          return below.name.text() == role;
                        }));
  // However many roles somebody further down adds.
  const bool few = roles.targets.size() <= kMostWithContent || role == "targets" ||
                   (is_near && named->size() <= kMostWithContent);
  if (few) return snapshot.set(snapshot_entry(role), version, SnapshotText::Content::of(file));
  snapshot.set(snapshot_entry(role), version);
}

Result<std::optional<Bins>> OfflineRoles::bins() const {
  return view().bins();
}

RolesView OfflineRoles::view() const {
  RolesView out;
  if (root) out.root = &root->value;
  for (const auto& [name, metadata] : targets)
    out.targets.emplace_hint(out.targets.end(), name, &metadata.value);
  return out;
}

Result<std::optional<Bins>> RolesView::bins() const {
  std::optional<Bins> found;
  for (const auto& [name, metadata] : targets) {
    const tuf::SuccinctRoles* succinct = succinct_of(*metadata);
    if (succinct == nullptr) continue;
    if (found) {
      return fail(kRepositoryBins, "both " + found->delegator + " and " + name + " delegate to hash bins",
                  "a repository has one set of bins");
    }
    BinLayout layout = TRY(BinLayout::make(succinct->name_prefix, succinct->bit_length));
    found = Bins{std::move(layout), name, metadata->delegations->keys, succinct->keys};
  }
  for (const auto& [name, metadata] : targets) {
    const auto* named = found ? named_of(*metadata) : nullptr;
    if (named == nullptr) continue;
    for (const tuf::DelegatedRole& delegated : *named) {
      // Of another number of bins too: it may have been one, or become one.
      if (!found->layout.could_name(snapshot_entry(delegated.name.text()))) continue;
      return fail(kRepositoryBins,
                  name + " delegates to a role " + delegated.name.text() + ", which is a hash bin",
                  "give the role another name");
    }
  }
  return found;
}

std::map<std::string, Parent> RolesView::parents() const {
  std::map<std::string, Parent> out{{"targets", Parent()}};
  std::deque<std::string> waiting{"targets"};
  while (!waiting.empty()) {
    const std::string name = std::move(waiting.front());
    waiting.pop_front();
    const auto metadata = targets.find(name);
    const auto* named = metadata == targets.end() ? nullptr : named_of(*metadata->second);
    if (named == nullptr) continue;
    const std::size_t depth = out.at(name).depth + 1;
    for (const tuf::DelegatedRole& delegated : *named) {
      if (out.emplace(delegated.name.text(), Parent{name, depth}).second)
        waiting.push_back(delegated.name.text());
    }
  }
  return out;
}

std::string OfflineRoles::delegator_of(const std::string& role) const {
  const auto parents = view().parents();
  const auto parent = parents.find(role);
  return parent == parents.end() ? "" : parent->second.name;
}

std::optional<OfflineRoles::Delegator> OfflineRoles::keyring_by(const std::string& role,
                                                                const std::string& delegator) const {
  if (role == "targets") {
    if (!root) return std::nullopt;
    return Delegator{&root->value.keys, &root->value.targets, "root version " + version_text(root->value)};
  }
  const auto above = targets.find(delegator);
  const auto* named = above == targets.end() ? nullptr : named_of(above->second.value);
  if (named == nullptr) return std::nullopt;
  const auto delegated = std::ranges::find_if(
      *named, [&](const tuf::DelegatedRole& below) { return below.name.text() == role; });
  if (delegated == named->end()) return std::nullopt;
  return Delegator{&above->second.value.delegations->keys, &delegated->keys,
                   delegator + " version " + version_text(above->second.value)};
}

std::optional<OfflineRoles::Delegator> OfflineRoles::keyring_of(const std::string& role) const {
  return keyring_by(role, delegator_of(role));
}

Result<Bytes> load_metadata(store::BlobStore& files, std::string_view role, std::uint64_t version,
                            std::uint64_t limit) {
  const store::BlobKey key = metadata_key(role, version);
  auto file = TRY(files.get(key, limit));
  if (file) return *std::move(file);
  return fail(kRepositoryDamaged, files.describe() + ": " + key.text() + " is missing");
}

Result<std::optional<std::uint64_t>> first_root_version(store::BlobStore& files) {
  if (TRY(files.exists(metadata_key("root", 1)))) return 1;
  const auto said = TRY(files.get(first_root_key(), kFirstRootBytes));
  if (!said) return std::nullopt;
  const std::string_view text = text_of(*said);
  std::uint64_t version = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), version);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || version < 2) {
    return fail(kRepositoryDamaged, files.describe() + ": first-root is not the number of a root");
  }
  if (!TRY(files.exists(metadata_key("root", version)))) return std::nullopt;
  return version;
}

Result<std::optional<RootFile>> load_newest_root_file(store::BlobStore& files) {
  const auto first = TRY(first_root_version(files));
  if (!first) return std::nullopt;
  std::uint64_t version = *first;
  while (TRY(files.exists(metadata_key("root", version + 1)))) ++version;
  Bytes file = TRY(load_metadata(files, "root", version, kMostRootBytes));
  return RootFile{version, std::move(file)};
}

Result<std::optional<tuf::Signed<tuf::Root>>> load_newest_root(store::BlobStore& files) {
  const auto newest = TRY(load_newest_root_file(files));
  if (!newest) return std::optional<tuf::Signed<tuf::Root>>();
  return std::optional(TRY(parse_root(newest->file, newest->version)));
}

Result<bool> is_current(store::BlobStore& files, const Published& published) {
  const auto& root = published.offline.root;
  const std::uint64_t next = root ? root->value.version.value() + 1 : 1;
  if (TRY(files.exists(metadata_key("root", next)))) return false;
  const auto timestamp = TRY(files.get(timestamp_key(), kMostTimestampBytes));
  return timestamp ? published.timestamp_file == text_of(*timestamp) : published.is_empty();
}

Result<Published> load_published(store::BlobStore& files) {
  auto root = TRY(load_newest_root(files));
  const auto timestamp_file = TRY(files.get(timestamp_key(), kMostTimestampBytes));
  if (!timestamp_file) {
    Published none;
    none.offline.root = std::move(root);
    return none;
  }
  if (!root) {
    return fail(kRepositoryDamaged,
                files.describe() + ": there is a timestamp, but no root (metadata/1.root.json)");
  }
  const std::uint64_t version = root->value.version.value();
  auto published = load_under(files, *root, *timestamp_file);
  if (published || !published.error().is(tuf::kTufThreshold) || version == TRY(first_root_version(files))) {
    return published;
  }
  const auto previous = TRY(load_root(files, version - 1));
  auto interrupted = load_under(files, previous, *timestamp_file);
  if (!interrupted) return published;
  interrupted->offline.root = std::move(root);
  interrupted->under_previous_root = true;
  return interrupted;
}

}  // namespace tomme::repository
