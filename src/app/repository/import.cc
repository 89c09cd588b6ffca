#include "app/repository/import.h"

#include "app/repository/errors.h"
#include "app/repository/layout.h"

namespace tomme::repository {

namespace {

constexpr std::uint64_t kLargestTarget = std::uint64_t{4} << 30;
constexpr std::size_t kPage = 1000;
constexpr std::size_t kFilesOfABatch = 512;

/// Copies by batches, so that each wait makes many files durable.
class Copier {
 public:
  Copier(store::BlobStore& from, store::BlobStore& to) : from_(from), to_(to), batch_(to.batch()) {}

  Result<void> copy(const store::BlobKey& key, std::uint64_t limit) {
    const auto content = TRY(from_.get(key, limit));
    if (!content) return fail(kRepositoryDamaged, from_.describe() + ": " + key.text() + " is missing");
    TRY(batch_->put(key, *content));
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
  store::BlobStore& from_;
  store::BlobStore& to_;
  std::unique_ptr<store::BlobBatch> batch_;
  std::size_t waiting_ = 0;
};

Result<void> copy_metadata(const Published& published, Copier& copier) {
  const std::uint64_t newest = published.offline.root->value.version.value();
  for (std::uint64_t version = 1; version <= newest; ++version) {
    TRY(copier.copy(metadata_key("root", version), kMostRootOctets));
  }
  TRY(copier.copy(metadata_key("snapshot", published.snapshot.version), kMostSnapshotOctets));
  for (const auto& [role, metadata] : published.offline.targets) {
    TRY(copier.copy(metadata_key(role, metadata.value.version.value()), kMostTargetsOctets));
  }
  const auto bins = TRY(published.offline.bins());
  for (std::uint32_t bin = 0; bins && bin < bins->layout.count(); ++bin) {
    const std::string role = bins->layout.name(bin);
    const auto version = published.snapshot.version_of(snapshot_entry(role));
    if (version) TRY(copier.copy(metadata_key(role, *version), kMostTargetsOctets));
  }
  return {};
}

Result<void> copy_targets(store::BlobStore& from, Copier& copier) {
  std::string after;
  while (true) {
    const store::BlobPage page = TRY(from.list(kTargetsFolder, after, kPage));
    for (const store::BlobEntry& entry : page.entries) {
      TRY(copier.copy(entry.key, kLargestTarget));
      after = entry.key.text();
    }
    if (!page.more) return {};
  }
}

}  // namespace

Result<Verification> import_repository(store::BlobStore& from, store::BlobStore& to, Time now) {
  if (TRY(to.exists(metadata_key("root", 1)))) {
    return fail(kRepositoryExists, to.describe() + ": there is a repository already");
  }
  Verification found = TRY(verify_published(from, {.now = now}));
  for (const Error& problem : found.problems) {
    if (!problem.is(kRepositoryExpired)) return std::unexpected(problem);
  }
  const Published published = TRY(load_published(from));
  if (!published.offline.root->value.consistent_snapshot) {
    return fail(kRepositoryForm, "the repository has no consistent snapshots",
                "have its own program publish it with consistent_snapshot first");
  }
  Copier copier(from, to);
  TRY(copy_targets(from, copier));
  TRY(copy_metadata(published, copier));
  TRY(copier.finish());
  TRY(to.put(timestamp_key(), bytes_of(published.timestamp_file)));
  return found;
}

}  // namespace tomme::repository
