#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "io/store/sql.h"

namespace tomme::store {

/// One step of a schema. Once released it never changes: a later step mends it.
///
/// Where SQLite and PostgreSQL differ, statements say
///     {identity}   a primary key that counts by itself and never gives a number twice
///     {text}       text that compares byte by byte
///     {bytes}     bytes
/// and BIGINT for integers: `CREATE TABLE project (id {identity}, name {text} NOT NULL UNIQUE)`.
struct Migration {
  std::string_view name;  ///< for messages, unique within the part: "add yanked"
  std::vector<std::string_view> statements;
  std::vector<std::string_view> of_sqlite = {};  ///< and these, where the database is SQLite
};

/// Brings the tables of one `part` of the program ("index", "tuf") to the last of `steps`. Each step is one
/// transaction, together with its entry in the table `tomme_migration`, so a crash leaves a whole number of
/// steps. Any number of processes may do this at once. kStoreSchema where the database knows other steps
/// than these (it was made by a newer version).
Result<void> migrate(Database& database, std::string_view part, std::span<const Migration> steps);

/// The steps that the database has of `part`, without changing anything; 0 for an empty database.
Result<std::size_t> migrated_steps(Database& database, std::string_view part);

/// A statement with the words in braces replaced.
std::string for_dialect(std::string_view statement, Dialect dialect);

}  // namespace tomme::store
