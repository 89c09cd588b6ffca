#pragma once

#include <string>
#include <vector>

#include "app/repository/published.h"
#include "app/repository/staged.h"
#include "core/base/result.h"
#include "core/base/time.h"

namespace tomme::repository {

/// Whether a staged file is published over `published`. An error says what is missing.
struct Readiness {
  StagedFile file;
  Result<void> ready;
};

/// What becomes of the offline roles when all that is ready is published. `accepted` are the files that are,
/// as they are to be published: with the signatures that count, and nothing else that no key covers.
struct Acceptance {
  OfflineRoles offline;
  std::vector<StagedFile> accepted;
  std::vector<Readiness> all;
  std::vector<std::string> notes;  ///< what it means for others, for whoever publishes
};

/// The staged files that can be published together, so that afterwards every client that took what was there
/// takes what is there:
///
///   * each has the next version of its role, says its role, is not expired and is signed as whoever
///   delegates
///     to it then wants it; a root by the root before as well;
///   * what stays as it is is signed as the accepted files want it: who changes the keys of a role has to
///     bring the role signed by these;
///   * who delegates to a role brings the role: with nothing of it clients refuse all its paths;
///   * the repository can be read again: what comes below another role because one lets it go is signed as
///   that
///     one asks for, there is room for all roles, and whoever publishes has the keys of the bins, the
///     snapshot and the timestamp at hand (where `at_hand` tells them);
///   * nothing could be taken for another role's: no file is, to the byte, what another role has published or
///     staged, no two roles with a key in common have the same version, and a role has one set of keys.
///
/// Where two cannot go together the one further from targets is left. What nobody delegates to any more is no
/// part of `offline`.
Result<Acceptance> accept_staged(const Published& published, std::vector<StagedFile> staged, Time now,
                                 const std::vector<PublicKey>* at_hand = nullptr);

}  // namespace tomme::repository
