#include <algorithm>
#include <cerrno>
#include <poll.h>
#include <vector>

#include "core/encoding/text.h"
#include "io/store/errors.h"
#include "io/store/postgres_connection_internal.h"
#include "io/system/errors.h"
#include "io/system/file.h"

namespace tomme::store {

namespace {

/// libpq's messages are lines with a headline; the first says it.
std::string first_line(std::string_view words) {
  return printable(words.substr(0, words.find('\n')));
}

}  // namespace

const ErrorCode& code_of_sqlstate(std::string_view state) {
  struct Meaning {
    std::string_view state;  // or the beginning of it
    const ErrorCode* code;
  };
  static constexpr Meaning kMeanings[] = {
      {"42P05", &kStorePooler},       // duplicate prepared statement, of a name that is ours alone
      {"26000", &kStorePooler},       // no such prepared statement, though we prepared it
      {"40", &kStoreBusy},            // transaction rollback: serialization failure, deadlock
      {"55P03", &kStoreBusy},         // lock not available
      {"23", &kStoreConstraint},      // integrity constraint violation
      {"57014", &kStoreTimeout},      // query canceled: statement_timeout
      {"25P03", &kStoreTimeout},      // idle in transaction
      {"57P", &kStoreUnreachable},    // operator intervention: shutdown, crash, starting up
      {"08P01", &kStoreQuery},        // protocol violation: too few parameters
      {"08", &kStoreUnreachable},     // connection exception
      {"53300", &kStoreUnreachable},  // too many connections
      {"53", &kFileWrite},            // insufficient resources: disk full, out of memory
      {"58", &kFileWrite},            // system error: I/O
      {"28", &kStoreDenied},          // invalid authorization
      {"42501", &kStoreDenied},       // insufficient privilege
      {"XX001", &kStoreDamaged},      // data corrupted
      {"XX002", &kStoreDamaged},      // index corrupted
      {"22021", &kStoreValue},        // character not in repertoire
      {"54", &kFileTooLarge},         // program limit exceeded
  };
  for (const Meaning& meaning : kMeanings) {
    if (state.starts_with(meaning.state)) return *meaning.code;
  }
  return kStoreQuery;
}

std::unexpected<Error> PostgresConnection::error(const ErrorCode& code, std::string_view words) const {
  return fail(code, name_ + ": " + first_line(words));
}

std::unexpected<Error> PostgresConnection::lost() {
  broken_ = true;
  const std::string_view words = pq_.error_message(connection_);
  return error(kStoreUnreachable, words.empty() ? "the connection broke" : words);
}

Result<void> PostgresConnection::wait(short events, Instant deadline) {
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) {
      broken_ = true;
      return error(kStoreTimeout, "no answer in time");
    }
    pollfd waited{.fd = pq_.socket(connection_), .events = events, .revents = 0};
    const int ready = ::poll(&waited, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 60'000)));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return lost();
  }
}

Result<std::unique_ptr<PostgresConnection>> PostgresConnection::open(const PqLibrary& pq,
                                                                     const PostgresAddress& address,
                                                                     const std::string& url,
                                                                     Instant deadline) {
  std::vector<const char*> keywords;
  std::vector<const char*> values;
  const auto add = [&](const char* keyword, const char* value) {
    keywords.push_back(keyword);
    values.push_back(value);
  };
  for (const auto& [keyword, value] : address.settings) add(keyword.c_str(), value.c_str());
  add("dbname", url.c_str());  // a whole connection string; what comes later wins
  add("client_encoding", "UTF8");
  add(nullptr, nullptr);
  PGconn* const raw = pq.connect_start_params(keywords.data(), values.data(), 1);
  if (raw == nullptr) return fail(kStoreUnreachable, address.description + ": libpq ran out of memory");
  std::unique_ptr<PostgresConnection> connection(new PostgresConnection(pq, address.description, raw));
  TRY(connection->connect(deadline));
  return connection;
}

std::unexpected<Error> PostgresConnection::refused() const {
  const std::string_view words = pq_.error_message(connection_);
  const bool denied = pq_.connection_needs_password(connection_) != 0 ||
                      (pq_.connection_used_password(connection_) != 0 && words.contains("authentication")) ||
                      words.contains("pg_hba.conf") || words.contains("authentication failed");
  return error(denied ? kStoreDenied : kStoreUnreachable, words);
}

Result<void> PostgresConnection::connect(Instant deadline) {
  pq_.set_notice_processor(connection_, [](void*, const char*) {}, nullptr);
  if (pq_.status(connection_) == CONNECTION_BAD) return refused();
  PostgresPollingStatusType next = PGRES_POLLING_WRITING;
  while (next != PGRES_POLLING_OK) {
    TRY(wait(next == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline));
    next = pq_.connect_poll(connection_);
    if (next == PGRES_POLLING_FAILED) return refused();
  }
  if (pq_.set_nonblocking(connection_, 1) != 0) return lost();
  return {};
}

Result<void> PostgresConnection::until_answered(Instant deadline) {
  for (;;) {
    const int left_to_send = pq_.flush(connection_);
    if (left_to_send < 0) return lost();
    if (left_to_send == 0 && pq_.is_busy(connection_) == 0) return {};
    TRY(wait(left_to_send != 0 ? POLLIN | POLLOUT : POLLIN, deadline));
    if (pq_.consume_input(connection_) == 0) return lost();
  }
}

std::unexpected<Error> PostgresConnection::error_of(PGresult* result) {
  if (pq_.result_status(result) == PGRES_EMPTY_QUERY) return error(kStoreQuery, "an empty statement");
  const char* state = pq_.result_error_field(result, PG_DIAG_SQLSTATE);
  const char* words = pq_.result_error_field(result, PG_DIAG_MESSAGE_PRIMARY);
  if (state == nullptr) return lost();  // made by libpq itself
  const ErrorCode& code = code_of_sqlstate(state);
  if (code.name == kStoreUnreachable.name) broken_ = true;
  return error(code, (words != nullptr ? std::string(words) : std::string("failed")) + " (" + state + ")");
}

Result<PostgresConnection::Answered> PostgresConnection::result(int sent, Instant deadline) {
  if (broken_ || sent == 0) return lost();
  Answered last(nullptr, {&pq_});
  std::optional<Error> wrong;
  for (;;) {
    TRY(until_answered(deadline));
    Answered next(pq_.get_result(connection_), {&pq_});
    if (next == nullptr) break;
    const ExecStatusType status = pq_.result_status(next.get());
    if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH) {
      broken_ = true;  // it would have to be copied now
      return error(kStoreQuery, "a statement copies data");
    }
    if (!wrong && status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
      wrong = error_of(next.get()).error();
    last = std::move(next);
  }
  if (pq_.status(connection_) != CONNECTION_OK) broken_ = true;
  if (wrong) return std::unexpected(*std::move(wrong));
  if (last == nullptr) return lost();
  return last;
}

bool PostgresConnection::gone() const {
  if (broken_ || pq_.status(connection_) != CONNECTION_OK) return true;
  pollfd look{.fd = pq_.socket(connection_), .events = POLLIN, .revents = 0};
  // An idle server says nothing but good-bye (or a notice, which is rare: a new connection costs little).
  return ::poll(&look, 1, 0) != 0;
}

}  // namespace tomme::store
