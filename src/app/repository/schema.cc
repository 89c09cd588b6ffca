#include "app/repository/schema.h"

#include <array>

#include "io/store/migration.h"

namespace tomme::repository {

Result<void> prepare_tables(store::Database& database) {
  // PostgreSQL has typed columns. Triggers rather than CHECK: rows of other types that are there already
  // stay, are named at each publication and can be taken out by whoever wrote them.
#define TOMME_TYPES_OF_CHANGE                                                                          \
  "ON tuf_change WHEN typeof(NEW.path) <> 'text' OR typeof(NEW.length) NOT IN ('integer', 'null') OR " \
  "typeof(NEW.sha256) NOT IN ('blob', 'null') OR typeof(NEW.custom) NOT IN ('text', 'null') BEGIN "    \
  "SELECT RAISE(ABORT, 'a column of tuf_change is of another type'); END"
  static const std::array<store::Migration, 2> kSteps = {{
      {"queue and settings",
       {"CREATE TABLE tuf_change (id {identity}, path {text} NOT NULL, length BIGINT, sha256 {bytes}, "
        "custom {text})",
        // `unfinished`: publications that were begun since the last one that came to its end
        "CREATE TABLE tuf_publisher (one BIGINT PRIMARY KEY, unfinished BIGINT NOT NULL)",
        "INSERT INTO tuf_publisher (one, unfinished) VALUES (1, 0)",
        "CREATE TABLE tuf_setting (name {text} PRIMARY KEY, value {text} NOT NULL)"}},
      {"types of the queue",
       {},
       {"CREATE TRIGGER tuf_change_added BEFORE INSERT " TOMME_TYPES_OF_CHANGE,
        "CREATE TRIGGER tuf_change_changed BEFORE UPDATE " TOMME_TYPES_OF_CHANGE}},
  }};
  return store::migrate(database, "tuf", kSteps);
}

}  // namespace tomme::repository
