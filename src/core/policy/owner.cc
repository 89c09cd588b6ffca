#include "core/policy/owner.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "core/base/ascii.h"
#include "core/sigstore/identity.h"

namespace tomme {

namespace {

constexpr std::string_view kGithubUrl = "https://github.com/";
constexpr std::string_view kGitlabUrl = "https://gitlab.com/";

/// What stands before the owner where that is more than a host.
constexpr std::array<std::string_view, 2> kBeforeOwner = {kCircleciProjects,
                                                          "https://kubernetes.io/namespaces/"};

bool has_name(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return ascii::is_alnum(c); });
}

std::string_view after_host(std::string_view uri) {
  for (const std::string_view before : kBeforeOwner) {
    if (uri.starts_with(before)) return uri.substr(before.size());
    if (before.starts_with(uri)) return "";
  }
  const auto scheme = uri.find("://");
  const auto host_end = uri.find('/', scheme + 3);
  return host_end == std::string_view::npos ? "" : uri.substr(host_end + 1);
}

/// "owner" of "owner/…"; nothing where no "/" follows: the name may go on.
std::optional<std::string_view> whole_owner(std::string_view path, bool may_end) {
  const auto end = path.find('/');
  if (end == std::string_view::npos && !may_end) return std::nullopt;
  return path.substr(0, end);
}

bool names_path_owner(const Pattern& pattern, std::string_view path) {
  const auto owner = whole_owner(path, !pattern.has_wildcard());
  return owner && has_name(*owner);
}

}  // namespace

std::string repository_name(std::string_view text) {
  if (text.ends_with('/')) text.remove_suffix(1);
  if (text.ends_with(".git")) text.remove_suffix(4);
  // No owner's name has a dot: without a scheme it is the same URL.
  constexpr std::string_view kScheme = "https://";
  for (const auto& [url, name] : {std::pair{kGithubUrl, "github:"}, std::pair{kGitlabUrl, "gitlab:"}}) {
    for (const std::string_view start : {url, url.substr(kScheme.size())}) {
      if (text.starts_with(start)) return name + std::string(text.substr(start.size()));
    }
  }
  if (text.starts_with("github:") || text.starts_with("gitlab:") || text.contains("://"))
    return std::string(text);
  return "github:" + std::string(text);
}

bool names_owner(const Pattern& repository) {
  const std::string name = Pattern(repository_name(repository.text())).literal_prefix();
  for (const std::string_view forge : {std::string_view("github:"), std::string_view("gitlab:")}) {
    if (name.starts_with(forge)) return names_path_owner(repository, name.substr(forge.size()));
  }
  return name.contains("://") && names_path_owner(repository, after_host(name));
}

bool names_mailbox(const Pattern& address) {
  const std::string& text = address.text();
  const auto at = text.find_last_of("@!");  // "name!domain" is Fulcio's form of user names
  if (at == std::string::npos) return has_name(text) && !address.has_wildcard();
  if (!address.has_wildcard()) return has_name(text);
  return !text.contains("**") && !text.contains('/') && has_name(text.substr(at + 1)) &&
         !Pattern(text.substr(at + 1)).has_wildcard();
}

bool names_signer(const Pattern& identity) {
  const std::string prefix = identity.literal_prefix();
  if (!prefix.contains("://")) return names_mailbox(identity);
  // Another scheme's first part is no forge that anybody may sign up to: "spiffe://domain/…".
  if (!prefix.starts_with("https://") && !prefix.starts_with("http://")) {
    const std::string_view rest = std::string_view(prefix).substr(prefix.find("://") + 3);
    return names_path_owner(identity, rest);
  }
  return names_path_owner(identity, after_host(prefix));
}

}  // namespace tomme
