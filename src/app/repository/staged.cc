#include "app/repository/staged.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "app/repository/errors.h"
#include "app/repository/layout.h"
#include "core/encoding/text.h"
#include "core/tuf/metadata.h"
#include "io/system/errors.h"

namespace tomme::repository {

namespace {

int rank(const std::string& role) {
  return role == "root" ? 0 : role == "targets" ? 1 : 2;
}

/// Whatever signatures they have.
bool say_the_same(std::string_view a, std::string_view b) {
  if (a == b) return true;
  const auto first = tuf::Envelope::parse(bytes_of(a)), second = tuf::Envelope::parse(bytes_of(b));
  return first && second && first->canonical == second->canonical;
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
    words += ", and it has to go beyond version " + std::to_string(range.least - 1) +
             ", which it had before, or a role that has a key in common with it";
  }
  return fail(kRepositoryStaged, words);
}

}  // namespace

Result<void> expect_next(const std::string& role, std::uint64_t version, const Published& published,
                         const KeyUse& keys) {
  if (role == "root") {
    const auto& root = published.offline.root;
    const std::uint64_t newest = root ? root->value.version.value() : 0;
    return expect_in(role, version, newest, only_version(newest + 1));
  }
  NextVersions next(published, keys);
  return expect_next(role, version, published, next);
}

Result<void> expect_next(const std::string& role, std::uint64_t version, const Published& published,
                         NextVersions& next) {
  const auto there = published.offline.targets.find(role);
  const std::uint64_t before =
      there == published.offline.targets.end() ? 0 : there->second.value.version.value();
  return expect_in(role, version, before, next.of(role));
}

KeyUse key_use_with(const OfflineRoles& published, const std::vector<StagedFile>& staged) {
  std::optional<tuf::Root> root;
  std::map<std::string, tuf::Targets> roles;
  for (const StagedFile& file : staged) {
    if (file.role == "root") {
      if (auto read = tuf::Signed<tuf::Root>::parse(bytes_of(file.text))) root = std::move(read->value);
    } else if (auto role = tuf::parse_targets_of(file.role, bytes_of(file.text))) {
      roles.emplace(file.role, std::move(role->value));
    }
  }
  RolesView all = published.view();
  for (const auto& [name, role] : roles) all.targets[name] = &role;
  // What nobody delegates to may be anybody's.
  const auto parents = all.parents();
  std::erase_if(all.targets, [&](const auto& role) { return !parents.contains(role.first); });
  KeyUse with = KeyUse::of(all);
  if (root) with.add(*root);
  for (const auto& [name, role] : published.targets) with.add(role.value);
  return with;
}

std::uint64_t version_for_draft(const std::string& role, const Published& published,
                                const std::vector<StagedFile>& staged) {
  const KeyUse keys = key_use_with(published.offline, staged);
  const VersionRange range = next_versions(role, published, keys);
  const std::set<std::string> others = keys.sharing(role);
  std::uint64_t version = range.least;
  // Also behind those further down, so that none has to be signed anew.
  const auto go_behind = [&](std::uint64_t other) {
    if (other < range.most) version = std::max(version, other + 1);
  };
  for (const auto& [name, file] : published.offline.targets) {
    if (others.contains(name)) go_behind(file.value.version.value());
  }
  for (const StagedFile& file : staged) {
    if (!others.contains(file.role)) continue;
    if (const auto other = tuf::Signed<tuf::Targets>::parse(bytes_of(file.text)))
      go_behind(other->value.version.value());
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
      auto content = files.get(entry.key, kMostTargetsBytes);
      // One that is too long is in nobody's way: it is named where it is read.
      if (!content && !content.error().is(kFileTooLarge)) return std::unexpected(content.error());
      std::string text = content && *content ? std::string(text_of(**content)) : std::string();
      if (!content || *content) staged.push_back({std::string(role), std::move(text)});
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
        version == 0 ? std::nullopt : TRY(files.get(metadata_key(file.role, version), kMostTargetsBytes));
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
  const auto there = TRY(files.get(staged_key(file.role), kMostTargetsBytes));
  if (!there || !say_the_same(text_of(*there), file.text)) return {};
  return files.remove(staged_key(file.role));
}

}  // namespace tomme::repository
