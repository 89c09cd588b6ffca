#include "app/repository/ceremony.h"

#include <algorithm>

#include "app/repository/delegators.h"
#include "app/repository/errors.h"
#include "app/repository/layout.h"
#include "app/repository/strict_form.h"
#include "app/repository/target.h"
#include "core/encoding/text.h"
#include "core/tuf/errors.h"
#include "core/tuf/patterns.h"

namespace tomme::repository {

namespace {

constexpr std::size_t kShortestKeyId = 8;
constexpr const char* kListsRoles = "tomme tuf status lists the roles that there are";

bool is_online(std::string_view role) {
  return role == "snapshot" || role == "timestamp";
}

/// Ids can be chosen at will: a key that somebody listed under the id of another must not be taken for it.
Result<void> list_key(tuf::Keys& keys, const tuf::KeyId& id, const tuf::Key& key) {
  const auto [there, added] = keys.emplace(id, key);
  if (added || there->second.counted_as() == key.counted_as()) return {};
  return fail(kRepositoryKey, "another key is listed under the id " + printable(id.value(), 80),
              "take that one away first: it is not what its id says");
}

Result<tuf::RoleKeys> role_keys_of(const RolePlan& plan, tuf::Keys& keys) {
  tuf::RoleKeys out;
  out.threshold = plan.threshold;
  for (const PublicKey& key : plan.keys) {
    const tuf::Key made = tuf::Key::of(key);
    const tuf::KeyId id = made.id();
    if (std::ranges::find(out.keyids, id) == out.keyids.end()) out.keyids.push_back(id);
    TRY(list_key(keys, id, made));
  }
  return out;
}

Result<void> expect_threshold(std::string_view role, const tuf::RoleKeys& keys) {
  if (keys.threshold >= 1 && keys.threshold <= keys.keyids.size()) return {};
  return fail(kRepositoryKey,
              printable(role, 80) + " would need " + std::to_string(keys.threshold) + " of " +
                  std::to_string(keys.keyids.size()) + " keys",
              "a threshold is from 1 to the number of keys");
}

/// Keys that no role has any more.
void drop_unused(tuf::Keys& keys, const std::vector<const tuf::RoleKeys*>& roles) {
  std::erase_if(keys, [&](const auto& entry) {
    return std::ranges::none_of(roles, [&](const tuf::RoleKeys* role) {
      return std::ranges::find(role->keyids, entry.first) != role->keyids.end();
    });
  });
}

std::vector<const tuf::RoleKeys*> roles_of(const tuf::Delegations& delegations) {
  std::vector<const tuf::RoleKeys*> out;
  if (const auto* named = std::get_if<std::vector<tuf::DelegatedRole>>(&delegations.roles)) {
    for (const tuf::DelegatedRole& role : *named) out.push_back(&role.keys);
  } else {
    out.push_back(&std::get<tuf::SuccinctRoles>(delegations.roles).keys);
  }
  return out;
}

Result<std::string> text_of_root(const tuf::Root& root) {
  TRY(expect_threshold("root", root.root));
  TRY(expect_threshold("targets", root.targets));
  TRY(expect_threshold("snapshot", root.snapshot));
  TRY(expect_threshold("timestamp", root.timestamp));
  tuf::Root tidy = root;
  drop_unused(tidy.keys, {&root.root, &root.targets, &root.snapshot, &root.timestamp});
  return tuf::write_envelope(TRY(tidy.to_canonical()), {});
}

Result<void> expect_thresholds(std::string_view role, const tuf::Targets& targets) {
  if (!targets.delegations) return {};
  for (const tuf::RoleKeys* keys : roles_of(*targets.delegations))
    TRY(expect_threshold("a role below " + std::string(role), *keys));
  return {};
}

template <class T>
Result<std::optional<T>> staged_draft(store::BlobStore& files, std::string_view role) {
  const auto read = [&]() -> Result<std::optional<T>> {
    const auto file = TRY(files.get(staged_key(role), kMostTargetsBytes));
    if (!file) return std::optional<T>();
    if constexpr (std::is_same_v<T, tuf::Targets>) {
      return std::optional<T>(TRY(tuf::parse_targets_of(role, *file)).value);
    } else {
      return std::optional<T>(TRY(tuf::Signed<T>::parse(*file)).value);
    }
  };
  auto draft = in("staged", read());
  if (!draft) return std::unexpected(of_staged(std::string(role), std::move(draft).error()));
  return draft;
}

/// What is signed of a role that people sign. It says which it is.
Result<std::string> text_of_targets(std::string_view role, const tuf::Targets& targets) {
  TRY(expect_role_name(role));
  TRY(expect_thresholds(role, targets));
  tuf::Targets tidy = targets;
  tidy.role = TRY(tuf::RoleName::parse(role));
  if (tidy.delegations) drop_unused(tidy.delegations->keys, roles_of(*tidy.delegations));
  std::string text = tuf::write_envelope(TRY(tidy.to_canonical()), {});
  if (text.size() <= kMostTargetsBytes) return text;
  return fail(kRepositoryTooLarge, std::string(role) + " would be " + std::to_string(text.size()) +
                                       " bytes long, more than " + std::to_string(kMostTargetsBytes));
}

std::vector<tuf::DelegatedRole>* named_of(tuf::Targets& targets) {
  return targets.delegations ? std::get_if<std::vector<tuf::DelegatedRole>>(&targets.delegations->roles)
                             : nullptr;
}
tuf::SuccinctRoles* succinct_of(tuf::Targets& targets) {
  return targets.delegations ? std::get_if<tuf::SuccinctRoles>(&targets.delegations->roles) : nullptr;
}

/// `role` with its keys in `all`, as one who delegates lists them.
Result<tuf::RoleKeys> with_keys(const tuf::RoleKeys& role, const tuf::Keys& all, tuf::Keys& out) {
  for (const tuf::KeyId& id : role.keyids) {
    if (const auto key = all.find(id); key != all.end()) TRY(list_key(out, id, key->second));
  }
  return tuf::RoleKeys{.keyids = role.keyids, .threshold = role.threshold};
}

Result<void> delegate_to_bins(tuf::Targets& targets, const tuf::RoleKeys& online, const tuf::Keys& all,
                              const std::string& prefix, unsigned number_of_bits) {
  const BinLayout layout = TRY(BinLayout::make(prefix, number_of_bits));
  targets.delegations.emplace();
  tuf::SuccinctRoles bins;
  bins.keys = TRY(with_keys(online, all, targets.delegations->keys));
  bins.bit_length = layout.bits();
  bins.name_prefix = layout.prefix();
  targets.delegations->roles = std::move(bins);
  return {};
}

/// All paths that a target may have here. Patterns do not cross slashes, so there is one for each number of
/// segments. Sixteen prefixes of digests would say it shorter, but go-tuf up to 2.4.2 compares those with
/// base64 and finds nothing behind them.
tuf::DelegatedRole::Paths every_path() {
  tuf::DelegatedRole::Paths paths;
  std::string pattern = "*";
  for (std::size_t segments = 1; segments <= Change::kMostSegments; ++segments, pattern += "/*") {
    paths.patterns.push_back(pattern);
  }
  return paths;
}

Result<tuf::Root> first_root(const Plan& plan, Time expires) {
  tuf::Root root;
  root.expires = expires;
  root.consistent_snapshot = true;
  root.root = TRY(role_keys_of(plan.root, root.keys));
  root.targets = TRY(role_keys_of(plan.targets, root.keys));
  root.snapshot = TRY(role_keys_of(plan.online, root.keys));
  root.timestamp = root.snapshot;
  return root;
}

}  // namespace

Result<void> expect_none(store::BlobStore& files) {
  if (TRY(first_root_version(files)))
    return fail(kRepositoryExists, files.describe() + ": there is a repository already");
  if (!TRY(files.exists(staged_key("root")))) return {};
  return fail(
      kRepositoryExists, files.describe() + ": there is a repository already, of which nothing is published",
      TRY(files.exists(staged_key("targets")))
          ? "tomme tuf status says who has still to sign; then tomme tuf publish"
          : "an init that did not come to its end left it: tomme tuf unstage root makes room for another");
}

/// Who puts the root makes the repository: of several at once exactly one.
Result<void> stage_first(store::BlobStore& files, const Plan& plan, const Lifetimes& lifetimes, Time now) {
  TRY(expect_none(files));
  const tuf::Root root = TRY(first_root(plan, now + lifetimes.root));
  const std::string text = TRY(text_of_root(root));
  tuf::Keys keys;
  const tuf::RoleKeys online = TRY(role_keys_of(plan.online, keys));
  tuf::Targets targets, bins;
  targets.expires = now + lifetimes.targets;
  if (plan.bins_role) {
    bins.expires = now + lifetimes.targets;
    TRY(delegate_to_bins(bins, online, keys, plan.bin_prefix, plan.bits));
    targets.delegations.emplace();
    tuf::RoleKeys holders = TRY(role_keys_of(*plan.bins_role, targets.delegations->keys));
    tuf::RoleName name = TRY(tuf::RoleName::parse("bins"));
    tuf::DelegatedRole role{std::move(name), std::move(holders), false, every_path(), {}};
    targets.delegations->roles = std::vector<tuf::DelegatedRole>{std::move(role)};
    TRY(expect_thresholds("targets", targets));
    KeyUse keys_of_roles;
    keys_of_roles.add(root);
    keys_of_roles.add(targets);
    if (keys_of_roles.sharing("bins").contains("targets")) bins.version = tuf::Version(2);
  } else {
    TRY(delegate_to_bins(targets, online, keys, plan.bin_prefix, plan.bits));
  }
  if (!TRY(files.put_if_absent(staged_key("root"), bytes_of(text))))
    return fail(kRepositoryExists,
                files.describe() + ": another init makes a repository there at this moment");
  if (plan.bins_role) TRY(stage(files, "bins", bins));
  return stage(files, "targets", targets);
}

Result<tuf::Root> draft_root(store::BlobStore& files, const Lifetimes& lifetimes, Time now) {
  std::optional<tuf::Root> draft = TRY(staged_draft<tuf::Root>(files, "root"));
  if (!draft) {
    const auto published = TRY(load_newest_root(files));
    if (!published) return fail(kRepositoryNone, files.describe() + ": there is no root");
    draft = published->value;
    draft->version = tuf::Version(draft->version.value() + 1);
  }
  draft->consistent_snapshot = true;  // nothing else can be published here
  draft->expires = now + lifetimes.root;
  return *std::move(draft);
}

namespace {

/// What a role says of its own signers, or of those above it, is not taken along: it would outlive a change
/// of their keys.
void leave_out_what_leads_back(const std::string& role, const OfflineRoles& published, tuf::Targets& draft,
                               std::vector<std::string>* left_out) {
  auto* named = named_of(draft);
  if (named == nullptr) return;
  const auto parents = published.view().parents();
  std::erase_if(*named, [&](const tuf::DelegatedRole& below) {
    const bool leads_back = is_role_below(parents, role, below.name.text());
    if (leads_back && left_out != nullptr) left_out->push_back(below.name.text());
    return leads_back;
  });
}

}  // namespace

Result<tuf::Targets> draft_targets(store::BlobStore& files, std::string_view role, const Lifetimes& lifetimes,
                                   Time now, std::vector<std::string>* left_out) {
  TRY(expect_role_name(role));
  if (is_online(role)) {
    return fail(kRepositoryRole, "the online keys sign " + std::string(role) + ", not people",
                "tomme tuf publish renews it");
  }
  std::optional<tuf::Targets> draft = TRY(staged_draft<tuf::Targets>(files, role));
  const Published published = TRY(load_published(files));
  const std::vector<StagedFile> staged = look_at_staged(files, published.offline).files;
  if (!draft) {
    const auto& roles = published.offline.targets;
    if (const auto there = roles.find(std::string(role)); there != roles.end()) {
      draft = there->second.value;
    } else if (role == "targets" ||
               !key_use_with(published.offline, staged).is_delegated_to(std::string(role))) {
      return fail(kRepositoryRole, "there is no role " + printable(role, 80), kListsRoles);
    } else {
      draft.emplace();
    }
  }
  leave_out_what_leads_back(std::string(role), published.offline, *draft, left_out);
  draft->version = tuf::Version(version_for_draft(std::string(role), published, staged));
  draft->expires = now + lifetimes.targets;
  return *std::move(draft);
}

Result<void> stage(store::BlobStore& files, const tuf::Root& root) {
  const std::string text = TRY(text_of_root(root));
  return files.put(staged_key("root"), bytes_of(text));
}

Result<void> stage(store::BlobStore& files, std::string_view role, const tuf::Targets& targets) {
  const std::string text = TRY(text_of_targets(role, targets));
  return files.put(staged_key(role), bytes_of(text));
}

Result<void> unstage(store::BlobStore& files, std::string_view role) {
  TRY(expect_role_name(role));
  if (TRY(files.exists(staged_key(role)))) return files.remove(staged_key(role));
  return fail(kRepositoryStaged, "nothing is staged of " + std::string(role),
              "tomme tuf status says what is staged");
}

Result<KeyEditor> KeyEditor::of(tuf::Root& root, std::string_view role) {
  if (role == "root") return KeyEditor(root.keys, root.root);
  if (role == "targets") return KeyEditor(root.keys, root.targets);
  if (role == "snapshot") return KeyEditor(root.keys, root.snapshot);
  if (role == "timestamp") return KeyEditor(root.keys, root.timestamp);
  return fail(kRepositoryRole, "root does not list the keys of " + printable(role, 80), kListsRoles);
}

Result<KeyEditor> KeyEditor::of(tuf::Targets& targets, std::string_view role) {
  if (tuf::SuccinctRoles* bins = succinct_of(targets); bins != nullptr && bins->name_prefix == role) {
    return KeyEditor(targets.delegations->keys, bins->keys);
  }
  if (auto* named = named_of(targets)) {
    for (tuf::DelegatedRole& delegated : *named) {
      if (delegated.name.text() == role) return KeyEditor(targets.delegations->keys, delegated.keys);
    }
  }
  return fail(kRepositoryRole, "this role does not delegate to " + printable(role, 80), kListsRoles);
}

Result<void> KeyEditor::add(const PublicKey& key) {
  const tuf::Key made = tuf::Key::of(key);
  for (const tuf::KeyId& id : role_keys_->keyids) {
    const auto there = keys_->find(id);
    if (there != keys_->end() && there->second.counted_as() == made.counted_as()) return {};
  }
  TRY(list_key(*keys_, made.id(), made));
  role_keys_->keyids.push_back(made.id());
  return {};
}

Result<void> KeyEditor::remove(std::string_view key_id) {
  std::vector<tuf::KeyId>& ids = role_keys_->keyids;
  const auto fits = [&](const tuf::KeyId& id) {
    return id.value() == key_id || (key_id.size() >= kShortestKeyId && id.value().starts_with(key_id));
  };
  const auto count = std::ranges::count_if(ids, fits);
  if (count != 1) {
    return fail(kRepositoryKey,
                (count == 0 ? "no key of this role has the id " : "several keys begin with ") +
                    printable(key_id, 80));
  }
  std::erase_if(ids, fits);
  return {};
}

Result<void> KeyEditor::set_threshold(std::uint64_t threshold) {
  if (threshold == 0) return fail(kRepositoryKey, "a threshold of 0");
  role_keys_->threshold = threshold;
  return {};
}

Result<void> delegate(tuf::Targets& draft, std::string_view role, const RolePlan& keys,
                      std::vector<std::string> patterns, bool terminating) {
  TRY(expect_role_name(role));
  tuf::RoleName name = TRY(tuf::RoleName::parse(role));
  if (name.is_top_level()) return fail(kRepositoryRole, "no role can delegate to " + std::string(role));
  if (is_in_every_object(role))
    return fail(kRepositoryRole, "tuf-js cannot read a role named " + std::string(role), "use another name");
  for (const std::string& pattern : patterns) {
    if (tuf::means_the_same_everywhere(pattern)) continue;
    return fail(
        kRepositoryClients,
        "the pattern " + printable(pattern, 80) + " covers different paths for different clients",
        "use * and ? only: brackets, braces, a backslash, +(…) and a part that begins with ! or # mean "
        "more to some");
  }
  if (succinct_of(draft) != nullptr) {
    return fail(kRepositoryBins, "a role that delegates to hash bins can delegate to no others",
                "a repository made with --pep458 has room for other roles in targets");
  }
  if (!draft.delegations) {
    draft.delegations.emplace();
    draft.delegations->roles = std::vector<tuf::DelegatedRole>();
  }
  tuf::RoleKeys role_keys = TRY(role_keys_of(keys, draft.delegations->keys));
  TRY(expect_threshold(role, role_keys));
  tuf::DelegatedRole made{
      name, std::move(role_keys), terminating, tuf::DelegatedRole::Paths{std::move(patterns)}, {}};
  std::vector<tuf::DelegatedRole>& roles = *named_of(draft);
  const auto there = std::ranges::find(roles, name, &tuf::DelegatedRole::name);
  if (there != roles.end()) {
    *there = std::move(made);
    return {};
  }
  // Before the role that covers everything, which would be asked first otherwise.
  const auto bins =
      std::ranges::find_if(roles, [](const tuf::DelegatedRole& r) { return r.name.text() == "bins"; });
  roles.insert(bins, std::move(made));
  return {};
}

Result<void> undelegate(tuf::Targets& draft, std::string_view role) {
  auto* roles = named_of(draft);
  const auto gone = roles == nullptr ? 0 : std::erase_if(*roles, [&](const tuf::DelegatedRole& r) {
    return r.name.text() == role;
  });
  if (gone == 0) return fail(kRepositoryRole, "nothing is delegated to " + printable(role, 80), kListsRoles);
  return {};
}

Result<std::optional<std::uint64_t>> stage_first_of(store::BlobStore& files, const std::string& role,
                                                    const Lifetimes& lifetimes, Time now) {
  const Published published = TRY(load_published(files));
  if (published.offline.targets.contains(role) || TRY(files.exists(staged_key(role)))) return std::nullopt;
  const tuf::Targets first = TRY(draft_targets(files, role, lifetimes, now));
  TRY(stage(files, role, first));
  return first.version.value();
}

Result<std::vector<std::string>> stage_first_bins(store::BlobStore& files, unsigned bits,
                                                  const Lifetimes& lifetimes, Time now) {
  const tuf::Root root = TRY(draft_root(files, lifetimes, now));
  tuf::Targets targets = TRY(draft_targets(files, "targets", lifetimes, now));
  const auto* named = named_of(targets);
  if (named == nullptr || named->empty()) {
    TRY(delegate_to_bins(targets, root.snapshot, root.keys, "bins", bits));
    TRY(stage(files, "targets", targets));
    return std::vector<std::string>{"targets"};
  }
  const tuf::RoleName name = TRY(tuf::RoleName::parse("bins"));
  if (targets.delegations->find(name) != nullptr) {
    return fail(kRepositoryRole, "targets delegates to a role 'bins' already that has no hash bins");
  }
  tuf::RoleKeys holders = TRY(with_keys(root.targets, root.keys, targets.delegations->keys));
  std::get<std::vector<tuf::DelegatedRole>>(targets.delegations->roles)
      .push_back({name, std::move(holders), false, every_path(), {}});
  tuf::Targets bins;
  bins.expires = now + lifetimes.targets;
  TRY(delegate_to_bins(bins, root.snapshot, root.keys, kPrefixBehindBins, bits));
  std::vector<StagedFile> staged = TRY(load_staged(files));
  staged.push_back({"targets", TRY(text_of_targets("targets", targets))});
  bins.version = tuf::Version(version_for_draft("bins", TRY(load_published(files)), staged));
  TRY(stage(files, "bins", bins));
  TRY(stage(files, "targets", targets));
  return std::vector<std::string>{"targets", "bins"};
}

Result<void> set_bins(tuf::Targets& draft, unsigned bits) {
  tuf::SuccinctRoles* bins = succinct_of(draft);
  if (bins == nullptr) return fail(kRepositoryBins, "this role does not delegate to hash bins");
  TRY(BinLayout::make(bins->name_prefix, bits));
  bins->bit_length = bits;
  return {};
}

}  // namespace tomme::repository
