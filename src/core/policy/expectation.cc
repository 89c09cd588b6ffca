#include "core/policy/expectation.h"

#include <algorithm>

#include "core/base/ascii.h"
#include "core/encoding/text.h"
#include "core/policy/errors.h"
#include "core/policy/issuers.h"
#include "core/policy/owner.h"

namespace tomme {

namespace {

using ascii::to_lower;

bool is_repository(const Identity& identity, const Pattern& expected, bool issuer_named) {
  const Pattern pattern(to_lower(repository_name(expected.text())));
  if (const auto name = identity.repository()) return pattern.matches(to_lower(*name));
  // Another forge: its URL is only worth something together with the issuer that vouched for it.
  const auto& uri = identity.claim(Claim::source_repository_uri);
  return issuer_named && uri && expected.text().contains("://") && pattern.matches(to_lower(*uri));
}

bool is_workflow(const Identity& identity, const Pattern& expected) {
  const auto path = identity.workflow();
  if (!path) return false;
  if (expected.matches(*path)) return true;
  return !expected.text().contains('/') && expected.matches(path->substr(path->rfind('/') + 1));
}

std::unexpected<Error> another(const Identity& identity, const Expectation& expectation, std::string hint) {
  std::string found = identity.describe();
  if (const auto& ref = identity.claim(Claim::source_repository_ref); ref && expectation.ref) {
    found += " at " + printable(*ref);
  }
  std::string message = "it was signed by " + found + ", and " + expectation.describe() + " was expected";
  if (hint.empty()) return fail(kPolicyIdentity, std::move(message));
  return fail(kPolicyIdentity, std::move(message), std::move(hint));
}

/// "https://host" of a URI.
std::string_view origin_of(std::string_view uri) {
  const auto scheme = uri.find("://");
  return scheme == std::string_view::npos ? "" : uri.substr(0, uri.find('/', scheme + 3));
}

/// A reusable workflow signs as itself whoever calls it; claim 12 is the repository that did. Who expects
/// "https://github.com/owner/name/…" means that repository, or those of that owner where it is a pattern.
Result<void> expect_own_repository(const Identity& identity, const Pattern& expected) {
  std::string source;
  if (const auto& uri = identity.claim(Claim::source_repository_uri)) {
    source = to_lower(*uri) + "/";
  } else if (const auto& old = identity.claim(Claim::github_workflow_repository)) {
    source = "https://github.com/" + to_lower(*old) + "/";
  }
  const std::string subject = to_lower(identity.subject().value);
  if (source.empty() || identity.subject().kind != SubjectName::Kind::uri ||
      origin_of(source) != origin_of(subject))
    return {};
  const std::string prefix = to_lower(expected.literal_prefix());
  if (prefix.starts_with(source) || source.starts_with(prefix)) return {};
  return fail(kPolicyRepository, "it was signed by the workflow " + printable(identity.subject().value) +
                                     " for " + identity.describe() + ", which is not where it is");
}

std::vector<std::string_view> split(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + separator.size());
  }
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 20 && std::ranges::all_of(text, &ascii::is_digit);
}

/// What stands in the brackets behind a signer.
Result<void> take_detail(Expectation& expectation, std::string_view detail) {
  for (const auto& [start, id] :
       {std::pair{std::string_view("owner id "), &expectation.owner_id},
        std::pair{std::string_view("repository id "), &expectation.repository_id}}) {
    if (!detail.starts_with(start)) continue;
    *id = std::string(detail.substr(start.size()));
    return {};
  }
  if (!detail.contains("://") || expectation.issuer) {
    return fail(kPolicyExpectation, "\"" + printable(detail) + "\" is neither an issuer's address nor an id",
                "write 'SIGNER (https://ISSUER)' or 'SIGNER (owner id 123, repository id 456)'");
  }
  expectation.issuer = Pattern(std::string(detail));
  return {};
}

Result<void> expect_id(const Identity& identity, Claim claim, const std::optional<std::string>& expected,
                       const Expectation& expectation) {
  const auto& found = identity.claim(claim);
  if (!expected || (found && *found == *expected)) return {};
  return another(
      identity, expectation,
      found ? "the " +
                  std::string(claim == Claim::source_repository_owner_identifier ? "owner" : "repository") +
                  " there has the id " + printable(*found) +
                  ": its name may have been given up, and registered by another owner"
            : "its certificate has no such id");
}

/// The number of "/"-separated parts, none of them empty; 0 otherwise.
std::size_t path_parts(std::string_view path) {
  const auto parts = split(path, "/");
  const bool whole = std::ranges::none_of(parts, [](std::string_view part) { return part.empty(); });
  return whole ? parts.size() : 0;
}

}  // namespace

bool Expectation::is_empty() const {
  return !identity && !issuer && !repository && !workflow && !ref && !publisher && !owner_id &&
         !repository_id;
}

bool Expectation::names_somebody() const {
  return (identity && names_signer(*identity)) || (repository && names_owner(*repository)) ||
         (publisher && tomme::names_somebody(*publisher));
}

Result<void> Expectation::check() const {
  for (const auto& id : {owner_id, repository_id}) {
    if (id && !is_number(*id))
      return fail(kPolicyExpectation, "\"" + printable(*id) + "\" is no id: a forge's ids are numbers",
                  "see the ids that tomme verify --anyone shows");
  }
  if ((owner_id || repository_id) && !repository && !identity && !publisher) {
    return fail(kPolicyExpectation, "an id alone does not say at which forge", "add --repository OWNER/NAME");
  }
  // GitHub's and GitLab's names of workflows: "<repository>/<path>@<ref>".
  if (workflow && workflow->text().contains('@'))
    return fail(kPolicyExpectation, "the workflow " + printable(workflow->text()) + " has an @ in its path",
                "give the ref apart, with --ref");
  return {};
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
  if (owner_id) add("owner id ", *owner_id);
  if (repository_id) add("repository id ", *repository_id);
  if (issuer) add("issuer ", issuer->text());
  if (publisher) text += (text.empty() ? "" : ", ") + tomme::describe(*publisher);
  return text;
}

Result<Expectation> parse_expected_signer(std::string_view text) {
  Expectation expectation;
  if (text.ends_with(')')) {
    const auto open = text.rfind(" (");
    if (open != std::string_view::npos) {
      for (const std::string_view detail : split(text.substr(open + 2, text.size() - open - 3), ", "))
        TRY(take_detail(expectation, detail));
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
    return fail(kPolicyExpectation,
                "\"" + printable(text) + "\" fits anyone: no owner comes before its first wildcard");
  TRY(expectation.check());
  return expectation;
}

Result<void> expect_signer(const Identity& identity, const Expectation& expectation) {
  // A pattern that any issuer could match vouches for nobody's forge.
  const bool issuer_named = expectation.issuer && !expectation.issuer->has_wildcard();
  if (expectation.identity && !expectation.identity->matches(identity.subject().value))
    return another(identity, expectation, "");
  if (expectation.identity && !is_of_kind(identity.subject(), *expectation.identity))
    return another(identity, expectation, "the name in its certificate is of another kind");
  if (expectation.issuer && identity.issuer().empty())
    return another(identity, expectation, "its certificate names no issuer; leave the issuer out");
  if (expectation.issuer && !expectation.issuer->matches(identity.issuer()))
    return another(identity, expectation, "its identity was confirmed by " + printable(identity.issuer()));
  if (expectation.identity && !expectation.issuer) TRY(expect_known_issuer(identity, *expectation.identity));
  if (expectation.repository && !is_repository(identity, *expectation.repository, issuer_named))
    return another(identity, expectation, "");
  if (expectation.workflow && !is_workflow(identity, *expectation.workflow))
    return another(identity, expectation, "the repository is right, the workflow is another");
  const auto& ref = identity.claim(Claim::source_repository_ref);
  if (expectation.ref && !(ref && expectation.ref->matches(*ref))) {
    const bool whole = expectation.ref->text().starts_with("refs/");
    return another(identity, expectation,
                   whole ? "it was built from another branch or tag"
                         : "a ref is written whole, as refs/tags/v1 or refs/heads/main");
  }
  TRY(expect_id(identity, Claim::source_repository_owner_identifier, expectation.owner_id, expectation));
  TRY(expect_id(identity, Claim::source_repository_identifier, expectation.repository_id, expectation));
  if (expectation.publisher) return expect_publisher(*expectation.publisher, identity);
  if (expectation.identity && !expectation.repository)
    return expect_own_repository(identity, *expectation.identity);
  return {};
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
