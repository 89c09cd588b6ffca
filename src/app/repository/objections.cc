#include "app/repository/objections.h"

#include <algorithm>

#include "app/repository/errors.h"
#include "app/repository/layout.h"
#include "app/repository/role_signer.h"
#include "app/repository/snapshot_room.h"
#include "app/repository/staged.h"
#include "app/repository/target.h"
#include "core/encoding/text.h"

namespace tomme::repository {

namespace {

std::string renew_with_it(const std::string& role) {
  return "tomme tuf renew " + printable(role, 80) +
         ", and have it signed by the keys that it has then; both are published together";
}

bool cover_the_same(const tuf::DelegatedRole& a, const tuf::DelegatedRole& b) {
  if (a.covers.index() != b.covers.index()) return false;
  if (const auto* paths = std::get_if<tuf::DelegatedRole::Paths>(&a.covers))
    return paths->patterns == std::get<tuf::DelegatedRole::Paths>(b.covers).patterns;
  return std::get<tuf::DelegatedRole::HashPrefixes>(a.covers).hex ==
         std::get<tuf::DelegatedRole::HashPrefixes>(b.covers).hex;
}

/// Of patterns: as `tomme tuf bins` has them; of digests: one prefix for each first digit, or more.
bool covers_all(const tuf::DelegatedRole& role) {
  if (const auto* paths = std::get_if<tuf::DelegatedRole::Paths>(&role.covers)) {
    std::string pattern = "*";
    for (std::size_t segments = 1; segments <= Change::kMostSegments; ++segments, pattern += "/*") {
      if (std::ranges::find(paths->patterns, pattern) == paths->patterns.end()) return false;
    }
    return true;
  }
  const auto& hex = std::get<tuf::DelegatedRole::HashPrefixes>(role.covers).hex;
  return std::ranges::all_of(std::string_view("0123456789abcdef"), [&](char digit) {
    return std::ranges::find(hex, std::string(1, digit)) != hex.end();
  });
}

}  // namespace

std::unexpected<Error> nobody_delegates(const std::string& role) {
  return fail(kRepositoryRole,
              role == "targets" ? "it waits until root is signed, which says who signs targets"
                                : "no role that is published or signed delegates to " + printable(role, 80),
              "sign what delegates to it first, or take it away: tomme tuf unstage " + printable(role, 80));
}

Objector::State::State(RolesView all) : view(std::move(all)), by(view) {
  std::erase_if(view.targets, [&](const auto& role) { return !by.reach(role.first); });
  keys = KeyUse::of(view);
}

Objector::Objector(const Published& published, const Candidates& candidates,
                   const std::vector<PublicKey>* at_hand)
    : published_(published), candidates_(candidates), at_hand_(at_hand) {}

Objector::State Objector::state() const {
  RolesView all = before_;
  for (const auto& [role, candidate] : candidates_) {
    if (!candidate.is_in) continue;
    if (candidate.root) {
      all.root = &candidate.root->value;
    } else {
      all.targets[role] = &candidate.targets->value;
    }
  }
  return State(std::move(all));
}

bool Objector::is_in(const std::string& role) const {
  const auto candidate = candidates_.find(role);
  return candidate != candidates_.end() && candidate->second.is_in;
}

const tuf::Signed<tuf::Targets>* Objector::file_of(const std::string& role) const {
  if (const auto candidate = candidates_.find(role);
      candidate != candidates_.end() && candidate->second.is_in)
    return candidate->second.targets ? &*candidate->second.targets : nullptr;
  const auto there = published_.offline.targets.find(role);
  return there == published_.offline.targets.end() ? nullptr : &there->second;
}

template <class T>
Result<void> Objector::signed_by(const std::string& role, const SaidKeys& by, const tuf::Signed<T>& file) {
  const auto [at, is_new] = verified_.try_emplace({&file.canonical, by.words + " " + by.key()});
  if (is_new) at->second = expect_signed(role, by, file);
  return at->second;
}

std::vector<Objection> Objector::find() {
  if (Found found = to_root(); !found.empty()) return found;
  const State now = state();
  if (Found found = to_own(now); !found.empty()) return found;
  if (Found found = to_names(now); !found.empty()) return found;
  if (Found found = to_bins(now); !found.empty()) return found;
  if (Found found = to_below(); !found.empty()) return found;
  if (Found found = to_standing(now); !found.empty()) return found;
  if (Found found = to_versions(now); !found.empty()) return found;
  return to_room(now);
}

Objector::Found Objector::to_root() {
  const auto found = candidates_.find("root");
  if (found == candidates_.end() || !found->second.is_in) return {};
  if (Result<void> good = expect_root(*found->second.root); !good) return {{"root", std::move(good).error()}};
  return {};
}

Result<void> Objector::expect_root(const tuf::Signed<tuf::Root>& root) {
  if (const tuf::Root* before = before_.root)
    TRY(signed_by("root", said_of_root(*before, in_words("root", *before)), root));
  TRY(signed_by("root", said_of_root(root.value, "it itself"), root));
  if (at_hand_ == nullptr) return {};
  // Whoever publishes signs these at once: with a root that names others nothing could be published.
  TRY(expect_at_hand("snapshot", root.value.keys, root.value.snapshot, *at_hand_));
  return expect_at_hand("timestamp", root.value.keys, root.value.timestamp, *at_hand_);
}

Objector::Found Objector::to_own(const State& now) {
  NextVersions next(published_, now.keys);
  Found found;
  for (const auto& [role, candidate] : candidates_) {
    if (!candidate.is_in || !candidate.targets) continue;
    if (auto good = expect_own(role, candidate, now, next); !good)
      found.push_back({role, std::move(good).error()});
  }
  return found;
}

/// Whether a staged file is one that its role may have next.
Result<void> Objector::expect_own(const std::string& role, const Candidate& candidate, const State& now,
                                  NextVersions& next) {
  const tuf::Signed<tuf::Targets>& file = *candidate.targets;
  TRY(expect_next(role, file.value.version.value(), published_, next));
  TRY(expect_no_other(role, file.canonical));
  const SaidKeys* by = role == "targets" ? (now.by.of(role).empty() ? nullptr : &now.by.of(role).front())
                                         : now.by.nearest(role);
  if (by == nullptr) return nobody_delegates(role);
  TRY(signed_by(role, *by, file));
  if (!file.value.role) {
    return fail(kRepositoryStaged, "it does not say which role's file it is",
                "tomme tuf renew " + printable(role, 80) + " stages one that does; have that signed");
  }
  return {};
}

/// What one role has signed must not become another's, whoever staged it there.
Result<void> Objector::expect_no_other(const std::string& role, const std::string& canonical) const {
  std::string other;
  for (const auto& [name, published] : published_.offline.targets) {
    if (name != role && published.canonical == canonical) other = name + ", where it is published";
  }
  for (const auto& [name, candidate] : candidates_) {
    if (name != role && candidate.targets && candidate.targets->canonical == canonical)
      other = name + ", where it is staged too";
  }
  if (other.empty()) return {};
  return fail(kRepositoryStaged, "it is the file of another role, " + printable(other, 120),
              "tomme tuf unstage takes it away again");
}

Objector::Found Objector::to_names(const State& now) const {
  Found found;
  for (const auto& [role, candidate] : candidates_) {
    if (!candidate.is_in || !candidate.targets) continue;
    if (auto good = expect_names(role, now); !good) found.push_back({role, std::move(good).error()});
  }
  return found;
}

/// Whether these files delegate to that role as they did before this publication.
bool Objector::is_new_below(const std::string& role, const tuf::DelegatedRole& below) const {
  const auto before = before_.targets.find(role);
  if (before == before_.targets.end()) return true;
  return std::ranges::none_of(named_in(*before->second), [&](const tuf::DelegatedRole& was) {
    return was.name == below.name && cover_the_same(was, below);
  });
}

namespace {

/// What a role says of its own signers would outlive what those say who give it its keys.
std::unexpected<Error> fail_to_lead_back(const std::string& role, const std::string& name) {
  return fail(kRepositoryRole, "it " + words_of_leading_back(role, name),
              "tomme tuf renew " + printable(role, 80) + " stages one without that; have it signed");
}

}  // namespace

/// Whether the names that this file gives away are names of files, and free for it.
Result<void> Objector::expect_names(const std::string& role, const State& now) const {
  const tuf::Targets& file = *now.view.targets.at(role);
  for (const tuf::DelegatedRole& below : named_in(file)) {
    const std::string& name = below.name.text();
    if (!expect_role_name(name) && is_new_below(role, below)) {
      return fail(kRepositoryRole,
                  "it delegates to '" + printable(name, 80) +
                      "', of which there can be no file, so that clients would refuse all its paths");
    }
    if (now.by.is_below(role, name)) return fail_to_lead_back(role, name);
    if (role != "targets" && is_reserved_for_bins(name) && is_new_below(role, below)) {
      return fail(kRepositoryBins,
                  "it delegates to " + printable(name, 80) +
                      ", and such names are kept for hash bins, which the holders of targets give",
                  "give the role another name: not b-… or bins-… with digits of base 16");
    }
    TRY(expect_free(role, {in_words(role, file), &file.delegations->keys, &below.keys, role}, name, now));
  }
  return {};
}

/// Another client may come to a role by any of those that delegate to it: all have to name the same keys.
/// Where that cannot be, who is nearer to targets goes first, so that whoever is below cannot keep the owners
/// from a name or a change of keys; but whoever is beside cannot take a name away either.
Result<void> Objector::expect_free(const std::string& role, const SaidKeys& said, const std::string& below,
                                   const State& now) const {
  const std::string& parent = now.by.parent_of(below);
  for (const SaidKeys& other : now.by.of(below)) {
    if (other.delegator == role) continue;
    if (parent != role) {
      if (other.delegator != parent || said.same_keys(other)) continue;
      return fail(
          kRepositoryRole,
          said.words + " and " + printable(parent, 80) + " both delegate to " + printable(below, 80) +
              ", by different keys or thresholds",
          "one role, one set of keys: give it another name in one of the two, or undelegate it there");
    }
    const auto before = before_.targets.find(other.delegator);
    const bool was_others = by_before_.parent_of(below) != role && before != before_.targets.end() &&
                            said_by(other.delegator, *before->second, below).has_value();
    if (!was_others || now.by.is_below(other.delegator, role)) continue;
    return fail(
        kRepositoryRole,
        printable(other.delegator, 80) + " delegates to " + printable(below, 80) +
            " already, and would no longer say who signs it",
        "give the role another name, or undelegate it in " + printable(other.delegator, 80) + " first");
  }
  return {};
}

template <class IsIt>
std::optional<std::string> Objector::furthest(const State& now, const IsIt& is_it) const {
  std::optional<std::string> out;
  std::size_t depth = 0;
  for (const auto& [role, candidate] : candidates_) {
    if (!candidate.is_in || !is_it(role, candidate)) continue;
    const std::size_t own = now.by.depth_of(role);
    if (out && own <= depth) continue;
    out = role;
    depth = own;
  }
  return out;
}

/// There is one set of bins, and no role has a name that a bin may have.
Objector::Found Objector::to_bins(const State& now) const {
  const auto bins = now.view.bins();
  if (!bins) return to_clash_of_bins(now, bins.error());
  return *bins ? to_new_bins(now, **bins) : Found();
}

Objector::Found Objector::to_clash_of_bins(const State& now, const Error& why) const {
  const auto delegates = [&](const std::string& role, const Candidate& candidate) {
    if (!candidate.targets) return false;
    RolesView without = now.view;
    const auto before = before_.targets.find(role);
    if (before == before_.targets.end()) {
      without.targets.erase(role);
    } else {
      without.targets[role] = before->second;
    }
    return without.bins().has_value();
  };
  auto culprit = furthest(now, delegates);
  if (!culprit) {
    culprit = furthest(now, [](const std::string&, const Candidate& candidate) {
      return candidate.targets && candidate.targets->value.delegations;
    });
  }
  if (!culprit) return {};  // it was so before
  return {{*culprit, why}};
}

/// Bins list whatever is added, so that they are the owners' to give; and they are signed by whoever
/// publishes, at once.
Objector::Found Objector::to_new_bins(const State& now, const Bins& bins) const {
  const auto before = before_.bins();
  const Bins* was = before && *before ? &**before : nullptr;
  const auto culprit =
      is_in(bins.delegator) ? std::optional(bins.delegator) : first_in_above(bins.delegator, now.by);
  if (!culprit) return {};
  const bool moved = was == nullptr || was->delegator != bins.delegator;
  if (moved && bins.delegator != "targets" && !published_.is_empty()) {
    const auto& named = named_in(*now.view.targets.at("targets"));
    const auto given = std::ranges::find_if(
        named, [&](const tuf::DelegatedRole& role) { return role.name.text() == bins.delegator; });
    if (given == named.end() || !covers_all(*given)) {
      return {{*culprit,
               Error(kRepositoryBins,
                     printable(bins.delegator, 80) +
                         " delegates to hash bins, which list what is added of every path, and targets does "
                         "not give it every path",
                     "tomme tuf bins 10 stages bins that the holders of targets sign")}};
    }
  }
  if (at_hand_ == nullptr) return {};
  if (auto good = expect_at_hand("of the hash bins", bins.keys, bins.role_keys, *at_hand_); !good)
    return {{*culprit, std::move(good).error()}};
  return {};
}

Objector::Found Objector::to_below() {
  Found found;
  for (const auto& [role, candidate] : candidates_) {
    if (!candidate.is_in) continue;
    if (auto good = expect_below(role, candidate); !good) found.push_back({role, std::move(good).error()});
  }
  return found;
}

/// Whether what stays as it is goes with what this file says of it.
Result<void> Objector::expect_below(const std::string& role, const Candidate& candidate) {
  if (candidate.root) return expect_stays("targets", said_of_targets(candidate.root->value), false);
  const tuf::Targets& file = candidate.targets->value;
  const std::string words = in_words(role, file);
  for (const tuf::DelegatedRole& below : named_in(file)) {
    TRY(expect_stays(below.name.text(), {words, &file.delegations->keys, &below.keys, role},
                     is_new_below(role, below)));
  }
  return {};
}

Result<void> Objector::expect_stays(const std::string& role, const SaidKeys& by, bool is_new) {
  const std::string name = printable(role, 80);
  if (const tuf::Signed<tuf::Targets>* file = file_of(role)) {
    if (signed_by(role, by, *file)) return {};
    return fail(kRepositoryStaged,
                "the " + std::string(is_in(role) ? "staged " : "published ") + name + " is not signed as " +
                    by.words + " asks for, so that every client would refuse it",
                renew_with_it(role));
  }
  if (published_.snapshot.version_of(snapshot_entry(role))) {
    return fail(kRepositoryStaged,
                "the snapshot lists a role " + name + " of earlier, which is not signed for " + by.words,
                "tomme tuf renew " + name + ", and have it signed: both are published together");
  }
  if (!is_new) return {};
  return fail(kRepositoryStaged,
              "it delegates to " + name +
                  ", of which nothing is published or signed yet, so that clients "
                  "would refuse all its paths",
              "tomme tuf renew " + name + ", and have it signed by its holders: both are published together");
}

std::optional<std::string> Objector::first_in_above(std::string role, const Delegators& by) const {
  for (; !role.empty(); role = by.parent_of(role)) {
    if (is_in(role)) return role;
  }
  return std::nullopt;
}

/// What stays as it is, and comes below another that stays as it is, because what was nearer let it go: the
/// next one who reads the repository would find a role that is not signed.
Objector::Found Objector::to_standing(const State& now) {
  for (const auto& [role, file] : published_.offline.targets) {
    const std::string& parent = now.by.parent_of(role);
    const bool is_as_before = parent == by_before_.parent_of(role) || is_in(role) || is_in(parent);
    if (role == "targets" || is_as_before || !now.by.reach(role)) continue;
    const SaidKeys* by = now.by.nearest(role);
    if (by == nullptr || signed_by(role, *by, file)) continue;
    auto culprit = first_in_above(by_before_.parent_of(role), by_before_);
    if (!culprit) culprit = first_in_above(parent, now.by);
    if (!culprit)
      culprit = furthest(now, [](const auto&, const Candidate& c) { return c.targets.has_value(); });
    if (!culprit) return {};
    const std::string name = printable(role, 80), other = printable(parent, 80);
    return {{*culprit,
             Error(kRepositoryRole,
                   "only " + other + " would delegate to " + name + " then, by keys that did not sign " +
                       name + ", so that the repository could not be read",
                   now.by.depth_of(parent) == 1
                       ? "tomme tuf undelegate " + other + " as well, or have its holders publish " + other +
                             " without " + name + " first"
                       : "have the holders of " + other + " publish it without " + name + " first")}};
  }
  return {};
}

Objector::Found Objector::to_versions(const State& now) const {
  std::set<Mistakable> found = same_versions(now.view, now.keys, published_.snapshot);
  for (const Mistakable& before : same_before_) found.erase(before);
  for (const Mistakable& old : old_versions(before_, now.view, keys_before_, now.keys)) found.insert(old);
  Found out;
  for (const Mistakable& pair : found) {
    const auto culprit = culprit_of(pair, now);
    const auto there = [&](const Objection& o) {
      return o.role == *culprit || o.role == pair.role || o.role == pair.other;
    };
    // Who is out already clashes with nobody.
    if (!culprit || std::ranges::any_of(out, there)) continue;
    out.push_back(
        {*culprit, Error(kRepositoryStaged,
                         pair.words + ", so that the file of one could be taken for that of the other",
                         "tomme tuf renew " + printable(*culprit == pair.other ? pair.other : pair.role, 80) +
                             ", and have it signed: both are published together")});
  }
  return out;
}

/// The one further from targets gives way, staged or not; where neither is staged, who gives them the key.
std::optional<std::string> Objector::culprit_of(const Mistakable& pair, const State& now) const {
  const auto giver = [&](const std::string& role) {
    return role == "targets" ? std::string("root") : now.by.parent_of(role);
  };
  if (!is_in(pair.role) && !is_in(pair.other)) {
    return furthest(now, [&](const std::string& role, const Candidate&) {
      return giver(pair.role) == role || giver(pair.other) == role;
    });
  }
  const std::size_t depth = now.by.depth_of(pair.role), other = now.by.depth_of(pair.other);
  const bool is_even = pair.other.empty() || depth == other;
  const std::string& lower = is_even         ? (is_in(pair.role) ? pair.role : pair.other)
                             : depth > other ? pair.role
                                             : pair.other;
  return is_in(lower) ? std::optional(lower) : std::nullopt;
}

/// A role is listed for ever: with what the clients' limits leave nobody may fill the snapshot.
Objector::Found Objector::to_room(const State& now) const {
  const auto bins = now.view.bins();
  SnapshotRoom room(published_.snapshot, now.by, bins && *bins ? &(*bins)->layout : nullptr);
  std::vector<std::string> added;
  for (const auto& [role, candidate] : candidates_) {
    if (!candidate.is_in || !candidate.targets) continue;
    if (!published_.snapshot.version_of(snapshot_entry(role))) added.push_back(role);
  }
  std::ranges::stable_sort(added, {}, [&](const std::string& role) { return now.by.depth_of(role); });
  Found found;
  for (const std::string& role : added) {
    if (Result<void> good = room.take(role); !good) found.push_back({role, std::move(good).error()});
  }
  if (!found.empty() || !bins || !*bins || !is_in((*bins)->delegator)) return found;
  const auto before = before_.bins();
  const bool same = before && *before && (*before)->layout == (*bins)->layout;
  if (Result<void> good = room.expect_bins(); !same && !good)
    found.push_back({(*bins)->delegator, std::move(good).error()});
  return found;
}

std::vector<std::string> Objector::may_come_back() {
  const State now = state();
  NextVersions next(published_, now.keys);
  std::vector<std::string> out;
  for (const auto& [role, candidate] : candidates_) {
    if (!candidate.is_in && !candidate.is_anybodys && may_come_back(role, candidate, now, next))
      out.push_back(role);
  }
  std::ranges::stable_sort(out, {}, [&](const std::string& role) { return now.by.depth_of(role); });
  return out;
}

bool Objector::may_come_back(const std::string& role, const Candidate& candidate, const State& now,
                             NextVersions& next) {
  if (candidate.root) return expect_root(*candidate.root).has_value();
  if (expect_own(role, candidate, now, next)) return true;
  // Whoever delegates to it, and is out as well, may come back with it.
  return std::ranges::any_of(candidates_, [&](const auto& other) {
    if (other.second.is_in || other.second.is_anybodys) return false;
    if (other.second.root)
      return role == "targets" &&
             signed_by(role, said_of_targets(other.second.root->value), *candidate.targets).has_value();
    const auto by = said_by(other.first, other.second.targets->value, role);
    return by && signed_by(role, *by, *candidate.targets).has_value();
  });
}

std::vector<std::string> Objector::notes() {
  const State now = state();
  std::vector<std::string> out;
  for (const auto& [role, parent] : now.by.parents()) {
    const tuf::Signed<tuf::Targets>* file = file_of(role);
    if (file == nullptr || (!is_in(role) && !is_in(parent.name))) continue;
    for (const SaidKeys& by : now.by.of(role)) {
      if (is_in(by.delegator) || by.delegator == parent.name || by.delegator.empty()) continue;
      if (signed_by(role, by, *file)) continue;
      out.push_back(by.words + " delegates to " + printable(role, 80) + " by other keys than " +
                    printable(parent.name, 80) + " does: clients refuse what it gives to " +
                    printable(role, 80) + ", until its holders sign a version without that");
    }
  }
  return out;
}

}  // namespace tomme::repository
