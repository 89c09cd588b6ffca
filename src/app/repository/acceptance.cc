#include "app/repository/acceptance.h"

#include <algorithm>
#include <set>

#include "app/repository/clients.h"
#include "app/repository/delegators.h"
#include "app/repository/errors.h"
#include "app/repository/objections.h"
#include "app/repository/pattern_limits.h"
#include "app/repository/staged.h"
#include "app/repository/strict_form.h"
#include "core/encoding/text.h"

namespace tomme::repository {

namespace {

using Targets = tuf::Signed<tuf::Targets>;
using Root = tuf::Signed<tuf::Root>;

/// So many files that are out are tried again, alone or with what they need: each costs a look at the whole,
/// so that there are fewer the more is staged.
constexpr std::size_t kMostTries = 100;
constexpr std::size_t kMostLooks = 20'000;  // at files

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

/// Which of the staged files go together: begins with all of them and takes those out to which there is an
/// objection, until there is none.
class Acceptor {
 public:
  Acceptor(const Published& published, std::vector<StagedFile> staged, Time now,
           const std::vector<PublicKey>* at_hand)
      : published_(published),
        staged_(std::move(staged)),
        why_(staged_.size()),
        now_(now),
        objector_(published_, candidates_, at_hand) {}

  Acceptance run() {
    for (std::size_t at = 0; at < staged_.size(); ++at) {
      const Result<void> good = read(at);
      if (good) continue;
      why_[at] = std::unexpected(of_staged(staged_[at].role, good.error()));
    }
    leave_what_is_anybodys();
    settle();
    bring_back();
    return finish();
  }

 private:
  /// What can be said of a file alone.
  Result<void> read(std::size_t at) {
    const StagedFile& file = staged_[at];
    if (file.unread) return std::unexpected(*file.unread);
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
      const bool is_new = before == published_.offline.targets.end();
      // Whoever signs targets does as he likes.
      if (file.role != "targets")
        TRY(expect_few_patterns(candidate.targets->value, is_new ? nullptr : &before->second.value));
      TRY(expect_read_by_all(candidate.targets->canonical, before == published_.offline.targets.end()
                                                               ? ""
                                                               : std::string_view(before->second.canonical)));
    }
    candidates_.emplace(file.role, std::move(candidate));
    return {};
  }

  /// At once, however many somebody puts there.
  void leave_what_is_anybodys() {
    RolesView all = published_.offline.view();
    for (const auto& [role, candidate] : candidates_) {
      if (candidate.targets) all.targets[role] = &candidate.targets->value;
    }
    const auto parents = all.parents();
    for (auto& [role, candidate] : candidates_) {
      if (candidate.root || parents.contains(role)) continue;
      candidate.is_in = false;
      candidate.is_anybodys = true;
      why_[candidate.at] = nobody_delegates(role);
    }
  }

  void settle() {
    while (true) {
      std::vector<Objection> objections = objector_.find();
      if (objections.empty()) return;
      for (Objection& objection : objections) {
        Candidate& out = candidates_.at(objection.role);
        out.is_in = false;
        why_[out.at] = std::unexpected(std::move(objection.why));
      }
    }
  }

  /// What stood in the way of one that is out may be out itself by now.
  void bring_back() {
    const std::size_t most = std::min(kMostTries, 4 + kMostLooks / (candidates_.size() + 1));
    const std::vector<std::string> roles = objector_.may_come_back();
    std::set<std::string> untried(roles.begin(), roles.end());
    std::size_t tries = 0;
    for (const std::string& role : roles) {
      if (candidates_.at(role).is_in || ++tries > most) continue;
      if (try_with({role}, role) || !untried.contains(role)) continue;
      const std::set<std::string> all = take_with_its_own(role, untried);
      if (all.size() > 1 && ++tries <= most) try_with(all, role);
    }
  }

  /// Brings these back if there is no objection then.
  bool try_with(const std::set<std::string>& roles, const std::string& whose) {
    for (const std::string& role : roles) candidates_.at(role).is_in = true;
    std::vector<Objection> objections = objector_.find();
    if (objections.empty()) {
      for (const std::string& role : roles) why_[candidates_.at(role).at] = {};
      return true;
    }
    for (const std::string& role : roles) candidates_.at(role).is_in = false;
    for (Objection& objection : objections) {
      // That what delegates to it is out as well says less than why it went out before that.
      const bool is_known = objection.why.message() == nobody_delegates(whose).error().message();
      if (roles.size() == 1 && objection.role == whose && !is_known)
        why_[candidates_.at(whose).at] = std::unexpected(std::move(objection.why));
    }
    return false;
  }

  /// A role that is out with those that it delegates to, or that delegate to it, and are out.
  std::set<std::string> take_with_its_own(const std::string& role, std::set<std::string>& from) const {
    std::set<std::string> out{role};
    from.erase(role);
    for (std::vector<std::string> waiting{role}; !waiting.empty();) {
      const std::string at = std::move(waiting.back());
      waiting.pop_back();
      std::vector<std::string> beside = names_in(at);
      for (const std::string& other : from) {
        if (is_named(at, other)) beside.push_back(other);
      }
      for (const std::string& other : beside) {
        if (from.erase(other) == 0 || candidates_.at(other).is_in) continue;
        out.insert(other);
        waiting.push_back(other);
      }
    }
    return out;
  }
  std::vector<std::string> names_in(const std::string& role) const {
    const Candidate& candidate = candidates_.at(role);
    if (candidate.root) return {"targets"};
    std::vector<std::string> out;
    for (const tuf::DelegatedRole& below : named_in(candidate.targets->value))
      out.push_back(below.name.text());
    return out;
  }
  bool is_named(const std::string& role, const std::string& by) const {
    const Candidate& above = candidates_.at(by);
    if (above.root) return role == "targets";
    return said_by(by, above.targets->value, role).has_value();
  }

  /// With the signatures that count, as whoever reads it next will have it.
  std::string as_published(const Candidate& candidate, const Delegators& by) const {
    const auto& before = published_.offline.root;
    if (candidate.root) {
      std::vector<SaidKeys> said{said_of_root(candidate.root->value, "")};
      if (before) said.push_back(said_of_root(before->value, ""));
      return with_counting_signatures(candidate.root->canonical, candidate.root->signatures, said);
    }
    const std::string& role = staged_[candidate.at].role;
    std::vector<SaidKeys> said = by.of(role);
    // Until clients have the new root they go by the one before.
    if (role == "targets" && before) said.push_back(said_of_targets(before->value));
    return with_counting_signatures(candidate.targets->canonical, candidate.targets->signatures, said);
  }

  std::vector<StagedFile> accepted() const {
    RolesView after = published_.offline.view();
    for (const auto& [role, candidate] : candidates_) {
      if (!candidate.is_in) continue;
      if (candidate.root) after.root = &candidate.root->value;
      if (candidate.targets) after.targets[role] = &candidate.targets->value;
    }
    const Delegators by(after);
    std::vector<StagedFile> out;
    for (std::size_t at = 0; at < staged_.size(); ++at) {
      const auto found = candidates_.find(staged_[at].role);
      if (found == candidates_.end() || found->second.at != at || !found->second.is_in) continue;
      out.push_back({staged_[at].role, as_published(found->second, by)});
    }
    return out;
  }

  Acceptance finish() {
    Acceptance out;
    out.accepted = accepted();
    out.notes = objector_.notes();
    out.offline = published_.offline;
    for (auto& [role, candidate] : candidates_) {
      if (!candidate.is_in) continue;
      for (std::string& words : candidate.root ? words_of_thresholds(candidate.root->value)
                                               : words_of_thresholds(candidate.targets->value))
        out.notes.push_back(std::move(words));
      if (candidate.root) {
        out.offline.root = std::move(candidate.root);
      } else {
        out.offline.targets.insert_or_assign(role, *std::move(candidate.targets));
      }
    }
    for (std::size_t at = 0; at < staged_.size(); ++at)
      out.all.push_back({std::move(staged_[at]), std::move(why_[at])});
    const auto parents = out.offline.view().parents();
    std::erase_if(out.offline.targets, [&](const auto& role) { return !parents.contains(role.first); });
    return out;
  }

  const Published& published_;
  std::vector<StagedFile> staged_;
  std::vector<Result<void>> why_;
  const Time now_;
  Candidates candidates_;
  Objector objector_;
};

}  // namespace

Result<Acceptance> accept_staged(const Published& published, std::vector<StagedFile> staged, Time now,
                                 const std::vector<PublicKey>* at_hand) {
  if (staged.empty()) return Acceptance{published.offline, {}, {}, {}};
  return Acceptor(published, std::move(staged), now, at_hand).run();
}

}  // namespace tomme::repository
