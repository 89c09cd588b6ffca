#pragma once

#include <memory>
#include <string>

#include "core/base/secret.h"
#include "io/store/sql.h"

/// The two kinds of database, for open_database alone, and what they share.
namespace tomme::store {

/// Neither connects.
Result<std::unique_ptr<Database>> make_sqlite_database(std::string path, const DatabaseLimits& limits);
Result<std::unique_ptr<Database>> make_postgres_database(Secret<std::string> url,
                                                         const DatabaseLimits& limits);

/// What counts against DatabaseLimits::answer_bytes.
std::size_t size_of(const Value& value);

}  // namespace tomme::store
