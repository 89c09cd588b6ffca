#include "app/relay/dependencies.h"

#include <algorithm>
#include <optional>

#include "app/relay/errors.h"
#include "core/base/ascii.h"
#include "core/encoding/text.h"
#include "core/packaging/direct_reference.h"
#include "core/url/url.h"

namespace tomme::guard {

namespace {

/// Of one file. Honest ones have a few.
constexpr std::size_t kMostReferences = 100;

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

std::string_view without_fragment(std::string_view address) {
  return address.substr(0, address.find('#'));
}

/// Whether the file at this address is judged, and as one of the project that is wanted.
bool is_judged_as(const ProjectName& project, std::string_view address, const DependencyRules& rules) {
  address = without_fragment(address);
  const Result<Url> url = Url::parse(address);
  // uv and PDM put the environment's values in for "${NAME}": nobody can tell which file that is.
  if (!is_http(address) || address.contains("${") || !url || !rules.judged(*url)) return false;
  const std::string_view path = address.substr(0, address.find('?'));
  return may_be_of(project, percent_decode(path.substr(path.rfind('/') + 1))) && rules.listed_for &&
         rules.listed_for(project, address);
}

// Which extras somebody asked for is not known here: settings, locks and other wheels may. To refuse a wheel
// for each that nobody asked for would keep out honest ones (`x @ file:///…; extra == "dev"`, as Poetry
// writes a dependency by path, or `x @ git+ssh://…; extra == "dev"`), so behind an extra only that is refused
// which claims to be an expected project. Any other host is refused by the proxy when it is asked for, and
// what came past the proxy (git, a path) is found after the run: see installed.h.
bool is_refused(const DirectReference& reference, const DependencyRules& rules) {
  if (!rules.strict()) return false;
  if (!reference.needs_extra || !reference.well_formed) return true;
  return reference.project && rules.expected.contains(*reference.project);
}

std::string sentence_about(const DistFilename& file, const DirectReference& reference) {
  if (!reference.well_formed) {
    return printable(file.as_written()) +
           " has a dependency that may name an address and is not written as PEP 508 has " + "it, \"" +
           shown_address(reference.address) + "\"";
  }
  return printable(file.as_written()) + " wants " +
         (reference.project ? reference.project->normalized() : "a project") + " from " +
         shown_address(reference.address) + (reference.needs_extra ? " for an extra" : "");
}

}  // namespace

Result<std::vector<std::string>> check_dependencies(const DistFilename& file, std::string_view metadata,
                                                    const DependencyRules& rules) {
  std::vector<std::string> notes;
  const std::vector<DirectReference> references = direct_references(metadata);
  if (references.size() > kMostReferences) {
    // Each may be a page to ask for.
    const std::string sentence = printable(file.as_written()) + " names " +
                                 std::to_string(references.size()) + " dependencies by address, more than " +
                                 std::to_string(kMostReferences);
    if (rules.strict()) return fail(kGuardDependency, sentence);
    return std::vector{"not judged: " + sentence};
  }
  for (const DirectReference& reference : references) {
    if (reference.project && is_judged_as(*reference.project, reference.address, rules)) continue;
    const std::string sentence = sentence_about(file, reference);
    if (is_refused(reference, rules)) {
      return fail(kGuardDependency, reference.well_formed ? sentence + ", where it is not judged" : sentence);
    }
    notes.push_back("not judged: " + sentence);
  }
  return notes;
}

}  // namespace tomme::guard
