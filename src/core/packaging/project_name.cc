#include "core/packaging/project_name.h"

#include <algorithm>

#include "core/base/ascii.h"
#include "core/encoding/text.h"
#include "core/packaging/errors.h"

namespace tomme {
namespace {

bool is_separator(char c) {
  return c == '-' || c == '_' || c == '.';
}

std::string normalize(std::string_view name) {
  std::string out;
  out.reserve(name.size());
  for (char c : name) {
    if (!is_separator(c)) {
      out += ascii::to_lower(c);
    } else if (out.back() != '-') {
      out += '-';
    }
  }
  return out;
}

}  // namespace

// name = alnum / (alnum *(alnum / "." / "_" / "-") alnum)      (PEP 508)
Result<ProjectName> ProjectName::parse(std::string_view text) {
  const bool well_formed =
      !text.empty() && ascii::is_alnum(text.front()) && ascii::is_alnum(text.back()) &&
      std::all_of(text.begin(), text.end(), [](char c) { return ascii::is_alnum(c) || is_separator(c); });
  if (!well_formed) return fail(kNameInvalid, "\"" + printable(text) + "\" is not a project name");
  if (text.size() > kMaxBytes) {
    return fail(kNameInvalid, "a project name of " + std::to_string(text.size()) + " bytes is longer than " +
                                  std::to_string(kMaxBytes));
  }
  return ProjectName(std::string(text), normalize(text));
}

}  // namespace tomme
