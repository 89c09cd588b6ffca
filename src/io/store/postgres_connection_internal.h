#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "io/store/libpq_internal.h"
#include "io/store/postgres_address_internal.h"

namespace tomme::store {

using Instant = std::chrono::steady_clock::time_point;

/// What SQLSTATE `state` (five characters, PostgreSQL appendix A) means to us.
const ErrorCode& code_of_sqlstate(std::string_view state);

/// One connection of libpq, driven without blocking so that every wait has an end. Once `broken`, it stays
/// so.
class PostgresConnection {
 public:
  struct FreeResult {
    const PqLibrary* pq;
    void operator()(PGresult* result) const { pq->clear(result); }
  };
  using Answered = std::unique_ptr<PGresult, FreeResult>;

  /// kStoreUnreachable, kStoreDenied, kStoreTimeout.
  static Result<std::unique_ptr<PostgresConnection>> open(const PqLibrary& pq, const PostgresAddress& address,
                                                          const std::string& url, Instant deadline);
  PostgresConnection(const PostgresConnection&) = delete;
  PostgresConnection& operator=(const PostgresConnection&) = delete;
  ~PostgresConnection() { pq_.finish(connection_); }

  PGconn* get() const { return connection_; }
  /// The last result of what was sent (its calls returned `sent`), which has to be tuples or a command that
  /// was done. A server that errs gives its error, a connection that breaks kStoreUnreachable, one that is
  /// silent kStoreTimeout; after the latter two it is broken.
  Result<Answered> result(int sent, Instant deadline);
  bool broken() const { return broken_; }
  /// Broken, or the server has closed it meanwhile. A look, no wait.
  bool gone() const;
  std::unexpected<Error> error(const ErrorCode& code, std::string_view words) const;

 private:
  PostgresConnection(const PqLibrary& pq, std::string name, PGconn* connection)
      : pq_(pq), name_(std::move(name)), connection_(connection) {}
  Result<void> connect(Instant deadline);
  Result<void> wait(short events, Instant deadline);
  Result<void> until_answered(Instant deadline);
  std::unexpected<Error> lost();
  std::unexpected<Error> refused() const;
  std::unexpected<Error> error_of(PGresult* result);

  const PqLibrary& pq_;
  const std::string name_;
  PGconn* const connection_;
  bool broken_ = false;
};

}  // namespace tomme::store
