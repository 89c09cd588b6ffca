#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/net/environment.h"
#include "io/remote/login.h"

namespace tomme {

/// Logins by host, as a netrc file gives them. The grammar is that of Python's `netrc` (what pip, poetry and
/// pdm read it with): words between white space, in quotes where they have some inside, `\` before a
/// character that is meant as it is, comments, `macdef` up to an empty line; of two entries for one host the
/// later counts. libcurl's own reader cannot be asked whether it has an entry, and differs by version.
class Netrc {
 public:
  /// Nothing where the file is not one: the installers ignore it then.
  static std::optional<Netrc> parse(std::string_view text);

  /// The entry `machine HOST`, else `default`. The host in lower case, without a port.
  SharedLogin of(const std::string& host) const;
  /// The entry `machine HOST` alone.
  SharedLogin of_named(const std::string& host) const;

 private:
  std::map<std::string, SharedLogin> machines_;
  SharedLogin default_;
};

/// Where a netrc file may be, the first that is there counts: $NETRC, else `.netrc` and `_netrc` in the home
/// folder.
std::vector<std::string> netrc_places(const net::Environment& environment, const std::string& home);

}  // namespace tomme
