#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/packaging/project_name.h"
#include "core/url/url.h"
#include "io/remote/login.h"

namespace tomme {

/// Another index that is asked for attestations where the one that has the file lists none, as most mirrors
/// do. A statement names the file and its digest, so that it does not matter who hands it over. But who asks
/// tells that index a name: only of projects that are public already.
struct ProofsElsewhere {
  Url base;  ///< the root of the index: "https://pypi.org/"; ends in a slash
  SharedLogin login;
  std::vector<std::string> names;         ///< globs of normalised names that may be asked about
  std::vector<std::string> secret_names;  ///< globs of those that never may

  /// "pypi", or the https address of an index, with its `simple/` or without; `names` of `--proofs-for`:
  /// NAME, a glob like `num*`, `*`; with `!` before it one that is never asked about, whatever else is said.
  /// kProofsAddress.
  static Result<ProofsElsewhere> parse(std::string_view where, const std::vector<std::string>& names);

  /// A file on PyPI's own file host is PyPI's; any other project must have been named.
  bool may_ask(const ProjectName& project, const Url* file) const;
};

/// Whether this is the address of a file on PyPI's own file host.
bool is_file_of_pypi(const Url& file);

}  // namespace tomme
