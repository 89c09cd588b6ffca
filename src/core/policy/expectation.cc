#include "core/policy/expectation.h"

#include <algorithm>

#include "core/encoding/text.h"
#include "core/base/ascii.h"
#include "core/policy/errors.h"

namespace tomme {

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

constexpr std::string_view kGithubUrl = "https://github.com/";
constexpr std::string_view kGitlabUrl = "https://gitlab.com/";

/// "github:o/r" for "o/r", "github:o/r" and "https://github.com/o/r[.git]"; the same for gitlab; other URLs
/// as they are.
std::string repository_name(std::string_view text) {
  if (text.ends_with('/')) text.remove_suffix(1);
  if (text.ends_with(".git")) text.remove_suffix(4);
  if (text.starts_with(kGithubUrl)) return "github:" + std::string(text.substr(kGithubUrl.size()));
  if (text.starts_with(kGitlabUrl)) return "gitlab:" + std::string(text.substr(kGitlabUrl.size()));
  if (text.starts_with("github:") || text.starts_with("gitlab:") || text.contains("://"))
    return std::string(text);
  return "github:" + std::string(text);
}

/// Something but wildcards and punctuation before the first "/" (a forge's owner), or anywhere in what has
/// none.
bool names_owner(std::string_view name) {
  for (const std::string_view forge : {std::string_view("github:"), std::string_view("gitlab:")}) {
    if (name.starts_with(forge)) name.remove_prefix(forge.size());
  }
  if (const auto scheme = name.find("://"); scheme != std::string_view::npos) name.remove_prefix(scheme + 3);
  return std::ranges::any_of(name.substr(0, name.find('/')), &ascii::is_alnum);
}

bool is_repository(const Identity& identity, const Pattern& expected, bool issuer_named) {
  const Pattern pattern(lower(repository_name(expected.text())));
  if (const auto name = identity.repository()) return pattern.matches(lower(*name));
  // Another forge: its URL is only worth something together with the issuer that vouched for it.
  const auto& uri = identity.claim(Claim::source_repository_uri);
  return issuer_named && uri && expected.text().contains("://") && pattern.matches(lower(*uri));
}

bool is_workflow(const Identity& identity, const Pattern& expected) {
  const auto path = identity.workflow();
  if (!path) return false;
  if (expected.matches(*path)) return true;
  return !expected.text().contains('/') && expected.matches(path->substr(path->rfind('/') + 1));
}

std::unexpected<Error> another(const Identity& identity, const Expectation& expectation) {
  std::string found = identity.describe();
  if (const auto& ref = identity.claim(Claim::source_repository_ref); ref && expectation.ref) {
    found += " at " + printable(*ref);
  }
  return fail(kPolicyIdentity,
              "it was signed by " + found + ", and " + expectation.describe() + " was expected");
}

bool claim_is(const Identity& identity, Claim claim, std::string_view value) {
  const auto& actual = identity.claim(claim);
  return actual && lower(*actual) == lower(value);
}

/// Claims 12 and 18 of a forge's CI run, and the issuer that goes with the forge.
bool is_ci_publisher(const Publisher& publisher, const Identity& identity) {
  const bool github = publisher.kind == Publisher::Kind::github;
  const std::string url = std::string(github ? kGithubUrl : kGitlabUrl) + publisher.repository;
  if (identity.issuer() != (github ? kGithubIssuer : kGitlabIssuer)) return false;
  if (!claim_is(identity, Claim::source_repository_uri, url)) return false;
  return identity.workflow() == (github ? ".github/workflows/" + publisher.workflow : publisher.workflow);
}

/// The same with each text as a pattern, and the environment proven by its claim.
bool is_expected_publisher(const Publisher& expected, const Identity& identity) {
  if (expected.kind == Publisher::Kind::google) {
    return identity.issuer() == kGoogleIssuer && identity.subject().kind == SubjectName::Kind::email &&
           Pattern(expected.email).matches(identity.subject().value);
  }
  const bool github = expected.kind == Publisher::Kind::github;
  const std::string forge = lower(github ? kGithubUrl : kGitlabUrl);
  const auto& uri = identity.claim(Claim::source_repository_uri);
  if (identity.issuer() != (github ? kGithubIssuer : kGitlabIssuer)) return false;
  if (!uri || !lower(*uri).starts_with(forge)) return false;
  if (!Pattern(lower(expected.repository)).matches(lower(*uri).substr(forge.size()))) return false;
  const Pattern workflow((github ? ".github/workflows/" : "") + expected.workflow);
  return expected.workflow.empty() || (identity.workflow() && workflow.matches(*identity.workflow()));
}

bool is_google_publisher(const Publisher& publisher, const Identity& identity) {
  return identity.issuer() == kGoogleIssuer && identity.subject().kind == SubjectName::Kind::email &&
         identity.subject().value == publisher.email;
}

std::string describe(const Publisher& publisher) {
  if (publisher.kind == Publisher::Kind::google) return "Google account " + printable(publisher.email);
  std::string text = printable(publisher.kind_name) + " " + printable(publisher.repository);
  if (!publisher.workflow.empty()) text += " (" + printable(publisher.workflow) + ")";
  if (publisher.environment) text += " in environment " + printable(*publisher.environment);
  return text;
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

/// The number of "/"-separated parts, none of them empty; 0 otherwise.
std::size_t path_parts(std::string_view path) {
  const auto parts = split(path, '/');
  const bool whole = std::ranges::none_of(parts, [](std::string_view part) { return part.empty(); });
  return whole ? parts.size() : 0;
}

}  // namespace

bool Expectation::is_empty() const {
  return !identity && !issuer && !repository && !workflow && !ref && !publisher;
}

bool Expectation::names_somebody() const {
  if (identity && names_owner(repository_name(identity->text()))) return true;
  if (repository && names_owner(repository_name(repository->text()))) return true;
  if (!publisher) return false;
  return names_owner(publisher->kind == Publisher::Kind::google ? publisher->email : publisher->repository);
}

std::string Expectation::describe() const {
  std::string text;
  const auto add = [&text](std::string_view what, std::string_view value) {
    if (!text.empty()) text += ", ";
    text += std::string(what) + printable(value);
  };
  if (repository) add("", repository_name(repository->text()));
  if (identity) add("", identity->text());
  if (workflow) add("workflow ", workflow->text());
  if (ref) add("ref ", ref->text());
  if (issuer) add("issuer ", issuer->text());
  if (publisher) text += (text.empty() ? "" : ", ") + tomme::describe(*publisher);
  return text;
}

Result<Expectation> parse_expected_signer(std::string_view text) {
  Expectation expectation;
  if (text.ends_with(')')) {
    const auto open = text.rfind(" (");
    if (open != std::string_view::npos) {
      expectation.issuer = Pattern(std::string(text.substr(open + 2, text.size() - open - 3)));
      text = text.substr(0, open);
    }
  }
  const std::string name = repository_name(text);
  if (name.starts_with("github:") && path_parts(std::string_view(name).substr(7)) == 2 &&
      !text.contains('@')) {
    expectation.repository = Pattern(name);
  } else if (name.starts_with("gitlab:") && path_parts(std::string_view(name).substr(7)) >= 2 &&
             !text.contains('@')) {
    expectation.repository = Pattern(name);
  } else if (text.contains('@') || text.contains("://")) {
    expectation.identity = Pattern(std::string(text));
  } else {
    return fail(kPolicyExpectation,
                "\"" + printable(text) + "\" is neither a repository nor an e-mail address nor a URI");
  }
  if (!expectation.names_somebody())
    return fail(kPolicyExpectation, "\"" + printable(text) + "\" fits anyone");
  return expectation;
}

Result<Publisher> parse_publisher_expectation(std::string_view text) {
  const auto parts = split(text, ':');
  const auto bad = [&] {
    return fail(
        kPolicyExpectation, printable(text) + " is not a publisher",
        "write github:OWNER/REPOSITORY:WORKFLOW[:ENVIRONMENT], gitlab:GROUP/PROJECT:FILE or google:E-MAIL");
  };
  Publisher publisher;
  if (parts[0] == "google" && parts.size() == 2 && parts[1].contains('@')) {
    publisher.kind = Publisher::Kind::google;
    publisher.kind_name = "Google";
    publisher.email = parts[1];
    return publisher;
  }
  if ((parts[0] != "github" && parts[0] != "gitlab") || parts.size() < 2 || parts.size() > 4) return bad();
  publisher.kind = parts[0] == "github" ? Publisher::Kind::github : Publisher::Kind::gitlab;
  publisher.kind_name = parts[0] == "github" ? "GitHub" : "GitLab";
  publisher.repository = parts[1];
  if (path_parts(publisher.repository) < 2) return bad();
  if (parts.size() > 2) publisher.workflow = parts[2];
  if (parts.size() > 3) publisher.environment = std::string(parts[3]);
  return publisher;
}

Result<void> expect_signer(const Identity& identity, const Expectation& expectation) {
  const auto& ref = identity.claim(Claim::source_repository_ref);
  // A pattern that any issuer could match vouches for nobody's forge.
  const bool issuer_named = expectation.issuer && !expectation.issuer->has_wildcard();
  const bool holds =
      (!expectation.identity || expectation.identity->matches(identity.subject().value)) &&
      (!expectation.issuer || expectation.issuer->matches(identity.issuer())) &&
      (!expectation.repository || is_repository(identity, *expectation.repository, issuer_named)) &&
      (!expectation.workflow || is_workflow(identity, *expectation.workflow)) &&
      (!expectation.ref || (ref && expectation.ref->matches(*ref)));
  if (!holds) return another(identity, expectation);
  if (expectation.publisher) {
    if (!is_expected_publisher(*expectation.publisher, identity)) return another(identity, expectation);
    const auto& environment = identity.claim(Claim::deployment_environment);
    if (expectation.publisher->environment && !environment) {
      return fail(kPolicyIdentity, "it was signed by " + identity.describe() +
                                       ", whose certificate names no environment, and " +
                                       expectation.describe() + " was expected");
    }
    if (expectation.publisher->environment &&
        !Pattern(*expectation.publisher->environment).matches(*environment)) {
      return another(identity, expectation);
    }
  }
  return {};
}

Result<PublisherProof> check_publisher(const Publisher& publisher, const Identity& identity) {
  if (publisher.kind == Publisher::Kind::other) return PublisherProof{false, false};
  const bool same = publisher.kind == Publisher::Kind::google ? is_google_publisher(publisher, identity)
                                                              : is_ci_publisher(publisher, identity);
  if (!same) {
    return fail(kPolicyPublisher, "the index says " + describe(publisher) +
                                      " published the file, its certificate says " + identity.describe());
  }
  const auto& environment = identity.claim(Claim::deployment_environment);
  if (publisher.environment && environment && *publisher.environment != *environment) {
    return fail(kPolicyPublisher, "the index says the file was published in environment " +
                                      printable(*publisher.environment) + ", its certificate says " +
                                      printable(*environment));
  }
  return PublisherProof{true, publisher.environment && environment};
}

Result<void> ExpectedSigners::add(std::string_view assignment) {
  const auto equals = assignment.find('=');
  if (equals == std::string_view::npos) {
    return fail(kPolicyExpectation, printable(assignment) + " has no \"=\" between project and signer");
  }
  Result<ProjectName> project = ProjectName::parse(assignment.substr(0, equals));
  if (!project)
    return fail(kPolicyExpectation, printable(assignment.substr(0, equals)) + " is not a project's name");
  signers_.emplace_back(std::move(*project), TRY(parse_expected_signer(assignment.substr(equals + 1))));
  return {};
}

std::set<ProjectName> ExpectedSigners::projects() const {
  std::set<ProjectName> names;
  for (const auto& [name, expectation] : signers_) names.insert(name);
  return names;
}

std::vector<const Expectation*> ExpectedSigners::of(const ProjectName& project) const {
  std::vector<const Expectation*> found;
  for (const auto& [name, expectation] : signers_) {
    if (name == project) found.push_back(&expectation);
  }
  return found;
}

}  // namespace tomme
