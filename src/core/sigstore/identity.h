#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/crypto/certificate.h"

namespace tomme {

/// Fulcio's claims, numbered as the last arc of their OIDs 1.3.6.1.4.1.57264.1.N (fulcio, docs/oid-info.md).
enum class Claim : std::uint8_t {
  github_workflow_trigger = 2,  ///< .2 to .6 are deprecated, raw UTF-8; still present in certificates
  github_workflow_sha = 3,
  github_workflow_name = 4,
  github_workflow_repository = 5,
  github_workflow_ref = 6,
  build_signer_uri = 9,
  build_signer_digest = 10,
  runner_environment = 11,
  source_repository_uri = 12,
  source_repository_digest = 13,
  source_repository_ref = 14,
  source_repository_identifier = 15,
  source_repository_owner_uri = 16,
  source_repository_owner_identifier = 17,
  build_config_uri = 18,
  build_config_digest = 19,
  build_trigger = 20,
  run_invocation_uri = 21,
  source_repository_visibility = 22,
  deployment_environment = 23,
  token_subject = 24,
};
inline constexpr std::size_t kClaimLimit = 25;

/// "Source Repository URI", as Fulcio's documentation calls it.
std::string_view name_of(Claim claim);

/// Who a Fulcio certificate was issued to. `of` reads; that the certificate is genuine is the verifier's.
class Identity {
 public:
  /// Exactly one subject alternative name, of a kind Fulcio issues; an issuer, in claim 8 or the old claim 1
  /// (equal where both stand); no claim twice. The name must be marked critical where the certificate's
  /// subject is empty (RFC 5280 4.1.2.6). Certificates of GitHub's releases name no issuer.
  enum class NoIssuer : std::uint8_t { refused, accepted };
  static Result<Identity> of(const Certificate& certificate, NoIssuer no_issuer = NoIssuer::refused);

  const SubjectName& subject() const { return subject_; }
  const std::string& issuer() const { return issuer_; }  ///< empty where none is named
  /// Nothing where the certificate does not carry the claim.
  const std::optional<std::string>& claim(Claim claim) const {
    return claims_[static_cast<std::size_t>(claim)];
  }

  /// "github:owner/repo", "gitlab:group/project" where the certificate is of a CI run of those, else nothing.
  std::optional<std::string> repository() const;
  /// Path of the workflow file in the repository (".github/workflows/release.yml"), where claim 18 has it.
  std::optional<std::string> workflow() const;
  /// One line for a person: repository and workflow, or the subject with its issuer.
  std::string describe() const;

 private:
  Identity(SubjectName subject, std::string issuer)
      : subject_(std::move(subject)), issuer_(std::move(issuer)) {}
  SubjectName subject_;
  std::string issuer_;
  std::array<std::optional<std::string>, kClaimLimit> claims_{};
};

inline constexpr std::string_view kGithubIssuer = "https://token.actions.githubusercontent.com";
inline constexpr std::string_view kGitlabIssuer = "https://gitlab.com";
inline constexpr std::string_view kGoogleIssuer = "https://accounts.google.com";
inline constexpr std::string_view kCircleciIssuer = "https://oidc.circleci.com";
/// What CircleCI's names begin with; the project's id follows.
inline constexpr std::string_view kCircleciProjects = "https://circleci.com/api/v2/projects/";

}  // namespace tomme
