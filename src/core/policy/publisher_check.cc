#include "core/policy/publisher_check.h"

#include <algorithm>
#include <array>

#include "core/base/ascii.h"
#include "core/encoding/text.h"
#include "core/policy/errors.h"
#include "core/policy/owner.h"
#include "core/policy/pattern.h"

namespace tomme {

namespace {

using Kind = TrustedPublisher::Kind;
using ascii::to_lower;

/// What goes with each kind that this program knows. One issuer belongs to one kind.
struct KnownKind {
  Kind kind;
  std::string_view name;    ///< as PEP 740 objects write it
  std::string_view prefix;  ///< as --publisher writes it
  std::string_view issuer;
  std::string_view repositories;  ///< what claim 12 begins with; empty where it is not compared
  std::string_view workflows;     ///< the folder that the index leaves out
};
constexpr std::array kKinds = {
    KnownKind{Kind::github, "GitHub", "github", kGithubIssuer, "https://github.com/", ".github/workflows/"},
    KnownKind{Kind::gitlab, "GitLab", "gitlab", kGitlabIssuer, "https://gitlab.com/", ""},
    KnownKind{Kind::google, "Google", "google", kGoogleIssuer, "", ""},
    KnownKind{Kind::circleci, "CircleCI", "circleci", kCircleciIssuer, "", ""},
};

const KnownKind* known(Kind kind) {
  const auto* found = std::ranges::find(kKinds, kind, &KnownKind::kind);
  return found == kKinds.end() ? nullptr : found;
}

bool claim_is(const Identity& identity, Claim claim, std::string_view value) {
  const auto& actual = identity.claim(claim);
  return actual && to_lower(*actual) == to_lower(value);
}

/// Claim 9 as CircleCI's certificates have it:
/// "https://circleci.com/api/v2/projects/<project>/pipeline-definitions/<definition>".
std::string circleci_builder(const std::string& project, const std::string& definition) {
  return std::string(kCircleciProjects) + project + "/pipeline-definitions/" + definition;
}

/// Forges and CircleCI compare the names of environments without case, and the index keeps them lowered.
bool is_environment(const std::string& expected, const std::string& actual) {
  return Pattern(to_lower(expected)).matches(to_lower(actual));
}

bool is_publisher(const TrustedPublisher& publisher, const KnownKind& kind, const Identity& identity) {
  if (identity.issuer() != kind.issuer) return false;
  switch (publisher.kind) {
    case Kind::google:
      return identity.subject().kind == SubjectName::Kind::email &&
             identity.subject().value == publisher.email;
    case Kind::circleci:
      return identity.claim(Claim::build_signer_uri) ==
                 circleci_builder(publisher.project_id, publisher.pipeline_definition_id) &&
             (!publisher.vcs_origin ||
              identity.claim(Claim::source_repository_uri) == *publisher.vcs_origin) &&
             (!publisher.vcs_ref || identity.claim(Claim::source_repository_ref) == *publisher.vcs_ref);
    default:
      return claim_is(identity, Claim::source_repository_uri,
                      std::string(kind.repositories) + publisher.repository) &&
             identity.workflow() == std::string(kind.workflows) + publisher.workflow;
  }
}

/// The same with each text as a pattern, the environment apart.
bool is_expected(const TrustedPublisher& expected, const KnownKind& kind, const Identity& identity) {
  if (identity.issuer() != kind.issuer) return false;
  if (expected.kind == Kind::google) {
    return identity.subject().kind == SubjectName::Kind::email &&
           Pattern(expected.email).matches(identity.subject().value);
  }
  if (expected.kind == Kind::circleci) {
    const auto& builder = identity.claim(Claim::build_signer_uri);
    const std::string& definition = expected.pipeline_definition_id;
    return builder && Pattern(circleci_builder(expected.project_id, definition.empty() ? "*" : definition))
                          .matches(*builder);
  }
  const auto& uri = identity.claim(Claim::source_repository_uri);
  if (!uri || !to_lower(*uri).starts_with(kind.repositories)) return false;
  if (!Pattern(to_lower(expected.repository)).matches(to_lower(*uri).substr(kind.repositories.size())))
    return false;
  const Pattern workflow(std::string(kind.workflows) + expected.workflow);
  return expected.workflow.empty() || (identity.workflow() && workflow.matches(*identity.workflow()));
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

}  // namespace

Result<PublisherProof> check_publisher(const TrustedPublisher& publisher, const Identity& identity) {
  const KnownKind* kind = known(publisher.kind);
  const bool same = kind ? is_publisher(publisher, *kind, identity)
                         : std::ranges::find(kKinds, identity.issuer(), &KnownKind::issuer) == kKinds.end();
  if (!same) {
    return fail(kPolicyPublisher, "the index says " + describe(publisher) +
                                      " published the file, its certificate says " + identity.describe());
  }
  const auto& environment = identity.claim(Claim::deployment_environment);
  if (kind && publisher.environment && environment &&
      to_lower(*publisher.environment) != to_lower(*environment)) {
    return fail(kPolicyPublisher, "the index says the file was published in environment " +
                                      printable(*publisher.environment) + ", its certificate says " +
                                      printable(*environment));
  }
  return PublisherProof{kind != nullptr, kind && publisher.environment && environment};
}

Result<TrustedPublisher> parse_publisher_expectation(std::string_view text) {
  const auto parts = split(text, ':');
  const auto bad = [&] {
    return fail(kPolicyExpectation, printable(text) + " is not a publisher",
                "write github:OWNER/REPOSITORY:WORKFLOW[:ENVIRONMENT], gitlab:GROUP/PROJECT:FILE, "
                "circleci:PROJECT-ID:PIPELINE-DEFINITION-ID or google:E-MAIL");
  };
  const auto* kind = std::ranges::find(kKinds, parts[0], &KnownKind::prefix);
  if (kind == kKinds.end() || parts.size() < 2) return bad();
  TrustedPublisher publisher;
  publisher.kind = kind->kind;
  publisher.kind_name = kind->name;
  if (kind->kind == Kind::google) {
    if (parts.size() != 2 || !parts[1].contains('@')) return bad();
    publisher.email = parts[1];
    return publisher;
  }
  if (kind->kind == Kind::circleci) {
    if (parts.size() > 3 || parts[1].empty() || text.contains('/')) return bad();
    publisher.project_id = parts[1];
    if (parts.size() > 2) publisher.pipeline_definition_id = parts[2];
    return publisher;
  }
  if (parts.size() > 4) return bad();
  publisher.repository = parts[1];
  const auto names = split(publisher.repository, '/');
  if (names.size() < 2 || std::ranges::any_of(names, [](std::string_view name) { return name.empty(); }))
    return bad();
  if (parts.size() > 2) publisher.workflow = parts[2];
  if (parts.size() > 3) publisher.environment = std::string(parts[3]);
  return publisher;
}

Result<void> expect_publisher(const TrustedPublisher& expected, const Identity& identity) {
  const KnownKind* kind = known(expected.kind);
  const auto& environment = identity.claim(Claim::deployment_environment);
  const bool same = kind && is_expected(expected, *kind, identity);
  if (same && expected.environment && !environment) {
    return fail(kPolicyIdentity,
                "it was signed by " + identity.describe() + ", whose certificate names no environment, and " +
                    describe(expected) + " was expected",
                "leave the environment out of the expectation: this certificate cannot prove one");
  }
  if (same && (!expected.environment || is_environment(*expected.environment, *environment))) return {};
  std::string found = identity.describe();
  if (same) found += " in environment " + printable(*environment);
  return fail(kPolicyIdentity, "it was signed by " + found + ", and " + describe(expected) + " was expected");
}

bool names_somebody(const TrustedPublisher& expected) {
  switch (expected.kind) {
    case Kind::google:
      return names_mailbox(Pattern(expected.email));
    case Kind::circleci:
      return !Pattern(expected.project_id).has_wildcard();
    default:
      return names_owner(Pattern(expected.repository));
  }
}

std::string describe(const TrustedPublisher& publisher) {
  if (publisher.kind == Kind::google) return "Google account " + printable(publisher.email);
  std::string text = printable(publisher.kind_name);
  if (publisher.kind == Kind::circleci) {
    text += " project " + printable(publisher.project_id);
    if (!publisher.pipeline_definition_id.empty())
      text += " (pipeline definition " + printable(publisher.pipeline_definition_id) + ")";
    if (publisher.vcs_origin) text += " from " + printable(*publisher.vcs_origin);
    if (publisher.vcs_ref) text += " at " + printable(*publisher.vcs_ref);
  }
  if (!publisher.repository.empty()) text += " " + printable(publisher.repository);
  if (!publisher.workflow.empty()) text += " (" + printable(publisher.workflow) + ")";
  if (publisher.environment) text += " in environment " + printable(*publisher.environment);
  return text;
}

}  // namespace tomme
