#include "app/repository/import.h"

#include "app/repository/bin_writer.h"
#include "app/repository/ceremony.h"
#include "app/repository/errors.h"
#include "app/repository/foreign_files.h"
#include "app/repository/layout.h"
#include "app/repository/target_store.h"
#include "core/encoding/text.h"

namespace tomme::repository {

namespace {

constexpr std::size_t kFilesOfABatch = 512;
/// Versions go up from here by themselves for ever; those of an honest repository are far below.
constexpr std::uint64_t kMostVersion = std::uint64_t{1} << 53;

Result<void> expect_room_above(std::string_view role, std::uint64_t version) {
  if (version <= kMostVersion) return {};
  return fail(kRepositoryImport, printable(role, 80) + " has version " + std::to_string(version) +
                                     ", after which there is no room for all that are to come");
}

/// Copies by batches, so that each wait makes many files durable.
class Copier {
 public:
  explicit Copier(store::BlobStore& to) : to_(to), batch_(to.batch()) {}

  Result<void> put(const store::BlobKey& key, BytesView content) {
    TRY(batch_->put(key, content));
    if (++waiting_ < kFilesOfABatch) return {};
    return finish();
  }
  Result<void> finish() {
    TRY(batch_->commit());
    batch_ = to_.batch();
    waiting_ = 0;
    return {};
  }

 private:
  store::BlobStore& to_;
  std::unique_ptr<store::BlobBatch> batch_;
  std::size_t waiting_ = 0;
};

/// One repository on its way.
class Import {
 public:
  Import(ForeignFiles& from, store::BlobStore& to, const ImportOptions& options)
      : from_(from), to_(to), options_(options), targets_(to, options.go_on) {}

  Result<Imported> run();

 private:
  Result<void> verify();
  Result<void> expect_keys() const;
  Result<void> read_snapshot();
  Result<void> copy_target_files();
  Result<void> copy_metadata();
  Result<void> stage_consistent_root();
  Result<void> each_role(const std::function<Result<void>(const tuf::Targets&)>& visit);
  Result<void> copy_target(const std::string& path, const tuf::TargetFile& listed);
  Result<bool> copy_as(const std::string& path, const tuf::TargetFile& listed, const Digest& digest);

  ForeignFiles& from_;
  store::BlobStore& to_;
  const ImportOptions& options_;
  TargetStore targets_;
  Published published_;
  tuf::Snapshot snapshot_;
  Bytes snapshot_file_;
  Imported done_;
};

Result<void> expect_room(store::BlobStore& to, const RootChain& roots) {
  bool there = TRY(to.exists(timestamp_key())) || TRY(to.exists(staged_key("root"))) ||
               TRY(to.exists(staged_key("targets")));
  // What an import that was interrupted left is no obstacle.
  if (!there) {
    const auto root = TRY(load_newest_root_file(to));
    const auto same = root ? roots.files.find(root->version) : roots.files.end();
    there = root && (same == roots.files.end() || same->second != root->file);
  }
  if (there) return fail(kRepositoryExists, to.describe() + ": there is a repository already");
  return {};
}

Result<void> Import::verify() {
  done_.found = TRY(verify_published(from_, {.now = options_.now}));
  for (const Error& problem : done_.found.problems) {
    // What its clients live with, and its holders mend afterwards.
    if (!problem.is(kRepositoryExpired) && !problem.is(kRepositoryUnpublished) &&
        !problem.is(kRepositoryClients))
      return std::unexpected(problem);
  }
  published_ = TRY(load_published(from_));
  done_.named_roles = published_.offline.targets.size() - 1;
  return {};
}

/// Every key that was named is of use, and all that are needed were named; or none was.
Result<void> Import::expect_keys() const {
  if (options_.signers.empty()) return {};
  const tuf::Root& root = published_.offline.root->value;
  const auto hint = [](const Error& error) {
    return fail(error.code(), error.message(),
                "leave --online-key out: then tomme tuf key add online FILE, and have root sign it");
  };
  const auto expect = [&](std::string_view role, const tuf::Keys& keys,
                          const tuf::RoleKeys& of) -> Result<void> {
    const auto found = signers_for(role, keys, of, options_.signers);
    if (!found) return hint(found.error());
    return {};
  };
  TRY(expect("snapshot", root.keys, root.snapshot));
  TRY(expect("timestamp", root.keys, root.timestamp));
  if (const auto bins = TRY(published_.offline.bins()))
    TRY(expect("of the hash bins", bins->keys, bins->role_keys));
  return {};
}

Result<void> Import::read_snapshot() {
  const auto timestamp = TRY(tuf::Signed<tuf::Timestamp>::parse(bytes_of(published_.timestamp_file)));
  snapshot_file_ = TRY(load_metadata(from_, "snapshot", published_.snapshot.version, kMostSnapshotBytes));
  TRY(in("snapshot", tuf::check_meta_file(timestamp.value.snapshot, snapshot_file_)));
  snapshot_ = TRY(tuf::Signed<tuf::Snapshot>::parse(snapshot_file_)).value;
  TRY(expect_room_above("timestamp", published_.timestamp.version));
  TRY(expect_room_above("snapshot", published_.snapshot.version));
  TRY(expect_room_above("root", published_.offline.root->value.version.value()));
  for (const auto& [file, listed] : snapshot_.meta) {
    TRY(expect_room_above(file, listed.version.value()));
    const bool named =
        file.ends_with(".json") && expect_role_name(std::string_view(file).substr(0, file.size() - 5));
    if (!named) {
      return fail(
          kRepositoryImport, "the snapshot lists " + printable(file, 80) + ", which cannot be a file here",
          "have its own program rename the role: letters, digits, -, _ and ., not first, at most 128");
    }
  }
  return {};
}

Result<void> Import::each_role(const std::function<Result<void>(const tuf::Targets&)>& visit) {
  for (const auto& [name, role] : published_.offline.targets) TRY(visit(role.value));
  const auto bins = TRY(published_.offline.bins());
  for (std::uint32_t bin = 0; bins && bin < bins->layout.count(); ++bin) {
    const std::string role = bins->layout.name(bin);
    const auto version = published_.snapshot.version_of(snapshot_entry(role));
    const Bytes file = TRY(load_metadata(from_, role, version.value_or(0), kMostTargetsBytes));
    // As the publisher will read it: what it could not write again is not taken over.
    TRY(in(role, load_foreign_entries(from_, *bins, bin, version.value_or(0))));
    TRY(visit(TRY(in(role, tuf::parse_targets_of(role, file))).value));
  }
  return {};
}

/// The name with that digest in it, or where there is none the plain one, as it may be without consistent
/// snapshots.
Result<bool> Import::copy_as(const std::string& path, const tuf::TargetFile& listed, const Digest& digest) {
  const auto to = target_key(path, digest);
  const auto plain = store::BlobKey::parse(std::string(kTargetsFolder) + "/" + path);
  if (!to) return false;
  for (const store::BlobKey* from : {&*to, plain ? &*plain : nullptr}) {
    if (from != nullptr && TRY(in(printable(path, 80), targets_.copy(from_.from(), *from, *to, listed))))
      return true;
  }
  return false;
}

/// Clients ask for a target by any of the digests that are listed.
Result<void> Import::copy_target(const std::string& path, const tuf::TargetFile& listed) {
  bool any = false;
  for (const Digest& digest : listed.hashes.known) any = TRY(copy_as(path, listed, digest)) || any;
  ++(any ? done_.target_files : done_.elsewhere);
  return {};
}

Result<void> Import::copy_target_files() {
  TRY(each_role([&](const tuf::Targets& role) -> Result<void> {
    for (const auto& [path, listed] : role.targets) TRY(copy_target(path, listed));
    return {};
  }));
  return targets_.finish();
}

Result<void> Import::copy_metadata() {
  Copier copier(to_);
  for (const auto& [file, listed] : snapshot_.meta) {
    const std::string role(file.substr(0, file.size() - 5));
    const store::BlobKey key = metadata_key(role, listed.version.value());
    const auto content = TRY(from_.get(key, kMostTargetsBytes));
    // What no role delegates to any more may be gone; it stays listed, since clients want that.
    if (!content) continue;
    TRY(in(role, tuf::check_meta_file(listed, *content)));
    TRY(copier.put(key, *content));
  }
  TRY(copier.put(metadata_key("snapshot", published_.snapshot.version), snapshot_file_));
  TRY(copier.finish());
  if (from_.roots().oldest() != 1)
    TRY(copier.put(first_root_key(), bytes_of(std::to_string(from_.roots().oldest()))));
  for (const auto& [version, file] : from_.roots().files)
    TRY(copier.put(metadata_key("root", version), file));
  TRY(copier.finish());
  return to_.put(timestamp_key(), bytes_of(published_.timestamp_file));
}

Result<void> Import::stage_consistent_root() {
  if (published_.offline.root->value.consistent_snapshot) return {};
  TRY(stage(to_, TRY(draft_root(to_, options_.lifetimes, options_.now))));
  done_.root_staged = true;
  return {};
}

Result<Imported> Import::run() {
  TRY(verify());
  TRY(read_snapshot());
  TRY(expect_keys());
  TRY(copy_target_files());
  TRY(copy_metadata());
  TRY(stage_consistent_root());
  done_.oldest_root = from_.roots().oldest();
  done_.left_out_root = from_.roots().left_out;
  return std::move(done_);
}

}  // namespace

Result<Imported> import_repository(store::BlobStore& from, store::BlobStore& to,
                                   const ImportOptions& options) {
  const auto files = TRY(ForeignFiles::open(from, options.trusted_root));
  TRY(expect_room(to, files->roots()));
  return Import(*files, to, options).run();
}

}  // namespace tomme::repository
