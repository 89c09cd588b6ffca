#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "io/store/sql.h"
#include "io/system/file.h"

namespace tomme::repository {

/// At most one publisher of a repository at a time; gone with its process, however that ends. For SQLite it
/// is a lock on a file, for PostgreSQL one that belongs to a session.
class PublisherLock {
 public:
  /// `file` is made where it is missing; only for SQLite. kRepositoryBusy where another has it.
  static Result<PublisherLock> take(store::Database& database, const std::string& file);
  /// Whether it is still ours: a server may have closed the session. kRepositoryBusy.
  Result<void> check();

 private:
  PublisherLock(Descriptor file, std::optional<store::Transaction> session)
      : file_(std::move(file)), session_(std::move(session)) {}
  Descriptor file_;
  std::optional<store::Transaction> session_;
};

/// Has what is staged to itself, from reading it to writing it: of two who change it at once nothing is lost.
/// By the database, as PublisherLock, since all who stage in one repository share it. Never held while a
/// person reads, or a key is asked for.
class StagingLock {
 public:
  /// `publisher_file` as PublisherLock has it: the lock's own lies beside it. kRepositoryBusy after `most`.
  static Result<StagingLock> take(store::Database& database, const std::string& publisher_file,
                                  std::chrono::milliseconds most = std::chrono::seconds(10));

 private:
  StagingLock(Descriptor file, std::optional<store::Transaction> session)
      : file_(std::move(file)), session_(std::move(session)) {}
  Descriptor file_;
  std::optional<store::Transaction> session_;
};

}  // namespace tomme::repository
