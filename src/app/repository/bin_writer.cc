#include "app/repository/bin_writer.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "app/repository/bin_text.h"
#include "app/repository/envelope.h"
#include "app/repository/errors.h"
#include "app/repository/layout.h"
#include "app/repository/settings.h"
#include "core/encoding/text.h"
#include "core/tuf/threshold.h"

namespace tomme::repository {

namespace {

constexpr std::size_t kBinsWorthAThread = 64;
constexpr std::uint32_t kBinsOfAPart = 64;

/// A bin of another program's making becomes text of ours. What this program does not write (digests of other
/// algorithms beside SHA-256, unknown members) is left out.
Result<std::string> entries_of(const tuf::Targets& bin) {
  std::string entries;
  if (bin.delegations) {
    return fail(kRepositoryImport,
                "it is a hash bin that delegates to roles of its own, which none can here");
  }
  for (const auto& [path, listed] : bin.targets) {
    const Digest* digest = listed.hashes.find(HashAlgorithm::sha256);
    if (digest == nullptr) {
      return fail(kRepositoryTarget, "the target " + printable(path, 80) + " has no SHA-256");
    }
    const Sha256 sha256 = TRY(Sha256::from_bytes(digest->view()));
    const std::string custom = listed.custom ? TRY(json::to_olpc_canonical(*listed.custom)) : std::string();
    TargetFile file = TRY(TargetFile::make(listed.length, sha256, custom));
    const Change change = TRY(Change::set(path, std::move(file)));
    if (!entries.empty()) entries.push_back(',');
    append_entry(entries, change.path(), *change.file());
  }
  return entries;
}

/// What one thread does: its batch and what it has written.
class BinWriter {
 public:
  /// `next_version` is shared by all that write bins of one publication.
  BinWriter(store::BlobStore& files, store::BlobBatch& batch, const BinJob& job,
            std::atomic<std::uint64_t>& next_version)
      : files_(files), batch_(batch), job_(job), next_version_(next_version) {}

  Result<void> write_part(const ChangeSource& source, std::size_t part) {
    std::vector<Change> storage;
    std::span<const Change> changes = TRY(source.read(part, storage));
    const BinLayout& layout = job_.bins->layout;
    for (std::uint32_t bin = source.first_bin(part); bin < source.end_bin(part); ++bin) {
      std::vector<const Change*> own;
      for (; !changes.empty() && layout.of(changes.front().path_digest()) == bin;
           changes = changes.subspan(1)) {
        own.push_back(&changes.front());
      }
      if (job_.all || !own.empty()) TRY(in(layout.name(bin), write(bin, own)));
    }
    return {};
  }
  std::vector<WrittenBin> take() { return std::move(written_); }

 private:
  Result<void> write(std::uint32_t bin, std::span<const Change* const> changes) {
    const std::string role = job_.bins->layout.name(bin);
    const std::uint64_t before = job_.snapshot->version_of(snapshot_entry(role)).value_or(0);
    Time expires;
    std::string entries;
    if (before != 0 && !job_.from_nothing) {
      entries = TRY(load_entries(files_, *job_.bins_before, job_.signers_before, bin, before, &expires));
    }
    auto merging = merge_entries(entries, changes);
    if (!merging && merging.error().is(kRepositoryForm) && before != 0) {
      entries = TRY(load_foreign_entries(files_, *job_.bins_before, bin, before, &expires));
      merging = merge_entries(entries, changes);
    }
    MergedEntries merged = TRY(std::move(merging));
    const bool stays = !merged.changed && before != 0 && !job_.from_nothing && !job_.sign_anew;
    // Longer than anything is signed for here: a clock that was wrong, or another program's way.
    const bool too_long = expires > job_.expires + kClockSlack;
    if (stays && expires >= job_.renew_before && !too_long) return {};
    const std::uint64_t version = next_version_++;
    if (version > tuf::kMaxVersion) return fail(kRepositoryTooLarge, "there is no version left for it");
    const std::string file =
        TRY(sign_and_wrap(render_bin(role, merged.text, version, job_.expires), job_.signers));
    if (file.size() > kMostTargetsBytes) {
      return fail(kRepositoryTooLarge, "with " + std::to_string(merged.count) + " targets it is " +
                                           std::to_string(file.size()) + " bytes long, more than " +
                                           std::to_string(kMostTargetsBytes));
    }
    TRY(batch_.put(metadata_key(role, version), bytes_of(file)));
    written_.push_back({bin, version});
    return {};
  }

  store::BlobStore& files_;
  store::BlobBatch& batch_;
  const BinJob& job_;
  std::atomic<std::uint64_t>& next_version_;
  std::vector<WrittenBin> written_;
};

/// The state that the threads of a large job share.
class SharedJob {
 public:
  SharedJob(store::BlobStore& files, const BinJob& job, const ChangeSource& source,
            std::atomic<std::uint64_t>& next_version)
      : files_(files), job_(job), source_(source), next_version_(next_version) {}

  void run() {
    const auto batch = files_.batch();
    BinWriter writer(files_, *batch, job_, next_version_);
    Result<void> result;
    for (std::size_t part = next_++; result && !failed_ && part < source_.parts(); part = next_++) {
      result = writer.write_part(source_, part);
    }
    if (result && !failed_) result = batch->commit();
    const std::lock_guard lock(mutex_);
    if (!result) {
      failed_ = true;
      if (result_) result_ = std::move(result);
    }
    const std::vector<WrittenBin> written = writer.take();
    written_.insert(written_.end(), written.begin(), written.end());
  }
  Result<std::vector<WrittenBin>> take() {
    if (!result_) return std::unexpected(std::move(result_).error());
    return std::move(written_);
  }

 private:
  store::BlobStore& files_;
  const BinJob& job_;
  const ChangeSource& source_;
  std::atomic<std::uint64_t>& next_version_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> failed_ = false;
  std::mutex mutex_;
  Result<void> result_;              // guarded by mutex_ until all threads have ended
  std::vector<WrittenBin> written_;  // guarded by mutex_ until all threads have ended
};

bool is_large(const ChangeSource& source, const BinJob& job) {
  return job.threads > 1 && (source.parts() > kBinsWorthAThread || (job.all && source.parts() > 1));
}

/// All bins have the same keys, and files of earlier versions of this program do not name theirs: there what
/// one lists says which it is. Clients would find nothing in the file of another one, and a publisher that
/// took it would make that last.
Result<void> expect_bin(std::string_view entries, const BinLayout& layout, const std::string& role) {
  EntryReader reader(entries);
  const auto first = reader.next();
  if (!first || !*first) return {};  // what is not in our form is found where it is read
  if (layout.name(layout.of(sha256(bytes_of(unescaped((*first)->path))))) == role) return {};
  return fail(kRepositoryDamaged, "it is the file of another hash bin");
}

Result<std::string> parse_entries(BytesView file, const std::string& role, const Bins& bins,
                                  std::uint64_t version, Time* expires) {
  const auto metadata = TRY(tuf::parse_targets_of(role, file));
  TRY(tuf::verify_threshold(role, bins.delegator, bins.keys, bins.role_keys, metadata.canonical,
                            metadata.signatures));
  if (metadata.value.version.value() != version) {
    return fail(kRepositoryDamaged, "version " + std::to_string(version) + " says it is another one");
  }
  if (expires != nullptr) *expires = metadata.value.expires;
  std::string entries = TRY(entries_of(metadata.value));
  TRY(expect_bin(entries, bins.layout, role));
  return entries;
}

}  // namespace

MemorySource::MemorySource(std::vector<Change> changes, const BinLayout& layout, bool all_bins)
    : changes_(std::move(changes)) {
  sort_for_bins(changes_, layout);
  const auto bin_at = [&](std::size_t i) {
    return i < changes_.size() ? layout.of(changes_[i].path_digest()) : layout.count();
  };
  std::size_t at = 0;
  std::uint32_t bin = all_bins ? 0 : bin_at(0);
  while (bin < layout.count()) {
    Part part{bin, all_bins ? std::min(bin + kBinsOfAPart, layout.count()) : bin + 1, at, at};
    while (bin_at(at) < part.end_bin) ++at;
    part.end = at;
    parts_.push_back(part);
    bin = all_bins ? part.end_bin : bin_at(at);
  }
}

Result<std::span<const Change>> MemorySource::read(std::size_t part, std::vector<Change>&) const {
  const Part& p = parts_[part];
  return std::span(changes_).subspan(p.first, p.end - p.first);
}

Result<std::span<const Change>> PartitionSource::read(std::size_t part, std::vector<Change>& storage) const {
  storage = TRY(partition_->read(part));
  return std::span<const Change>(storage);
}

Result<std::vector<WrittenBin>> write_bins(store::BlobStore& files, store::BlobBatch& batch,
                                           const BinJob& job, const ChangeSource& source) {
  std::atomic<std::uint64_t> next_version = job.first_version;
  if (!is_large(source, job)) {
    BinWriter writer(files, batch, job, next_version);
    for (std::size_t part = 0; part < source.parts(); ++part) TRY(writer.write_part(source, part));
    return writer.take();
  }
  SharedJob shared(files, job, source, next_version);
  {
    std::vector<std::jthread> others;
    for (unsigned i = 1; i < job.threads; ++i) others.emplace_back([&shared] { shared.run(); });
    shared.run();
  }
  return shared.take();
}

Result<std::string> load_entries(store::BlobStore& files, const Bins& bins,
                                 std::span<const RoleSigner> signers, std::uint32_t bin,
                                 std::uint64_t version, Time* expires) {
  const std::string role = bins.layout.name(bin);
  const Bytes file = TRY(load_metadata(files, role, version, kMostTargetsBytes));
  // What our keys signed as it stands is what this program once wrote: no tree has to be made of it.
  const std::optional<tuf::SignedText> signed_text = tuf::SignedText::split(text_of(file));
  if (signed_text && is_signed_by_all(*signed_text, signers)) {
    const Result<BinText> text = BinText::parse(signed_text->signed_part);
    if (text && text->version == version && (text->role.empty() || text->role == role)) {
      if (expires != nullptr) *expires = text->expires;
      TRY(expect_bin(text->entries, bins.layout, role));
      return std::string(text->entries);
    }
  }
  return parse_entries(file, role, bins, version, expires);
}

Result<bool> is_listed(store::BlobStore& files, const Published& published, const Change& of) {
  if (published.is_empty()) return false;
  const auto bins = TRY(published.offline.bins());
  if (!bins) return false;
  const std::uint32_t bin = bins->layout.of(of.path_digest());
  const auto version = published.snapshot.version_of(snapshot_entry(bins->layout.name(bin)));
  if (!version) return false;
  const std::string entries = TRY(load_foreign_entries(files, *bins, bin, *version));
  EntryReader reader(entries);
  while (const std::optional<EntryView> entry = TRY(reader.next())) {
    if (unescaped(entry->path) == of.path()) return true;
  }
  return false;
}

Result<std::string> load_foreign_entries(store::BlobStore& files, const Bins& bins, std::uint32_t bin,
                                         std::uint64_t version, Time* expires) {
  const std::string role = bins.layout.name(bin);
  const Bytes file = TRY(load_metadata(files, role, version, kMostTargetsBytes));
  return parse_entries(file, role, bins, version, expires);
}

}  // namespace tomme::repository
