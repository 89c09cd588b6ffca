#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "app/repository/delegators.h"
#include "app/repository/key_use.h"
#include "app/repository/published.h"
#include "core/base/result.h"

/// Why a staged file cannot be published together with those that are to be published with it.
namespace tomme::repository {

/// A staged file that can be read: a root, or a targets file.
struct Candidate {
  std::size_t at;  ///< in what is staged
  std::optional<tuf::Signed<tuf::Root>> root = {};
  std::optional<tuf::Signed<tuf::Targets>> targets = {};
  bool is_in = true;
  bool is_anybodys = false;  ///< even with all that is staged nobody delegates to it
};
using Candidates = std::map<std::string, Candidate>;  ///< by role

struct Objection {
  std::string role;  ///< of the staged file that has to go
  Error why;
};

/// Why a file is left that no role leads to.
std::unexpected<Error> nobody_delegates(const std::string& role);

/// Looks at what would be published, as a whole. Refers to all that it is given.
class Objector {
 public:
  /// `at_hand`: the keys with which the publisher signs; nullptr where they are not known.
  Objector(const Published& published, const Candidates& candidates, const std::vector<PublicKey>* at_hand);

  /// The objections of one kind to what is in; none where it can be published. The kinds come in the order in
  /// which one explains the next, and many are found at once, however many files somebody stages.
  std::vector<Objection> find();
  /// Those that are out and signed as those that are in want it, or as one wants it that is out too; nearest
  /// to targets first.
  std::vector<std::string> may_come_back();
  /// What is published and stays, and leads to a role by keys that the role's file is not signed with any
  /// more: clients that come by it are refused until it has a next version.
  std::vector<std::string> notes();

 private:
  using Found = std::vector<Objection>;
  /// The files as they would be, without what nobody delegates to.
  struct State {
    explicit State(RolesView all);
    RolesView view;
    Delegators by;
    KeyUse keys;
  };
  State state() const;
  bool is_in(const std::string& role) const;
  /// The file of a role as it would be; nullptr where there is none.
  const tuf::Signed<tuf::Targets>* file_of(const std::string& role) const;
  /// Memoized: the same signatures are asked for again and again.
  template <class T>
  Result<void> signed_by(const std::string& role, const SaidKeys& by, const tuf::Signed<T>& file);

  bool may_come_back(const std::string& role, const Candidate& candidate, const State& now,
                     NextVersions& next);
  Result<void> expect_root(const tuf::Signed<tuf::Root>& root);
  Result<void> expect_own(const std::string& role, const Candidate& candidate, const State& now,
                          NextVersions& next);
  Result<void> expect_no_other(const std::string& role, const std::string& canonical) const;
  Result<void> expect_names(const std::string& role, const State& now) const;
  Result<void> expect_free(const std::string& role, const SaidKeys& said, const std::string& below,
                           const State& now) const;
  Result<void> expect_below(const std::string& role, const Candidate& candidate);
  Result<void> expect_stays(const std::string& role, const SaidKeys& by, bool is_new);
  bool is_new_below(const std::string& role, const tuf::DelegatedRole& below) const;

  Found to_root();
  Found to_own(const State& now);
  Found to_names(const State& now) const;
  Found to_bins(const State& now) const;
  Found to_clash_of_bins(const State& now, const Error& why) const;
  Found to_new_bins(const State& now, const Bins& bins) const;
  Found to_below();
  Found to_standing(const State& now);
  Found to_versions(const State& now) const;
  Found to_room(const State& now) const;

  /// Of those that are in, the one furthest from targets of which `is_it` holds.
  template <class IsIt>
  std::optional<std::string> furthest(const State& now, const IsIt& is_it) const;
  std::optional<std::string> culprit_of(const Mistakable& pair, const State& now) const;
  std::optional<std::string> first_in_above(std::string role, const Delegators& by) const;

  const Published& published_;
  const Candidates& candidates_;
  const std::vector<PublicKey>* at_hand_;
  const RolesView before_ = published_.offline.view();
  const Delegators by_before_{before_};
  const KeyUse keys_before_ = KeyUse::of(before_);
  const std::set<Mistakable> same_before_ = same_versions(before_, keys_before_, published_.snapshot);
  std::map<std::pair<const std::string*, std::string>, Result<void>> verified_;
};

}  // namespace tomme::repository
