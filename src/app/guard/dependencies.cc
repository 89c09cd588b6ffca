#include "app/guard/dependencies.h"

#include "app/guard/errors.h"
#include "core/encoding/text.h"
#include "core/base/ascii.h"
#include "core/packaging/direct_reference.h"

namespace tomme::guard {

namespace {

bool must_be_judged(const DirectReference& reference, const DependencyRules& rules) {
  if (rules.proof_required) return true;
  // What names no project may be any.
  return reference.project ? rules.expected.contains(*reference.project) : !rules.expected.empty();
}

/// "https:", "git+https:", …: some scheme that leads off this machine.
bool is_remote(std::string_view address) {
  const auto end = address.find("://");
  if (end == std::string_view::npos) return false;
  const std::string scheme = ascii::to_lower(address.substr(0, end));
  return scheme != "file" && !scheme.ends_with("+file");
}

bool is_judged(std::string_view address, const DependencyRules& rules) {
  const Result<Url> url = Url::parse(address.substr(0, address.find('#')));
  return url && rules.judged(*url);
}

}  // namespace

Result<void> check_dependencies(const DistFilename& wheel, std::string_view metadata,
                                const DependencyRules& rules) {
  for (const DirectReference& reference : direct_references(metadata)) {
    const bool remote = is_remote(reference.address);
    if (remote && (!must_be_judged(reference, rules) || is_judged(reference.address, rules))) continue;
    return fail(kGuardDependency, printable(wheel.as_written()) + " wants " +
                                      (reference.project ? reference.project->normalized() : "a project") +
                                      " from " + printable(reference.address) + ", where it is not judged");
  }
  return {};
}

}  // namespace tomme::guard
