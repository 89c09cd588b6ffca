#include "io/store/sql.h"

#include <condition_variable>
#include <mutex>
#include <thread>

#include "core/crypto/key.h"
#include "core/encoding/text.h"
#include "io/store/databases_internal.h"
#include "io/store/errors.h"

namespace tomme::store {

Result<void> Row::expect_columns(std::size_t count) const {
  if (values_.size() == count) return {};
  return fail(kStoreSchema, "a row of the database has " + std::to_string(values_.size()) + " columns, not " +
                                std::to_string(count));
}

Result<void> Row::wrong_type(std::size_t at) const {
  constexpr std::string_view kNames[] = {"NULL", "an integer", "a text", "bytes",
                                         "a number that is no integer"};
  return fail(kStoreSchema, "column " + std::to_string(at + 1) + " of a row of the database is " +
                                std::string(kNames[values_[at].index()]) +
                                " where something else is expected");
}

std::size_t size_of(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return text->size();
  if (const auto* bytes = std::get_if<Bytes>(&value)) return bytes->size();
  return sizeof(Value);
}

/// The connections of a database: `open` of them exist, those in `idle` are free.
struct Database::Pool {
  explicit Pool(const DatabaseLimits& most) : limits(most) {}

  const DatabaseLimits limits;
  std::mutex mutex;
  std::condition_variable given_back;
  std::size_t open = 0;                        // guarded by mutex
  std::vector<std::unique_ptr<Session>> idle;  // guarded by mutex

  /// A free connection that still works; null where one may be opened (it is counted already).
  Result<std::unique_ptr<Session>> take() {
    std::unique_lock lock(mutex);
    const auto free = [this] { return !idle.empty() || open < limits.sessions; };
    if (!given_back.wait_for(lock, limits.connect, free)) {
      return fail(kStoreTimeout,
                  "all " + std::to_string(limits.sessions) + " connections to the database are in use");
    }
    while (!idle.empty()) {
      auto session = std::move(idle.back());
      idle.pop_back();
      if (session->usable()) return session;
      --open;
    }
    ++open;
    return nullptr;
  }

  void give_back(std::unique_ptr<Session> session) {
    {
      const std::lock_guard lock(mutex);
      if (session != nullptr && session->usable()) {
        idle.push_back(std::move(session));
      } else {
        --open;
      }
    }
    given_back.notify_one();
  }
};

Database::Database(const DatabaseLimits& limits) : pool_(std::make_unique<Pool>(limits)) {}
Database::~Database() = default;

const DatabaseLimits& Database::limits() const {
  return pool_->limits;
}

void Database::close_idle() {
  const std::lock_guard lock(pool_->mutex);
  pool_->open -= pool_->idle.size();
  pool_->idle.clear();
}

Result<Database::Lease> Database::lease() {
  auto session = TRY(pool_->take());
  if (session == nullptr) {
    auto made = connect();
    if (!made) {
      pool_->give_back(nullptr);
      return std::unexpected(std::move(made).error());
    }
    session = *std::move(made);
  }
  return Lease(*pool_, std::move(session));
}

Database::Lease::~Lease() {
  if (session_ != nullptr) pool_->give_back(std::move(session_));
}

Result<Transaction> Transaction::begin(Database& database, Access access) {
  Database::Lease lease = TRY(database.lease());
  TRY(lease->begin(access));
  return Transaction(std::move(lease));
}

Transaction::Transaction(Transaction&& other) noexcept
    : lease_(std::move(other.lease_)), state_(std::exchange(other.state_, State::ended)) {}

Transaction::~Transaction() {
  if (state_ != State::ended) lease_->rollback();
}

Result<void> Transaction::expect_running() const {
  if (state_ == State::running) return {};
  return fail(kStoreQuery, "a transaction went on after it had failed or ended");
}

Result<Answer> Transaction::run(std::string_view sql, std::initializer_list<Parameter> parameters) {
  return run(sql, Parameters(parameters.begin(), parameters.size()));
}

Result<Answer> Transaction::run(std::string_view sql, Parameters parameters) {
  TRY(expect_running());
  for (const Parameter& parameter : parameters) {
    const auto* text = std::get_if<std::string_view>(&parameter.value());
    if (text != nullptr && (text->contains('\0') || !is_utf8(*text))) {
      state_ = State::failed;
      return fail(kStoreValue, "the text " + printable(*text, 60) + " cannot be stored in a database");
    }
  }
  auto answer = lease_->run(sql, parameters);
  if (!answer) state_ = State::failed;
  return answer;
}

Result<void> Transaction::commit() {
  TRY(expect_running());
  auto done = lease_->commit();
  if (!done) lease_->rollback();
  state_ = State::ended;
  return done;
}

bool may_retry(const Error& error, unsigned attempt) {
  // A server that restarts comes back soon or not at all.
  return error.is(kStoreBusy) || (error.is(kStoreUnreachable) && attempt < 3);
}

void wait_before_attempt(unsigned attempt) {
  const unsigned longest = 4U << std::min(attempt, 7U);  // milliseconds
  const Bytes chance = random_bytes(2);
  const unsigned part = (chance[0] * 256U + chance[1]) % longest;
  std::this_thread::sleep_for(std::chrono::milliseconds(longest / 2 + part));
}

Result<std::unique_ptr<Database>> open_database(std::string_view url, const DatabaseLimits& limits) {
  std::unique_ptr<Database> database;
  if (url.starts_with("sqlite:")) {
    database = TRY(make_sqlite_database(std::string(url.substr(7)), limits));
  } else if (url.starts_with("postgres://") || url.starts_with("postgresql://")) {
    database = TRY(make_postgres_database(Secret(std::string(url)), limits));
  } else {
    return fail(kStoreAddress, "the address of the database starts with neither sqlite: nor postgres://");
  }
  TRY(database->lease());
  return database;
}

}  // namespace tomme::store
