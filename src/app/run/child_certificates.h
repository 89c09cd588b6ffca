#pragma once

#include <string>

#include "app/installers/installer.h"
#include "core/base/result.h"
#include "io/net/trust.h"

namespace tomme::guard {

/// Whom the child believes in TLS: the user's authorities and the run's own, in the forms that installers
/// read.
struct ChildCertificates {
  std::string bundle;  ///< PEM file of all
  std::string folder;  ///< of all, named by hash, as OpenSSL reads it; empty where it is not wanted
  std::string own;     ///< PEM file of the run's own authority alone

  /// Writes them below `folder`, by hash for pip alone: others read a file once. kNetTrustFile where an
  /// authority that a setting names cannot be read.
  static Result<ChildCertificates> write(const net::TrustSettings& users, const std::string& own_pem,
                                         const std::string& folder, Installer installer);
};

}  // namespace tomme::guard
