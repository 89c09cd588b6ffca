#include "app/repository/publisher.h"

#include <algorithm>

#include "app/repository/bin_text.h"
#include "app/repository/envelope.h"
#include "app/repository/errors.h"
#include "app/repository/layout.h"
#include "core/encoding/text.h"
#include "core/tuf/threshold.h"

namespace tomme::repository {

namespace {

using Stopwatch = std::chrono::steady_clock;

bool same_keys(const Bins& a, const Bins& b) {
  const auto points = [](const Bins& bins) {
    std::vector<std::string> out;
    for (const tuf::KeyId& id : bins.role_keys.keyids) {
      const auto key = bins.keys.find(id);
      out.push_back(id.value() + " " + (key == bins.keys.end() ? "" : key->second.counted_as()));
    }
    return out;
  };
  return a.role_keys.threshold == b.role_keys.threshold && points(a) == points(b);
}

/// Those of the root before that are at hand as well: until clients have the new root they go by these.
bool add_signers_of(const tuf::Root& before, const tuf::RoleKeys& role, const SigningKeys& signers,
                    std::vector<RoleSigner>& out) {
  const auto old = signers_for("", before.keys, role, signers);
  if (!old) return false;
  for (const RoleSigner& signer : *old) {
    const bool there =
        std::ranges::any_of(out, [&](const RoleSigner& s) { return s.key_id == signer.key_id; });
    if (!there) out.push_back(signer);
  }
  return true;
}

std::vector<PublicKey> at_hand(const SigningKeys& signers) {
  std::vector<PublicKey> out;
  for (const auto& signer : signers) out.push_back(signer->public_key());
  return out;
}

Result<void> add_entries(std::string_view entries, Partition& to) {
  EntryReader reader(entries);
  while (const std::optional<EntryView> entry = TRY(reader.next())) TRY(to.add(TRY(change_of(*entry))));
  return {};
}

}  // namespace

/// One publication on its way.
struct Publisher::Work {
  Queue::Batch batch;
  const Partition* partition = nullptr;
  std::optional<std::chrono::seconds> timestamp_age;

  Settings settings;
  Acceptance acceptance;
  std::optional<Bins> bins, bins_before;
  std::vector<RoleSigner> snapshot_signers, timestamp_signers;
  bool new_root = false;
  bool root_last = false;  ///< what is written is valid under the root before, too
  bool looked_at_all = false;
  bool moves_bins = false;  ///< another layout: this publication only moves what is listed
  Publication report;

  template <class Store>
  auto storing(Store store) {
    const auto start = Stopwatch::now();
    auto result = store();
    report.storing += Stopwatch::now() - start;
    return result;
  }
  bool has_accepted(std::string_view role) const {
    return std::ranges::any_of(acceptance.accepted,
                               [&](const StagedFile& file) { return file.role == role; });
  }
};

Result<Publisher> Publisher::open(const Place& place, SigningKeys signers, const PublisherLimits& limits) {
  PublisherLock lock = TRY(PublisherLock::take(place.database, place.lock_file));
  Publisher publisher(place, std::move(signers), limits, std::move(lock));
  TRY(publisher.count_attempt());
  return publisher;
}

Result<void> Publisher::count_attempt() {
  const auto row = TRY(store::transact(place_.database, store::Access::write, [](store::Transaction& tx) {
    return tx.first<std::int64_t>(
        "UPDATE tuf_publisher SET unfinished = unfinished + 1 WHERE one = 1 RETURNING unfinished");
  }));
  if (!row) return fail(kRepositoryDamaged, "the database has no state of the publisher");
  skip_ = static_cast<std::uint64_t>(std::get<0>(*row)) - 1;
  failed_ = false;
  return {};
}

Result<void> Publisher::close() {
  if (failed_) return {};
  return store::transact(place_.database, store::Access::write, [&](store::Transaction& tx) -> Result<void> {
    TRY(tx.run("UPDATE tuf_publisher SET unfinished = $1 WHERE one = 1", {static_cast<std::int64_t>(skip_)}));
    return {};
  });
}

Result<void> Publisher::refresh() {
  if (state_ && TRY(is_current(place_.files, *state_))) return {};
  state_.reset();
  state_ = TRY(load_published(place_.files));
  return {};
}

Result<std::optional<Bins>> Publisher::bins(Time now) {
  TRY(refresh());
  const std::vector<PublicKey> keys = at_hand(signers_);
  const Acceptance acceptance =
      TRY(accept_staged(*state_, look_at_staged(place_.files, state_->offline).files, now, &keys));
  return acceptance.offline.bins();
}

Result<Publication> Publisher::publish(Time now, std::optional<std::chrono::seconds> timestamp_age) {
  Work work;
  work.timestamp_age = timestamp_age;
  work.batch = TRY(Queue(place_.database).take(limits_.changes));
  work.report.unreadable = work.batch.unreadable;
  work.report.first_unreadable = work.batch.first_unreadable;
  return run(now, std::move(work));
}

Result<Publication> Publisher::publish(Time now, const Partition& partition) {
  Work work;
  work.partition = &partition;
  return run(now, std::move(work));
}

Result<void> Publisher::read_first_root() {
  if (first_root_) return {};
  const auto version = TRY(first_root_version(place_.files));
  if (!version) return {};  // before the first publication
  first_root_ = sha256(TRY(load_metadata(place_.files, "root", *version, kMostRootBytes)));
  return {};
}

/// A queue of one repository must not be published into another.
Result<void> Publisher::expect_own_files(const Settings& settings) {
  TRY(read_first_root());
  if (!settings.first_root || !first_root_ || *settings.first_root == *first_root_) return {};
  return fail(kRepositoryMixed, "the first root in " + place_.files.describe() +
                                    " is not that of the repository whose database this is");
}

Result<Publication> Publisher::run(Time now, Work work) {
  const auto start = Stopwatch::now();
  if (failed_) TRY(count_attempt());
  work.settings = TRY(load_settings(place_.database));
  TRY(expect_own_files(work.settings));
  TRY(refresh());
  if (Result<void> ready = prepare(now, work); !ready) {
    // Nothing was written, so that no version number is used up.
    state_.reset();
    static_cast<void>(close());
    failed_ = true;
    return std::unexpected(std::move(ready).error());
  }
  failed_ = true;
  Result<void> written = write(now, work);
  if (!written) {
    state_.reset();
    return std::unexpected(std::move(written).error());
  }
  failed_ = false;
  work.report.total = Stopwatch::now() - start;
  return work.report;
}

Result<void> Publisher::prepare(Time now, Work& work) {
  Staged staged = look_at_staged(place_.files, state_->offline);
  work.report.left = std::move(staged.left);
  // Whoever signed them since: what a publication does last, where one did not come to it.
  remove_from_staging(TRY(take_published(place_.files, state_->offline, staged.files)), nullptr);
  const std::vector<PublicKey> keys = at_hand(signers_);
  work.acceptance = TRY(accept_staged(*state_, std::move(staged.files), now, &keys));
  work.report.notes = work.acceptance.notes;
  const OfflineRoles& offline = work.acceptance.offline;
  for (const Readiness& file : work.acceptance.all) {
    if (!file.ready)
      work.report.left.push_back(Error(file.ready.error()).in("the staged " + printable(file.file.role, 80)));
  }
  if (!offline.root || !offline.targets.contains("targets")) {
    for (const Readiness& file : work.acceptance.all) {
      if (!file.ready)
        return std::unexpected(Error(file.ready.error()).in("the staged " + printable(file.file.role, 80)));
    }
    return fail(kRepositoryNone, "there is no signed root, or no signed targets");
  }
  work.bins = TRY(offline.bins());
  work.bins_before = TRY(state_->offline.bins());
  if (!work.bins && (work.partition != nullptr || !work.batch.changes.empty())) {
    Error none(
        kRepositoryNone, "no role that was signed delegates to hash bins, which would list what was added",
        "tomme tuf bins 10 stages a change that does; or list them in a role: tomme tuf add --role NAME");
    if (work.partition != nullptr) return std::unexpected(std::move(none));
    // It waits; what is signed, and the timestamp, does not.
    work.report.left.push_back(std::move(none));
    work.batch = {};
  }
  work.moves_bins = work.bins && work.bins_before && work.bins->layout != work.bins_before->layout;
  if (work.moves_bins || (work.partition != nullptr && work.partition->layout() != work.bins->layout)) {
    if (work.partition != nullptr) {
      return fail(kRepositoryBins, "the hash bins change", "publish the staged files first");
    }
    work.report.more = !work.batch.changes.empty();
    work.batch = {};
  }
  if (!offline.root->value.consistent_snapshot) {
    return fail(
        kRepositoryStaged,
        "the root has no consistent snapshots, so that nothing can be published before its holders have "
        "signed the one that turns them on",
        "tomme tuf renew root stages it, tomme tuf status says who has to sign");
  }
  work.new_root = work.has_accepted("root");
  const tuf::Root& root = offline.root->value;
  work.snapshot_signers = TRY(signers_for("snapshot", root.keys, root.snapshot, signers_));
  work.timestamp_signers = TRY(signers_for("timestamp", root.keys, root.timestamp, signers_));
  if (work.new_root && state_->offline.root) {
    const tuf::Root& before = state_->offline.root->value;
    const auto& targets = offline.targets.at("targets");
    work.root_last = before.consistent_snapshot &&
                     add_signers_of(before, before.snapshot, signers_, work.snapshot_signers) &&
                     add_signers_of(before, before.timestamp, signers_, work.timestamp_signers) &&
                     tuf::verify_threshold("targets", "", before.keys, before.targets, targets.canonical,
                                           targets.signatures)
                         .has_value();
  }
  const auto quarter = work.settings.lifetimes.bins / 4;
  const auto& looked_at = work.settings.bins_looked_at;
  work.looked_at_all = work.bins && (!looked_at || now - *looked_at >= quarter || now < *looked_at);
  return {};
}

Result<void> Publisher::write_bins_of(Time now, Work& work, store::BlobBatch& batch) {
  if (!work.bins) return {};
  const auto& lifetimes = work.settings.lifetimes;
  BinJob job;
  job.bins = &*work.bins;
  job.snapshot = &state_->snapshot;
  job.signers = TRY(signers_for("of the hash bins", work.bins->keys, work.bins->role_keys, signers_));
  job.from_nothing = !work.bins_before || work.moves_bins;
  job.bins_before = work.bins_before ? &*work.bins_before : nullptr;
  job.signers_before = signers_before(work);
  job.sign_anew = work.bins_before && (!same_keys(*work.bins, *work.bins_before) || brings_roles(work));
  job.all = job.from_nothing || job.sign_anew || work.looked_at_all || work.partition != nullptr;
  job.renew_before = now + lifetimes.bins / 2;
  job.expires = now + lifetimes.bins;
  job.first_version = first_version_of_bins(work);
  job.threads = limits_.threads;
  work.looked_at_all = job.all;
  std::vector<WrittenBin> written;
  if (work.moves_bins) {
    const Partition moved = TRY(entries_for(work));
    written = TRY(write_bins(place_.files, batch, job, PartitionSource(moved)));
  } else if (work.partition != nullptr) {
    written = TRY(write_bins(place_.files, batch, job, PartitionSource(*work.partition)));
    work.report.changes = work.partition->size();
  } else {
    work.report.changes = work.batch.changes.size();
    const MemorySource source(std::move(work.batch.changes), work.bins->layout, job.all);
    written = TRY(write_bins(place_.files, batch, job, source));
  }
  std::ranges::sort(written, {}, &WrittenBin::bin);
  for (const WrittenBin& bin : written) {
    state_->snapshot.set(snapshot_entry(work.bins->layout.name(bin.bin)), bin.version);
  }
  work.report.bins = written.size();
  return {};
}

/// Whoever delegates to the bins says its role from now on and did not before: with that the bins of an older
/// repository get theirs, and versions of their own.
bool Publisher::brings_roles(const Work& work) const {
  const auto before = state_->offline.targets.find(work.bins->delegator);
  return before != state_->offline.targets.end() && !before->second.value.role &&
         work.acceptance.offline.targets.at(work.bins->delegator).value.role;
}

/// Behind all that is listed, whatever it is called and whoever signs it now: somebody's file of then must
/// not become a bin's. An interrupted publication may have used as many numbers as there can be bins.
std::uint64_t Publisher::first_version_of_bins(const Work& work) const {
  std::uint64_t newest = state_->snapshot.newest_version();
  for (const auto& [name, role] : work.acceptance.offline.targets)
    newest = std::max(newest, role.value.version.value());
  return newest + 1 + skip_ * (std::uint64_t{1} << BinLayout::kMostBits);
}

std::vector<RoleSigner> Publisher::signers_before(const Work& work) const {
  if (!work.bins_before) return {};
  return signers_for("", work.bins_before->keys, work.bins_before->role_keys, signers_)
      .value_or(std::vector<RoleSigner>());
}

Result<Partition> Publisher::entries_for(const Work& work) {
  Partition moved = TRY(Partition::make(place_.sort_folder, work.bins->layout));
  const Bins& before = *work.bins_before;
  const std::vector<RoleSigner> signers = signers_before(work);
  for (std::uint32_t bin = 0; bin < before.layout.count(); ++bin) {
    const auto version = state_->snapshot.version_of(snapshot_entry(before.layout.name(bin)));
    if (!version) continue;
    std::string entries = TRY(load_entries(place_.files, before, signers, bin, *version));
    // Adding a change of a path again changes nothing.
    const Result<void> added = add_entries(entries, moved);
    if (added) continue;
    if (!added.error().is(kRepositoryForm)) return std::unexpected(added.error());
    entries = TRY(load_foreign_entries(place_.files, before, bin, *version));
    TRY(add_entries(entries, moved));
  }
  TRY(moved.finish());
  return moved;
}

Result<void> Publisher::write(Time now, Work& work) {
  const auto& lifetimes = work.settings.lifetimes;
  const auto batch = place_.files.batch();
  TRY(write_bins_of(now, work, *batch));
  for (const StagedFile& file : work.acceptance.accepted) {
    work.report.roles.push_back(file.role);
    if (file.role == "root") continue;
    const std::uint64_t version = work.acceptance.offline.targets.at(file.role).value.version.value();
    TRY(batch->put(metadata_key(file.role, version), bytes_of(file.text)));
    list_content(state_->snapshot, work.acceptance.offline, file.role, version, file.text);
  }
  const bool new_keys = work.new_root || state_->under_previous_root;
  SnapshotText& snapshot = state_->snapshot;
  SnapshotText& timestamp = state_->timestamp;
  // What expires later than anything that is signed now comes of a clock that was wrong: while it holds,
  // nothing would be renewed, and clients could be held still.
  const bool new_snapshot = work.report.bins > 0 || !work.acceptance.accepted.empty() || new_keys ||
                            snapshot.version == 0 || snapshot.expires < now + lifetimes.snapshot / 2 ||
                            snapshot.expires > now + lifetimes.snapshot + kClockSlack;
  const bool old_timestamp =
      timestamp.expires < now + lifetimes.timestamp / 2 ||
      timestamp.expires > now + lifetimes.timestamp + kClockSlack ||
      (work.timestamp_age && timestamp.expires < now + lifetimes.timestamp - *work.timestamp_age);
  if (new_snapshot) {
    snapshot.version += 1 + skip_;
    snapshot.expires = now + lifetimes.snapshot;
    const std::string file = TRY(sign_and_wrap(snapshot.render(), work.snapshot_signers));
    if (file.size() > kMostSnapshotBytes) {
      return fail(kRepositoryTooLarge,
                  "the snapshot is " + std::to_string(file.size()) + " bytes long, more than " +
                      std::to_string(kMostSnapshotBytes),
                  "take fewer hash bins (tomme tuf bins), or fewer roles with shorter names");
    }
    TRY(batch->put(metadata_key("snapshot", snapshot.version), bytes_of(file)));
    TRY(work.storing([&] { return batch->commit(); }));
  }
  if (new_snapshot || old_timestamp) {
    timestamp.version += 1;
    timestamp.expires = now + lifetimes.timestamp;
    timestamp.set("snapshot.json", snapshot.version);
    const std::string file = TRY(sign_and_wrap(timestamp.render(), work.timestamp_signers));
    TRY(work.storing([&] { return replace_timestamp(work, file); }));
    state_->timestamp_file = file;
    state_->under_previous_root = false;
    work.report.published = true;
  }
  state_->offline = std::move(work.acceptance.offline);
  work.report.snapshot_version = snapshot.version;
  work.report.timestamp_version = timestamp.version;
  work.report.timestamp_expires = timestamp.expires;
  work.report.more = work.report.more || work.batch.more;
  return work.storing([&] { return finish(now, work); });
}

/// From here on clients see it.
Result<void> Publisher::replace_timestamp(const Work& work, const std::string& file) {
  TRY(lock_.check());
  const auto there = TRY(place_.files.get(timestamp_key(), kMostTimestampBytes));
  const bool as_before = there ? state_->timestamp_file == text_of(*there) : state_->timestamp_file.empty();
  if (!as_before)
    return fail(kRepositoryOvertaken, "the published timestamp is not the one of the beginning");
  const auto put_root = [&]() -> Result<void> {
    const auto& accepted = work.acceptance.accepted;
    const auto root = std::ranges::find(accepted, "root", &StagedFile::role);
    const std::uint64_t version = work.acceptance.offline.root->value.version.value();
    return place_.files.put(metadata_key("root", version), bytes_of(root->text));
  };
  // What is signed by the keys of both roots is valid before and after; else there is a moment in between.
  if (work.new_root && !work.root_last) TRY(put_root());
  TRY(place_.files.put(timestamp_key(), bytes_of(file)));
  if (work.new_root && work.root_last) TRY(put_root());
  return {};
}

Result<void> Publisher::finish(Time now, Work& work) {
  if (work.report.published || !work.batch.rows.empty()) {
    TRY(read_first_root());
    // The numbers that interrupted ones may have given to bins are behind us only when bins have newer ones.
    const std::uint64_t skip = work.bins && work.report.bins == 0 ? skip_ : 0;
    TRY(store::transact(place_.database, store::Access::write, [&](store::Transaction& tx) -> Result<void> {
      TRY(Queue::done(tx, work.batch));
      TRY(tx.run("UPDATE tuf_publisher SET unfinished = $1 WHERE one = 1",
                 {static_cast<std::int64_t>(skip) + 1}));
      if (first_root_ && !work.settings.first_root) TRY(save_first_root(tx, *first_root_));
      return work.looked_at_all ? save_bins_looked_at(tx, now) : Result<void>();
    }));
    skip_ = skip;
  }
  remove_from_staging(work.acceptance.accepted, &work.report.notes);
  return {};
}

/// What stays there though it is published is passed over by the next publication: that has to go on.
void Publisher::remove_from_staging(const std::vector<StagedFile>& published,
                                    std::vector<std::string>* notes) {
  if (published.empty()) return;
  const auto lock = StagingLock::take(place_.database, place_.lock_file);
  for (const StagedFile& file : published) {
    const Result<void> removed = lock ? remove_staged(place_.files, file) : std::unexpected(lock.error());
    if (removed || notes == nullptr) continue;
    notes->push_back("the staged " + printable(file.role, 80) +
                     " is published, and stays in staged/: " + removed.error().message());
  }
}

}  // namespace tomme::repository
