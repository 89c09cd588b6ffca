#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/attestation/provenance.h"
#include "core/base/result.h"
#include "core/packaging/project_name.h"
#include "core/policy/pattern.h"
#include "core/policy/publisher_check.h"
#include "core/sigstore/evidence.h"

namespace tomme {

/// Who should have signed. Every part that is set must hold.
struct Expectation {
  std::optional<Pattern> identity;  ///< the certificate's subject alternative name: URI, e-mail or user name
  std::optional<Pattern> issuer;    ///< without it: core/policy/issuers.h
  /// "owner/name" or "github:owner/name", "gitlab:group/project", or a repository's URL. Compared without
  /// regard to case, as the forges do.
  std::optional<Pattern> repository;
  std::optional<Pattern> workflow;  ///< path in the repository, or the file's name alone
  std::optional<Pattern> ref;       ///< "refs/tags/v*"; claim 14
  /// The forge's own numbers (claims 17 and 15), which a name that was given up and registered again does not
  /// keep. They mean something beside a repository or an identity only.
  std::optional<std::string> owner_id, repository_id;
  /// A trusted publisher as PyPI's project pages show it; each of its texts is a pattern.
  std::optional<TrustedPublisher> publisher;

  bool is_empty() const;
  /// Whether anything in it tells one signer from another (core/policy/owner.h): a workflow, a ref or an
  /// issuer alone fits whoever likes to have it.
  bool names_somebody() const;
  /// kPolicyExpectation where a part is none: an id that is no number or stands alone, a workflow with an `@`
  /// in its path.
  Result<void> check() const;
  /// "github:owner/name, workflow release.yml" for messages.
  std::string describe() const;
};

/// One expected signer in one word: "owner/name", "github:owner/name", "gitlab:group/project", a repository's
/// URL, an e-mail address, another URI. In brackets may follow, as reports print it, " (https://issuer)", and
/// the forge's numbers: " (owner id 123, repository id 456)".
Result<Expectation> parse_expected_signer(std::string_view text);

/// kPolicyIdentity with what was found and what was expected, where the signer is another;
/// kPolicyRepository where a workflow that is expected by its URI ran for another repository than its own.
Result<void> expect_signer(const Identity& identity, const Expectation& expectation);

/// Expected signers by project; several for one project mean any of them.
class ExpectedSigners {
 public:
  /// "NAME=SIGNER".
  Result<void> add(std::string_view assignment);
  /// Empty where no signer of this project is expected.
  std::vector<const Expectation*> of(const ProjectName& project) const;
  std::set<ProjectName> projects() const;
  bool empty() const { return signers_.empty(); }

 private:
  std::vector<std::pair<ProjectName, Expectation>> signers_;
};

}  // namespace tomme
