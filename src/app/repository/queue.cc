#include "app/repository/queue.h"

#include <string>

#include "app/repository/errors.h"

namespace tomme::repository {

namespace {

constexpr std::size_t kColumns = 4;
constexpr std::size_t kRowsOfOneInsert = 64;
constexpr std::size_t kRowsOfOneAnswer = 10'000;

/// "INSERT … VALUES ($1, $2, $3, $4), ($5, …": few different texts, so that each is prepared once.
std::string insert_statement(std::size_t rows) {
  std::string sql = "INSERT INTO tuf_change (path, length, sha256, custom) VALUES ";
  std::size_t number = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    sql += row == 0 ? "(" : ", (";
    for (std::size_t column = 0; column < kColumns; ++column) {
      sql += (column == 0 ? "$" : ", $") + std::to_string(++number);
    }
    sql += ")";
  }
  return sql;
}

void append_parameters(std::vector<store::Parameter>& out, const Change& change) {
  out.emplace_back(change.path());
  if (const auto& file = change.file()) {
    out.emplace_back(static_cast<std::int64_t>(file->length()));
    out.emplace_back(file->sha256().view());
    if (file->custom().empty()) {
      out.emplace_back(nullptr);
    } else {
      out.emplace_back(file->custom());
    }
    return;
  }
  out.insert(out.end(), 3, store::Parameter(nullptr));
}

using Columns = std::tuple<std::int64_t, std::string, std::optional<std::int64_t>, std::optional<Bytes>,
                           std::optional<std::string>>;

Result<Change> change_of(const Columns& row) {
  const auto& [id, path, length, digest, custom] = row;
  if (!length && !digest && !custom) return Change::remove(path);
  if (!length || !digest) return fail(kRepositoryTarget, "it has no length, or no digest");
  const Sha256 sha256 = TRY(Sha256::from_bytes(*digest));
  TargetFile file =
      TRY(TargetFile::make(static_cast<std::uint64_t>(*length), sha256, custom.value_or(std::string())));
  return Change::set(path, std::move(file));
}

void note_row(Queue::Batch& batch, std::int64_t id) {
  if (batch.rows.empty() || batch.rows.back().second + 1 != id) {
    batch.rows.emplace_back(id, id);
  } else {
    batch.rows.back().second = id;
  }
}

}  // namespace

Result<void> Queue::add(store::Transaction& transaction, std::span<const Change> changes) {
  static const std::string kMany = insert_statement(kRowsOfOneInsert);
  static const std::string kOne = insert_statement(1);
  std::vector<store::Parameter> parameters;
  parameters.reserve(kRowsOfOneInsert * kColumns);
  while (!changes.empty()) {
    const std::size_t rows = changes.size() >= kRowsOfOneInsert ? kRowsOfOneInsert : 1;
    parameters.clear();
    for (const Change& change : changes.first(rows)) append_parameters(parameters, change);
    TRY(transaction.run(rows == 1 ? kOne : kMany, store::Parameters(parameters)));
    changes = changes.subspan(rows);
  }
  return {};
}

Result<void> Queue::add(std::span<const Change> changes) const {
  if (changes.empty()) return {};
  return store::transact(*database_, store::Access::write,
                         [&](store::Transaction& tx) { return add(tx, changes); });
}

Result<Queue::Batch> Queue::take(std::size_t limit) const {
  return store::transact(*database_, store::Access::read, [&](store::Transaction& tx) -> Result<Batch> {
    Batch batch;
    std::int64_t last = 0;
    while (batch.changes.size() <= limit) {
      const std::size_t most = std::min(kRowsOfOneAnswer, limit + 1 - batch.changes.size());
      const auto rows =
          TRY(tx.all<std::int64_t, std::string, std::optional<std::int64_t>, std::optional<Bytes>,
                     std::optional<std::string>>("SELECT id, path, length, sha256, custom FROM tuf_change "
                                                 "WHERE id > $1 ORDER BY id LIMIT $2",
                                                 {last, static_cast<std::int64_t>(most)}));
      for (const Columns& row : rows) {
        if (batch.changes.size() == limit) {
          batch.more = true;
          return batch;
        }
        last = std::get<0>(row);
        auto change = change_of(row);
        if (!change) {
          ++batch.unreadable;
          if (!batch.first_unreadable)
            batch.first_unreadable =
                Error(change.error()).in("row " + std::to_string(last) + " of the queue");
          continue;
        }
        batch.changes.push_back(*std::move(change));
        note_row(batch, last);
      }
      if (rows.size() < most) break;
    }
    return batch;
  });
}

Result<void> Queue::done(store::Transaction& transaction, const Batch& batch) {
  for (const auto& [first, last] : batch.rows) {
    TRY(transaction.run("DELETE FROM tuf_change WHERE id BETWEEN $1 AND $2", {first, last}));
  }
  return {};
}

Result<std::uint64_t> Queue::size() const {
  return store::transact(*database_, store::Access::read,
                         [&](store::Transaction& tx) -> Result<std::uint64_t> {
                           const auto row = TRY(tx.first<std::int64_t>("SELECT count(*) FROM tuf_change"));
                           return row ? static_cast<std::uint64_t>(std::get<0>(*row)) : 0;
                         });
}

}  // namespace tomme::repository
