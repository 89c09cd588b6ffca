#include "core/sigstore/identity.h"
#include "testing/instance.h"

namespace tomme::testing {

namespace {

constexpr std::string_view kCommit = "3f786850e387550fdab836ed7e6dc881de23001b";

/// The claims from 9 on, alike for every forge.
std::map<unsigned, std::string> build_claims(const std::string& forge, const std::string& repository,
                                             const std::string& config, const std::string& ref) {
  const std::string owner = repository.substr(0, repository.find('/'));
  const std::string source = forge + "/" + repository;
  return {{9, config},
          {10, std::string(kCommit)},
          {12, source},
          {13, std::string(kCommit)},
          {14, ref},
          {15, "123456"},
          {16, forge + "/" + owner},
          {17, "654321"},
          {18, config},
          {19, std::string(kCommit)},
          {20, "push"},
          {22, "public"}};
}

}  // namespace

LeafSpec github(const std::string& repository, const std::string& workflow, const std::string& ref) {
  const std::string config =
      "https://github.com/" + repository + "/.github/workflows/" + workflow + "@" + ref;
  LeafSpec leaf{.subject = {SubjectName::Kind::uri, config}, .issuer = std::string(kGithubIssuer)};
  leaf.claims = build_claims("https://github.com", repository, config, ref);
  leaf.claims.merge(
      std::map<unsigned, std::string>{{2, "push"},
                                      {3, std::string(kCommit)},
                                      {4, "release"},
                                      {5, repository},
                                      {6, ref},
                                      {11, "github-hosted"},
                                      {21, "https://github.com/" + repository + "/actions/runs/1/attempts/1"},
                                      {24, "repo:" + repository + ":ref:" + ref}});
  return leaf;
}

LeafSpec gitlab(const std::string& project, const std::string& path, const std::string& ref) {
  const std::string config = "https://gitlab.com/" + project + "//" + path + "@" + ref;
  LeafSpec leaf{
      .subject = {SubjectName::Kind::uri, config}, .issuer = std::string(kGitlabIssuer), .old_issuer = false};
  leaf.claims = build_claims("https://gitlab.com", project, config, ref);
  leaf.claims.merge(std::map<unsigned, std::string>{{11, "gitlab-hosted"},
                                                    {21, "https://gitlab.com/" + project + "/-/jobs/1"}});
  return leaf;
}

LeafSpec email(const std::string& address, const std::string& issuer) {
  return {.subject = {SubjectName::Kind::email, address}, .issuer = issuer};
}

LeafSpec google(const std::string& address) {
  return email(address, std::string(kGoogleIssuer));
}

LeafSpec user_name(const std::string& name, const std::string& issuer) {
  return {.subject = {SubjectName::Kind::other_name, name}, .issuer = issuer};
}

}  // namespace tomme::testing
