#include "core/sigstore/identity.h"

#include "core/encoding/der.h"
#include "core/encoding/text.h"
#include "core/sigstore/errors.h"

namespace tomme {

namespace {

// 1.3.6.1.4.1.57264.1.N, contents bytes up to N. 57264 = 0x83 0xbf 0x30 in base 128.
constexpr std::array<std::uint8_t, 9> kFulcioArc = {0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0xbf, 0x30, 0x01};
constexpr std::size_t kIssuerV1 = 1;
constexpr std::size_t kOtherName = 7;
constexpr std::size_t kIssuerV2 = 8;

/// N of a Fulcio claim's OID; nothing for other extensions and for claims newer than this program.
std::optional<std::size_t> claim_number(BytesView oid) {
  if (oid.size() != kFulcioArc.size() + 1 || !equal(oid.first(kFulcioArc.size()), kFulcioArc))
    return std::nullopt;
  const std::size_t number = oid.back();
  if (number == 0 || number >= kClaimLimit) return std::nullopt;
  return number;
}

/// Claims 1 to 6 are raw text, from 8 on a DER UTF8String (fulcio, docs/oid-info.md).
Result<std::string> claim_text(std::size_t number, BytesView value) {
  BytesView text = value;
  if (number >= kIssuerV2) {
    der::Reader reader(value);
    text = TRY(in("certificate claim", reader.element(der::kUtf8String))).body;
    TRY(in("certificate claim", reader.expect_end()));
  }
  if (!is_utf8(text_of(text))) {
    return fail(kIdentityInvalid, "claim " + std::to_string(number) + " of the certificate is not UTF-8");
  }
  return std::string(text_of(text));
}

Result<SubjectName> single_subject(const Certificate& certificate) {
  const auto& names = certificate.subject_names();
  if (names.size() != 1) {
    return fail(kIdentityInvalid,
                "the certificate names " + std::to_string(names.size()) + " signers, not one");
  }
  const SubjectName& name = names.front();
  const bool known = name.kind == SubjectName::Kind::email || name.kind == SubjectName::Kind::uri ||
                     name.kind == SubjectName::Kind::other_name;
  if (!known || name.value.empty()) {
    return fail(kIdentityInvalid,
                "the certificate names its signer neither by e-mail nor by URI nor by user name");
  }
  constexpr std::array<std::uint8_t, 2> kEmptyName = {0x30, 0x00};
  if (equal(certificate.subject(), kEmptyName) && !certificate.subject_names_critical()) {
    return fail(kIdentityInvalid, "the certificate's only name is not marked critical");
  }
  return name;
}

/// "<repository>/<path>@<ref or commit>", as GitHub and GitLab name a workflow. Which `@` ends the path
/// cannot be told where the path has one of its own: so there may be none. A ref may have one.
Result<void> expect_plain_path(std::string_view uri) {
  const auto at = uri.find('@');
  if (at == std::string_view::npos) return {};
  const std::string_view version = uri.substr(at + 1);
  const bool is_commit = (version.size() == 40 || version.size() == 64) &&
                         version.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  if (version.starts_with("refs/") || is_commit) return {};
  return fail(kIdentityInvalid, "the path of the workflow " + printable(uri) + " has an @");
}

bool is_of_forge(const SubjectName& subject) {
  return subject.kind == SubjectName::Kind::uri && (subject.value.starts_with("https://github.com/") ||
                                                    subject.value.starts_with("https://gitlab.com/"));
}

/// "owner/repo" of "https://github.com/owner/repo".
std::optional<std::string_view> path_under(std::string_view url, std::string_view prefix) {
  if (!url.starts_with(prefix) || url.size() == prefix.size()) return std::nullopt;
  return url.substr(prefix.size());
}

}  // namespace

std::string_view name_of(Claim claim) {
  switch (claim) {
    case Claim::github_workflow_trigger:
      return "GitHub Workflow Trigger";
    case Claim::github_workflow_sha:
      return "GitHub Workflow SHA";
    case Claim::github_workflow_name:
      return "GitHub Workflow Name";
    case Claim::github_workflow_repository:
      return "GitHub Workflow Repository";
    case Claim::github_workflow_ref:
      return "GitHub Workflow Ref";
    case Claim::build_signer_uri:
      return "Build Signer URI";
    case Claim::build_signer_digest:
      return "Build Signer Digest";
    case Claim::runner_environment:
      return "Runner Environment";
    case Claim::source_repository_uri:
      return "Source Repository URI";
    case Claim::source_repository_digest:
      return "Source Repository Digest";
    case Claim::source_repository_ref:
      return "Source Repository Ref";
    case Claim::source_repository_identifier:
      return "Source Repository Identifier";
    case Claim::source_repository_owner_uri:
      return "Source Repository Owner URI";
    case Claim::source_repository_owner_identifier:
      return "Source Repository Owner Identifier";
    case Claim::build_config_uri:
      return "Build Config URI";
    case Claim::build_config_digest:
      return "Build Config Digest";
    case Claim::build_trigger:
      return "Build Trigger";
    case Claim::run_invocation_uri:
      return "Run Invocation URI";
    case Claim::source_repository_visibility:
      return "Source Repository Visibility At Signing";
    case Claim::deployment_environment:
      return "Deployment Environment";
    case Claim::token_subject:
      return "Token Subject";
  }
  return "";
}

Result<Identity> Identity::of(const Certificate& certificate, NoIssuer no_issuer) {
  std::array<std::optional<std::string>, kClaimLimit> claims;
  for (const ExtensionView& extension : certificate.extensions()) {
    const auto number = claim_number(extension.oid);
    if (!number || *number == kOtherName) continue;
    claims[*number] = TRY(claim_text(*number, extension.value));
  }
  const auto& old_issuer = claims[kIssuerV1];
  const auto& issuer = claims[kIssuerV2] ? claims[kIssuerV2] : old_issuer;
  const bool may_lack = no_issuer == NoIssuer::accepted && !issuer;
  if (!may_lack && (!issuer || issuer->empty()))
    return fail(kIdentityInvalid, "the certificate names no issuer of its signer's identity");
  if (old_issuer && *old_issuer != *issuer) {
    return fail(kIdentityInvalid, "the certificate names two issuers, " + printable(*old_issuer) + " and " +
                                      printable(*issuer));
  }
  Identity identity(TRY(single_subject(certificate)), issuer.value_or(""));
  identity.claims_ = std::move(claims);
  if (is_of_forge(identity.subject_)) TRY(expect_plain_path(identity.subject_.value));
  for (const Claim workflow : {Claim::build_signer_uri, Claim::build_config_uri}) {
    if (const auto& uri = identity.claim(workflow)) TRY(expect_plain_path(*uri));
  }
  return identity;
}

std::optional<std::string> Identity::repository() const {
  const auto& uri = claim(Claim::source_repository_uri);
  if (issuer_ == kGithubIssuer) {
    if (uri) {
      if (const auto path = path_under(*uri, "https://github.com/")) return "github:" + std::string(*path);
    } else if (const auto& old = claim(Claim::github_workflow_repository)) {
      return "github:" + *old;
    }
  }
  if (issuer_ == kGitlabIssuer && uri) {
    if (const auto path = path_under(*uri, "https://gitlab.com/")) return "gitlab:" + std::string(*path);
  }
  return std::nullopt;
}

// Claim 18 is "<repository>/<path>@<ref or commit>". Only the very ref or commit of claims 14 and 13 is cut
// off: a path that holds an "@" of its own must not be taken for a shorter one.
std::optional<std::string> Identity::workflow() const {
  const auto& uri = claim(Claim::build_config_uri);
  const auto& source = claim(Claim::source_repository_uri);
  if (!uri || !source || !uri->starts_with(*source + "/")) return std::nullopt;
  std::string_view path = std::string_view(*uri).substr(source->size() + 1);
  if (path.starts_with('/')) path.remove_prefix(1);  // GitLab writes "<repository>//<path>"
  for (const Claim version : {Claim::source_repository_ref, Claim::source_repository_digest}) {
    if (claim(version) && !claim(version)->empty() && path.ends_with("@" + *claim(version))) {
      return std::string(path.substr(0, path.size() - claim(version)->size() - 1));
    }
  }
  return std::nullopt;
}

std::string Identity::describe() const {
  if (const auto name = repository()) {
    const auto file = workflow();
    return printable(*name) + (file ? " (" + printable(*file) + ")" : "");
  }
  return printable(subject_.value) + (issuer_.empty() ? "" : " (" + printable(issuer_) + ")");
}

}  // namespace tomme
