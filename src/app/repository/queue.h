#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "app/repository/target.h"
#include "core/base/result.h"
#include "io/store/sql.h"

namespace tomme::repository {

/// Changes that were accepted and are not published yet, in the order in which they came. Any number of
/// threads and processes may add; the publisher takes. The database must live longer.
class Queue {
 public:
  explicit Queue(store::Database& database) : database_(&database) {}

  /// All of them or none, in one transaction: durable when it returns.
  Result<void> add(std::span<const Change> changes) const;
  /// The same within a transaction of the caller's: an upload and its change of the metadata are one.
  static Result<void> add(store::Transaction& transaction, std::span<const Change> changes);

  struct Batch {
    std::vector<Change> changes;
    /// Which rows these were: runs of numbers without a gap, first and last. A number that was not seen may
    /// belong to a transaction that ends later.
    std::vector<std::pair<std::int64_t, std::int64_t>> rows;
    bool more = false;  ///< there are others behind them
    /// Rows that cannot be listed, which `add` would not have taken: somebody else wrote them. They stay, and
    /// are not in the way of the others.
    std::size_t unreadable = 0;
    std::optional<Error> first_unreadable = {};
  };
  /// The oldest `limit` changes. They stay until `done`.
  Result<Batch> take(std::size_t limit) const;
  /// Takes these out. Within the transaction that says what was published.
  static Result<void> done(store::Transaction& transaction, const Batch& batch);
  Result<std::uint64_t> size() const;
  /// The newest change of a path that waits; nothing where none does that can be read.
  Result<std::optional<Change>> last_of(const std::string& path) const;

 private:
  store::Database* database_;
};

}  // namespace tomme::repository
