#include "app/repository/acceptance.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "app/repository/errors.h"
#include "app/repository/key_use.h"
#include "app/repository/layout.h"
#include "app/repository/strict_form.h"
#include "core/base/words.h"
#include "core/encoding/text.h"
#include "core/tuf/threshold.h"

namespace tomme::repository {

namespace {

using Targets = tuf::Signed<tuf::Targets>;
using Root = tuf::Signed<tuf::Root>;

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

/// Who signs a role, as one says who delegates to it.
struct Delegation {
  std::string delegator;
  const tuf::Keys* keys;
  const tuf::RoleKeys* role;

  /// Equal where the same signatures are good.
  std::string key() const {
    std::string out = std::to_string(role->threshold);
    for (const tuf::KeyId& id : role->keyids) {
      const auto listed = keys->find(id);
      out += " " + id.value() + "=" + (listed == keys->end() ? "" : listed->second.counted_as());
    }
    return out;
  }
};

/// Who has still to sign, for whoever goes round and asks them.
template <class T>
Result<void> expect_signed(const std::string& role, const Delegation& by, const tuf::Signed<T>& file) {
  const auto good =
      tuf::verify_threshold(role, by.delegator, *by.keys, *by.role, file.canonical, file.signatures);
  if (good) return good;
  std::vector<std::string> missing;
  std::size_t count = 0;
  for (const tuf::KeyReport& report :
       tuf::examine_signatures(*by.keys, *by.role, file.canonical, file.signatures)) {
    const std::string name = "key " + printable(report.keyid.value().substr(0, 12), 40);
    if (report.trouble.empty()) {
      ++count;
    } else {
      missing.push_back(report.trouble == "no signature" ? name : name + " (" + report.trouble + ")");
    }
  }
  return fail(kRepositoryUnsigned, "it has " + std::to_string(count) + " of the " +
                                       counted(by.role->threshold, "signature") + " that " + by.delegator +
                                       " asks for; not signed by " + joined(missing));
}

Result<void> expect_size(const StagedFile& file, std::uint64_t limit) {
  if (file.text.empty()) {
    return fail(kRepositoryTooLarge, "it is empty, or longer than any client takes",
                "tomme tuf unstage takes it away");
  }
  if (file.text.size() <= limit) return {};
  return fail(kRepositoryTooLarge, printable(file.role, 80) + " is " + std::to_string(file.text.size()) +
                                       " bytes long, more than " + std::to_string(limit));
}

Result<void> expect_fresh(const tuf::Common& metadata, Time now) {
  if (!metadata.is_expired(now)) return {};
  return fail(kRepositoryStaged, "it expired " + to_rfc3339(metadata.expires) + " before it was published",
              "tomme tuf renew ROLE, and sign it again");
}

const std::vector<tuf::DelegatedRole>& named_of(const tuf::Targets& role) {
  static const std::vector<tuf::DelegatedRole> kNone;
  const auto* named =
      role.delegations ? std::get_if<std::vector<tuf::DelegatedRole>>(&role.delegations->roles) : nullptr;
  return named == nullptr ? kNone : *named;
}

std::string in_words(const std::string& delegator, const tuf::Common& file) {
  return delegator + " version " + std::to_string(file.version.value());
}

/// A staged file that can be read.
struct Candidate {
  std::size_t at;  ///< in what is staged
  std::optional<Root> root = {};
  std::optional<Targets> targets = {};
  bool is_in = true;
  bool is_anybodys = false;  ///< even with all that is staged nobody delegates to it
};

/// Which of the staged files go together: begins with all of them and takes those out to which there is an
/// objection, until there is none.
class Acceptor {
 public:
  Acceptor(const Published& published, std::vector<StagedFile> staged, Time now)
      : published_(published), staged_(std::move(staged)), why_(staged_.size()), now_(now) {
    same_before_ = same_versions(before_, keys_before_, published.snapshot);
  }

  Acceptance run() {
    for (std::size_t at = 0; at < staged_.size(); ++at) {
      const Result<void> good = read(at);
      if (good) continue;
      const Error& why = good.error();
      // Of what cannot be read the hint would be to fetch it again.
      why_[at] = why.code().name.starts_with("repository/")
                     ? good
                     : fail(why.code(), why.message(),
                            "tomme tuf unstage " + printable(staged_[at].role, 80) + " takes it away");
    }
    leave_what_is_anybodys();
    settle();
    // What stood in the way of one that is out may be out itself by now.
    for (auto& [role, candidate] : candidates_) {
      if (candidate.is_in || candidate.is_anybodys || is_unsigned(candidate)) continue;
      candidate.is_in = true;
      if (const auto objection = first_objection()) {
        candidate.is_in = false;
        if (objection->role == role) why_[candidate.at] = std::unexpected(objection->why);
      } else {
        why_[candidate.at] = {};
      }
    }
    return finish();
  }

 private:
  struct Objection {
    std::string role;  ///< of the staged file that has to go
    Error why;
  };
  using MayObject = std::optional<Objection>;

  /// What can be said of a file alone.
  Result<void> read(std::size_t at) {
    const StagedFile& file = staged_[at];
    Candidate candidate{at};
    if (file.role == "root") {
      TRY(expect_size(file, kMostRootBytes));
      candidate.root = TRY(Root::parse(bytes_of(file.text)));
      TRY(expect_fresh(candidate.root->value, now_));
      if (!candidate.root->value.consistent_snapshot) {
        return fail(kRepositoryStaged,
                    "the staged root turns consistent snapshots off, without which files cannot be replaced "
                    "while clients read them");
      }
      TRY(expect_next("root", candidate.root->value.version.value(), published_, {}));
      const auto& before = published_.offline.root;
      TRY(expect_read_by_all(candidate.root->canonical, before ? std::string_view(before->canonical) : ""));
    } else {
      TRY(expect_size(file, kMostTargetsBytes));
      candidate.targets = TRY(tuf::parse_targets_of(file.role, bytes_of(file.text)));
      TRY(expect_fresh(candidate.targets->value, now_));
      const auto before = published_.offline.targets.find(file.role);
      TRY(expect_read_by_all(candidate.targets->canonical, before == published_.offline.targets.end()
                                                               ? ""
                                                               : std::string_view(before->second.canonical)));
    }
    candidates_.emplace(file.role, std::move(candidate));
    return {};
  }

  /// At once, however many somebody puts there.
  void leave_what_is_anybodys() {
    const auto parents = state().parents();
    for (auto& [role, candidate] : candidates_) {
      if (candidate.root || parents.contains(role)) continue;
      candidate.is_in = false;
      candidate.is_anybodys = true;
      why_[candidate.at] = nobody_delegates(role);
    }
  }

  static std::unexpected<Error> nobody_delegates(const std::string& role) {
    return fail(kRepositoryRole,
                role == "targets" ? "it waits until root is signed, which says who signs targets"
                                  : "no role that is published or signed delegates to " + printable(role, 80),
                "sign what delegates to it first; tomme tuf status says what is staged");
  }

  void settle() {
    while (const auto objection = first_objection()) {
      Candidate& out = candidates_.at(objection->role);
      out.is_in = false;
      why_[out.at] = std::unexpected(objection->why);
    }
  }

  /// The files as they would be, without what nobody delegates to.
  RolesView state() const {
    RolesView out = before_;
    for (const auto& [role, candidate] : candidates_) {
      if (!candidate.is_in) continue;
      if (candidate.root) {
        out.root = &candidate.root->value;
      } else {
        out.targets[role] = &candidate.targets->value;
      }
    }
    return out;
  }

  MayObject first_objection() {
    RolesView roles = state();
    const std::map<std::string, Parent> parents = roles.parents();
    std::erase_if(roles.targets, [&](const auto& role) { return !parents.contains(role.first); });
    if (auto objection = to_root()) return objection;
    const KeyUse keys = KeyUse::of(roles);
    for (const auto& [role, candidate] : candidates_) {
      if (!candidate.is_in || !candidate.targets) continue;
      if (auto good = expect_own(role, candidate, roles, parents, keys); !good)
        return Objection{role, std::move(good).error()};
    }
    if (auto objection = to_bins(roles, parents)) return objection;
    for (const auto& [role, candidate] : candidates_) {
      if (!candidate.is_in) continue;
      if (auto good = expect_below(role, candidate, roles, parents); !good)
        return Objection{role, std::move(good).error()};
    }
    return to_versions(roles, parents, keys);
  }

  bool is_in(const std::string& role) const {
    const auto candidate = candidates_.find(role);
    return candidate != candidates_.end() && candidate->second.is_in;
  }

  /// Memoized: the same signatures are asked for again and again.
  template <class T>
  Result<void> signed_by(const std::string& role, const Delegation& by, const tuf::Signed<T>& file) {
    const auto [at, is_new] = verified_.try_emplace({&file.canonical, by.key()});
    if (is_new) at->second = expect_signed(role, by, file);
    return at->second;
  }

  MayObject to_root() {
    const auto found = candidates_.find("root");
    if (found == candidates_.end() || !found->second.is_in) return std::nullopt;
    const Root& root = *found->second.root;
    Result<void> good;
    if (const tuf::Root* before = before_.root) {
      good = signed_by(
          "root", {"root version " + std::to_string(before->version.value()), &before->keys, &before->root},
          root);
    }
    if (good) good = signed_by("root", {"it itself", &root.value.keys, &root.value.root}, root);
    if (!good) return Objection{"root", std::move(good).error()};
    return std::nullopt;
  }

  /// How the root or its parent wants a role signed: what others say counts where they say the same.
  static std::optional<Delegation> delegation_of(const std::string& role, const RolesView& roles,
                                                 const std::map<std::string, Parent>& parents) {
    if (role == "targets") {
      if (roles.root == nullptr) return std::nullopt;
      return Delegation{in_words("root", *roles.root), &roles.root->keys, &roles.root->targets};
    }
    const auto parent = parents.find(role);
    const auto above =
        parent == parents.end() ? roles.targets.end() : roles.targets.find(parent->second.name);
    if (above == roles.targets.end()) return std::nullopt;
    for (const tuf::DelegatedRole& below : named_of(*above->second)) {
      if (below.name.text() != role) continue;
      return Delegation{in_words(above->first, *above->second), &above->second->delegations->keys,
                        &below.keys};
    }
    return std::nullopt;
  }

  /// Whether a staged file is one that its role may have next.
  Result<void> expect_own(const std::string& role, const Candidate& candidate, const RolesView& roles,
                          const std::map<std::string, Parent>& parents, const KeyUse& keys) {
    const Targets& file = *candidate.targets;
    TRY(expect_next(role, file.value.version.value(), published_, keys));
    TRY(expect_no_other(role, file.canonical));
    const std::optional<Delegation> by = delegation_of(role, roles, parents);
    if (!by) return nobody_delegates(role);
    TRY(signed_by(role, *by, file));
    if (!file.value.role) {
      return fail(kRepositoryStaged, "it does not say which role's file it is",
                  "tomme tuf renew " + printable(role, 80) + " stages one that does; have that signed");
    }
    return {};
  }

  /// What one role has signed must not become another's, whoever staged it there.
  Result<void> expect_no_other(const std::string& role, const std::string& canonical) const {
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

  /// Whether what stays as it is goes with what this file says of it.
  Result<void> expect_below(const std::string& role, const Candidate& candidate, const RolesView& roles,
                            const std::map<std::string, Parent>& parents) {
    if (candidate.root) {
      const tuf::Root& root = candidate.root->value;
      return expect_stays(role, "targets", {in_words("root", root), &root.keys, &root.targets});
    }
    const tuf::Targets& file = candidate.targets->value;
    for (const tuf::DelegatedRole& below : named_of(file)) {
      const std::string& name = below.name.text();
      const Delegation by{in_words(role, file), &file.delegations->keys, &below.keys};
      const auto parent = parents.find(name);
      if (parent != parents.end() && parent->second.name != role) {
        TRY(expect_same_keys(name, by, parent->second.name, roles));
        continue;
      }
      TRY(expect_stays(role, name, by));
    }
    return {};
  }

  Result<void> expect_stays(const std::string& delegator, const std::string& role, const Delegation& by) {
    if (is_in(role)) return {};
    const auto there = published_.offline.targets.find(role);
    if (there != published_.offline.targets.end()) {
      if (signed_by(role, by, there->second)) return {};
      return fail(kRepositoryStaged,
                  "the published " + printable(role, 80) + " is not signed as " + by.delegator +
                      " asks for, so that every client would refuse it",
                  "tomme tuf renew " + printable(role, 80) +
                      ", and have it signed by the keys that it has then; "
                      "both are published together");
    }
    if (!published_.snapshot.version_of(snapshot_entry(role))) return {};
    return fail(
        kRepositoryStaged,
        "the snapshot lists a role " + printable(role, 80) + " of earlier, which is not signed for " +
            delegator,
        "tomme tuf renew " + printable(role, 80) + ", and have it signed: both are published together");
  }

  /// Another client may come to a role by any of those that delegate to it.
  Result<void> expect_same_keys(const std::string& name, const Delegation& by, const std::string& parent,
                                const RolesView& roles) const {
    const auto above = roles.targets.find(parent);
    if (above == roles.targets.end()) return {};
    for (const tuf::DelegatedRole& below : named_of(*above->second)) {
      if (below.name.text() != name) continue;
      if (below.keys.threshold == by.role->threshold &&
          counted_keys(below.keys, above->second->delegations->keys) == counted_keys(*by.role, *by.keys)) {
        return {};
      }
      return fail(
          kRepositoryRole,
          by.delegator + " and " + printable(parent, 80) + " both delegate to " + printable(name, 80) +
              ", by different keys or thresholds",
          "one role, one set of keys: give it another name in one of the two, or undelegate it there");
    }
    return {};
  }

  /// Of those that are in, the one furthest from targets of which `is_it` holds.
  template <class IsIt>
  std::optional<std::string> furthest(const std::map<std::string, Parent>& parents, const IsIt& is_it) const {
    std::optional<std::string> out;
    std::size_t depth = 0;
    for (const auto& [role, candidate] : candidates_) {
      if (!candidate.is_in || !is_it(role, candidate)) continue;
      const auto parent = parents.find(role);
      const std::size_t own = parent == parents.end() ? 0 : parent->second.depth;
      if (out && own <= depth) continue;
      out = role;
      depth = own;
    }
    return out;
  }

  /// There is one set of bins, and no role has a name that a bin may have.
  MayObject to_bins(const RolesView& roles, const std::map<std::string, Parent>& parents) const {
    const auto bins = roles.bins();
    if (bins) return std::nullopt;
    const auto delegates = [&](const std::string& role, const Candidate& candidate) {
      if (!candidate.targets) return false;
      RolesView without = roles;
      const auto before = before_.targets.find(role);
      if (before == before_.targets.end()) {
        without.targets.erase(role);
      } else {
        without.targets[role] = before->second;
      }
      return without.bins().has_value();
    };
    auto culprit = furthest(parents, delegates);
    if (!culprit) {
      culprit = furthest(parents, [](const std::string&, const Candidate& candidate) {
        return candidate.targets && candidate.targets->value.delegations;
      });
    }
    if (!culprit) return std::nullopt;  // it was so before
    return Objection{*culprit, bins.error()};
  }

  MayObject to_versions(const RolesView& roles, const std::map<std::string, Parent>& parents,
                        const KeyUse& keys) const {
    std::set<Mistakable> found = same_versions(roles, keys, published_.snapshot);
    for (const Mistakable& before : same_before_) found.erase(before);
    for (const Mistakable& old : old_versions(before_, roles, keys_before_, keys)) found.insert(old);
    for (const Mistakable& pair : found) {
      const auto culprit = culprit_of(pair, parents);
      if (!culprit) continue;
      return Objection{
          *culprit,
          Error(kRepositoryStaged,
                pair.words + ", so that the file of one could be taken for that of the other",
                "tomme tuf renew " + printable(*culprit == pair.other ? pair.other : pair.role, 80) +
                    ", and have it signed: both are published together")};
    }
    return std::nullopt;
  }
  /// The one further from targets gives way, staged or not; where neither is staged, who gives them the key.
  std::optional<std::string> culprit_of(const Mistakable& pair,
                                        const std::map<std::string, Parent>& parents) const {
    const auto depth = [&](const std::string& role) {
      const auto parent = parents.find(role);
      return parent == parents.end() ? 0 : parent->second.depth;
    };
    if (!is_in(pair.role) && !is_in(pair.other)) {
      return furthest(parents, [&](const std::string& role, const Candidate&) {
        return parent_of(parents, pair.role) == role || parent_of(parents, pair.other) == role;
      });
    }
    const bool is_even = pair.other.empty() || depth(pair.role) == depth(pair.other);
    const std::string& lower = is_even ? (is_in(pair.role) ? pair.role : pair.other)
                               : depth(pair.role) > depth(pair.other) ? pair.role
                                                                      : pair.other;
    return is_in(lower) ? std::optional(lower) : std::nullopt;
  }
  static std::string parent_of(const std::map<std::string, Parent>& parents, const std::string& role) {
    if (role == "targets") return "root";
    const auto parent = parents.find(role);
    return parent == parents.end() ? "" : parent->second.name;
  }

  bool is_unsigned(const Candidate& candidate) const {
    const auto& why = why_[candidate.at];
    return !why && why.error().is(kRepositoryUnsigned);
  }

  Acceptance finish() {
    Acceptance out;
    out.offline = published_.offline;
    for (std::size_t at = 0; at < staged_.size(); ++at) {
      const auto found = candidates_.find(staged_[at].role);
      if (found != candidates_.end() && found->second.at == at && found->second.is_in) {
        Candidate& candidate = found->second;
        if (candidate.root) {
          out.offline.root = std::move(candidate.root);
        } else {
          out.offline.targets.insert_or_assign(staged_[at].role, *std::move(candidate.targets));
        }
        out.accepted.push_back(staged_[at]);
      }
      out.all.push_back({std::move(staged_[at]), std::move(why_[at])});
    }
    const auto parents = out.offline.view().parents();
    std::erase_if(out.offline.targets, [&](const auto& role) { return !parents.contains(role.first); });
    return out;
  }

  const Published& published_;
  std::vector<StagedFile> staged_;
  std::vector<Result<void>> why_;
  const Time now_;
  const RolesView before_ = published_.offline.view();
  const KeyUse keys_before_ = KeyUse::of(before_);
  std::set<Mistakable> same_before_;
  std::map<std::string, Candidate> candidates_;
  std::map<std::pair<const std::string*, std::string>, Result<void>> verified_;
};

}  // namespace

Result<Acceptance> accept_staged(const Published& published, std::vector<StagedFile> staged, Time now) {
  if (staged.empty()) return Acceptance{published.offline, {}, {}};
  return Acceptor(published, std::move(staged), now).run();
}

}  // namespace tomme::repository
