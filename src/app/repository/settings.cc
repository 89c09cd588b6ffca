#include "app/repository/settings.h"

#include <charconv>

#include "io/store/errors.h"

namespace tomme::repository {

namespace {

constexpr std::string_view kLookedAt = "bins.looked-at";
constexpr std::string_view kFirstRoot = "first-root";    // SHA-256
constexpr std::string_view kOnlineKeys = "online-keys";  // one a line

struct LifetimeName {
  std::string_view name;
  std::chrono::seconds Lifetimes::* member;
};
constexpr LifetimeName kLifetimes[] = {{"lifetime.root", &Lifetimes::root},
                                       {"lifetime.targets", &Lifetimes::targets},
                                       {"lifetime.bins", &Lifetimes::bins},
                                       {"lifetime.snapshot", &Lifetimes::snapshot},
                                       {"lifetime.timestamp", &Lifetimes::timestamp}};

Result<std::int64_t> number_of(const std::string& name, const std::string& text) {
  std::int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec == std::errc() && read.ptr == text.data() + text.size() && number > 0) return number;
  return fail(kStoreDamaged, "the setting " + name + " is not a positive number");
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (end > 0) lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string as_lines(const std::vector<std::string>& texts) {
  std::string lines;
  for (const std::string& text : texts) lines += text + "\n";
  return lines;
}

Result<void> put(store::Transaction& tx, std::string_view name, const std::string& value) {
  TRY(
      tx.run("INSERT INTO tuf_setting (name, value) VALUES ($1, $2) "
             "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
             {name, value}));
  return {};
}

}  // namespace

Result<Settings> load_settings(store::Database& database) {
  using Rows = std::vector<std::tuple<std::string, std::string>>;
  const Rows rows = TRY(store::transact(database, store::Access::read, [](store::Transaction& tx) {
    return tx.all<std::string, std::string>("SELECT name, value FROM tuf_setting ORDER BY name");
  }));
  Settings settings;
  for (const auto& [name, value] : rows) {
    if (name == kOnlineKeys) settings.online_keys = lines_of(value);
    if (name == kFirstRoot) settings.first_root = TRY(Sha256::parse_hex(value));
    if (name == kLookedAt) settings.bins_looked_at = time_from_unix(TRY(number_of(name, value)));
    for (const LifetimeName& lifetime : kLifetimes) {
      if (lifetime.name == name) {
        settings.lifetimes.*lifetime.member = std::chrono::seconds(TRY(number_of(name, value)));
      }
    }
  }
  return settings;
}

Result<void> save_settings(store::Database& database, const Settings& settings) {
  return store::transact(database, store::Access::write, [&](store::Transaction& tx) -> Result<void> {
    for (const LifetimeName& lifetime : kLifetimes) {
      TRY(put(tx, lifetime.name, std::to_string((settings.lifetimes.*lifetime.member).count())));
    }
    return put(tx, kOnlineKeys, as_lines(settings.online_keys));
  });
}

Result<void> save_online_keys(store::Database& database, const std::vector<std::string>& keys) {
  return store::transact(database, store::Access::write,
                         [&](store::Transaction& tx) { return put(tx, kOnlineKeys, as_lines(keys)); });
}

Result<void> save_first_root(store::Transaction& transaction, const Sha256& digest) {
  return put(transaction, kFirstRoot, digest.to_hex());
}

Result<void> save_bins_looked_at(store::Transaction& transaction, Time time) {
  return put(transaction, kLookedAt, std::to_string(to_unix(time)));
}

}  // namespace tomme::repository
