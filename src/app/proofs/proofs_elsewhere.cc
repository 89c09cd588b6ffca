#include "app/proofs/proofs_elsewhere.h"

#include <algorithm>

#include "app/proofs/errors.h"
#include "core/base/ascii.h"
#include "core/encoding/text.h"
#include "core/policy/pattern.h"
#include "io/remote/simple_client.h"

namespace tomme {

namespace {

constexpr std::string_view kPypi = "https://pypi.org/";

/// As PEP 503 has names, with `*` left as it is.
Result<std::string> parse_name(std::string_view text) {
  std::string name;
  for (const char c : text) {
    if (c == '-' || c == '_' || c == '.') {
      if (!name.ends_with('-')) name += '-';
    } else if (ascii::is_alnum(c) || c == '*') {
      name += ascii::to_lower(c);
    } else {
      return fail(kProofsAddress, "--proofs-for: \"" + printable(text) + "\" is no name of a project");
    }
  }
  if (name.empty()) return fail(kProofsAddress, "--proofs-for: a name is empty");
  return name;
}

bool fits_any(const std::vector<std::string>& globs, const std::string& name) {
  return std::ranges::any_of(globs, [&](const std::string& glob) { return Pattern(glob).matches(name); });
}

}  // namespace

Result<ProofsElsewhere> ProofsElsewhere::parse(std::string_view where,
                                               const std::vector<std::string>& names) {
  AddressWithLogin place = split_login(where == "pypi" ? kPypi : where);
  Result<Url> base = Url::parse(place.address);
  if (!base || !is_secure_origin(*base) || base->query()) {
    return fail(kProofsAddress, "--proofs: " + shown_address(place.address) +
                                    " is not \"pypi\" nor the https address of an index");
  }
  std::string path = base->path();
  if (!path.ends_with('/')) path += '/';
  if (path.ends_with("/simple/")) path.resize(path.size() - std::string_view("simple/").size());
  ProofsElsewhere elsewhere{TRY(Url::at(base->origin(), path)), std::move(place.login), {}, {}};
  for (const std::string& text : names) {
    const bool is_secret = text.starts_with('!');
    (is_secret ? elsewhere.secret_names : elsewhere.names)
        .push_back(TRY(parse_name(std::string_view(text).substr(is_secret ? 1 : 0))));
  }
  return elsewhere;
}

bool ProofsElsewhere::may_ask(const ProjectName& project, const Url* file) const {
  const std::string& name = project.normalized();
  if (fits_any(secret_names, name)) return false;
  if (file != nullptr && is_file_of_pypi(*file)) return true;
  return fits_any(names, name);
}

bool is_file_of_pypi(const Url& file) {
  return file.host() == "files.pythonhosted.org";
}

}  // namespace tomme
