#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/tuf/metadata.h"
#include "core/tuf/paths.h"

/// The client workflow of section 5. No network, files or clock of its own: they are handed in.
namespace tomme::tuf {

struct Delegator;

/// Where metadata comes from: one mirror, asked for paths below its metadata URL.
class Fetcher {
 public:
  virtual ~Fetcher() = default;
  /// The file; nothing where the mirror says that there is none (HTTP 404 or 403, as object stores say it).
  /// Every other trouble is an error and never "nothing". Stops with kTufTooLong once there are more than
  /// `max_length` bytes. `path` is percent-quoted already.
  virtual Result<std::optional<Bytes>> fetch(const std::string& path, std::size_t max_length) = 0;
};

/// What a client keeps between runs: one file per role, byte for byte. The files named by
/// local_metadata_name(); each write replaces a file at once or not at all. Two updaters must not share one
/// at the same time: whoever implements it holds a lock.
class MetadataStore {
 public:
  virtual ~MetadataStore() = default;
  /// Nothing where the role was never stored. An error is never read as "nothing": that would forget what
  /// protects against rollback.
  virtual Result<std::optional<Bytes>> load(const RoleName& role) = 0;
  virtual Result<void> store(const RoleName& role, BytesView bytes) = 0;
};

struct Limits {
  std::size_t root = 512'000;        ///< bytes
  std::size_t timestamp = 16'384;    ///< bytes
  std::size_t snapshot = 2'000'000;  ///< bytes, where the timestamp lists no length
  std::size_t targets = 5'000'000;   ///< bytes, of each targets role of which the snapshot lists no length
  std::size_t listed = 64'000'000;   ///< bytes, whatever length is listed
  std::size_t root_rotations = 256;  ///< new roots in one refresh; the next one goes on from there
  std::size_t delegations = 32;      ///< roles below targets that one search goes through
};

/// Without the network: what was stored by earlier refreshes is verified again and used.
struct Offline {
  std::chrono::seconds tolerance{
      0};  ///< how long a role may be expired; updater.roles() says how long each is
};

struct UpdaterOptions {
  Time now;  ///< all expiry is judged by this one moment
  Limits limits = {};
  OidcVerifier oidc = {};                ///< switches keys of type sigstore-oidc on
  bool prefix_targets_with_hash = true;  ///< off where target paths have the digest in them (PyPI's do)
  std::optional<Offline> offline = {};
  bool renewable = false;  ///< the digest of the snapshot is kept, so that renew() need not verify it again
};

/// A role that an answer rests on.
struct RoleState {
  RoleName role;
  Version version;
  Time expires;
  std::chrono::seconds stale;  ///< since when it is expired; 0 for a fresh one
};

/// A target that metadata vouches for. The file itself is for the caller to fetch and to put through
/// check_target() or TargetCheck before anyone uses it.
struct FoundTarget {
  TargetPath path;
  TargetFile file;
  RoleName role;  ///< which lists it
  std::string
      request_path;  ///< below the mirror's targets URL, percent-quoted; empty where it cannot be asked for
};

/// Puts a root that the caller trusts into an empty store. Refuses one that is not signed by itself; an
/// expired one is fine, its successors are asked for.
Result<void> init_store(MetadataStore& store, BytesView root, const OidcVerifier& oidc = {});

/// One client for one refresh and any number of searches. Keeps references to store and mirror.
///
///     auto updater = TRY(Updater::open(store, mirror, {.now = now}));
///     TRY(updater.refresh());
///     auto found = TRY(updater.find_target(path));
class Updater {
 public:
  /// Reads the stored root and asks no mirror. kTufNoRoot where there is none. Offline the mirror is not
  /// used.
  static Result<Updater> open(MetadataStore& store, Fetcher& mirror, UpdaterOptions options);
  /// Begins with this root, as init_store() and open() do one after the other.
  static Result<Updater> begin(MetadataStore& store, Fetcher& mirror, UpdaterOptions options, BytesView root);

  /// Sections 5.3 to 5.6.1: root, timestamp, snapshot and top-level targets. What was verified up to a
  /// failure stays stored. Does nothing once it has succeeded.
  Result<void> refresh();

  /// Refreshes again, at a later moment. Where options.renewable, a snapshot that is still the one in memory
  /// is not verified again: the same bytes by the same root have the same signatures. Pointers from
  /// targets() are void after it.
  Result<void> renew(Time now);

  /// Section 5.6.7, a search in the order of delegations; refreshes first. Nothing where no role that may
  /// list the path does. Fails where a role that would have to be looked at cannot be had or verified.
  Result<std::optional<FoundTarget>> find_target(const TargetPath& path);

  const Root& root() const { return root_; }
  const Targets* targets() const;  ///< top-level; nullptr before a refresh
  /// All roles in use, in the order in which they were read.
  const std::vector<RoleState>& roles() const { return roles_; }

 private:
  /// The very file that delegates, nullptr for the root, and the role: another delegator means other keys.
  using Edge = std::pair<const Targets*, RoleName>;
  Updater(MetadataStore& store, Fetcher& mirror, UpdaterOptions options, Root root)
      : store_(&store), mirror_(&mirror), options_(std::move(options)), root_(std::move(root)) {}

  Result<void> refresh_root();
  Result<void> refresh_timestamp();
  Result<void> refresh_snapshot();
  Result<void> use_stored_timestamp();
  Result<bool> use_stored_snapshot();
  Result<Snapshot> read_stored_snapshot(BytesView bytes);
  Result<const Targets*> load_targets(const Edge& edge, const Delegator& delegator);
  Result<const Targets*> load_top_level_targets();
  Result<Targets> read_targets_file(const RoleName& role, const MetaFile& listed, const Delegator& delegator,
                                    BytesView bytes) const;
  Result<std::optional<Bytes>> ask(const std::string& path, std::size_t max_length);
  Result<Bytes> fetch(const RoleName& role, std::optional<Version> version, std::size_t max_length);
  Result<Bytes> fetch_listed(const RoleName& role, const MetaFile& listed, std::size_t limit);
  Result<void> check(const RoleName& role, const Common& metadata) const;
  void note(const RoleName& role, const Common& metadata);
  Result<FoundTarget> found(const TargetPath& path, const TargetFile& file, const RoleName& role) const;

  MetadataStore* store_;
  Fetcher* mirror_;
  UpdaterOptions options_;
  Root root_;
  std::optional<Timestamp> timestamp_ = {};
  std::optional<Snapshot> snapshot_ = {};
  /// What a refresh before found good: these bytes, by the root of this version.
  struct KnownSnapshot {
    Sha256 digest;
    Version root;
    Snapshot snapshot;
  };
  std::optional<KnownSnapshot> known_snapshot_ = {};
  std::optional<Sha256> snapshot_digest_ = {};  ///< of the bytes of snapshot_, where it is renewable
  std::map<Edge, std::unique_ptr<const Targets>> targets_ = {};
  std::vector<RoleState> roles_ = {};
  bool refreshed_ = false;
};

}  // namespace tomme::tuf
