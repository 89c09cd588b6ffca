#include "app/repository/staged.h"

#include <algorithm>
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

Result<void> expect_fresh(const tuf::Common& metadata, Time now) {
  if (!metadata.is_expired(now)) return {};
  return fail(kRepositoryStaged, "it expired " + to_rfc3339(metadata.expires) + " before it was published",
              "tomme tuf renew ROLE, and sign it again");
}

Result<void> accept_root(OfflineRoles& offline, const StagedFile& file, Time now) {
  TRY(expect_size(file, kMostRootOctets));
  auto root = TRY(tuf::Signed<tuf::Root>::parse(bytes_of(file.text)));
  const auto& before = offline.root;
  TRY(expect_next("root", root.value.version.value(), before ? before->value.version.value() : 0));
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

Result<void> accept_targets(OfflineRoles& offline, const StagedFile& file, Time now) {
  TRY(expect_size(file, kMostTargetsOctets));
  auto metadata = TRY(tuf::Signed<tuf::Targets>::parse(bytes_of(file.text)));
  const auto before = offline.targets.find(file.role);
  const std::uint64_t published = before == offline.targets.end() ? 0 : before->second.value.version.value();
  TRY(expect_next(file.role, metadata.value.version.value(), published));
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
  TRY(expect_fresh(metadata.value, now));
  OfflineRoles with = offline;
  with.targets.insert_or_assign(file.role, std::move(metadata));
  TRY(with.bins());  // of which there is one set, whoever may delegate
  offline = std::move(with);
  return {};
}

}  // namespace

Result<void> expect_next(const std::string& role, std::uint64_t version, std::uint64_t published) {
  if (version == published + 1) return {};
  return fail(kRepositoryStaged,
              "the staged " + printable(role, 80) + " is version " + std::to_string(version) + ", and " +
                  (published == 0 ? "nothing of it is published yet"
                                  : "version " + std::to_string(published) + " is published"));
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

Result<Acceptance> accept_staged(const OfflineRoles& published, std::vector<StagedFile> staged, Time now) {
  Acceptance acceptance;
  acceptance.offline = published;
  // A delegated role may wait for one that comes behind it in the order of names.
  for (bool progress = true; progress && !staged.empty();) {
    progress = false;
    for (StagedFile& file : staged) {
      if (file.role.empty()) continue;
      Result<void> accepted = file.role == "root" ? accept_root(acceptance.offline, file, now)
                                                  : accept_targets(acceptance.offline, file, now);
      if (!accepted) continue;
      progress = true;
      acceptance.accepted.push_back(file);
      acceptance.all.push_back({std::move(file), {}});
      file.role.clear();
    }
  }
  for (StagedFile& file : staged) {
    if (file.role.empty()) continue;
    Result<void> why = file.role == "root" ? accept_root(acceptance.offline, file, now)
                                           : accept_targets(acceptance.offline, file, now);
    acceptance.all.push_back({std::move(file), std::move(why)});
  }
  return acceptance;
}

}  // namespace tomme::repository
