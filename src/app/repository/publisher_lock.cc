#include "app/repository/publisher_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <thread>

#include "app/repository/errors.h"
#include "core/encoding/text.h"
#include "io/system/errors.h"

namespace tomme::repository {

namespace {

// The number of the advisory lock: any that others in the same database are not likely to take.
constexpr std::string_view kTryLock =
    "SELECT CASE WHEN pg_try_advisory_xact_lock(8388107110957) THEN 1 ELSE 0 END";
constexpr std::string_view kTryStagingLock =
    "SELECT CASE WHEN pg_try_advisory_xact_lock(8388107110958) THEN 1 ELSE 0 END";
constexpr std::chrono::milliseconds kBetweenTries{10};

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

namespace {

Result<bool> has_staging_lock(store::Transaction& session) {
  const auto row = TRY(session.first<std::int64_t>(kTryStagingLock));
  return row && std::get<0>(*row) == 1;
}

/// Whoever may not write it, since another user made it, can lock it as well.
Result<Descriptor> open_lock(const std::string& file) {
  Descriptor handle(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (!handle.is_open()) handle = Descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (handle.is_open()) return handle;
  return fail(kFileWrite, "cannot make the lock " + printable(file) + ": " + system_reason());
}

}  // namespace

Result<StagingLock> StagingLock::take(store::Database& database, const std::string& publisher_file,
                                      std::chrono::milliseconds most) {
  const auto end = std::chrono::steady_clock::now() + most;
  Descriptor file;
  std::optional<store::Transaction> session;
  if (database.dialect() == store::Dialect::postgresql) {
    session.emplace(TRY(store::Transaction::begin(database, store::Access::read)));
  } else {
    file = TRY(open_lock(publisher_file + ".staging"));
  }
  while (true) {
    const bool ours = session ? TRY(has_staging_lock(*session)) : ::flock(file.fd(), LOCK_EX | LOCK_NB) == 0;
    if (ours) return StagingLock(std::move(file), std::move(session));
    if (std::chrono::steady_clock::now() >= end)
      return fail(kRepositoryBusy, "another command changes what is staged, and has not ended yet",
                  "run it again when that one has ended; nothing was changed");
    std::this_thread::sleep_for(kBetweenTries);
  }
}

Result<void> PublisherLock::check() {
  if (!session_) return {};
  const auto alive = session_->first<std::int64_t>("SELECT 1");
  if (alive) return {};
  return fail(kRepositoryBusy,
              "the database ended the session that held the lock: " + alive.error().message());
}

}  // namespace tomme::repository
