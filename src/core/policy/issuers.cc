#include "core/policy/issuers.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/ascii.h"
#include "core/encoding/text.h"
#include "core/policy/errors.h"
#include "core/url/url.h"

namespace tomme {

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kForges{{
    {"https://github.com/", kGithubIssuer},
    {"https://gitlab.com/", kGitlabIssuer},
    {kCircleciProjects, kCircleciIssuer},
}};

/// What Sigstore's own login page (Dex) passes an address on from.
constexpr std::array<std::string_view, 3> kLogins{"https://github.com/login/oauth", kGoogleIssuer,
                                                  "https://login.microsoftonline.com"};

using Kind = SubjectName::Kind;

Kind kind_of(const Pattern& expected) {
  const std::string& text = expected.text();
  if (text.contains("://")) return Kind::uri;
  return text.contains('@') ? Kind::email : Kind::other_name;
}

std::unexpected<Error> not_known(const Identity& identity, std::string_view why) {
  const std::string issuer = identity.issuer().empty() ? "no issuer" : printable(identity.issuer());
  return fail(kPolicyIssuer, printable(identity.subject().value) + " was confirmed by " + issuer + ", and " +
                                 std::string(why));
}

/// The issuer of CircleCI's newer tokens is a page below its address.
bool is_at_or_below(std::string_view issuer, std::string_view address) {
  return issuer.starts_with(address) && (issuer.size() == address.size() || issuer[address.size()] == '/');
}

/// "https://gitlab.example.org" for "https://gitlab.example.org/group/project/*".
bool is_on_host_of(std::string_view issuer, std::string_view prefix) {
  const Result<Url> from = Url::parse(issuer);
  const Result<Url> about = Url::parse(prefix);
  if (!from || !about || from->scheme() != Scheme::https || about->scheme() != Scheme::https) return false;
  return from->host() == about->host() || from->host().ends_with("." + about->host());
}

}  // namespace

bool is_of_kind(const SubjectName& subject, const Pattern& expected) {
  return subject.kind == kind_of(expected);
}

Result<void> expect_known_issuer(const Identity& identity, const Pattern& expected) {
  const std::string prefix = expected.literal_prefix();
  const std::string lower = ascii::to_lower(prefix);
  for (const auto& [address, issuer] : kForges) {
    if (!lower.starts_with(address)) continue;
    const bool is_circleci = issuer == kCircleciIssuer;
    if (is_circleci ? is_at_or_below(identity.issuer(), issuer) : identity.issuer() == issuer) return {};
    return not_known(
        identity, "names at " + std::string(address) + " are confirmed by " + std::string(issuer) + " only");
  }
  switch (kind_of(expected)) {
    case Kind::email:
      if (std::ranges::find(kLogins, identity.issuer()) != kLogins.end()) return {};
      return not_known(identity,
                       "without --issuer an e-mail address is taken from the logins of GitHub, Google "
                       "and Microsoft only");
    case Kind::uri:
      // Namespaces of any cluster have that address.
      if (!lower.starts_with("https://kubernetes.io/") && is_on_host_of(identity.issuer(), prefix)) return {};
      break;
    default:
      break;
  }
  return not_known(identity, "--issuer has to say which issuer may");
}

}  // namespace tomme
