#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include "io/store/errors.h"
#include "io/store/libpq_internal.h"
#include "io/store/local_host_internal.h"
#include "io/store/migration.h"
#include "io/store/postgres_address_internal.h"
#include "io/store/postgres_connection_internal.h"
#include "io/store/sql.h"
#include "io/store/store_test_support.h"
#include "io/system/errors.h"
#include "testing/folder.h"

/// What is particular to one of the databases, and what happens when they break.
namespace tomme::store {
namespace {

namespace fs = std::filesystem;
using testing::FaultProxy;
using testing::SmallDisk;
using tomme::testing::TestFolder;

Result<Answer> run(Database& database, std::string_view sql,
                   std::initializer_list<Parameter> parameters = {}) {
  return transact(database, Access::write, [&](Transaction& tx) { return tx.run(sql, parameters); });
}

TEST(OpenDatabase, RefusesAddressesThatCannotBe) {
  for (const char* url : {"", "test.db", "mysql://h/d", "sqlite:", "sqlite::memory:", "POSTGRES://h/d",
                          "postgres://h:port/d", "postgres://h/d?nonsense=1", "postgres://h/%zz"}) {
    const auto database = open_database(url);
    ASSERT_FALSE(database) << url;
    EXPECT_TRUE(database.error().is(kStoreAddress)) << database.error().message();
  }
}

TEST(OpenDatabase, ShowsNoPassword) {
  for (const char* url : {"postgres://me:hunter2@127.0.0.1:1/d", "postgres://me:hunter2@h:port/d",
                          "mysql://me:hunter2@h", "postgres://me:hunter2@127.0.0.1:1/d?options=%zz",
                          "postgres://me:hunter2%zz@h/d", "postgres://me:hunter2/x@127.0.0.1/d",
                          "postgres://me:x@hunter2@127.0.0.1/d", "postgres://me:1/hunter2@127.0.0.1/d"}) {
    const auto database = open_database(url);
    ASSERT_FALSE(database);
    EXPECT_FALSE(database.error().message().contains("hunter2")) << database.error().message();
  }
}

class SqliteTest : public ::testing::Test {
 protected:
  const TestFolder folder_;
  const std::string path_ = folder_.path("test.db");
};

TEST_F(SqliteTest, TheFileIsForItsUserOnly) {
  const auto database = *open_database("sqlite:" + path_);
  ASSERT_TRUE(run(*database, "CREATE TABLE t (n BIGINT)"));
  for (const char* end : {"", "-wal", "-shm"}) {
    EXPECT_EQ(fs::status(path_ + end).permissions(), fs::perms(0600)) << end;
  }
  EXPECT_EQ(database->describe(), "sqlite:" + path_);
}

TEST_F(SqliteTest, RefusesWhatIsNoDatabase) {
  std::ofstream(path_) << std::string(5000, 'x');
  EXPECT_TRUE(open_database("sqlite:" + path_).error().is(kStoreDamaged));
  EXPECT_TRUE(open_database("sqlite:" + folder_.path("missing/test.db")).error().is(kStoreUnreachable));
  EXPECT_FALSE(open_database("sqlite:" + folder_.path()));
}

TEST_F(SqliteTest, AFullDiskLeavesWhatWasThere) {
  const auto database = *open_database("sqlite:" + path_);
  ASSERT_TRUE(run(*database, "CREATE TABLE t (data BLOB)"));
  ASSERT_TRUE(run(*database, "INSERT INTO t VALUES ($1)", {Bytes(100)}));
  {
    const SmallDisk disk(64 * 1024);
    const auto full = run(*database, "INSERT INTO t VALUES ($1)", {Bytes(1'000'000)});
    ASSERT_FALSE(full);
    EXPECT_TRUE(full.error().is(kFileWrite)) << full.error().message();
  }
  ASSERT_TRUE(run(*database, "INSERT INTO t VALUES ($1)", {Bytes(1'000'000)}));
  EXPECT_EQ(run(*database, "SELECT 1 FROM t")->rows.size(), 2U);
  EXPECT_EQ(std::get<std::string>(run(*database, "PRAGMA integrity_check")->rows.at(0).values()[0]), "ok");
}

TEST_F(SqliteTest, ADamagedPageIsTold) {
  {
    const auto database = *open_database("sqlite:" + path_);
    ASSERT_TRUE(run(*database, "CREATE TABLE t (data BLOB)"));
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(run(*database, "INSERT INTO t VALUES ($1)", {Bytes(3000, 'x')}));
  }
  std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(4096);
  file << std::string(4096, '\xff');
  file.close();
  const auto database = open_database("sqlite:" + path_);
  EXPECT_TRUE(
      (database ? run(**database, "SELECT data FROM t").error() : database.error()).is(kStoreDamaged));
}

TEST(LocalHost, IsOnlyThisMachine) {
  for (const char* host : {"", "/run/postgresql", "@socket", "localhost", "127.0.0.1", "127.1.2.3", "::1",
                           "localhost,127.0.0.1"}) {
    EXPECT_TRUE(is_local_host(host)) << host;
  }
  for (const char* host :
       {"db", "10.0.0.1", "127.evil.test", "localhost.evil.test", "localhost,db", "::2", "0.0.0.0"}) {
    EXPECT_FALSE(is_local_host(host)) << host;
  }
}

std::string setting(const std::string& url, std::string_view keyword) {
  const auto address = PostgresAddress::parse(**PqLibrary::load(), url);
  if (!address) return "error";
  for (const auto& [name, value] : address->settings) {
    if (name == keyword) return value;
  }
  return "";
}

TEST(PostgresAddress, ServersElsewhereProveTheirName) {
  EXPECT_EQ(setting("postgres://db.test/d", "sslmode"), "verify-full");
  EXPECT_EQ(setting("postgres://localhost,db.test/d", "sslmode"), "verify-full");
  EXPECT_EQ(setting("postgres:///d?host=127.0.0.1&hostaddr=10.1.1.1", "sslmode"), "verify-full");
  EXPECT_EQ(setting("postgres:///d?service=x", "sslmode"), "verify-full");
  EXPECT_EQ(setting("postgres://db.test/d?sslmode=require", "sslmode"), "");
  EXPECT_EQ(setting("postgres://127.0.0.1/d", "sslmode"), "");
  EXPECT_EQ(setting("postgres:///d?host=/run/postgresql", "sslmode"), "");
  const auto address = PostgresAddress::parse(**PqLibrary::load(), "postgres://me:hunter2@db.test:77/name");
  EXPECT_EQ(address->description, "postgres://me@db.test:77/name");
}

TEST(Sqlstate, MeansOneOfOurCodes) {
  const std::pair<const char*, const ErrorCode*> kMeanings[] = {
      {"40001", &kStoreBusy},        {"40P01", &kStoreBusy},    {"55P03", &kStoreBusy},
      {"23505", &kStoreConstraint},  {"57014", &kStoreTimeout}, {"57P01", &kStoreUnreachable},
      {"08006", &kStoreUnreachable}, {"08P01", &kStoreQuery},   {"53100", &kFileWrite},
      {"53300", &kStoreUnreachable}, {"58030", &kFileWrite},    {"28P01", &kStoreDenied},
      {"42501", &kStoreDenied},      {"42601", &kStoreQuery},   {"25006", &kStoreQuery},
      {"XX001", &kStoreDamaged},     {"54000", &kFileTooLarge}, {"42P05", &kStorePooler},
      {"26000", &kStorePooler}};
  for (const auto& [state, code] : kMeanings) EXPECT_EQ(code_of_sqlstate(state).name, code->name) << state;
}

/// A real server behind a network that fails.
class PostgresTest : public ::testing::Test {
 protected:
  void SetUp() override {
    url_ = testing::environment("TOMME_TEST_POSTGRES");
    if (url_.empty()) GTEST_SKIP() << "tests/storage_test.py starts PostgreSQL for this";
    const auto port = url_.rfind("127.0.0.1:") + 10;
    const std::string digits = url_.substr(port, url_.find('/', port) - port);
    proxy_ = std::make_unique<FaultProxy>(static_cast<std::uint16_t>(std::stoi(digits)));
    through_ = url_;
    through_.replace(port, digits.size(), std::to_string(proxy_->port()));
    table_ = testing::unique_name();
    database_ = *open_database(through_);
    ASSERT_TRUE(run(*database_, "CREATE TABLE " + table_ + " (n BIGINT)"));
  }
  std::size_t rows() const { return run(*database_, "SELECT n FROM " + table_)->rows.size(); }
  std::string insert() const { return "INSERT INTO " + table_ + " VALUES (1)"; }

  std::string url_;
  std::string through_;
  std::string table_;
  std::unique_ptr<FaultProxy> proxy_;
  std::unique_ptr<Database> database_;
};

TEST_F(PostgresTest, ALostConnectionIsReplaced) {
  proxy_->cut_all();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_TRUE(run(*database_, insert()));
  int attempts = 0;
  const auto done = transact(*database_, Access::write, [&](Transaction& tx) -> Result<Answer> {
    if (++attempts == 1) {
      TRY(tx.run(insert()));
      proxy_->cut_all();
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return tx.run(insert());
  });
  EXPECT_TRUE(done) << done.error().message();
  EXPECT_EQ(attempts, 2);
  EXPECT_EQ(rows(), 2U);
}

TEST_F(PostgresTest, ACommitWhoseAnswerIsLostIsInDoubt) {
  int attempts = 0;
  const auto done = transact(*database_, Access::write, [&](Transaction& tx) -> Result<Answer> {
    ++attempts;
    auto answer = TRY(tx.run(insert()));
    proxy_->answers_to_lose = 1;
    return answer;
  });
  ASSERT_FALSE(done);
  EXPECT_TRUE(done.error().is(kStoreInDoubt)) << done.error().message();
  EXPECT_EQ(attempts, 1);
  EXPECT_EQ(rows(), 1U);
}

TEST_F(PostgresTest, ASilentServerIsGivenUp) {
  const auto database = *open_database(through_, {.connect = std::chrono::milliseconds(500),
                                                  .statement = std::chrono::milliseconds(100),
                                                  .attempts = 1});
  proxy_->stalled = true;
  const auto silent = run(*database, insert());
  ASSERT_FALSE(silent);
  EXPECT_TRUE(silent.error().is(kStoreTimeout)) << silent.error().message();
  EXPECT_TRUE(open_database(through_, {.connect = std::chrono::milliseconds(300)}).error().is(kStoreTimeout));
  proxy_->stalled = false;
  EXPECT_TRUE(run(*database, insert()));
}

TEST_F(PostgresTest, WrongPasswordsAreDenied) {
  std::string url = url_;
  const auto colon = url.find(':', 11);
  url.replace(colon + 1, url.find('@') - colon - 1, "hunter2");
  const auto denied = open_database(url);
  ASSERT_FALSE(denied);
  EXPECT_TRUE(denied.error().is(kStoreDenied)) << denied.error().message();
  EXPECT_FALSE(denied.error().message().contains("hunter2"));
  EXPECT_TRUE(open_database(url_.substr(0, url_.rfind('/')) + "/missing").error().is(kStoreUnreachable));
  EXPECT_TRUE(open_database("postgres://a@127.0.0.1:1/d").error().is(kStoreUnreachable));
}

TEST_F(PostgresTest, DeadlocksAreResolvedAndTriedAgain) {
  const std::string other = table_ + "b";
  ASSERT_TRUE(run(*database_, "CREATE TABLE " + other + " (n BIGINT)"));
  ASSERT_TRUE(run(*database_, insert()));
  ASSERT_TRUE(run(*database_, "INSERT INTO " + other + " VALUES (1)"));
  std::atomic<int> done = 0;
  {
    std::vector<std::jthread> threads;
    for (const auto& [first, second] : {std::pair(table_, other), std::pair(other, table_)}) {
      threads.emplace_back([&, first, second] {
        const auto result = transact(*database_, Access::write, [&](Transaction& tx) -> Result<Answer> {
          TRY(tx.run("UPDATE " + first + " SET n = n + 1"));
          std::this_thread::sleep_for(std::chrono::milliseconds(100));
          return tx.run("UPDATE " + second + " SET n = n + 1");
        });
        EXPECT_TRUE(result) << result.error().message();
        if (result) ++done;
      });
    }
  }
  EXPECT_EQ(done, 2);
  EXPECT_EQ(std::get<std::int64_t>(run(*database_, "SELECT n FROM " + table_)->rows.at(0).values()[0]), 3);
}

}  // namespace
}  // namespace tomme::store
