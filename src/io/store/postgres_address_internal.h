#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "io/store/libpq_internal.h"

namespace tomme::store {

/// A connection string as libpq reads it. `settings` are put before it, so that it may say otherwise.
struct PostgresAddress {
  std::string description;  ///< "postgres://user@host:port/name", without secrets
  std::vector<std::pair<std::string, std::string>> settings;

  /// kStoreAddress. A server off this machine has to prove its name (`sslmode=verify-full`, with the system's
  /// authorities unless there is a ~/.postgresql/root.crt) where neither the address nor PGSSLMODE says
  /// otherwise.
  static Result<PostgresAddress> parse(const PqLibrary& pq, const std::string& url);
};

}  // namespace tomme::store
