#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/url/url.h"
#include "io/remote/login.h"
#include "io/remote/netrc.h"

namespace tomme {

/// The password of a user for a service (an address or a host); empty where it knows none. A secret.
using AskKeyring = std::function<std::string(const std::string& service, const std::string& user)>;

/// Which login an address is asked with, in the order that the installers have: what is given for this very
/// index, then netrc, then the keyring. Immutable once filled; const calls are thread-safe.
class Credentials {
 public:
  /// For `index` and all of its origin that no other index is nearer to. Of two for one index the first
  /// counts. Nothing happens without a login.
  void add(const Url& index, SharedLogin login);
  void use_netrc(Netrc netrc) { netrc_ = std::move(netrc); }
  /// For names of users that stand nowhere with a password.
  void use_keyring(AskKeyring ask) { ask_keyring_ = std::move(ask); }

  /// The value of the header Authorization, a secret; empty where nothing is known. `default` of a netrc
  /// counts, as it does for installers.
  std::string authorization_for(const Url& url) const;
  /// How many bytes of the address's path the nearest index with a login has in common with it; 0 where
  /// there is none.
  std::size_t nearness(const Url& url) const;

 private:
  struct Given {
    Origin origin;
    std::string folder;  ///< of the index: a path with a slash at its end
    std::string index;   ///< its address, with a slash at its end
    SharedLogin login;
  };
  const Given* find(const Url& url) const;
  std::vector<Given> given_;
  SharedLogin login_in_keyring(const Given& given) const;
  std::optional<Netrc> netrc_;
  AskKeyring ask_keyring_;
};

/// How many bytes two paths have in common, counted in whole folders.
std::size_t common_folders(std::string_view a, std::string_view b);

}  // namespace tomme
