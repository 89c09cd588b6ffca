#include "app/repository/schema.h"

#include <array>

#include "io/store/migration.h"

namespace tomme::repository {

Result<void> prepare_tables(store::Database& database) {
  static const std::array<store::Migration, 1> kSteps = {{
      {"queue and settings",
       {"CREATE TABLE tuf_change (id {identity}, path {text} NOT NULL, length BIGINT, sha256 {octets}, "
        "custom {text})",
        // `unfinished`: publications that were begun since the last one that came to its end
        "CREATE TABLE tuf_publisher (one BIGINT PRIMARY KEY, unfinished BIGINT NOT NULL)",
        "INSERT INTO tuf_publisher (one, unfinished) VALUES (1, 0)",
        "CREATE TABLE tuf_setting (name {text} PRIMARY KEY, value {text} NOT NULL)"}},
  }};
  return store::migrate(database, "tuf", kSteps);
}

}  // namespace tomme::repository
