#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/store/sql.h"
#include "io/system/file.h"
#include "testing/folder.h"

namespace tomme::store {
namespace {

Result<void> write(Database& database, const char* sql) {
  return transact(database, Access::write, [&](Transaction& tx) -> Result<void> {
    TRY(tx.run(sql));
    return {};
  });
}

// A process that takes itself for the last one throws the log away; this one would go on writing to it, and
// nobody would ever see what it wrote.
TEST(SqliteLog, StaysWhileAnotherProcessHasTheDatabase) {
  const testing::TestFolder folder;
  const std::string path = folder.path("d.db");
  const std::string url = "sqlite:" + path;
  int ready[2], go[2];
  ASSERT_TRUE(::pipe(ready) == 0 && ::pipe(go) == 0);
  const pid_t child = ::fork();  // before SQLite is in use here: its locks do not survive a fork
  if (child == 0) {
    const bool made = write(**open_database(url), "CREATE TABLE t (n BIGINT)").has_value();
    char byte = 0;
    if (!made || ::write(ready[1], "x", 1) != 1 || ::read(go[0], &byte, 1) != 1) ::_exit(2);
    auto database = open_database(url);
    const bool wrote = write(**database, "INSERT INTO t VALUES (1)").has_value();
    database->reset();  // the last one, as far as it can tell
    ::_exit(wrote ? 0 : 1);
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  const auto database = open_database(url);
  ASSERT_TRUE(database);
  ASSERT_TRUE(write(**database, "INSERT INTO t VALUES (2)"));
  ASSERT_EQ(::write(go[1], "x", 1), 1);
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(exists(path + "-wal"));
  ASSERT_TRUE(write(**database, "INSERT INTO t VALUES (3)"));
  const auto other = open_database(url);
  const auto rows = transact(**other, Access::read,
                             [](Transaction& tx) { return tx.all<std::int64_t>("SELECT n FROM t"); });
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->size(), 3U);
  for (const int end : {ready[0], ready[1], go[0], go[1]}) ::close(end);
}

}  // namespace
}  // namespace tomme::store
