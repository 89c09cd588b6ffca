#include "app/repository/gc.h"

#include <algorithm>
#include <map>
#include <unordered_set>

#include "app/repository/layout.h"
#include "core/encoding/text.h"
#include "core/tuf/metadata.h"

namespace tomme::repository {

namespace {

constexpr std::size_t kPage = 1000;
constexpr std::size_t kAllChanges = 100'000'000;

template <class Visit>
Result<void> each_blob(store::BlobStore& files, std::string_view folder, Visit visit) {
  std::string after;
  while (true) {
    const store::BlobPage page = TRY(files.list(folder, after, kPage));
    for (const store::BlobEntry& entry : page.entries) {
      TRY(visit(entry));
      after = entry.key.text();
    }
    if (!page.more) return {};
  }
}

struct Stored {
  std::uint64_t version;
  store::BlobStat stat;
};

class Collector {
 public:
  Collector(const Place& place, Time before) : place_(place), files_(place.files), before_(before) {}

  Result<Collected> run() {
    published_ = TRY(load_published(files_));
    if (published_.is_empty()) return collected_;
    TRY(metadata());
    TRY(targets());
    return collected_;
  }

 private:
  Result<void> metadata() {
    std::map<std::string, std::vector<Stored>> roles;
    TRY(each_blob(files_, kMetadataFolder, [&](const store::BlobEntry& entry) -> Result<void> {
      const auto name = read_metadata_key(entry.key.text());
      if (name && name->role != "root") roles[name->role].push_back({name->version, entry.stat});
      return {};
    }));
    for (auto& [role, versions] : roles) {
      std::ranges::sort(versions, {}, &Stored::version);
      TRY(versions_of(role, versions));
    }
    return {};
  }

  /// The published version stays, and what it replaced since `before_`.
  Result<void> versions_of(const std::string& role, const std::vector<Stored>& versions) {
    const auto listed = role == "snapshot" ? std::optional(published_.snapshot.version)
                                           : published_.snapshot.version_of(snapshot_entry(role));
    for (std::size_t i = 0; i < versions.size(); ++i) {
      const bool in_force = listed == versions[i].version;
      const bool was_replaced = listed && versions[i].version < *listed && i + 1 < versions.size();
      const Time since = was_replaced ? versions[i + 1].stat.modified : versions[i].stat.modified;
      if (in_force || since >= before_) {
        kept_.emplace_back(role, versions[i].version);
        continue;
      }
      TRY(files_.remove(metadata_key(role, versions[i].version)));
      ++collected_.metadata;
      collected_.bytes += versions[i].stat.size;
    }
    return {};
  }

  Result<void> targets() {
    const store::BlobPage any = TRY(files_.list(kTargetsFolder, "", 1));
    if (any.entries.empty()) return {};
    for (const auto& [role, version] : kept_) {
      if (role != "snapshot") TRY(mark(role, version));
    }
    const Staged all_staged = look_at_staged(files_, published_.offline);
    // What is not read may list any of them.
    if (!all_staged.left.empty()) return std::unexpected(all_staged.left.front());
    for (const StagedFile& staged : all_staged.files) {
      if (staged.unread) return std::unexpected(Error(*staged.unread).in("staged " + printable(staged.role)));
      const auto metadata = tuf::Signed<tuf::Targets>::parse(bytes_of(staged.text));
      if (metadata) mark(metadata->value);
    }
    const Queue::Batch waiting = TRY(Queue(place_.database).take(kAllChanges));
    for (const Change& change : waiting.changes) {
      if (change.file()) mark(change.path(), Digest(change.file()->sha256()));
    }
    return each_blob(files_, kTargetsFolder, [&](const store::BlobEntry& entry) -> Result<void> {
      if (marked_.contains(entry.key.text()) || entry.stat.modified >= before_) return {};
      TRY(files_.remove(entry.key));
      ++collected_.targets;
      collected_.bytes += entry.stat.size;
      return {};
    });
  }

  Result<void> mark(const std::string& role, std::uint64_t version) {
    const Bytes file = TRY(load_metadata(files_, role, version, kMostTargetsBytes));
    const auto metadata = TRY(in(role, tuf::parse_targets_of(role, file)));
    mark(metadata.value);
    return {};
  }
  void mark(const tuf::Targets& role) {
    for (const auto& [path, listed] : role.targets) {
      for (const Digest& digest : listed.hashes.known) mark(path, digest);
    }
  }
  void mark(std::string_view path, const Digest& digest) {
    if (const auto key = target_key(path, digest)) marked_.insert(key->text());
  }

  const Place& place_;
  store::BlobStore& files_;
  const Time before_;
  Published published_;
  std::vector<std::pair<std::string, std::uint64_t>> kept_;
  std::unordered_set<std::string> marked_;
  Collected collected_;
};

}  // namespace

Result<Collected> collect_garbage(const Place& place, Time now, std::chrono::seconds keep) {
  const PublisherLock lock = TRY(PublisherLock::take(place.database, place.lock_file));
  return Collector(place, now - keep).run();
}

}  // namespace tomme::repository
