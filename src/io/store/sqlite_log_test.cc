#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/store/file.h"
#include "io/store/sql.h"
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
  int go[2];
  ASSERT_EQ(::pipe(go), 0);
  const pid_t child = ::fork();  // before SQLite is in use here: its locks do not survive a fork
  if (child == 0) {
    char octet = 0;
    if (::read(go[0], &octet, 1) != 1) ::_exit(2);
    auto database = open_database("sqlite:" + path);
    const bool wrote = database && write(**database, "INSERT INTO t VALUES (1)");
    database->reset();
    ::_exit(wrote ? 0 : 1);
  }
  const auto database = open_database("sqlite:" + path);
  ASSERT_TRUE(database);
  ASSERT_TRUE(write(**database, "CREATE TABLE t (n BIGINT)"));
  ASSERT_EQ(::write(go[1], "x", 1), 1);
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(exists(path + "-wal"));
  ASSERT_TRUE(write(**database, "INSERT INTO t VALUES (2)"));
  const auto other = open_database("sqlite:" + path);
  const auto rows = transact(**other, Access::read,
                             [](Transaction& tx) { return tx.all<std::int64_t>("SELECT n FROM t"); });
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->size(), 2U);
  ::close(go[0]);
  ::close(go[1]);
}

}  // namespace
}  // namespace tomme::store
