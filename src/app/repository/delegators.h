#pragma once

#include <map>
#include <string>
#include <vector>

#include "app/repository/published.h"
#include "core/base/result.h"
#include "core/tuf/threshold.h"

/// Who delegates to whom by name, and who has still to sign.
namespace tomme::repository {

/// Who signs a role, as one says who delegates to it. Lives no longer than the files that it is of.
struct SaidKeys {
  std::string words;           ///< "team version 3", for messages
  const tuf::Keys* keys;       ///< of the delegator
  const tuf::RoleKeys* role;   ///< among them those of the role
  std::string delegator = {};  ///< "team"; empty for root

  /// Equal where the same signatures are good.
  std::string key() const;
  /// Whether both ask for as many of the same keys, whatever their ids.
  bool same_keys(const SaidKeys& other) const;
};

/// "team version 3"
std::string in_words(const std::string& role, const tuf::Common& file);
/// "delegates to team itself": of a role below which it is, or of its own.
std::string words_of_leading_back(const std::string& role, const std::string& name);
/// The roles to which a file delegates by name, in their order.
const std::vector<tuf::DelegatedRole>& named_in(const tuf::Targets& role);
/// What `delegator` says of `role`, of which `file` is the file; nothing where it does not name it.
std::optional<SaidKeys> said_by(const std::string& delegator, const tuf::Targets& file,
                                const std::string& role);
/// How a root wants targets signed, and how it wants the next root signed.
SaidKeys said_of_targets(const tuf::Root& root);
SaidKeys said_of_root(const tuf::Root& root, std::string words);

/// kRepositoryUnsigned, with the keys that have still to sign.
template <class T>
Result<void> expect_signed(const std::string& role, const SaidKeys& by, const tuf::Signed<T>& file);
extern template Result<void> expect_signed(const std::string&, const SaidKeys&,
                                           const tuf::Signed<tuf::Root>&);
extern template Result<void> expect_signed(const std::string&, const SaidKeys&,
                                           const tuf::Signed<tuf::Targets>&);

/// The file with no more than the signatures that count for one of these: what somebody else wrote into the
/// envelope, which no key covers, is left out.
std::string with_counting_signatures(const std::string& canonical,
                                     const std::vector<tuf::Signature>& signatures,
                                     const std::vector<SaidKeys>& by);

/// Whether `role` can be reached only below `above`: this one, or one that delegates to it and so on.
bool is_role_below(const std::map<std::string, Parent>& parents, const std::string& role,
                   const std::string& above);

/// The delegations by name among these files, as far as they can be reached from targets. Must not outlive
/// them.
class Delegators {
 public:
  explicit Delegators(const RolesView& roles);

  const std::map<std::string, Parent>& parents() const { return parents_; }
  bool reach(const std::string& role) const { return parents_.contains(role); }
  /// 0 for targets and for what cannot be reached.
  std::size_t depth_of(const std::string& role) const;
  /// Empty for targets and for what cannot be reached.
  const std::string& parent_of(const std::string& role) const;
  /// All that delegate to a role; root for targets.
  const std::vector<SaidKeys>& of(const std::string& role) const;
  /// Of those the nearest, whose word counts; nullptr where nobody delegates to it.
  const SaidKeys* nearest(const std::string& role) const;
  bool is_below(const std::string& role, const std::string& above) const {
    return is_role_below(parents_, role, above);
  }

 private:
  std::map<std::string, Parent> parents_;
  std::map<std::string, std::vector<SaidKeys>> by_role_;
};

}  // namespace tomme::repository
