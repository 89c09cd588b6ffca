#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"

/// SQL on SQLite and PostgreSQL: the same text, the same meaning, the same errors.
///
///     const auto database = TRY(open_database(flag));
///     TRY(migrate(*database, "index", kSteps));                       // migration.h
///     const auto id = TRY(transact(*database, Access::write, [&](Transaction& tx) -> Result<std::int64_t> {
///       const auto found = TRY(tx.first<std::int64_t>("SELECT id FROM project WHERE name = $1", {name}));
///       if (found) return std::get<0>(*found);
///       ...
///     }));
///
/// Statements are written in what the two have in common: parameters are `$1`, `$2`, …; types are BIGINT,
/// and by the words of migration.h text and bytes; `ON CONFLICT`, `RETURNING`, common table expressions and
/// window functions are there. Text compares byte by byte in both.
namespace tomme::store {

/// A parameter; texts and bytes are borrowed for the call.
class Parameter {
 public:
  using Value = std::variant<std::monostate, std::int64_t, std::string_view, BytesView>;

  Parameter(std::nullptr_t) {}  // NOLINT(google-explicit-constructor): a list of values reads well
  Parameter(std::string_view text) : value_(text) {}  // NOLINT(google-explicit-constructor)
  Parameter(const std::string& text)
      : value_(std::string_view(text)) {}                          // NOLINT(google-explicit-constructor)
  Parameter(const char* text) : value_(std::string_view(text)) {}  // NOLINT(google-explicit-constructor)
  Parameter(BytesView bytes) : value_(bytes) {}                    // NOLINT(google-explicit-constructor)
  Parameter(const Bytes& bytes) : value_(BytesView(bytes)) {}      // NOLINT(google-explicit-constructor)
  /// Any integer that fits into 64 bits with a sign; a bool is 0 or 1.
  template <std::integral Integer>
    requires(sizeof(Integer) < 8 || std::is_signed_v<Integer>)
  Parameter(Integer number)
      : value_(static_cast<std::int64_t>(number)) {}  // NOLINT(google-explicit-constructor)
  /// NULL where it is empty.
  template <class T>
  Parameter(const std::optional<T>& value) {  // NOLINT(google-explicit-constructor)
    if (value) value_ = Parameter(*value).value_;
  }

  const Value& value() const { return value_; }

 private:
  Value value_;
};
using Parameters = std::span<const Parameter>;

/// A number that is no integer, which Tomme never writes: no column is read as one.
struct Fractional {
  friend bool operator==(const Fractional&, const Fractional&) = default;
};

/// One value of a row: NULL, an integer (also of booleans), a text or bytes; what others may have written
/// where SQLite checks no types is `Fractional`.
using Value = std::variant<std::monostate, std::int64_t, std::string, Bytes, Fractional>;

/// One row of an answer.
class Row {
 public:
  explicit Row(std::vector<Value> values) : values_(std::move(values)) {}
  const std::vector<Value>& values() const { return values_; }

  /// All columns, as std::int64_t, std::string, Bytes, or an optional of one of these where it may be NULL.
  /// kStoreSchema where a column is of another type or the number of columns differs.
  template <class... Ts>
  Result<std::tuple<Ts...>> read() const {
    TRY(expect_columns(sizeof...(Ts)));
    std::tuple<Ts...> out;
    TRY(read_into(out, std::index_sequence_for<Ts...>()));
    return out;
  }

 private:
  template <class Tuple, std::size_t... I>
  Result<void> read_into(Tuple& out, std::index_sequence<I...>) const {
    Result<void> result;
    [[maybe_unused]] const bool all = ((result = column(I, std::get<I>(out))).has_value() && ...);
    return result;
  }
  template <class T>
  Result<void> column(std::size_t at, std::optional<T>& out) const {
    if (std::holds_alternative<std::monostate>(values_[at])) return {};
    return column(at, out.emplace());
  }
  template <class T>
  Result<void> column(std::size_t at, T& out) const {
    const T* value = std::get_if<T>(&values_[at]);
    if (value == nullptr) return wrong_type(at);
    out = *value;
    return {};
  }
  Result<void> expect_columns(std::size_t count) const;
  Result<void> wrong_type(std::size_t at) const;

  std::vector<Value> values_;
};

/// What a statement did.
struct Answer {
  std::vector<Row> rows;
  std::int64_t changed = 0;  ///< rows that INSERT, UPDATE or DELETE touched
};

enum class Dialect : std::uint8_t { sqlite, postgresql };

/// What a transaction is for. Either sees one state of the database throughout.
enum class Access : std::uint8_t {
  read,   ///< writing is an error; never waits for a writer
  write,  ///< serializable. SQLite: one at a time; PostgreSQL: at once, one of two that collide gets
          ///< kStoreBusy
};

/// One connection to a database; of one thread at a time. What the two backends implement; everybody else
/// uses Transaction.
class Session {
 public:
  virtual ~Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Exactly one statement, prepared once per text; its rows are all in memory, so page by a key (LIMIT).
  /// kFileTooLarge above DatabaseLimits::answer_bytes; kStoreValue, kStoreConstraint, kStoreQuery,
  /// kStoreBusy (this and the following: the transaction is over), kStoreTimeout, kStoreUnreachable,
  /// kFileWrite (no space left), kStoreDamaged.
  virtual Result<Answer> run(std::string_view sql, Parameters parameters) = 0;
  virtual Result<void> begin(Access access) = 0;
  /// kStoreInDoubt where the connection broke before the answer came; any other error: nothing was changed.
  virtual Result<void> commit() = 0;
  virtual void rollback() = 0;
  virtual Dialect dialect() const = 0;
  /// False when it broke or could not be brought out of a transaction: to be thrown away.
  virtual bool usable() const = 0;

 protected:
  Session() = default;
};

struct DatabaseLimits {
  std::size_t sessions = 8;                     ///< connections at a time; more have to wait
  std::chrono::milliseconds connect{10'000};    ///< also the longest wait for a free connection
  std::chrono::milliseconds statement{30'000};  ///< of one statement; kStoreTimeout above
  std::chrono::milliseconds busy{10'000};       ///< SQLite: wait for another writer; kStoreBusy above
  std::size_t answer_bytes = 64 * 1024 * 1024;  ///< of one answer; kFileTooLarge above
  unsigned attempts = 10;                       ///< of `transact`, when others are in the way
};

/// A database with the connections that are open to it. Thread-safe.
class Database {
 public:
  explicit Database(const DatabaseLimits& limits);
  virtual ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Given back to the database, which must live longer, when it is destroyed.
  class Lease;
  /// An idle connection or a new one. kStoreTimeout where none became free, else as `connect`.
  Result<Lease> lease();

  virtual Dialect dialect() const = 0;
  /// The address without secrets, for messages: "sqlite:/var/lib/tomme/index.db".
  virtual std::string describe() const = 0;
  const DatabaseLimits& limits() const;

 protected:
  /// What the destructor of a derived class begins with: its sessions may point to it.
  void close_idle();
  /// kStoreUnreachable, kStoreDenied, kStoreTimeout, kStoreLibrary, kStoreDamaged.
  virtual Result<std::unique_ptr<Session>> connect() = 0;

 private:
  struct Pool;
  const std::unique_ptr<Pool> pool_;
};

class Database::Lease {
 public:
  Lease(Lease&&) noexcept = default;
  Lease& operator=(Lease&&) = delete;
  ~Lease();
  Session& operator*() const { return *session_; }
  Session* operator->() const { return session_.get(); }

 private:
  friend class Database;
  Lease(Pool& pool, std::unique_ptr<Session> session) : pool_(&pool), session_(std::move(session)) {}
  Pool* pool_;
  std::unique_ptr<Session> session_;
};

/// One transaction: rolled back when it goes without `commit`. Of one thread; its database must live longer.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database, Access access);
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  /// See Session::run. After an error only the destructor is of use.
  Result<Answer> run(std::string_view sql, std::initializer_list<Parameter> parameters = {});
  Result<Answer> run(std::string_view sql, Parameters parameters);

  /// All rows, read as Row::read does.
  template <class... Ts>
  Result<std::vector<std::tuple<Ts...>>> all(std::string_view sql,
                                             std::initializer_list<Parameter> parameters = {}) {
    const Answer answer = TRY(run(sql, parameters));
    std::vector<std::tuple<Ts...>> out;
    out.reserve(answer.rows.size());
    for (const Row& row : answer.rows) out.push_back(TRY(row.template read<Ts...>()));
    return out;
  }
  /// The first row; nothing where there is none.
  template <class... Ts>
  Result<std::optional<std::tuple<Ts...>>> first(std::string_view sql,
                                                 std::initializer_list<Parameter> parameters = {}) {
    const Answer answer = TRY(run(sql, parameters));
    if (answer.rows.empty()) return std::nullopt;
    return TRY(answer.rows.front().template read<Ts...>());
  }

  /// Durable when it returns. Errors as Session::commit.
  Result<void> commit();
  Dialect dialect() const { return lease_->dialect(); }

 private:
  enum class State : std::uint8_t { running, failed, ended };
  explicit Transaction(Database::Lease lease) : lease_(std::move(lease)) {}
  Result<void> expect_running() const;
  Database::Lease lease_;
  State state_ = State::running;
};

/// Whether a transaction that ended with this, as attempt number `attempt` (from 1), may simply be run again:
/// nothing of it was done. kStoreBusy, and twice kStoreUnreachable.
bool may_retry(const Error& error, unsigned attempt);
/// Waits before attempt number `attempt` (from 1): some milliseconds, twice as long each time, never the same
/// for two threads.
void wait_before_attempt(unsigned attempt);

/// Runs `body(Transaction&)`, which returns a Result, and commits if it has a value. When others were in the
/// way (kStoreBusy), all of it runs again, up to DatabaseLimits::attempts times: `body` must do nothing but
/// SQL, or what may be done twice. Never runs again after kStoreInDoubt.
template <class Body>
std::invoke_result_t<Body&, Transaction&> transact(Database& database, Access access, Body body) {
  for (unsigned attempt = 1;; ++attempt) {
    auto result = [&]() -> std::invoke_result_t<Body&, Transaction&> {
      Transaction transaction = TRY(Transaction::begin(database, access));
      auto value = body(transaction);
      if (value) TRY(transaction.commit());
      return value;
    }();
    if (result || attempt >= database.limits().attempts || !may_retry(result.error(), attempt)) return result;
    wait_before_attempt(attempt);
  }
}

/// `sqlite:PATH`, made where it is missing, or
/// `postgres://[USER[:PASSWORD]@][HOST][:PORT]/NAME[?setting=value&…]` as libpq has it (also `postgresql://`;
/// PGPASSWORD and ~/.pgpass are obeyed). A PostgreSQL server off this machine has to prove its name over TLS
/// unless the address says another `sslmode`. Connects once, so that what is wrong is told here.
/// kStoreAddress, or as Database::connect.
Result<std::unique_ptr<Database>> open_database(std::string_view url, const DatabaseLimits& limits = {});

}  // namespace tomme::store
