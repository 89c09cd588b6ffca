#include "app/repository/queue.h"

#include <gtest/gtest.h>
#include <string>

#include "app/repository/schema.h"
#include "io/store/errors.h"
#include "testing/folder.h"

namespace tomme::repository {
namespace {

class QueueTest : public ::testing::Test {
 protected:
  testing::TestFolder folder_;
  std::unique_ptr<store::Database> database_ = *store::open_database("sqlite:" + folder_.path("q.db"));
  Queue queue_{*database_};

  void SetUp() override { ASSERT_TRUE(prepare_tables(*database_)); }
  void add(std::size_t first, std::size_t count) {
    std::vector<Change> changes;
    for (std::size_t i = first; i < first + count; ++i) {
      changes.push_back(*Change::set("f" + std::to_string(i), *TargetFile::make(i, sha256({}))));
    }
    ASSERT_TRUE(queue_.add(changes));
  }
  void finish(const Queue::Batch& batch) {
    ASSERT_TRUE(store::transact(*database_, store::Access::write,
                                [&](store::Transaction& tx) { return Queue::done(tx, batch); }));
  }
};

TEST_F(QueueTest, GivesBackWhatCameInItsOrder) {
  const std::vector<Change> changes = {
      *Change::set("b", *TargetFile::make(5, sha256(bytes_of("x")), R"({"k":1})")), *Change::remove("a"),
      *Change::set("a", *TargetFile::make(0, sha256({})))};
  ASSERT_TRUE(queue_.add(changes));
  const Queue::Batch batch = *queue_.take(10);
  ASSERT_EQ(batch.changes.size(), 3U);
  EXPECT_FALSE(batch.more);
  EXPECT_EQ(batch.changes[0].path(), "b");
  EXPECT_EQ(*batch.changes[0].file(), *changes[0].file());
  EXPECT_FALSE(batch.changes[1].file());
  EXPECT_EQ(batch.changes[2].file()->length(), 0U);
  EXPECT_EQ(queue_.take(10)->changes.size(), 3U);  // it stays until it is done
}

TEST_F(QueueTest, TakesAtMostWhatWasAskedFor) {
  add(0, 25'000);
  Queue::Batch batch = *queue_.take(20'001);
  ASSERT_EQ(batch.changes.size(), 20'001U);
  EXPECT_TRUE(batch.more);
  EXPECT_EQ(batch.rows.size(), 1U);
  finish(batch);
  batch = *queue_.take(4'999);
  ASSERT_EQ(batch.changes.size(), 4'999U);
  EXPECT_FALSE(batch.more);
  EXPECT_EQ(batch.changes.front().path(), "f20001");
  finish(batch);
  EXPECT_EQ(*queue_.size(), 0U);
}

// In PostgreSQL a transaction may take a number and end after one with a higher number was published.
TEST_F(QueueTest, LeavesRowsThatItDidNotSee) {
  add(0, 3);
  ASSERT_TRUE(store::transact(*database_, store::Access::write, [](store::Transaction& tx) {
    return tx.run("DELETE FROM tuf_change WHERE path = 'f1'");
  }));
  const Queue::Batch batch = *queue_.take(10);
  EXPECT_EQ(batch.rows, (std::vector<std::pair<std::int64_t, std::int64_t>>{{1, 1}, {3, 3}}));
  ASSERT_TRUE(store::transact(*database_, store::Access::write, [](store::Transaction& tx) {
    return tx.run("INSERT INTO tuf_change (id, path) VALUES (2, 'late')");
  }));
  finish(batch);
  ASSERT_EQ(*queue_.size(), 1U);
  EXPECT_EQ(queue_.take(10)->changes.front().path(), "late");
}

TEST_F(QueueTest, OutlivesItsProcess) {
  add(0, 3);
  database_ = *store::open_database("sqlite:" + folder_.path("q.db"));
  EXPECT_EQ(*Queue(*database_).size(), 3U);
}

TEST_F(QueueTest, RowsOfSomebodyElseAreLeftAndNotInTheWay) {
  const auto good = [](const char* path) { return *Change::set(path, *TargetFile::make(1, Sha256())); };
  ASSERT_TRUE(queue_.add(std::vector{good("good/1")}));
  const std::string digest(32, 'x');
  const auto insert = [&](const std::string& path, store::Parameter length, store::Parameter sha256,
                          store::Parameter custom) {
    return store::transact(*database_, store::Access::write, [&](store::Transaction& tx) -> Result<void> {
      TRY(tx.run("INSERT INTO tuf_change (path, length, sha256, custom) VALUES ($1, $2, $3, $4)",
                 {path, length, sha256, custom}));
      return {};
    });
  };
  const std::int64_t one = 1;
  const std::string too_long(16 * 1024, 'x');
  for (const std::string& path :
       std::vector<std::string>{"../../etc/passwd", "/etc/passwd", "a/../b", "a/./b", "a/", "", "line\nfeed",
                                "\x1b[2J", std::string(1025, 'x')}) {
    ASSERT_TRUE(insert(path, one, bytes_of(digest), nullptr)) << path;
  }
  ASSERT_TRUE(insert("a", std::int64_t{-1}, bytes_of(digest), nullptr));
  ASSERT_TRUE(insert("a", one, bytes_of("short"), nullptr));
  ASSERT_TRUE(insert("a", one, nullptr, nullptr));  // no removal either
  ASSERT_TRUE(insert("a", nullptr, nullptr, std::string("{}")));
  ASSERT_TRUE(insert("a", one, bytes_of(digest), std::string("[]")));
  ASSERT_TRUE(insert("a", one, bytes_of(digest), std::string("{\"a\": 1.5}")));
  ASSERT_TRUE(insert("a", one, bytes_of(digest), "{\"a\": \"" + too_long + "\"}"));
  ASSERT_TRUE(queue_.add(std::vector{good("good/2"), *Change::remove("../etc/passwd")}));
  const auto batch = queue_.take(100);
  ASSERT_TRUE(batch) << batch.error().message();
  EXPECT_EQ(batch->unreadable, 16U);
  EXPECT_TRUE(batch->first_unreadable->message().starts_with("row 2 of the queue: "))
      << batch->first_unreadable->message();
  ASSERT_EQ(batch->changes.size(), 3U);
  EXPECT_EQ(batch->changes[1].path(), "good/2");
  ASSERT_TRUE(store::transact(*database_, store::Access::write,
                              [&](store::Transaction& tx) { return Queue::done(tx, *batch); }));
  EXPECT_EQ(*queue_.size(), 16U);
}

// SQLite takes any type for any column: what an index writes by a slip must not end all publications.
TEST_F(QueueTest, RowsOfOtherTypesAreLeftAndNotInTheWay) {
  const auto good = [](const char* path) { return *Change::set(path, *TargetFile::make(1, Sha256())); };
  const auto run = [&](std::string_view sql) {
    return store::transact(*database_, store::Access::write,
                           [&](store::Transaction& tx) { return tx.run(sql); });
  };
  const std::string kDigest = "zeroblob(32)";
  const std::vector<std::string> rows = {
      "x'61', 1, " + kDigest + ", NULL",   "7.5, 1, " + kDigest + ", NULL",
      "'a', 'one', " + kDigest + ", NULL", "'a', x'01', " + kDigest + ", NULL",
      "'a', 1.5, " + kDigest + ", NULL",   "'a', 1, 'a text of just as many characters', NULL",
      "'a', 1, " + kDigest + ", x'7b7d'",
  };
  for (const std::string& row : rows) {
    const auto refused = run("INSERT INTO tuf_change (path, length, sha256, custom) VALUES (" + row + ")");
    if (refused) continue;  // affinity made it fit: 7.5 as a path is the text "7.5"
    EXPECT_TRUE(refused.error().is(kStoreConstraint)) << row << ": " << refused.error().message();
  }
  EXPECT_LE(*queue_.size(), 2U);
  EXPECT_FALSE(run("UPDATE tuf_change SET path = x'61'"));
  // As a database of before, or one whose triggers somebody dropped.
  ASSERT_TRUE(run("DELETE FROM tuf_change"));
  ASSERT_TRUE(run("DROP TRIGGER tuf_change_added"));
  ASSERT_TRUE(queue_.add(std::vector{good("good/1")}));
  for (const std::string& row : rows)
    ASSERT_TRUE(run("INSERT INTO tuf_change (path, length, sha256, custom) VALUES (" + row + ")")) << row;
  ASSERT_TRUE(run("INSERT INTO tuf_change (path, length, sha256, custom) VALUES ('a', 1, " + kDigest +
                  ", CAST(zeroblob(99000000) AS TEXT))"));
  ASSERT_TRUE(queue_.add(std::vector{good("good/2")}));
  const auto batch = queue_.take(100);
  ASSERT_TRUE(batch) << batch.error().message();
  EXPECT_EQ(batch->unreadable, rows.size());  // all but "7.5"
  ASSERT_EQ(batch->changes.size(), 3U);
  EXPECT_EQ(batch->changes.back().path(), "good/2");
}

TEST_F(QueueTest, ADatabaseOfBeforeGetsTheTypes) {
  ASSERT_TRUE(store::transact(*database_, store::Access::write, [](store::Transaction& tx) -> Result<void> {
    TRY(tx.run("DROP TRIGGER tuf_change_added"));
    TRY(tx.run("DROP TRIGGER tuf_change_changed"));
    TRY(tx.run("DELETE FROM tomme_migration WHERE part = 'tuf' AND step = 2"));
    TRY(tx.run("INSERT INTO tuf_change (path) VALUES (x'61')"));
    return {};
  }));
  ASSERT_TRUE(prepare_tables(*database_));
  EXPECT_EQ(queue_.take(10)->unreadable, 1U);  // what is there stays
  EXPECT_FALSE(store::transact(*database_, store::Access::write, [](store::Transaction& tx) {
    return tx.run("INSERT INTO tuf_change (path) VALUES (x'61')");
  }));
}

}  // namespace
}  // namespace tomme::repository
