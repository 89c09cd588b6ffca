#include "io/store/sql.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <iostream>
#include <thread>

#include "io/store/errors.h"
#include "io/store/migration.h"
#include "io/store/store_test_support.h"
#include "io/system/errors.h"
#include "testing/folder.h"

/// One suite for both databases. PostgreSQL's address comes from TOMME_TEST_POSTGRES (tests/storage_test.py
/// starts one); without it, its part is not there.
namespace tomme::store {
namespace {

using testing::Child;
using tomme::testing::TestFolder;

std::vector<std::string> kinds() {
  std::vector<std::string> out = {"sqlite"};
  if (!testing::environment("TOMME_TEST_POSTGRES").empty()) out.emplace_back("postgresql");
  return out;
}

class SqlTest : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (GetParam() == "sqlite") {
      url_ = "sqlite:" + folder_.path("test.db");
    } else {
      const std::string server = testing::environment("TOMME_TEST_POSTGRES");
      const std::string schema = testing::unique_name();
      auto outside = open_database(server);
      ASSERT_TRUE(outside) << outside.error().message();
      ASSERT_TRUE(transact(**outside, Access::write,
                           [&](Transaction& tx) { return tx.run("CREATE SCHEMA " + schema); }));
      url_ = server + "?options=-csearch_path%3D" + schema;
    }
    database_ = open();
    ASSERT_TRUE(database_);
  }
  std::unique_ptr<Database> open(const DatabaseLimits& limits = {}) const {
    auto database = open_database(url_, limits);
    if (!database) ADD_FAILURE() << database.error().message();
    return database ? *std::move(database) : nullptr;
  }
  /// One statement in a transaction of its own.
  Result<Answer> run(std::string_view sql, std::initializer_list<Parameter> parameters = {}) const {
    return run(*database_, Access::write, sql, parameters);
  }
  static Result<Answer> run(Database& database, Access access, std::string_view sql,
                            std::initializer_list<Parameter> parameters = {}) {
    return transact(database, access,
                    [&](Transaction& tx) { return tx.run(for_dialect(sql, tx.dialect()), parameters); });
  }
  std::int64_t number(std::string_view sql) const {
    const auto answer = run(sql);
    if (!answer || answer->rows.size() != 1) return -1;
    return std::get<std::int64_t>(answer->rows[0].values().at(0));
  }
  void make_table() const {
    ASSERT_TRUE(run("CREATE TABLE t (id {identity}, name {text} UNIQUE, n BIGINT, data {bytes})"));
  }

  const TestFolder folder_;
  std::string url_;
  std::unique_ptr<Database> database_;
};

INSTANTIATE_TEST_SUITE_P(, SqlTest, ::testing::ValuesIn(kinds()),
                         [](const auto& test) { return test.param; });

TEST(Storage, IsTestedOnServersByPytest) {
  if (!testing::environment("TOMME_TEST_POSTGRES").empty() && !testing::environment("TOMME_TEST_S3").empty())
    return;
  GTEST_SKIP() << "PostgreSQL and S3 are tested where tests/storage_test.py starts them";
}

TEST_P(SqlTest, GivesBackWhatWasPut) {
  make_table();
  const Bytes bytes = {0, 1, 0xff, '\\', 'x'};
  const std::string text = "\xc3\xa9'\"\\ \xf0\x9f\xa7\x80\n$1";
  const std::int64_t least = std::numeric_limits<std::int64_t>::min();
  ASSERT_TRUE(run("INSERT INTO t (name, n, data) VALUES ($1, $2, $3)", {text, least, bytes}));
  ASSERT_TRUE(run("INSERT INTO t (name, n, data) VALUES ($2, $3, $1)", {Bytes(), "", INT64_MAX}));
  ASSERT_TRUE(
      run("INSERT INTO t (name, n, data) VALUES ($1, $2, $3)", {nullptr, nullptr, std::optional<Bytes>()}));
  const auto rows = transact(*database_, Access::read, [](Transaction& tx) {
    return tx.all<std::optional<std::string>, std::optional<std::int64_t>, std::optional<Bytes>>(
        "SELECT name, n, data FROM t ORDER BY id");
  });
  ASSERT_TRUE(rows) << rows.error().message();
  ASSERT_EQ(rows->size(), 3U);
  EXPECT_EQ(rows->at(0), std::tuple(text, least, bytes));
  EXPECT_EQ(rows->at(1), std::tuple("", INT64_MAX, Bytes()));
  EXPECT_EQ(rows->at(2), std::tuple(std::nullopt, std::nullopt, std::nullopt));
}

TEST_P(SqlTest, KeepsLargeBytes) {
  make_table();
  const Bytes bytes(3'000'000, 0xa5);
  ASSERT_TRUE(run("INSERT INTO t (data) VALUES ($1)", {bytes}));
  database_ = open();
  const auto found = run("SELECT data FROM t WHERE data = $1", {bytes});
  ASSERT_TRUE(found && found->rows.size() == 1);
  EXPECT_EQ(std::get<Bytes>(found->rows[0].values()[0]), bytes);
}

TEST_P(SqlTest, SortsTextByItsBytes) {
  make_table();
  for (const char* name : {"b", "B", "a-b", "ab", "\xc3\xa9", "z", "A"}) {
    ASSERT_TRUE(run("INSERT INTO t (name) VALUES ($1)", {name}));
  }
  const auto rows = run("SELECT name FROM t ORDER BY name");
  ASSERT_TRUE(rows);
  std::string order;
  for (const Row& row : rows->rows) order += std::get<std::string>(row.values()[0]) + " ";
  EXPECT_EQ(order, "A B a-b ab b z \xc3\xa9 ");
  EXPECT_EQ(number("SELECT COUNT(*) FROM t WHERE name > 'Z' AND name < 'b'"), 2);
}

TEST_P(SqlTest, RefusesTextThatIsNone) {
  make_table();
  const std::string nul("a\0b", 3);
  EXPECT_TRUE(run("INSERT INTO t (name) VALUES ($1)", {nul}).error().is(kStoreValue));
  EXPECT_TRUE(run("INSERT INTO t (name) VALUES ($1)", {"\xff"}).error().is(kStoreValue));
  EXPECT_EQ(number("SELECT COUNT(*) FROM t"), 0);
}

TEST_P(SqlTest, TellsWhatChanged) {
  make_table();
  const std::string_view insert =
      "INSERT INTO t (name, n) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET n = t.n + 1 RETURNING n";
  EXPECT_EQ(std::get<std::int64_t>(run(insert, {"a"})->rows.at(0).values()[0]), 1);
  EXPECT_EQ(std::get<std::int64_t>(run(insert, {"a"})->rows.at(0).values()[0]), 2);
  EXPECT_EQ(run(insert, {"b"})->changed, 1);
  EXPECT_EQ(run("UPDATE t SET n = 5")->changed, 2);
  EXPECT_EQ(run("SELECT n FROM t")->changed, 0);
  EXPECT_EQ(run("INSERT INTO t (name) VALUES ('a') ON CONFLICT DO NOTHING")->changed, 0);
  EXPECT_EQ(run("DELETE FROM t WHERE name = $1", {"a"})->changed, 1);
  EXPECT_EQ(run("CREATE TABLE other (n BIGINT)")->changed, 0);
  EXPECT_EQ(number("SELECT SUM(n) FROM t"), 5);
  EXPECT_EQ(number("SELECT n = 5 FROM t"), 1);
}

TEST_P(SqlTest, ABrokenRuleEndsTheTransaction) {
  make_table();
  auto tx = *Transaction::begin(*database_, Access::write);
  ASSERT_TRUE(tx.run("INSERT INTO t (name) VALUES ('a')"));
  const auto twice = tx.run("INSERT INTO t (name) VALUES ('a')");
  ASSERT_FALSE(twice);
  EXPECT_TRUE(twice.error().is(kStoreConstraint)) << twice.error().message();
  EXPECT_TRUE(tx.run("SELECT 1").error().is(kStoreQuery));
  EXPECT_TRUE(tx.commit().error().is(kStoreQuery));
  {
    const auto gone = std::move(tx);
  }
  EXPECT_EQ(number("SELECT COUNT(*) FROM t"), 0);
}

TEST_P(SqlTest, ObeysForeignKeys) {
  ASSERT_TRUE(run("CREATE TABLE a (id BIGINT PRIMARY KEY)"));
  ASSERT_TRUE(run("CREATE TABLE b (a BIGINT NOT NULL REFERENCES a (id) ON DELETE CASCADE)"));
  EXPECT_TRUE(run("INSERT INTO b VALUES (1)").error().is(kStoreConstraint));
  ASSERT_TRUE(run("INSERT INTO a VALUES (1)"));
  ASSERT_TRUE(run("INSERT INTO b VALUES (1)"));
  ASSERT_TRUE(run("DELETE FROM a"));
  EXPECT_EQ(number("SELECT COUNT(*) FROM b"), 0);
}

TEST_P(SqlTest, RollsBackWhatIsNotCommitted) {
  make_table();
  {
    auto tx = *Transaction::begin(*database_, Access::write);
    ASSERT_TRUE(tx.run("INSERT INTO t (name) VALUES ('a')"));
  }
  const auto failed = transact(*database_, Access::write, [](Transaction& tx) -> Result<int> {
    TRY(tx.run("INSERT INTO t (name) VALUES ('b')"));
    return fail(kStoreKey, "thought better of it");
  });
  EXPECT_TRUE(failed.error().is(kStoreKey));
  EXPECT_EQ(number("SELECT COUNT(*) FROM t"), 0);
}

TEST_P(SqlTest, ReadingDoesNotWrite) {
  make_table();
  EXPECT_TRUE(run(*database_, Access::read, "INSERT INTO t (n) VALUES (1)").error().is(kStoreQuery));
  EXPECT_TRUE(run("INSERT INTO t (n) VALUES (1)"));
}

TEST_P(SqlTest, ReadsOneStateWhileOthersWrite) {
  make_table();
  auto reader = *Transaction::begin(*database_, Access::read);
  ASSERT_TRUE(reader.run("SELECT 1 FROM t"));
  ASSERT_TRUE(run("INSERT INTO t (n) VALUES (1)"));
  EXPECT_TRUE(reader.run("SELECT 1 FROM t")->rows.empty());
  EXPECT_TRUE(reader.commit());
  EXPECT_EQ(number("SELECT COUNT(*) FROM t"), 1);
}

TEST_P(SqlTest, ChangesOfManyAddUp) {
  ASSERT_TRUE(run("CREATE TABLE counter (n BIGINT)"));
  ASSERT_TRUE(run("INSERT INTO counter VALUES (0)"));
  const auto database = open({.attempts = 200});
  const auto add_one = [](Transaction& tx) -> Result<Answer> {
    const auto found = TRY(tx.first<std::int64_t>("SELECT n FROM counter"));
    return tx.run("UPDATE counter SET n = $1", {std::get<0>(found.value()) + 1});
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int j = 0; j < 20; ++j) {
          const auto added = transact(*database, Access::write, add_one);
          EXPECT_TRUE(added) << added.error().message();
        }
      });
    }
  }
  EXPECT_EQ(number("SELECT n FROM counter"), 80);
}

TEST_P(SqlTest, TwoThatLookBeforeTheyWriteDoNotBothWrite) {
  make_table();
  const auto database = open({.attempts = 200});
  const auto if_none = [](Transaction& tx) -> Result<Answer> {
    auto seen = TRY(tx.run("SELECT 1 FROM t WHERE n = 7"));
    if (!seen.rows.empty()) return seen;
    return tx.run("INSERT INTO t (n) VALUES (7)");
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] { EXPECT_TRUE(transact(*database, Access::write, if_none)); });
    }
  }
  EXPECT_EQ(number("SELECT COUNT(*) FROM t"), 1);
}

TEST_P(SqlTest, GivesUpWaitingForAWriter) {
  make_table();
  ASSERT_TRUE(run("INSERT INTO t (n) VALUES (1)"));
  const auto other = open({.busy = std::chrono::milliseconds(50), .attempts = 2});
  auto holder = *Transaction::begin(*database_, Access::write);
  ASSERT_TRUE(holder.run("UPDATE t SET n = 2"));
  const auto late = run(*other, Access::write, "UPDATE t SET n = 3");
  ASSERT_FALSE(late);
  EXPECT_TRUE(late.error().is(kStoreBusy)) << late.error().message();
  EXPECT_TRUE(holder.commit());
  EXPECT_TRUE(run(*other, Access::write, "UPDATE t SET n = 3"));
}

TEST_P(SqlTest, StopsAStatementThatTakesTooLong) {
  const auto database = open({.statement = std::chrono::milliseconds(200)});
  const auto endless = run(*database, Access::read,
                           "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) "
                           "SELECT COUNT(*) FROM c WHERE n < 0");
  ASSERT_FALSE(endless);
  EXPECT_TRUE(endless.error().is(kStoreTimeout)) << endless.error().message();
  EXPECT_TRUE(run(*database, Access::read, "SELECT 1"));
}

TEST_P(SqlTest, LimitsConnectionsAndAnswers) {
  make_table();
  const auto database =
      open({.sessions = 1, .connect = std::chrono::milliseconds(500), .answer_bytes = 1000});
  {
    const auto only = *Transaction::begin(*database, Access::read);
    EXPECT_TRUE(Transaction::begin(*database, Access::read).error().is(kStoreTimeout));
  }
  ASSERT_TRUE(run("INSERT INTO t (data) VALUES ($1)", {Bytes(1001)}));
  EXPECT_TRUE(run(*database, Access::read, "SELECT data FROM t").error().is(kFileTooLarge));
  ASSERT_TRUE(run("UPDATE t SET data = $1", {Bytes(900)}));
  EXPECT_TRUE(run(*database, Access::read, "SELECT data FROM t"));
}

TEST_P(SqlTest, RefusesColumnsOfAnotherKind) {
  const auto read_integer = [&](std::string_view sql) {
    return transact(*database_, Access::read, [&](Transaction& tx) { return tx.first<std::int64_t>(sql); });
  };
  EXPECT_TRUE(read_integer("SELECT 1"));
  EXPECT_TRUE(read_integer("SELECT 'a'").error().is(kStoreSchema));
  EXPECT_TRUE(read_integer("SELECT NULL").error().is(kStoreSchema));
  EXPECT_TRUE(read_integer("SELECT 1, 2").error().is(kStoreSchema));
  EXPECT_TRUE(read_integer("SELECT 1.5").error().is(kStoreSchema));
}

TEST_P(SqlTest, RefusesWhatIsNoStatement) {
  make_table();
  for (const char* sql :
       {"", "SELEC 1", "SELECT 1 FROM missing", "SELECT 1; SELECT 2", "DROP TABLE t; SELECT 1",
        "COPY (SELECT 1) TO STDOUT", "COPY t FROM STDIN", "SELECT \"nothing\" FROM t"}) {
    const auto answer = run(sql);
    ASSERT_FALSE(answer) << sql;
    EXPECT_TRUE(answer.error().is(kStoreQuery)) << answer.error().message();
  }
  EXPECT_TRUE(run("SELECT $1", {}).error().is(kStoreQuery));
  EXPECT_EQ(number("SELECT COUNT(*) FROM t"), 0);
}

TEST_P(SqlTest, ForgetsStatementsAboveItsNumber) {
  const auto database = open({.sessions = 1});
  for (int i = 0; i < 300; ++i) {
    const auto answer = run(*database, Access::read, "SELECT " + std::to_string(i) + " + $1", {1});
    ASSERT_TRUE(answer) << answer.error().message();
    ASSERT_EQ(std::get<std::int64_t>(answer->rows.at(0).values()[0]), i + 1);
  }
}

TEST_P(SqlTest, SeesTablesThatOthersChange) {
  make_table();
  const auto other = open({.sessions = 1});
  EXPECT_EQ(run(*other, Access::read, "SELECT * FROM t")->rows.size(), 0U);
  ASSERT_TRUE(run("ALTER TABLE t ADD COLUMN more BIGINT"));
  ASSERT_TRUE(run("INSERT INTO t (more) VALUES (1)"));
  const auto seen = run(*other, Access::read, "SELECT * FROM t");
  ASSERT_TRUE(seen) << seen.error().message();
  EXPECT_EQ(seen->rows.at(0).values().size(), 5U);
}

TEST_P(SqlTest, CountsNeverGiveANumberTwice) {
  make_table();
  ASSERT_TRUE(run("INSERT INTO t (n) VALUES (1)"));
  ASSERT_TRUE(run("DELETE FROM t"));
  ASSERT_TRUE(run("INSERT INTO t (n) VALUES (1)"));
  EXPECT_EQ(number("SELECT id FROM t"), 2);
}

/// Started by the next test and killed by it.
TEST(SqlChild, DISABLED_WritesAndWaits) {
  const auto database = open_database(testing::environment("TOMME_TEST_CHILD"));
  ASSERT_TRUE(database);
  auto tx = *Transaction::begin(**database, Access::write);
  ASSERT_TRUE(tx.run("INSERT INTO t (name) VALUES ('half')"));
  std::cout << "written" << std::endl;
  std::this_thread::sleep_for(std::chrono::seconds(60));
}

TEST_P(SqlTest, AKilledWriterLeavesNothingAndHoldsNothing) {
  make_table();
  Child child("SqlChild.*", url_);
  ASSERT_TRUE(child.wait_for("written"));
  child.kill();
  const auto after = run("INSERT INTO t (name) VALUES ('half')");
  ASSERT_TRUE(after) << after.error().message();
  EXPECT_EQ(number("SELECT COUNT(*) FROM t"), 1);
}

// Migrations

const std::vector<Migration> kSteps = {
    {"first", {"CREATE TABLE one (id {identity}, name {text})", "INSERT INTO one (name) VALUES ('a')"}},
    {"second", {"ALTER TABLE one ADD COLUMN data {bytes}"}},
    {"third", {"CREATE TABLE two (n BIGINT)", "INSERT INTO two VALUES (3)"}},
};

TEST_P(SqlTest, MigratesStepByStep) {
  EXPECT_EQ(migrated_steps(*database_, "p"), 0U);
  ASSERT_TRUE(migrate(*database_, "p", std::span(kSteps).first(1)));
  EXPECT_EQ(migrated_steps(*database_, "p"), 1U);
  const auto rest = migrate(*database_, "p", kSteps);
  ASSERT_TRUE(rest) << rest.error().message();
  ASSERT_TRUE(migrate(*database_, "p", kSteps));
  EXPECT_EQ(migrated_steps(*database_, "p"), 3U);
  EXPECT_EQ(number("SELECT COUNT(*) FROM one WHERE data IS NULL"), 1);
  EXPECT_EQ(number("SELECT n FROM two"), 3);
  const std::vector<Migration> others = {{"first", {"CREATE TABLE other (n BIGINT)"}}};
  ASSERT_TRUE(migrate(*database_, "q", others));
  EXPECT_EQ(migrated_steps(*database_, "q"), 1U);
}

TEST_P(SqlTest, RefusesTablesOfANewerVersion) {
  ASSERT_TRUE(migrate(*database_, "p", kSteps));
  const auto older = migrate(*database_, "p", std::span(kSteps).first(2));
  ASSERT_FALSE(older);
  EXPECT_TRUE(older.error().is(kStoreSchema));
  EXPECT_TRUE(older.error().message().contains("third"));
  std::vector<Migration> renamed = kSteps;
  renamed[1].name = "another";
  EXPECT_TRUE(migrate(*database_, "p", renamed).error().is(kStoreSchema));
}

TEST_P(SqlTest, AStepThatFailsLeavesTheOnesBefore) {
  std::vector<Migration> steps = kSteps;
  steps[2].statements = {"CREATE TABLE two (n BIGINT)", "INSERT INTO nowhere VALUES (1)"};
  const auto failed = migrate(*database_, "p", steps);
  ASSERT_FALSE(failed);
  EXPECT_TRUE(failed.error().is(kStoreQuery));
  EXPECT_TRUE(failed.error().message().starts_with("migration p, third: ")) << failed.error().message();
  EXPECT_EQ(migrated_steps(*database_, "p"), 2U);
  const auto mended = migrate(*database_, "p", kSteps);
  ASSERT_TRUE(mended) << mended.error().message();
}

TEST_P(SqlTest, MigratesOnceHoweverManyTry) {
  std::vector<std::unique_ptr<Database>> databases;
  for (int i = 0; i < 6; ++i) databases.push_back(open());
  {
    std::vector<std::jthread> threads;
    for (const auto& database : databases) {
      threads.emplace_back([&] {
        const auto done = migrate(*database, "p", kSteps);
        EXPECT_TRUE(done) << done.error().message();
      });
    }
  }
  EXPECT_EQ(number("SELECT COUNT(*) FROM two"), 1);
}

}  // namespace
}  // namespace tomme::store
