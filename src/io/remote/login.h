#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/base/secret.h"

namespace tomme {

/// Who asks, to an index or a mirror (RFC 7617). Shared: a secret is not copied.
struct Login {
  std::string user;
  Secret<std::string> password;

  /// What stands in the header Authorization; a secret.
  std::string authorization() const;
};
using SharedLogin = std::shared_ptr<const Login>;

SharedLogin make_login(std::string user, std::string password);

/// An address, and the login that was written into it.
struct AddressWithLogin {
  std::string address;  ///< without it; safe for messages as far as it goes
  SharedLogin login;    ///< nothing where there was none
};

/// Cuts "user:password@" off, percent-decoded as installers decode it: a `%` that escapes nothing is itself.
/// Without a password it is empty. What is no address is returned as it is.
AddressWithLogin split_login(std::string_view url);

}  // namespace tomme
