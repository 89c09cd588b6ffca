#pragma once

#include <memory>
#include <string>

#include "core/base/secret.h"
#include "io/store/sql.h"

/// The two kinds of database, for open_database alone. Neither connects.
namespace tomme::store {

Result<std::unique_ptr<Database>> make_sqlite_database(std::string path, const DatabaseLimits& limits);
Result<std::unique_ptr<Database>> make_postgres_database(Secret<std::string> url,
                                                         const DatabaseLimits& limits);

}  // namespace tomme::store
