#include "app/guard/dependencies.h"

#include <algorithm>
#include <optional>

#include "app/guard/errors.h"
#include "core/encoding/text.h"
#include "core/base/ascii.h"
#include "core/packaging/direct_reference.h"
#include "core/url/url.h"

namespace tomme::guard {

namespace {

/// "git+https"; empty for a path.
std::string scheme_of(std::string_view address) {
  const auto* end = std::ranges::find_if_not(
      address, [](char c) { return ascii::is_alnum(c) || c == '+' || c == '-' || c == '.'; });
  const std::string_view scheme(address.begin(), end);
  return address.substr(scheme.size()).starts_with(':') ? ascii::to_lower(scheme) : std::string();
}

bool is_http(std::string_view address) {
  const std::string scheme = scheme_of(address);
  return scheme == "http" || scheme == "https";
}

/// Whether whoever fetches it may do so without the proxy: git, ssh and Subversion go their own ways.
bool evades_the_proxy(std::string_view address) {
  const std::string scheme = scheme_of(address);
  if (scheme.empty()) return address.contains('@');  // "git@host:path"
  constexpr std::string_view kByProxy[] = {"http", "https", "git+http", "git+https"};
  return !scheme.ends_with("file") && std::ranges::find(kByProxy, scheme) == std::end(kByProxy);
}

std::string_view without_fragment(std::string_view address) {
  return address.substr(0, address.find('#'));
}

/// Whether the file at this address is judged, and as one of the project that is wanted.
bool is_judged_as(const ProjectName& project, std::string_view address, const DependencyRules& rules) {
  address = without_fragment(address);
  const Result<Url> url = Url::parse(address);
  if (!is_http(address) || !url || !rules.judged(*url)) return false;
  const std::string_view path = address.substr(0, address.find('?'));
  return may_be_of(project, percent_decode(path.substr(path.rfind('/') + 1))) && rules.listed_for &&
         rules.listed_for(project, address);
}

// Which extras somebody asked for is not known here. To refuse a wheel for each that nobody asked for would
// keep out honest ones (Poetry writes `x @ file:///…; extra == "dev"` for a dependency by path), so
// behind an extra only that is refused which nothing else would stop: what claims to be an expected project,
// and what is fetched past the proxy. Any other host is refused by the proxy when it is asked for.
bool is_refused(const DirectReference& reference, const DependencyRules& rules) {
  if (!rules.strict()) return false;
  if (!reference.needs_extra || evades_the_proxy(reference.address)) return true;
  // What names no project may be any.
  return reference.project ? rules.expected.contains(*reference.project) : !rules.expected.empty();
}

std::string sentence_about(const DistFilename& wheel, const DirectReference& reference) {
  return printable(wheel.as_written()) + " wants " +
         (reference.project ? reference.project->normalized() : "a project") + " from " +
         shown_address(reference.address) + (reference.needs_extra ? " for an extra" : "");
}

}  // namespace

Result<std::vector<std::string>> check_dependencies(const DistFilename& wheel, std::string_view metadata,
                                                    const DependencyRules& rules) {
  std::vector<std::string> notes;
  for (const DirectReference& reference : direct_references(metadata)) {
    if (reference.project && is_judged_as(*reference.project, reference.address, rules)) continue;
    const std::string sentence = sentence_about(wheel, reference);
    if (is_refused(reference, rules)) return fail(kGuardDependency, sentence + ", where it is not judged");
    notes.push_back("not judged: " + sentence);
  }
  return notes;
}

}  // namespace tomme::guard
