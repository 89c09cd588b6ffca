#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <semaphore>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <unordered_map>

#include "core/encoding/text.h"
#include "io/store/databases_internal.h"
#include "io/store/errors.h"
#include "io/store/libsqlite_internal.h"
#include "io/system/errors.h"
#include "io/system/file.h"

namespace tomme::store {

namespace {

using Clock = std::chrono::steady_clock;

struct CloseDatabase {
  const SqliteLibrary* lib;
  void operator()(sqlite3* database) const { lib->close_v2(database); }
};
struct FinishStatement {
  const SqliteLibrary* lib;
  void operator()(sqlite3_stmt* statement) const { lib->finalize(statement); }
};
using Handle = std::unique_ptr<sqlite3, CloseDatabase>;
using Prepared = std::unique_ptr<sqlite3_stmt, FinishStatement>;

constexpr std::size_t kPrepared = 256;      // statements kept by a session
constexpr int kStepsBetweenLooks = 10'000;  // of SQLite's machine, between two looks at the clock

const ErrorCode& code_of(int result) {
  switch (result & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return kStoreBusy;
    case SQLITE_CONSTRAINT:
      return kStoreConstraint;
    case SQLITE_INTERRUPT:
      return kStoreTimeout;
    case SQLITE_IOERR:
      return result == SQLITE_IOERR_READ || result == SQLITE_IOERR_SHORT_READ ? kFileRead : kFileWrite;
    case SQLITE_FULL:
    case SQLITE_READONLY:
    case SQLITE_NOMEM:
      return kFileWrite;
    case SQLITE_CANTOPEN:
      return kStoreUnreachable;
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return kStoreDenied;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return kStoreDamaged;
    case SQLITE_TOOBIG:
      return kFileTooLarge;
    default:
      return kStoreQuery;
  }
}

/// Writers of this process, in the order in which they came: SQLite's own waiting is by sleeping and luck.
using WriterTurn = std::binary_semaphore;

class SqliteSession final : public Session {
 public:
  SqliteSession(const SqliteLibrary& lib, Handle handle, std::string name, const DatabaseLimits& limits,
                WriterTurn& turn)
      : lib_(lib), handle_(std::move(handle)), name_(std::move(name)), limits_(limits), turn_(turn) {
    lib_.progress_handler(handle_.get(), kStepsBetweenLooks, &SqliteSession::look, this);
  }
  ~SqliteSession() override { end_turn(); }

  Result<void> set_up();
  Result<Answer> run(std::string_view sql, Parameters parameters) override;
  Result<void> begin(Access access) override;
  Result<void> commit() override;
  void rollback() override;
  Dialect dialect() const override { return Dialect::sqlite; }
  bool usable() const override { return usable_ && lib_.get_autocommit(handle_.get()) != 0; }

 private:
  static int look(void* session) { return Clock::now() > static_cast<SqliteSession*>(session)->deadline_; }
  std::unexpected<Error> error(int result) const;
  Result<sqlite3_stmt*> prepare(std::string_view sql);
  Result<void> bind(sqlite3_stmt* statement, Parameters parameters) const;
  Result<Answer> step_through(sqlite3_stmt* statement) const;
  Result<void> simple(std::string_view sql);
  void end_turn();

  const SqliteLibrary& lib_;
  const Handle handle_;
  const std::string name_;
  const DatabaseLimits& limits_;
  WriterTurn& turn_;
  std::unordered_map<std::string, Prepared> prepared_;  // goes before handle_
  Clock::time_point deadline_ = Clock::time_point::max();
  bool reading_ = false;
  bool has_turn_ = false;
  bool usable_ = true;
};

std::unexpected<Error> SqliteSession::error(int result) const {
  const char* words = lib_.errmsg(handle_.get());
  return fail(code_of(result), name_ + ": " + printable(words != nullptr ? words : lib_.errstr(result)));
}

Result<void> SqliteSession::simple(std::string_view sql) {
  TRY(run(sql, {}));
  return {};
}

Result<void> SqliteSession::set_up() {
  sqlite3* const db = handle_.get();
  lib_.extended_result_codes(db, 1);
  lib_.db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  lib_.db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  lib_.db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);  // "x" is a name, never a text
  lib_.db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  lib_.db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
  lib_.busy_timeout(db, static_cast<int>(limits_.busy.count()));
  // The change to WAL does not wait for others by itself.
  const Clock::time_point give_up = Clock::now() + limits_.busy;
  Result<Answer> mode = run("PRAGMA journal_mode = WAL", {});
  while (!mode && mode.error().is(kStoreBusy) && Clock::now() < give_up) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    mode = run("PRAGMA journal_mode = WAL", {});
  }
  const auto [name] = TRY(TRY(std::move(mode)).rows.at(0).read<std::string>());
  if (name != "wal") {
    return fail(kStoreUnreachable, name_ + ": its file system cannot hold a database in WAL mode",
                "put it on a local disk");
  }
  return simple("PRAGMA synchronous = FULL");
}

Result<sqlite3_stmt*> SqliteSession::prepare(std::string_view sql) {
  std::string key(sql);
  if (const auto known = prepared_.find(key); known != prepared_.end()) return known->second.get();
  if (prepared_.size() >= kPrepared) prepared_.clear();
  sqlite3_stmt* statement = nullptr;
  const char* rest = nullptr;
  const int result = lib_.prepare_v3(handle_.get(), key.c_str(), static_cast<int>(key.size() + 1),
                                     SQLITE_PREPARE_PERSISTENT, &statement, &rest);
  Prepared owned(statement, {&lib_});
  if (result != SQLITE_OK) return error(result);
  if (statement == nullptr || std::string_view(rest).find_first_not_of(" \n\t") != std::string_view::npos) {
    return fail(kStoreQuery, name_ + ": not exactly one statement: " + printable(sql, 60));
  }
  return prepared_.emplace(std::move(key), std::move(owned)).first->second.get();
}

Result<void> SqliteSession::bind(sqlite3_stmt* statement, Parameters parameters) const {
  if (static_cast<std::size_t>(lib_.bind_parameter_count(statement)) != parameters.size()) {
    return fail(kStoreQuery, name_ + ": the parameters given are not those of the statement");
  }
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    // "$1" is a name to SQLite; its numbers go by the first appearance.
    const int at = lib_.bind_parameter_index(statement, ("$" + std::to_string(i + 1)).c_str());
    if (at == 0) return fail(kStoreQuery, name_ + ": no parameter $" + std::to_string(i + 1));
    const auto& value = parameters[i].value();
    int result = SQLITE_OK;
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
      result = lib_.bind_int64(statement, at, *number);
    } else if (const auto* text = std::get_if<std::string_view>(&value)) {
      result = lib_.bind_text64(statement, at, text->empty() ? "" : text->data(), text->size(), SQLITE_STATIC,
                                SQLITE_UTF8);
    } else if (const auto* bytes = std::get_if<BytesView>(&value)) {
      result = bytes->empty() ? lib_.bind_zeroblob(statement, at, 0)
                              : lib_.bind_blob64(statement, at, bytes->data(), bytes->size(), SQLITE_STATIC);
    }
    if (result != SQLITE_OK) return error(result);
  }
  return {};
}

Value column_of(const SqliteLibrary& lib, sqlite3_stmt* statement, int column) {
  const auto bytes = [&](const void* data) {
    const auto size = static_cast<std::size_t>(lib.column_bytes(statement, column));
    return BytesView(static_cast<const std::uint8_t*>(data), size);
  };
  switch (lib.column_type(statement, column)) {
    case SQLITE_NULL:
      return Value();
    case SQLITE_INTEGER:
      return Value(std::int64_t{lib.column_int64(statement, column)});
    case SQLITE_TEXT:
      return Value(std::string(text_of(bytes(lib.column_text(statement, column)))));
    case SQLITE_BLOB:
      return Value(to_bytes(bytes(lib.column_blob(statement, column))));
    default:
      return Value(Fractional());
  }
}

Result<Answer> SqliteSession::step_through(sqlite3_stmt* statement) const {
  Answer answer;
  const std::int64_t changes = lib_.total_changes64(handle_.get());
  std::size_t total = 0;
  int result = SQLITE_OK;
  while ((result = lib_.step(statement)) == SQLITE_ROW) {
    const int columns = lib_.data_count(statement);  // known only now: the table may have been changed
    std::vector<Value> values;
    values.reserve(static_cast<std::size_t>(columns));
    for (int column = 0; column < columns; ++column) {
      values.push_back(column_of(lib_, statement, column));
      total += size_of(values.back());
    }
    if (total > limits_.answer_bytes) {
      return fail(kFileTooLarge,
                  name_ + ": an answer is larger than " + std::to_string(limits_.answer_bytes) + " bytes");
    }
    answer.rows.emplace_back(std::move(values));
  }
  if (result != SQLITE_DONE) return error(result);
  // sqlite3_changes64 alone would give the number of the last statement that changed something.
  if (lib_.total_changes64(handle_.get()) != changes) answer.changed = lib_.changes64(handle_.get());
  return answer;
}

Result<Answer> SqliteSession::run(std::string_view sql, Parameters parameters) {
  deadline_ = Clock::now() + limits_.statement;
  sqlite3_stmt* const statement = TRY(prepare(sql));
  if (reading_ && lib_.stmt_readonly(statement) == 0) {
    return fail(kStoreQuery, name_ + ": a transaction that only reads wants to write");
  }
  TRY(bind(statement, parameters));
  auto answer = step_through(statement);
  lib_.reset(statement);
  lib_.clear_bindings(statement);
  return answer;
}

Result<void> SqliteSession::begin(Access access) {
  if (access == Access::read) {
    TRY(simple("BEGIN DEFERRED"));
    reading_ = true;
    return {};
  }
  if (!turn_.try_acquire_for(limits_.busy)) {
    return fail(kStoreBusy, name_ + ": other writers did not come to an end in time");
  }
  has_turn_ = true;
  auto begun = simple("BEGIN IMMEDIATE");
  if (!begun) end_turn();
  return begun;
}

Result<void> SqliteSession::commit() {
  TRY(simple("COMMIT"));
  end_turn();
  return {};
}

void SqliteSession::rollback() {
  deadline_ = Clock::time_point::max();
  // Fails only where SQLite has rolled back by itself, as it does when the disk is full.
  if (lib_.get_autocommit(handle_.get()) == 0 &&
      lib_.exec(handle_.get(), "ROLLBACK", nullptr, nullptr, nullptr) != SQLITE_OK) {
    usable_ = lib_.get_autocommit(handle_.get()) != 0;
  }
  end_turn();
}

void SqliteSession::end_turn() {
  reading_ = false;
  if (std::exchange(has_turn_, false)) turn_.release();
}

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(const SqliteLibrary& lib, std::string path, const DatabaseLimits& limits)
      : Database(limits), lib_(lib), path_(std::move(path)) {}
  ~SqliteDatabase() override { close_idle(); }
  Dialect dialect() const override { return Dialect::sqlite; }
  std::string describe() const override { return "sqlite:" + printable(path_); }

 protected:
  Result<std::unique_ptr<Session>> connect() override;

 private:
  Result<void> make_file();
  const SqliteLibrary& lib_;
  const std::string path_;
  WriterTurn turn_{1};
};

/// For this user only, as it holds secrets; the files that SQLite puts beside it follow it in that. A file
/// that is there is not opened: POSIX locks belong to a process and go when it closes any descriptor of the
/// file, and then another process takes the database for unused and throws away the log that this one writes
/// to.
Result<void> SqliteDatabase::make_file() {
  const Descriptor made(::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (made.is_open() || (errno == EEXIST && ::access(path_.c_str(), R_OK | W_OK) == 0)) return {};
  return fail(errno == EACCES ? kStoreDenied : kStoreUnreachable,
              describe() + " cannot be opened: " + system_reason(),
              "check that its folder exists and that you may write there");
}

Result<std::unique_ptr<Session>> SqliteDatabase::connect() {
  TRY(make_file());
  sqlite3* raw = nullptr;
  const int result = lib_.open_v2(path_.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  Handle handle(raw, {&lib_});
  if (result != SQLITE_OK) return fail(code_of(result), describe() + ": " + lib_.errstr(result));
  auto session = std::make_unique<SqliteSession>(lib_, std::move(handle), describe(), limits(), turn_);
  TRY(session->set_up());
  return session;
}

}  // namespace

Result<std::unique_ptr<Database>> make_sqlite_database(std::string path, const DatabaseLimits& limits) {
  if (path.empty() || path.starts_with(':') || path.contains('\0')) {
    return fail(kStoreAddress, "sqlite: is followed by no path of a file");
  }
  const SqliteLibrary* lib = TRY(SqliteLibrary::load());
  return std::make_unique<SqliteDatabase>(*lib, std::move(path), limits);
}

}  // namespace tomme::store
