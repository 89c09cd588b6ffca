#include "app/repository/publisher_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include "app/repository/errors.h"
#include "io/system/errors.h"

namespace tomme::repository {

namespace {

// The number of the advisory lock: any that others in the same database are not likely to take.
constexpr std::string_view kTryLock =
    "SELECT CASE WHEN pg_try_advisory_xact_lock(8388107110957) THEN 1 ELSE 0 END";

std::unexpected<Error> busy() {
  return fail(kRepositoryBusy, "another process is publishing this repository");
}

}  // namespace

Result<PublisherLock> PublisherLock::take(store::Database& database, const std::string& file) {
  if (database.dialect() == store::Dialect::postgresql) {
    // The lock is of a transaction that is kept open, so that it ends with the session.
    store::Transaction session = TRY(store::Transaction::begin(database, store::Access::read));
    const auto row = TRY(session.first<std::int64_t>(kTryLock));
    if (!row || std::get<0>(*row) != 1) return busy();
    return PublisherLock(Descriptor(), std::move(session));
  }
  Descriptor handle(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (!handle.is_open()) return fail(kFileWrite, "cannot make the lock " + file + ": " + system_reason());
  if (::flock(handle.fd(), LOCK_EX | LOCK_NB) != 0) return busy();
  return PublisherLock(std::move(handle), std::nullopt);
}

Result<void> PublisherLock::check() {
  if (!session_) return {};
  const auto alive = session_->first<std::int64_t>("SELECT 1");
  if (alive) return {};
  return fail(kRepositoryBusy,
              "the database ended the session that held the lock: " + alive.error().message());
}

}  // namespace tomme::repository
