#include <array>
#include <charconv>
#include <cstring>
#include <unordered_map>

#include "core/encoding/text.h"
#include "io/store/databases_internal.h"
#include "io/store/errors.h"
#include "io/store/postgres_connection_internal.h"
#include "io/system/errors.h"

namespace tomme::store {

namespace {

// pg_type.dat: the types that we send and read.
constexpr Oid kBool = 16;
constexpr Oid kBytea = 17;
constexpr Oid kName = 19;
constexpr Oid kInt8 = 20;
constexpr Oid kInt2 = 21;
constexpr Oid kInt4 = 23;
constexpr Oid kText = 25;
constexpr Oid kUnknown = 705;
constexpr Oid kBpchar = 1042;
constexpr Oid kVarchar = 1043;
constexpr Oid kNumeric = 1700;

constexpr std::size_t kPrepared = 256;              // statements kept by a session
constexpr std::chrono::milliseconds kGrace{2'000};  // beyond the server's own statement_timeout

/// Parameters as libpq takes them, in binary. Borrows texts and bytes.
struct Sent {
  explicit Sent(Parameters parameters);
  std::string signature() const;  ///< which types: the server prepares for one combination of them

  std::vector<Oid> types;
  std::vector<const char*> values;
  std::vector<int> lengths;
  std::vector<int> formats;

 private:
  void add(Oid type, const void* data, std::size_t size) {
    types.push_back(type);
    values.push_back(static_cast<const char*>(data));
    lengths.push_back(static_cast<int>(size));
    formats.push_back(1);
  }
  std::vector<std::array<char, 8>> integers_;
};

Sent::Sent(Parameters parameters) {
  integers_.reserve(parameters.size());  // `values` points into it
  for (const Parameter& parameter : parameters) {
    const auto& value = parameter.value();
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
      const std::uint64_t big_endian = __builtin_bswap64(static_cast<std::uint64_t>(*number));
      std::memcpy(integers_.emplace_back().data(), &big_endian, 8);
      add(kInt8, integers_.back().data(), 8);
    } else if (const auto* text = std::get_if<std::string_view>(&value)) {
      add(kText, text->empty() ? "" : text->data(), text->size());
    } else if (const auto* bytes = std::get_if<BytesView>(&value)) {
      add(kBytea, bytes->empty() ? static_cast<const void*>("") : bytes->data(), bytes->size());
    } else {
      add(0, nullptr, 0);
    }
  }
}

std::string Sent::signature() const {
  std::string out;
  for (const Oid type : types) out += type == kInt8 ? 'i' : type == kText ? 't' : type == kBytea ? 'o' : '0';
  return out;
}

std::optional<Value> integer_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (wrong != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// A value in PostgreSQL's text form; nothing for what we do not read.
std::optional<Value> value_of(Oid type, std::string_view text) {
  switch (type) {
    case kInt2:
    case kInt4:
    case kInt8:
    case kNumeric:  // what SUM gives over BIGINT
      return integer_of(text);
    case kBool:
      return Value(std::int64_t{text == "t"});
    case kText:
    case kName:
    case kVarchar:
    case kBpchar:
    case kUnknown:
      return Value(std::string(text));
    case kBytea: {
      if (!text.starts_with("\\x")) return std::nullopt;
      auto bytes = decode_hex(text.substr(2));
      if (!bytes) return std::nullopt;
      return Value(*std::move(bytes));
    }
    default:
      return std::nullopt;
  }
}

class PostgresSession final : public Session {
 public:
  PostgresSession(const PqLibrary& pq, std::unique_ptr<PostgresConnection> connection,
                  const DatabaseLimits& limits)
      : pq_(pq), connection_(std::move(connection)), limits_(limits) {}

  Result<void> set_up();
  Result<Answer> run(std::string_view sql, Parameters parameters) override;
  Result<void> begin(Access access) override;
  Result<void> commit() override;
  void rollback() override;
  Dialect dialect() const override { return Dialect::postgresql; }
  bool usable() const override {
    return !outdated_ && !connection_->gone() && pq_.transaction_status(connection_->get()) == PQTRANS_IDLE;
  }

 private:
  Instant deadline() const { return std::chrono::steady_clock::now() + limits_.statement + kGrace; }
  Result<PostgresConnection::Answered> simple(const std::string& sql) {
    return connection_->result(pq_.send_query(connection_->get(), sql.c_str()), deadline());
  }
  Result<std::string> prepare(std::string_view sql, const Sent& sent);
  Result<Answer> read(PGresult* result) const;

  const PqLibrary& pq_;
  const std::unique_ptr<PostgresConnection> connection_;
  const DatabaseLimits& limits_;
  std::unordered_map<std::string, std::string> prepared_;  // text and types to the server's name for them
  bool outdated_ = false;
};

Result<void> PostgresSession::set_up() {
  // The last ends what a process that hangs or was stopped holds back from the others.
  TRY(simple("SET statement_timeout = " + std::to_string(limits_.statement.count()) +
             "; SET lock_timeout = " + std::to_string(limits_.busy.count()) +
             "; SET idle_in_transaction_session_timeout = 300000"
             "; SET bytea_output = hex; SET standard_conforming_strings = on; SET TimeZone = UTC"));
  return {};
}

Result<std::string> PostgresSession::prepare(std::string_view sql, const Sent& sent) {
  std::string key = sent.signature() + " " + std::string(sql);
  if (const auto known = prepared_.find(key); known != prepared_.end()) return known->second;
  if (prepared_.size() >= kPrepared) {
    TRY(simple("DEALLOCATE ALL"));
    prepared_.clear();
  }
  std::string name = "tomme" + std::to_string(prepared_.size());
  TRY(connection_->result(pq_.send_prepare(connection_->get(), name.c_str(), std::string(sql).c_str(),
                                           static_cast<int>(sent.types.size()), sent.types.data()),
                          deadline()));
  prepared_.emplace(std::move(key), name);
  return name;
}

Result<Answer> PostgresSession::read(PGresult* result) const {
  Answer answer;
  const int rows = pq_.ntuples(result);
  const int columns = pq_.nfields(result);
  std::size_t total = 0;
  for (int row = 0; row < rows; ++row) {
    std::vector<Value> values(static_cast<std::size_t>(columns));
    for (int column = 0; column < columns; ++column) {
      if (pq_.getisnull(result, row, column) != 0) continue;
      const auto length = static_cast<std::size_t>(pq_.getlength(result, row, column));
      auto value = value_of(pq_.ftype(result, column), {pq_.getvalue(result, row, column), length});
      if (!value) return connection_->error(kStoreSchema, "a column is of a type that is not in use here");
      total += size_of(*value);
      values[static_cast<std::size_t>(column)] = *std::move(value);
    }
    if (total > limits_.answer_bytes) {
      return connection_->error(
          kFileTooLarge, "an answer is larger than " + std::to_string(limits_.answer_bytes) + " bytes");
    }
    answer.rows.emplace_back(std::move(values));
  }
  const std::string_view changed = pq_.cmd_tuples(result);
  const std::string_view done = pq_.cmd_status(result);
  if (!changed.empty() && !done.starts_with("SELECT")) {
    answer.changed = std::get<std::int64_t>(integer_of(changed).value_or(std::int64_t{0}));
  }
  return answer;
}

Result<Answer> PostgresSession::run(std::string_view sql, Parameters parameters) {
  const Sent sent(parameters);
  const std::string name = TRY(prepare(sql, sent));
  const auto result = connection_->result(
      pq_.send_query_prepared(connection_->get(), name.c_str(), static_cast<int>(sent.values.size()),
                              sent.values.data(), sent.lengths.data(), sent.formats.data(), 0),
      deadline());
  if (result) return read(result->get());
  // 0A000: a migration changed the table of a prepared statement. A new session knows nothing old.
  outdated_ = result.error().message().ends_with("(0A000)");
  if (outdated_) return fail(kStoreBusy, result.error().message());
  return std::unexpected(result.error());
}

Result<void> PostgresSession::begin(Access access) {
  TRY(simple(access == Access::read ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
                                    : "BEGIN ISOLATION LEVEL SERIALIZABLE"));
  return {};
}

Result<void> PostgresSession::commit() {
  if (connection_->broken()) return connection_->error(kStoreUnreachable, "the connection broke");
  auto result = simple("COMMIT");
  if (!result) {
    if (!connection_->broken()) return std::unexpected(std::move(result).error());
    return fail(kStoreInDoubt, result.error().message());
  }
  if (std::string_view(pq_.cmd_status(result->get())) == "COMMIT") return {};
  return connection_->error(kStoreQuery, "the transaction had failed before it was committed");
}

void PostgresSession::rollback() {
  if (!connection_->broken()) [[maybe_unused]]
    const auto done = simple("ROLLBACK");
}

class PostgresDatabase final : public Database {
 public:
  PostgresDatabase(const PqLibrary& pq, PostgresAddress address, Secret<std::string> url,
                   const DatabaseLimits& limits)
      : Database(limits), pq_(pq), address_(std::move(address)), url_(std::move(url)) {}
  ~PostgresDatabase() override { close_idle(); }
  Dialect dialect() const override { return Dialect::postgresql; }
  std::string describe() const override { return address_.description; }

 protected:
  Result<std::unique_ptr<Session>> connect() override {
    const Instant deadline = std::chrono::steady_clock::now() + limits().connect;
    auto connection = TRY(PostgresConnection::open(pq_, address_, url_.reveal(), deadline));
    auto session = std::make_unique<PostgresSession>(pq_, std::move(connection), limits());
    TRY(session->set_up());
    return session;
  }

 private:
  const PqLibrary& pq_;
  const PostgresAddress address_;
  const Secret<std::string> url_;
};

}  // namespace

Result<std::unique_ptr<Database>> make_postgres_database(Secret<std::string> url,
                                                         const DatabaseLimits& limits) {
  const PqLibrary* pq = TRY(PqLibrary::load());
  PostgresAddress address = TRY(PostgresAddress::parse(*pq, url.reveal()));
  return std::make_unique<PostgresDatabase>(*pq, std::move(address), std::move(url), limits);
}

}  // namespace tomme::store
