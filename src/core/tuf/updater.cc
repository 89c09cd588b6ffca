#include "core/tuf/updater.h"

#include <algorithm>
#include <set>

#include "core/encoding/text.h"
#include "core/tuf/errors.h"
#include "core/tuf/rules_internal.h"

namespace tomme::tuf {

namespace {

std::unexpected<Error> not_kept(const RoleName& role, std::string_view why) {
  return fail(kTufOffline, printable(role.text(), 80) + " cannot be used offline: " + std::string(why));
}

}  // namespace

Result<void> init_store(MetadataStore& store, BytesView root, const OidcVerifier& oidc) {
  TRY(read_first_root(root, oidc));
  return store.store(RoleName::root(), root);
}

Result<Updater> Updater::open(MetadataStore& store, Fetcher& mirror, UpdaterOptions options) {
  const std::optional<Bytes> bytes = TRY(store.load(RoleName::root()));
  if (!bytes) return fail(kTufNoRoot, "no root is stored for this repository");
  Root root = TRY(read_first_root(*bytes, options.oidc));
  return Updater(store, mirror, std::move(options), std::move(root));
}

Result<Updater> Updater::begin(MetadataStore& store, Fetcher& mirror, UpdaterOptions options,
                               BytesView root) {
  Root read = TRY(read_first_root(root, options.oidc));
  TRY(store.store(RoleName::root(), root));
  return Updater(store, mirror, std::move(options), std::move(read));
}

Result<void> Updater::check(const RoleName& role, const Common& metadata) const {
  const auto tolerance = options_.offline ? options_.offline->tolerance : std::chrono::seconds{0};
  return check_fresh(role, metadata, options_.now, tolerance);
}

void Updater::note(const RoleName& role, const Common& metadata) {
  const std::chrono::seconds since = options_.now - metadata.expires;
  roles_.push_back({role, metadata.version, metadata.expires, std::max(since, std::chrono::seconds{0})});
}

Result<std::optional<Bytes>> Updater::ask(const std::string& path, std::size_t max_length) {
  std::optional<Bytes> bytes = TRY(mirror_->fetch(path, max_length));
  if (bytes && bytes->size() > max_length) {
    return fail(kTufTooLong, path + " has more than " + std::to_string(max_length) + " bytes");
  }
  return bytes;
}

Result<Bytes> Updater::fetch(const RoleName& role, std::optional<Version> version, std::size_t max_length) {
  const std::string path = metadata_path(role, version);
  std::optional<Bytes> bytes = TRY(ask(path, max_length));
  if (!bytes) return fail(kTufUnavailable, "the mirror has no " + path);
  return *std::move(bytes);
}

Result<Bytes> Updater::fetch_listed(const RoleName& role, const MetaFile& listed, std::size_t limit) {
  const std::size_t most = std::min<std::uint64_t>(listed.length.value_or(limit), options_.limits.listed);
  return fetch(role, root_.consistent_snapshot ? std::optional(listed.version) : std::nullopt, most);
}

Result<void> Updater::refresh() {
  if (refreshed_) return {};
  timestamp_.reset();
  snapshot_.reset();
  snapshot_digest_.reset();
  targets_.clear();
  roles_.clear();
  if (!options_.offline) TRY(refresh_root());
  TRY(check(RoleName::root(), root_));  // only the last root must be fresh, and it is stored already (5.3.10)
  note(RoleName::root(), root_);
  TRY(refresh_timestamp());
  TRY(refresh_snapshot());
  (void)TRY(load_top_level_targets());
  refreshed_ = true;
  return {};
}

Result<void> Updater::renew(Time now) {
  options_.now = now;
  // Only from a whole refresh: then the root is the one that its snapshot was verified by.
  if (refreshed_ && snapshot_ && snapshot_digest_) {
    known_snapshot_ = KnownSnapshot{*snapshot_digest_, root_.version, *std::move(snapshot_)};
  }
  refreshed_ = false;
  return refresh();
}

// 5.3.2 to 5.3.9. One after the other, each signed by the one before; "there is none" ends the chain, any
// other trouble ends the refresh.
Result<void> Updater::refresh_root() {
  for (std::size_t i = 0; i < options_.limits.root_rotations; ++i) {
    const Version next(root_.version.value() + 1);
    const auto bytes = TRY(ask(metadata_path(RoleName::root(), next), options_.limits.root));
    if (!bytes) return {};
    root_ = TRY(read_next_root(root_, *bytes, options_.oidc));
    TRY(store_->store(RoleName::root(), *bytes));
  }
  return {};
}

// The stored one still protects against rollback when it is expired. When it no longer verifies, its keys
// were replaced: then what it says may be an attacker's and is forgotten (5.3.11, fast-forward recovery).
Result<void> Updater::use_stored_timestamp() {
  const std::optional<Bytes> bytes = TRY(store_->load(RoleName::timestamp()));
  if (!bytes) return {};
  Result<Timestamp> stored = read_timestamp(root_, *bytes, options_.oidc);
  if (stored) {
    timestamp_ = *std::move(stored);
  } else if (options_.offline) {
    return std::unexpected(std::move(stored).error().in("stored metadata"));
  }
  return {};
}

// 5.4. A file of the version that is trusted already is not looked at: the one that was seen first counts.
Result<void> Updater::refresh_timestamp() {
  const RoleName& role = RoleName::timestamp();
  TRY(use_stored_timestamp());
  if (!options_.offline) {
    const Bytes bytes = TRY(fetch(role, std::nullopt, options_.limits.timestamp));
    Timestamp next = TRY(read_timestamp(root_, bytes, options_.oidc));
    if (timestamp_ && next.version != timestamp_->version) TRY(check_rollback(*timestamp_, next));
    if (!timestamp_ || next.version != timestamp_->version) {
      TRY(check(role, next));
      TRY(store_->store(role, bytes));
      timestamp_ = std::move(next);
    }
  }
  if (!timestamp_) return not_kept(role, "it was never stored");
  TRY(check(role, *timestamp_));
  note(role, *timestamp_);
  return {};
}

Result<Snapshot> Updater::read_stored_snapshot(BytesView bytes) {
  std::optional<KnownSnapshot> known = std::exchange(known_snapshot_, std::nullopt);
  if (known && known->root == root_.version && known->digest == sha256(bytes)) {
    return std::move(known->snapshot);
  }
  return read_snapshot(root_, bytes, options_.oidc);
}

// True where the stored one is the one that the timestamp lists. Otherwise it only protects against rollback,
// as the timestamp's does.
Result<bool> Updater::use_stored_snapshot() {
  const RoleName& role = RoleName::snapshot();
  const std::optional<Bytes> bytes = TRY(store_->load(role));
  if (!bytes) return false;
  Result<Snapshot> stored = read_stored_snapshot(*bytes);
  if (!stored) {
    if (options_.offline) return std::unexpected(std::move(stored).error().in("stored metadata"));
    return false;
  }
  snapshot_ = *std::move(stored);
  if (options_.renewable) snapshot_digest_ = sha256(*bytes);
  return snapshot_->version == timestamp_->snapshot.version &&
         check_meta_file(timestamp_->snapshot, *bytes) && check(role, *snapshot_);
}

// 5.5
Result<void> Updater::refresh_snapshot() {
  const RoleName& role = RoleName::snapshot();
  const MetaFile& listed = timestamp_->snapshot;
  if (!TRY(use_stored_snapshot())) {
    if (options_.offline) {
      if (!snapshot_) return not_kept(role, "it was never stored");
      TRY(check(role, *snapshot_));
      return not_kept(role, "the stored one is not the one that the stored timestamp lists");
    }
    const Bytes bytes = TRY(fetch_listed(role, listed, options_.limits.snapshot));
    TRY(in(role.text(), check_meta_file(listed, bytes)));
    Snapshot next = TRY(read_snapshot(root_, bytes, options_.oidc));
    TRY(check_listed_version(role, next.version, listed.version));
    if (snapshot_) TRY(check_rollback(*snapshot_, next));
    TRY(check(role, next));
    TRY(store_->store(role, bytes));
    snapshot_ = std::move(next);
    if (options_.renewable) snapshot_digest_ = sha256(bytes);
  }
  note(role, *snapshot_);
  return {};
}

Result<Targets> Updater::read_targets_file(const RoleName& role, const MetaFile& listed,
                                           const Delegator& delegator, BytesView bytes) const {
  Targets out = TRY(read_targets(role, listed, delegator, bytes, options_.oidc));
  TRY(check(role, out));
  return out;
}

// 5.6. The stored file is used where it is exactly what is listed now and signed by this very delegator.
Result<const Targets*> Updater::load_targets(const Edge& edge, const Delegator& delegator) {
  if (const auto known = targets_.find(edge); known != targets_.end()) return known->second.get();
  const RoleName& role = edge.second;
  const std::optional<MetaFile> listed = snapshot_->find(role);
  if (!listed) {
    return fail(kTufNotInSnapshot, describe(RoleName::snapshot(), snapshot_->version) + " does not list '" +
                                       printable(role.text(), 80) + "', to which " + delegator.description +
                                       " delegates");
  }
  const auto keep = [&](Targets targets) {
    note(role, targets);
    return targets_.emplace(edge, std::make_unique<const Targets>(std::move(targets))).first->second.get();
  };
  if (const std::optional<Bytes> bytes = TRY(store_->load(role))) {
    Result<Targets> stored = read_targets_file(role, *listed, delegator, *bytes);
    if (stored) return keep(*std::move(stored));
    if (options_.offline) return std::unexpected(std::move(stored).error().in("stored metadata"));
  }
  if (options_.offline) return not_kept(role, "it was never stored");
  const Bytes bytes = TRY(fetch_listed(role, *listed, options_.limits.targets));
  Targets targets = TRY(read_targets_file(role, *listed, delegator, bytes));
  TRY(store_->store(role, bytes));
  return keep(std::move(targets));
}

Result<const Targets*> Updater::load_top_level_targets() {
  const Delegator delegator{describe(RoleName::root(), root_.version), &root_.keys, &root_.targets};
  return load_targets({nullptr, RoleName::targets()}, delegator);
}

const Targets* Updater::targets() const {
  const auto found = targets_.find({nullptr, RoleName::targets()});
  return refreshed_ && found != targets_.end() ? found->second.get() : nullptr;
}

Result<FoundTarget> Updater::found(const TargetPath& path, const TargetFile& file,
                                   const RoleName& role) const {
  std::optional<Digest> prefix;
  if (root_.consistent_snapshot && options_.prefix_targets_with_hash) {
    const Digest* digest = file.hashes.find(HashAlgorithm::sha256);
    if (digest == nullptr && !file.hashes.known.empty()) digest = &file.hashes.known.front();
    if (digest == nullptr) TRY(TargetCheck::make(file));  // says which algorithms are not known
    if (digest != nullptr) prefix = *digest;
  }
  std::string request_path = target_request_path(path, prefix).value_or("");
  return FoundTarget{path, file, role, std::move(request_path)};
}

// 5.6.7: pre-order, children in the order of their delegations. A terminating one that matches ends the
// search after its own subtree, at all levels. Roles are visited once by name, so cycles end.
Result<std::optional<FoundTarget>> Updater::find_target(const TargetPath& path) {
  TRY(refresh());
  struct Step {
    Edge edge;
    Delegator delegator;
  };
  std::vector<Step> stack;
  stack.push_back({{nullptr, RoleName::targets()}, {}});
  std::set<RoleName> visited;
  while (!stack.empty()) {
    const Step step = std::move(stack.back());
    stack.pop_back();
    const auto& [from, role] = step.edge;
    if (visited.contains(role)) continue;
    if (visited.size() > options_.limits.delegations) {
      return fail(kTufDelegations, "the search for '" + printable(path.text(), 120) + "' went through " +
                                       std::to_string(options_.limits.delegations) +
                                       " delegated roles and was not at its end");
    }
    const Targets* targets =
        TRY(from == nullptr ? load_top_level_targets() : load_targets(step.edge, step.delegator));
    if (const TargetFile* file = targets->targets.find(path.text())) return TRY(found(path, *file, role));
    visited.insert(role);
    if (!targets->delegations) continue;
    std::vector<Delegation> children = targets->delegations->matching(path);
    const auto terminating = std::ranges::find(children, true, &Delegation::terminating);
    if (terminating != children.end()) {
      stack.clear();
      children.erase(terminating + 1, children.end());
    }
    for (auto child = children.rbegin(); child != children.rend(); ++child) {
      stack.push_back({{targets, child->name},
                       {describe(role, targets->version), &targets->delegations->keys, child->keys}});
    }
  }
  return std::nullopt;
}

}  // namespace tomme::tuf
