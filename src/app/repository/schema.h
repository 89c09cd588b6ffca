#pragma once

#include "core/base/result.h"
#include "io/store/sql.h"

namespace tomme::repository {

/// Makes the tables of a repository where they are missing: the queue of changes, the state of its publisher,
/// its settings. Errors as store::migrate.
Result<void> prepare_tables(store::Database& database);

}  // namespace tomme::repository
