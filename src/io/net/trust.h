#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace tomme::net {

/// Authorities that a setting names.
struct NamedAuthorities {
  std::string path;       ///< PEM file, or folder of names by hash, as c_rehash makes them
  std::string name = {};  ///< of the setting, for messages: "SSL_CERT_FILE"; may be empty
  bool is_list =
      false;  ///< folders with `:` between them, as SSL_CERT_DIR has; those that are not there count not
};

/// Whom to believe in TLS, as settings say it. Nothing is read from the environment.
struct TrustSettings {
  std::vector<NamedAuthorities> named = {};  ///< all of them are believed; where there are none, the system's
  bool system_too = false;                   ///< the system's besides

  /// "the authorities of SSL_CERT_FILE and PIP_CERT", "the system's authorities"; for messages.
  std::string describe() const;
};

/// The same, found on disk. A hashed directory is preferred to a bundle: it is read certificate by
/// certificate when needed (microseconds), where a bundle is read whole (20 to 35 ms).
struct TrustStore {
  std::string file = {};       ///< empty: none
  std::string directory = {};  ///< empty: none; several with `:` between them, as OpenSSL takes them
  std::string pem = {};        ///< contents to be believed besides, instead of `file`; may be empty

  /// A file that is the system's bundle gives way to the system's directory, if that holds at least as many
  /// certificates. kNetTrustFile, with the setting's name, where something named is missing or holds no
  /// certificate.
  static Result<TrustStore> find(const TrustSettings& settings);
};

/// All of these authorities, each once, as one PEM text, for a program that takes one file. Fails like
/// `find`.
Result<std::string> authorities_as_pem(const TrustSettings& settings);

/// All of these and `own_pem` in a folder of names by hash, which has to be there and empty: OpenSSL reads of
/// it what it needs, where it takes 30 ms for a bundle, at each connection of some programs. What is in such
/// a folder already is linked to. Fails like `find`, and with kNetTrustFile where the folder cannot be
/// written.
Result<void> write_authorities_folder(const TrustSettings& settings, std::string_view own_pem,
                                      const std::string& folder);

}  // namespace tomme::net
