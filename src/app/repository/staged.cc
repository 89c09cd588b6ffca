#include "app/repository/staged.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "app/repository/errors.h"
#include "app/repository/layout.h"
#include "core/base/words.h"
#include "core/encoding/text.h"
#include "core/tuf/threshold.h"

namespace tomme::repository {

namespace {

int rank(const std::string& role) {
  return role == "root" ? 0 : role == "targets" ? 1 : 2;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

/// Who has still to sign, for whoever goes round and asks them.
Result<void> expect_signed(const std::string& role, const std::string& delegator, const tuf::Keys& keys,
                           const tuf::RoleKeys& role_keys, const std::string& canonical,
                           const std::vector<tuf::Signature>& signatures) {
  const auto good = tuf::verify_threshold(role, delegator, keys, role_keys, canonical, signatures);
  if (good) return good;
  std::vector<std::string> missing;
  std::size_t count = 0;
  for (const tuf::KeyReport& report : tuf::examine_signatures(keys, role_keys, canonical, signatures)) {
    const std::string name = "key " + printable(report.keyid.value().substr(0, 12), 40);
    if (report.trouble.empty()) {
      ++count;
    } else {
      missing.push_back(report.trouble == "no signature" ? name : name + " (" + report.trouble + ")");
    }
  }
  return fail(kRepositoryUnsigned, "it has " + std::to_string(count) + " of the " +
                                       counted(role_keys.threshold, "signature") + " that " + delegator +
                                       " asks for; not signed by " + joined(missing));
}

/// Whatever signatures they have.
bool say_the_same(std::string_view a, std::string_view b) {
  if (a == b) return true;
  const auto first = tuf::Envelope::parse(bytes_of(a)), second = tuf::Envelope::parse(bytes_of(b));
  return first && second && first->canonical == second->canonical;
}

Result<void> expect_size(const StagedFile& file, std::uint64_t limit) {
  if (file.text.size() <= limit) return {};
  return fail(kRepositoryTooLarge, printable(file.role, 80) + " is " + std::to_string(file.text.size()) +
                                       " octets long, more than " + std::to_string(limit));
}

VersionRange only_version(std::uint64_t version) {
  return {.least = version, .most = version};
}

/// `published`: 0 where nothing is.
Result<void> expect_in(const std::string& role, std::uint64_t version, std::uint64_t published,
                       const VersionRange& range) {
  if (version >= range.least && version <= range.most) return {};
  std::string words = "the staged " + printable(role, 80) + " is version " + std::to_string(version) +
                      ", and " +
                      (published == 0 ? "nothing of it is published yet"
                                      : "version " + std::to_string(published) + " is published");
  if (range.least != published + 1) {
    words +=
        ", and version " + std::to_string(range.least - 1) + " of a role that has a key in common with it";
  }
  return fail(kRepositoryStaged, words);
}

/// What was or will be signed, by role; without what cannot be read.
std::map<std::string, std::string> canonical_of(const std::vector<StagedFile>& staged) {
  std::map<std::string, std::string> out;
  for (const StagedFile& file : staged) {
    if (auto envelope = tuf::Envelope::parse(bytes_of(file.text)))
      out.emplace(file.role, std::move(envelope->canonical));
  }
  return out;
}

Result<void> expect_fresh(const tuf::Common& metadata, Time now) {
  if (!metadata.is_expired(now)) return {};
  return fail(kRepositoryStaged, "it expired " + to_rfc3339(metadata.expires) + " before it was published",
              "tomme tuf renew ROLE, and sign it again");
}

/// What one staged file after the other is held against.
struct Acceptor {
  const Published& published;
  std::set<std::string> same_before;             ///< same_versions() of what is published
  std::map<std::string, std::string> canonical;  ///< of each staged file, by role
  Time now;
};

Result<void> accept_root(const Published& published, OfflineRoles& offline, const StagedFile& file,
                         Time now) {
  TRY(expect_size(file, kMostRootOctets));
  auto root = TRY(tuf::Signed<tuf::Root>::parse(bytes_of(file.text)));
  const auto& before = offline.root;
  TRY(expect_next("root", root.value.version.value(), published, {}));
  if (before) {
    TRY(expect_signed("root", "root version " + std::to_string(before->value.version.value()),
                      before->value.keys, before->value.root, root.canonical, root.signatures));
  }
  TRY(expect_signed("root", "it itself", root.value.keys, root.value.root, root.canonical, root.signatures));
  TRY(expect_fresh(root.value, now));
  if (!root.value.consistent_snapshot) {
    return fail(kRepositoryStaged,
                "the staged root turns consistent snapshots off, without which files cannot be "
                "replaced while clients read them");
  }
  offline.root = std::move(root);
  return {};
}

/// What a role has signed must not become another's, whoever staged it there.
Result<void> expect_no_other(const Acceptor& by, const StagedFile& file, const std::string& canonical) {
  std::string other;
  for (const auto& [role, published] : by.published.offline.targets) {
    if (role != file.role && published.canonical == canonical) other = role + ", where it is published";
  }
  for (const auto& [role, staged] : by.canonical) {
    if (role != file.role && staged == canonical) other = role + ", where it is staged too";
  }
  if (other.empty()) return {};
  return fail(kRepositoryStaged, "it is the file of another role, " + printable(other, 120),
              "tomme tuf unstage takes it away again");
}

Result<void> expect_versions_apart(const Acceptor& by, const OfflineRoles& with) {
  for (const std::string& words : same_versions(with, by.published.snapshot)) {
    if (by.same_before.contains(words)) continue;
    return fail(
        kRepositoryStaged, words + ", so that the file of one could be taken for that of the other",
        "tomme tuf renew the one that is delegated to, and have it signed first or together with this");
  }
  return {};
}

Result<void> accept_targets(const Acceptor& by, OfflineRoles& offline, const StagedFile& file) {
  TRY(expect_size(file, kMostTargetsOctets));
  auto metadata = TRY(tuf::parse_targets_of(file.role, bytes_of(file.text)));
  TRY(expect_next(file.role, metadata.value.version.value(), by.published, KeyUse::of(offline)));
  TRY(expect_no_other(by, file, metadata.canonical));
  const auto keyring = offline.keyring_of(file.role);
  if (!keyring) {
    return fail(kRepositoryRole,
                file.role == "targets"
                    ? "it waits until root is signed, which says who signs targets"
                    : "no role that is published or signed delegates to " + printable(file.role, 80),
                "sign what delegates to it first; tomme tuf status says what is staged");
  }
  TRY(expect_signed(file.role, keyring->delegator, *keyring->keys, *keyring->role_keys, metadata.canonical,
                    metadata.signatures));
  TRY(expect_fresh(metadata.value, by.now));
  OfflineRoles with = offline;
  with.targets.insert_or_assign(file.role, std::move(metadata));
  TRY(with.bins());  // of which there is one set, whoever may delegate
  TRY(with.expect_same_keys(file.role));
  TRY(expect_versions_apart(by, with));
  offline = std::move(with);
  return {};
}

}  // namespace

Result<void> expect_next(const std::string& role, std::uint64_t version, const Published& published,
                         const KeyUse& keys) {
  if (role == "root") {
    const auto& root = published.offline.root;
    const std::uint64_t newest = root ? root->value.version.value() : 0;
    return expect_in(role, version, newest, only_version(newest + 1));
  }
  const auto there = published.offline.targets.find(role);
  const std::uint64_t before =
      there == published.offline.targets.end() ? 0 : there->second.value.version.value();
  return expect_in(role, version, before, next_versions(role, published, keys));
}

KeyUse key_use_with(const OfflineRoles& published, const std::vector<StagedFile>& staged) {
  KeyUse keys = KeyUse::of(published);
  for (const StagedFile& file : staged) {
    if (file.role == "root") {
      if (const auto root = tuf::Signed<tuf::Root>::parse(bytes_of(file.text))) keys.add(root->value);
    } else if (const auto role = tuf::Signed<tuf::Targets>::parse(bytes_of(file.text))) {
      keys.add(role->value);
    }
  }
  return keys;
}

std::uint64_t version_for_draft(const std::string& role, const Published& published,
                                const std::vector<StagedFile>& staged) {
  const KeyUse keys = key_use_with(published.offline, staged);
  const VersionRange range = next_versions(role, published, keys);
  const std::set<std::string> others = keys.sharing(role);
  std::uint64_t version = range.least;
  for (const StagedFile& file : staged) {
    if (!others.contains(file.role)) continue;
    const auto other = tuf::Signed<tuf::Targets>::parse(bytes_of(file.text));
    if (other && other->value.version.value() < range.most)
      version = std::max(version, other->value.version.value() + 1);
  }
  // Bins go on while people sign.
  return keys.shares_with_bins(role) ? version + (range.most - version) / 2 : version;
}

Result<std::vector<StagedFile>> load_staged(store::BlobStore& files) {
  std::vector<StagedFile> staged;
  std::string after;
  while (true) {
    const store::BlobPage page = TRY(files.list(kStagedFolder, after, 1000));
    for (const store::BlobEntry& entry : page.entries) {
      after = entry.key.text();
      std::string_view role = std::string_view(entry.key.text()).substr(kStagedFolder.size() + 1);
      if (!role.ends_with(".json")) continue;
      role.remove_suffix(5);
      if (!expect_role_name(role)) continue;
      auto content = TRY(files.get(entry.key, kMostTargetsOctets));
      if (content) staged.push_back({std::string(role), std::string(text_of(*content))});
    }
    if (!page.more) break;
  }
  std::ranges::sort(staged, {}, [](const StagedFile& file) {
    return std::pair(rank(file.role), std::string_view(file.role));
  });
  return staged;
}

Result<void> remove_published(store::BlobStore& files, const OfflineRoles& published,
                              std::vector<StagedFile>& staged) {
  for (std::size_t i = 0; i < staged.size();) {
    const StagedFile& file = staged[i];
    std::uint64_t version = 0;
    if (file.role == "root") {
      version = published.root ? published.root->value.version.value() : 0;
    } else if (const auto at = published.targets.find(file.role); at != published.targets.end()) {
      version = at->second.value.version.value();
    }
    const auto there =
        version == 0 ? std::nullopt : TRY(files.get(metadata_key(file.role, version), kMostTargetsOctets));
    if (!there || !say_the_same(text_of(*there), file.text)) {
      ++i;
      continue;
    }
    TRY(remove_staged(files, file));
    staged.erase(staged.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return {};
}

Result<void> remove_staged(store::BlobStore& files, const StagedFile& file) {
  const auto there = TRY(files.get(staged_key(file.role), kMostTargetsOctets));
  if (!there || !say_the_same(text_of(*there), file.text)) return {};
  return files.remove(staged_key(file.role));
}

Result<Acceptance> accept_staged(const Published& published, std::vector<StagedFile> staged, Time now) {
  Acceptance acceptance;
  acceptance.offline = published.offline;
  if (staged.empty()) return acceptance;
  const Acceptor by{published, same_versions(published.offline, published.snapshot), canonical_of(staged),
                    now};
  const auto accept = [&](const StagedFile& file) {
    return file.role == "root" ? accept_root(published, acceptance.offline, file, now)
                               : accept_targets(by, acceptance.offline, file);
  };
  // A delegated role may wait for one that comes behind it in the order of names.
  for (bool progress = true; progress && !staged.empty();) {
    progress = false;
    for (StagedFile& file : staged) {
      if (file.role.empty()) continue;
      if (!accept(file)) continue;
      progress = true;
      acceptance.accepted.push_back(file);
      acceptance.all.push_back({std::move(file), {}});
      file.role.clear();
    }
  }
  for (StagedFile& file : staged) {
    if (file.role.empty()) continue;
    Result<void> why = accept(file);
    acceptance.all.push_back({std::move(file), std::move(why)});
  }
  return acceptance;
}

}  // namespace tomme::repository
