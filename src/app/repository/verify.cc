#include "app/repository/verify.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "app/repository/delegators.h"
#include "app/repository/errors.h"
#include "app/repository/key_use.h"
#include "app/repository/layout.h"
#include "app/repository/strict_form.h"
#include "app/repository/target_store.h"
#include "core/encoding/text.h"
#include "core/tuf/threshold.h"

namespace tomme::repository {

namespace {

constexpr std::uint32_t kBinsOfAPart = 16;

bool is_digest_of_all(const tuf::Hashes& hashes) {
  return hashes.unknown.empty() && std::ranges::all_of(hashes.known, [](const Digest& digest) {
           return digest.algorithm() == HashAlgorithm::sha256 || digest.algorithm() == HashAlgorithm::sha512;
         });
}

class Walk {
 public:
  Walk(store::BlobStore& files, const VerificationOptions& options) : files_(files), options_(options) {}

  Result<Verification> run() {
    roots();
    auto published = load_published(files_);
    if (!published) {
      problem(std::move(published).error());
      return std::move(found_);
    }
    if (published->is_empty()) {
      problem(Error(kRepositoryNone, "nothing is published yet"));
      return std::move(found_);
    }
    if (published->under_previous_root) {
      problem(Error(kRepositoryDamaged, "the newest root was published without its timestamp"));
    }
    top_level(*published);
    for (const auto& [name, role] : published->offline.targets) {
      ++found_.roles;
      expire(name, role.value);
      read_by_all(name, role.canonical);
      below(*published, name, role.value);
      for (const auto& [path, file] : role.value.targets) target(path, file);
    }
    note_roles(published->offline, published->snapshot);
    const auto bins = published->offline.bins();
    if (!bins) {
      problem(bins.error());
    } else if (*bins) {
      check_bins(**bins);
      note_bins(**bins);
    }
    return std::move(found_);
  }

 private:
  void problem(Error error) {
    if (found_.problems.size() < options_.most_problems) found_.problems.push_back(std::move(error));
  }

  /// Each thread takes the next part as long as there are some; what they found is put together in the order
  /// of the bins.
  void check_bins(const Bins& bins) {
    const std::uint32_t parts = (bins.layout.count() + kBinsOfAPart - 1) / kBinsOfAPart;
    std::vector<Walk> found(parts, Walk(files_, options_));
    std::atomic<std::uint32_t> next = 0;
    const auto work = [&] {
      for (std::uint32_t part = next++; part < parts; part = next++) {
        const std::uint32_t end = std::min((part + 1) * kBinsOfAPart, bins.layout.count());
        for (std::uint32_t bin = part * kBinsOfAPart; bin < end; ++bin)
          found[part].check_bin(bins, bin, snapshot_);
      }
    };
    {
      std::vector<std::jthread> others;
      for (unsigned i = 1; i < std::min(options_.threads, parts); ++i) others.emplace_back(work);
      work();
    }
    for (Walk& part : found) take(part);
  }
  void take(Walk& part) {
    found_.bins += part.found_.bins;
    found_.targets += part.found_.targets;
    found_.bytes += part.found_.bytes;
    for (Error& error : part.found_.problems) problem(std::move(error));
    nameless_bins_ += part.nameless_bins_;
    bin_versions_.insert(bin_versions_.end(), part.bin_versions_.begin(), part.bin_versions_.end());
  }
  /// Whether `role` is `above`, or below it.
  bool is_below(const OfflineRoles& roles, const std::string& role, const std::string& above) {
    if (!parents_) parents_ = roles.view().parents();
    return is_role_below(*parents_, role, above);
  }
  /// A client may come to a role by any of those that delegate to it.
  void below(const Published& published, const std::string& name, const tuf::Targets& role) {
    const auto* named =
        role.delegations ? std::get_if<std::vector<tuf::DelegatedRole>>(&role.delegations->roles) : nullptr;
    if (named == nullptr) return;
    for (const tuf::DelegatedRole& delegated : *named) {
      const std::string& below = delegated.name.text();
      if (is_below(published.offline, name, below)) {
        problem(Error(kRepositoryClients, printable(name, 80) + " " + words_of_leading_back(name, below),
                      "tomme tuf renew " + printable(name, 80) + " stages one without that; have it signed"));
      }
      const auto there = published.offline.targets.find(below);
      if (there != published.offline.targets.end()) {
        const auto good = tuf::verify_threshold(below, name, role.delegations->keys, delegated.keys,
                                                there->second.canonical, there->second.signatures);
        if (!good) problem(good.error());
      } else if (!snapshot_.find(delegated.name)) {
        const std::string shown = printable(below, 80);
        problem(Error(kRepositoryUnpublished,
                      printable(name, 80) + " delegates to " + shown + ", which is not published",
                      "have it signed and published: tomme tuf renew " + shown +
                          (name == "targets" ? "; or take it back: tomme tuf undelegate " + shown
                                             : "; or the holders of " + printable(name, 80) +
                                                   " sign a file that does not delegate to it")));
      }
    }
  }
  void note_roles(const OfflineRoles& offline, const SnapshotText& snapshot) {
    std::string nameless;
    for (const auto& [name, role] : offline.targets) {
      if (!role.value.role) nameless += " " + printable(name, 80);
    }
    if (!nameless.empty()) {
      found_.notes.push_back("of these roles no file says which it is:" + nameless + "; tomme tuf renew" +
                             nameless + ", and have it signed");
    }
    const KeyUse keys = KeyUse::of(offline.view());
    for (const Mistakable& pair : same_versions(offline.view(), keys, snapshot))
      found_.notes.push_back(pair.words);
    for (std::string& words : keys.words()) found_.notes.push_back(std::move(words));
  }
  void note_bins(const Bins& bins) {
    std::ranges::sort(bin_versions_);
    const bool same = std::ranges::adjacent_find(bin_versions_) != bin_versions_.end();
    if (nameless_bins_ == 0 && !same) return;
    found_.notes.push_back(
        std::string("hash bins have versions in common or do not say which they are: tomme tuf renew ") +
        bins.delegator + ", and have it signed; the next publication then writes all of them anew");
  }
  void read_by_all(const std::string& role, std::string_view canonical) {
    for (const std::string& clause : unread_elsewhere(canonical))
      problem(Error(kRepositoryClients, printable(role, 80) + ": " + clause));
  }
  /// Without reading millions of entries twice: as a bin has nothing else of which clients think differently.
  void bin_read_by_all(const std::string& bin, const tuf::Targets& role) {
    std::string_view before;
    for (const auto& [path, file] : role.targets) {
      if (auto why = unfindable_path(path)) {
        problem(Error(kRepositoryClients, bin + " lists " + printable(path, 80) + ", which has " + *why,
                      "list it under another name, and take this one away: tomme tuf remove"));
      }
      if (!is_digest_of_all(file.hashes)) {
        problem(Error(kRepositoryClients,
                      bin + " lists " + printable(path, 80) +
                          " with a digest beside sha256 and sha512, which go-tuf cannot read",
                      "add it again: tomme tuf add"));
      }
      const auto custom = file.custom ? unread_value(*file.custom) : std::nullopt;
      if (!custom && file.length <= kMostWhole && !sorts_otherwise(before, path)) {
        before = path;
        continue;
      }
      const std::string why = custom                      ? ", in whose custom object " + *custom
                              : file.length <= kMostWhole ? ", which tuf-js sorts otherwise"
                                                          : " with a length beyond 2^53";
      return problem(Error(kRepositoryClients,
                           bin + " lists " + printable(path, 80) + why + ": tuf-js refuses all of the bin",
                           "list it under another name, or take it away: tomme tuf remove"));
    }
  }
  void expire(const std::string& role, const tuf::Common& common) {
    if (common.is_expired(options_.now)) {
      problem(Error(kRepositoryExpired, printable(role, 80) + " expired " + to_rfc3339(common.expires)));
    }
  }

  void roots() {
    std::optional<tuf::Signed<tuf::Root>> before;
    const auto first = first_root_version(files_);
    if (!first) return problem(first.error());
    for (std::uint64_t version = first->value_or(1);; ++version) {
      const auto file = files_.get(metadata_key("root", version), kMostRootBytes);
      if (!file) return problem(file.error());
      if (!*file) break;
      found_.bytes += (*file)->size();
      auto root = tuf::Signed<tuf::Root>::parse(**file);
      const std::string name = "root version " + std::to_string(version);
      if (!root) return problem(std::move(root).error().in(name));
      Result<void> good = tuf::verify_threshold(name, "itself", root->value.keys, root->value.root,
                                                root->canonical, root->signatures);
      if (good && before) {
        good = tuf::verify_threshold(name, "the root before", before->value.keys, before->value.root,
                                     root->canonical, root->signatures);
      }
      if (!good) problem(std::move(good).error());
      if (root->value.version.value() != version) {
        problem(Error(kRepositoryDamaged,
                      name + " says it is version " + std::to_string(root->value.version.value())));
      }
      found_.root_version = version;
      if (before) note_old_root(version - 1, before->canonical);
      before = std::move(*root);
    }
    if (!before) return;
    expire("root", before->value);
    read_by_all("root", before->canonical);
  }

  /// What was signed long ago cannot be mended: it is no problem of what is in force.
  void note_old_root(std::uint64_t version, std::string_view canonical) {
    for (const std::string& clause : unread_elsewhere(canonical))
      found_.notes.push_back("root version " + std::to_string(version) + ": " + clause);
  }

  void top_level(const Published& published) {
    found_.timestamp_version = published.timestamp.version;
    found_.snapshot_version = published.snapshot.version;
    found_.bytes += published.timestamp_file.size();
    tuf::Common timestamp, snapshot;
    timestamp.expires = published.timestamp.expires;
    snapshot.expires = published.snapshot.expires;
    expire("timestamp", timestamp);
    expire("snapshot", snapshot);
    const auto file = load_metadata(files_, "snapshot", published.snapshot.version, kMostSnapshotBytes);
    if (!file) return problem(file.error());
    found_.bytes += file->size();
    const auto listing = tuf::Signed<tuf::Timestamp>::parse(bytes_of(published.timestamp_file));
    auto metadata = tuf::Signed<tuf::Snapshot>::parse(*file);
    if (!listing || !metadata) return problem(Error(listing ? metadata.error() : listing.error()));
    if (const auto good = tuf::check_meta_file(listing->value.snapshot, *file); !good)
      problem(Error(good.error()).in("snapshot"));
    snapshot_ = std::move(metadata->value);
  }

  void check_bin(const Bins& bins, std::uint32_t bin, const tuf::Snapshot& snapshot) {
    ++found_.bins;
    const std::string name = bins.layout.name(bin);
    const auto listing = snapshot.meta.find(snapshot_entry(name));
    if (!listing) return problem(Error(kRepositoryDamaged, "the snapshot does not list " + name));
    const std::uint64_t version = listing->version.value();
    const auto file = load_metadata(files_, name, version, kMostTargetsBytes);
    if (!file) return problem(file.error());
    found_.bytes += file->size();
    if (const auto good = tuf::check_meta_file(*listing, *file); !good)
      return problem(Error(good.error()).in(name));
    const auto metadata = tuf::parse_targets_of(name, *file);
    if (!metadata) return problem(Error(metadata.error()).in(name));
    const auto good = tuf::verify_threshold(name, bins.delegator, bins.keys, bins.role_keys,
                                            metadata->canonical, metadata->signatures);
    if (!good) return problem(good.error());
    bin_versions_.push_back(version);
    if (!metadata->value.role) ++nameless_bins_;
    if (metadata->value.version.value() != version) {
      problem(Error(kRepositoryDamaged, name + " is not the version that the snapshot lists"));
    }
    expire(name, metadata->value);
    bin_read_by_all(name, metadata->value);
    for (const auto& [path, listed] : metadata->value.targets) {
      const auto checked = tuf::TargetPath::parse(path);
      if (!checked) {
        problem(checked.error());
      } else if (bins.layout.of(checked->sha256()) != bin) {
        problem(Error(kRepositoryDamaged, name + " lists " + printable(path, 80) + " of another bin"));
      }
      target(path, listed);
    }
  }

  void target(const std::string& path, const tuf::TargetFile& listed) {
    ++found_.targets;
    if (!options_.target_files) return;
    if (listed.hashes.known.empty())
      problem(Error(kRepositoryTarget, printable(path, 80) + " has no digest that is known"));
    for (const Digest& digest : listed.hashes.known) {  // clients may ask by any of them
      const auto key = target_key(path, digest);
      if (!key) return problem(key.error());
      if (const auto good = check_stored(files_, *key, listed); !good)
        return problem(Error(good.error()).in(printable(path, 80)));
    }
  }

  store::BlobStore& files_;
  const VerificationOptions& options_;
  Verification found_;
  std::optional<std::map<std::string, Parent>> parents_;
  tuf::Snapshot snapshot_;
  std::size_t nameless_bins_ = 0;
  std::vector<std::uint64_t> bin_versions_;
};

}  // namespace

Result<Verification> verify_published(store::BlobStore& files, const VerificationOptions& options) {
  return Walk(files, options).run();
}

}  // namespace tomme::repository
