#include "app/repository/staged.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "app/repository/delegators.h"
#include "app/repository/errors.h"
#include "app/repository/layout.h"
#include "core/base/words.h"
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

namespace {

/// Roles that are known first, so that what anybody else puts there takes no room from them.
class StagedReader {
 public:
  StagedReader(store::BlobStore& files, const OfflineRoles& published, const StagedLimits& limits)
      : files_(files), published_(published), limits_(limits), bytes_(limits.bytes) {}

  Staged run() {
    find_names();
    know("root");
    know("targets");
    for (const auto& [role, file] : published_.targets) {
      know(role);
      know_named(file.value);
    }
    for (std::size_t at = 0; at < known_.size(); ++at) read_known(known_[at]);
    for (const std::string& role : names_) read(role);
    if (passed_over_ > 0) {
      out_.left.emplace_back(kRepositoryStaged,
                             counted(passed_over_, "staged file") + " more than are looked at",
                             "take away from staged/ what is of no role");
    }
    std::ranges::sort(out_.files, {}, [](const StagedFile& file) {
      return std::pair(rank(file.role), std::string_view(file.role));
    });
    return std::move(out_);
  }

 private:
  /// One level of names, and of these those that a role can have.
  void find_names() {
    const auto found = files_.names(kStagedFolder, limits_.names);
    if (!found) out_.left.push_back(found.error());
    all_names_ = found && !found->more;
    if (found && found->more) {
      out_.left.emplace_back(kRepositoryStaged,
                             "there are more than " + std::to_string(limits_.names) +
                                 " names in staged/, so that only roles that are known are looked for",
                             "take away from staged/ what is of no role");
    }
    if (!all_names_) return;
    for (const store::BlobKey& key : found->keys) {
      std::string_view role = std::string_view(key.text()).substr(kStagedFolder.size() + 1);
      if (!role.ends_with(".json")) continue;
      role.remove_suffix(5);
      if (expect_role_name(role)) names_.emplace(role);
    }
  }

  void know(const std::string& role) {
    if (!all_names_ && known_.size() >= limits_.files) return;
    if ((!all_names_ || names_.contains(role)) && expect_role_name(role) && is_known_.insert(role).second)
      known_.push_back(role);
  }
  void know_named(const tuf::Targets& file) {
    for (const tuf::DelegatedRole& role : named_in(file)) know(role.name.text());
  }

  void read_known(const std::string role) {  // NOLINT(performance-unnecessary-value-param): known_ grows
    names_.erase(role);
    const std::string* text = read(role);
    if (text == nullptr || role == "root" || (all_names_ && names_.empty())) return;
    if (const auto file = tuf::parse_targets_of(role, bytes_of(*text))) know_named(file->value);
  }

  /// nullptr where there is nothing to read.
  const std::string* read(const std::string& role) {
    if (out_.files.size() >= limits_.files) {
      ++passed_over_;
      return nullptr;
    }
    const auto content = files_.get(staged_key(role), std::min(bytes_, kMostTargetsBytes));
    if (content && !*content) return nullptr;
    StagedFile file{role, ""};
    if (content) {
      bytes_ -= (*content)->size();
      file.text = text_of(**content);
    } else if (!content.error().is(kFileTooLarge)) {
      file.unread = of_staged(role, content.error());
    } else if (bytes_ < kMostTargetsBytes) {
      file.unread =
          Error(kRepositoryStaged,
                "it was not looked at: more than " + std::to_string(limits_.bytes) + " bytes are staged",
                "publish what is signed, or take away what is not needed: tomme tuf unstage");
    }
    out_.files.push_back(std::move(file));
    return &out_.files.back().text;
  }

  store::BlobStore& files_;
  const OfflineRoles& published_;
  const StagedLimits& limits_;
  std::uint64_t bytes_;
  bool all_names_ = false;
  std::set<std::string> names_, is_known_;  ///< `names_` without those that were read
  std::vector<std::string> known_;
  std::size_t passed_over_ = 0;
  Staged out_;
};

}  // namespace

Staged look_at_staged(store::BlobStore& files, const OfflineRoles& published, const StagedLimits& limits) {
  return StagedReader(files, published, limits).run();
}

Result<std::vector<StagedFile>> load_staged(store::BlobStore& files) {
  return look_at_staged(files, {}).files;
}

Error of_staged(const std::string& role, Error why) {
  const std::string name = printable(role, 80);
  // Of what cannot be read the hint would be to fetch it again, or to ask whose mirror it is.
  if (!why.code().name.starts_with("repository/"))
    return {why.code(), why.message(), "tomme tuf unstage " + name + " takes it away"};
  std::string hint(why.hint());
  const std::size_t at = hint.find("ROLE");
  if (at == std::string::npos) return why;
  return {why.code(), why.message(), hint.replace(at, 4, name)};
}

Result<std::vector<StagedFile>> take_published(store::BlobStore& files, const OfflineRoles& published,
                                               std::vector<StagedFile>& staged) {
  std::vector<StagedFile> taken;
  for (std::size_t i = 0; i < staged.size();) {
    const StagedFile& file = staged[i];
    std::uint64_t version = 0;
    if (file.role == "root") {
      version = published.root ? published.root->value.version.value() : 0;
    } else if (const auto at = published.targets.find(file.role); at != published.targets.end()) {
      version = at->second.value.version.value();
    }
    const auto there = version == 0 || file.text.empty()
                           ? std::nullopt
                           : TRY(files.get(metadata_key(file.role, version), kMostTargetsBytes));
    if (!there || !say_the_same(text_of(*there), file.text)) {
      ++i;
      continue;
    }
    taken.push_back(file);
    staged.erase(staged.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return taken;
}

Result<void> remove_staged(store::BlobStore& files, const StagedFile& file) {
  const auto there = TRY(files.get(staged_key(file.role), kMostTargetsBytes));
  if (!there || !say_the_same(text_of(*there), file.text)) return {};
  return files.remove(staged_key(file.role));
}

}  // namespace tomme::repository
