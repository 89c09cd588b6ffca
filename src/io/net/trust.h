#pragma once

#include <optional>
#include <string>

#include "core/base/result.h"

namespace tomme::net {

/// Whom to believe in TLS, as settings say it. Empty strings are unset. Nothing is read from the environment.
struct TrustSettings {
  std::string ca_file = {};        ///< PEM; where both are unset the system's own authorities are used
  std::string ca_directory = {};   ///< names by hash, as c_rehash makes them
  std::string extra_ca_file = {};  ///< PEM, believed besides
};

/// The same, found on disk. A hashed directory is preferred to a bundle: it is read certificate by
/// certificate when needed (microseconds), where a bundle is read whole (20 to 35 ms).
struct TrustStore {
  std::string file = {};       ///< empty: none
  std::string directory = {};  ///< empty: none
  std::string pem = {};  ///< contents to be believed besides `directory`, instead of `file`; may be empty

  /// `ca_file` that is the system's bundle gives way to the system's directory, if that holds at least as
  /// many certificates. kNetTrustFile where a named file is missing or holds no certificate.
  static Result<TrustStore> find(const TrustSettings& settings);
};

}  // namespace tomme::net
