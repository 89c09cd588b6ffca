#pragma once

#include <string>

#include "app/installers/plan.h"
#include "app/run/child_certificates.h"
#include "core/base/secret.h"

namespace tomme::guard {

/// What the child is told, and where its private folders are.
struct ChildSettings {
  const Secret<std::string>& proxy_url;  ///< "http://user:password@127.0.0.1:port"
  ChildCertificates certificates;
  std::string cache;  ///< an empty folder of this run; on the file system of the user's own
                      ///< caches, so that uv can go on making hard links
  std::string kept;   ///< a folder that outlives the run, for what is linked to and not copied; of this
                      ///< policy only
};

/// The child's whole environment. Holds the proxy's password: not for messages.
Environment child_environment(const Plan& plan, const ChildSettings& settings);

}  // namespace tomme::guard
