#include "app/repository/queue.h"

#include <string>

#include "app/repository/errors.h"

namespace tomme::repository {

namespace {

constexpr std::size_t kColumns = 4;
constexpr std::size_t kRowsOfOneInsert = 64;
constexpr std::size_t kDigestBytes = 32;
constexpr std::size_t kRowsOfOneAnswer = 2'000;  // 36 MB at most, below DatabaseLimits::answer_bytes

/// What is larger than all that `add` takes is not fetched: its columns are NULL, which a path never is. In
/// SQLite a text or bytes for `length` are more than any number.
std::string select_statement(store::Dialect dialect) {
  const auto fits = [&](const std::string& column, std::size_t most) {
    const std::string size = dialect == store::Dialect::sqlite ? "length(CAST(" + column + " AS BLOB))"
                                                               : "octet_length(" + column + ")";
    return "coalesce(" + size + ", 0) <= " + std::to_string(most);
  };
  const std::string all_fit = fits("path", Change::kMostPathBytes) + " AND " + fits("sha256", kDigestBytes) +
                              " AND " + fits("custom", TargetFile::kMostCustomBytes) +
                              " AND coalesce(length, 0) <= 9223372036854775807";
  std::string sql = "SELECT id";
  for (const char* column : {"path", "length", "sha256", "custom"})
    sql += ", CASE WHEN " + all_fit + " THEN " + column + " END";
  return sql + " FROM tuf_change WHERE id > $1 ORDER BY id LIMIT $2";
}

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

/// An error where a column is of another type: SQLite does not look at types by itself.
Result<Change> change_of(const store::Row& row) {
  if (std::holds_alternative<std::monostate>(row.values()[1])) {
    return fail(kRepositoryTarget, "its path or another column is larger than any that is taken");
  }
  const auto columns = row.read<std::int64_t, std::string, std::optional<std::int64_t>, std::optional<Bytes>,
                                std::optional<std::string>>();
  if (!columns) return fail(kRepositoryTarget, columns.error().message());
  const auto& [id, path, length, digest, custom] = *columns;
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
  for (const Change& change : changes) TRY(expect_read_by_all(change));
  return store::transact(*database_, store::Access::write,
                         [&](store::Transaction& tx) { return add(tx, changes); });
}

Result<Queue::Batch> Queue::take(std::size_t limit) const {
  return store::transact(*database_, store::Access::read, [&](store::Transaction& tx) -> Result<Batch> {
    const std::string sql = select_statement(tx.dialect());
    Batch batch;
    std::int64_t last = 0;
    while (batch.changes.size() <= limit) {
      const std::size_t most = std::min(kRowsOfOneAnswer, limit + 1 - batch.changes.size());
      const store::Answer answer = TRY(tx.run(sql, {last, static_cast<std::int64_t>(most)}));
      for (const store::Row& row : answer.rows) {
        if (batch.changes.size() == limit) {
          batch.more = true;
          return batch;
        }
        last = std::get<std::int64_t>(row.values().front());  // the primary key: an integer in both
        auto change = change_of(row);
        if (change) {
          // Rows may come from other programs.
          if (auto good = expect_read_by_all(*change); !good)
            change = std::unexpected(std::move(good).error());
        }
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
      if (answer.rows.size() < most) break;
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

Result<std::optional<Change>> Queue::last_of(const std::string& path) const {
  return store::transact(
      *database_, store::Access::read, [&](store::Transaction& tx) -> Result<std::optional<Change>> {
        const store::Answer answer = TRY(
            tx.run("SELECT id, path, length, sha256, custom FROM tuf_change WHERE path = $1 ORDER BY id DESC "
                   "LIMIT 1",
                   {path}));
        if (answer.rows.empty()) return std::nullopt;
        auto change = change_of(answer.rows.front());
        if (!change) return std::nullopt;
        return *std::move(change);
      });
}

Result<std::uint64_t> Queue::size() const {
  return store::transact(*database_, store::Access::read,
                         [&](store::Transaction& tx) -> Result<std::uint64_t> {
                           const auto row = TRY(tx.first<std::int64_t>("SELECT count(*) FROM tuf_change"));
                           return row ? static_cast<std::uint64_t>(std::get<0>(*row)) : 0;
                         });
}

}  // namespace tomme::repository
