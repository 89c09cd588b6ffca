#include <charconv>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

#include "app/repository/ceremony.h"
#include "app/repository/errors.h"
#include "app/repository/layout.h"
#include "app/repository/private_key.h"
#include "app/repository/target_store.h"
#include "cli/errors.h"
#include "cli/term.h"
#include "cli/tuf_place.h"
#include "core/base/words.h"
#include "core/encoding/text.h"

namespace tomme::cli {

namespace {

namespace fs = std::filesystem;
using repository::Change;
using repository::TargetFile;

using Stopwatch = std::chrono::steady_clock;
constexpr std::chrono::seconds kLongAdd{30};  // half of what gc keeps at least

volatile std::sig_atomic_t interrupted = 0;

void interrupt(int) {
  interrupted = 1;
}

/// Ctrl-C ends it between two pieces, so that uploads which were begun are taken back.
Result<void> unless_interrupted() {
  if (interrupted == 0) return {};
  return fail(kInterrupted, "it was interrupted: nothing was added");
}

struct Input {
  std::string file;    ///< where it is
  std::string target;  ///< under which path it is listed
};

Result<std::string> target_of(const std::string& prefix, const std::string& file) {
  const std::string relative = fs::path(file).lexically_normal().string();
  const bool leaves = relative == ".." || relative.starts_with("../");  // "..a" is a name like any other
  if (leaves || (relative.starts_with('/') && prefix.empty())) {
    return fail(kUsage, printable(file) + " is outside of the current folder",
                "say with --prefix where it belongs");
  }
  std::string path = relative.starts_with('/') ? fs::path(relative).filename().string() : relative;
  if (!prefix.empty()) path = prefix + (prefix.ends_with('/') ? "" : "/") + path;
  return path;
}

/// A link in a folder must not publish what lies elsewhere.
Result<void> expect_inside(const fs::path& folder, const fs::path& file) {
  std::error_code error;
  if (!fs::is_symlink(fs::symlink_status(file, error))) return {};
  const fs::path above = fs::canonical(folder, error), leads_to = fs::canonical(file, error);
  const fs::path relative = leads_to.lexically_relative(above);
  if (!error && !relative.empty() && *relative.begin() != "..") return {};
  return fail(kUsage, printable(file.string()) + " is a link that leads out of " + printable(folder.string()),
              "take it away, or name the file itself if it is meant");
}

Result<std::vector<Input>> inputs_of(const TufCommand& command) {
  std::vector<Input> inputs;
  for (const std::string& name : command.names) {
    std::error_code error;
    if (!fs::is_directory(name, error)) {
      std::string target = TRY(target_of(command.prefix, name));
      inputs.push_back({name, std::move(target)});
      continue;
    }
    fs::recursive_directory_iterator at(name, error);
    for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
      std::error_code ignored;
      if (!at->is_regular_file(ignored)) continue;
      TRY(expect_inside(name, at->path()));
      const std::string inside = at->path().lexically_relative(name).string();
      const std::string file = at->path().string();
      std::string target = TRY(target_of(command.prefix, command.prefix.empty() ? file : inside));
      inputs.push_back({file, std::move(target)});
    }
    if (error) return fail(kUsage, "the folder " + printable(name) + " cannot be read: " + error.message());
  }
  return inputs;
}

/// "PATH TAB length TAB SHA-256 [TAB custom]"
Result<Change> change_of_line(std::string_view line) {
  std::vector<std::string_view> columns;
  while (true) {
    const std::size_t tab = columns.size() == 3 ? std::string_view::npos : line.find('\t');
    columns.push_back(line.substr(0, tab));
    if (tab == std::string_view::npos) break;
    line.remove_prefix(tab + 1);
  }
  if (columns.size() < 3) return fail(kUsage, "it is not PATH, length and SHA-256 with tabs between");
  std::uint64_t length = 0;
  const auto read = std::from_chars(columns[1].data(), columns[1].data() + columns[1].size(), length);
  if (read.ec != std::errc() || read.ptr != columns[1].data() + columns[1].size()) {
    return fail(kUsage, printable(columns[1], 40) + " is not a length");
  }
  const Sha256 digest = TRY(Sha256::parse_hex(columns[2]));
  TargetFile file =
      TRY(TargetFile::make(length, digest, columns.size() == 4 ? columns[3] : std::string_view()));
  Change change = TRY(Change::set(columns[0], std::move(file)));
  TRY(repository::expect_read_by_all(change));
  return change;
}

/// What is stored and not yet named is garbage to tomme tuf gc, when it is old enough.
Result<void> expect_stored(store::BlobStore& files, const std::vector<Change>& changes) {
  for (const Change& change : changes) {
    const auto key = TRY(repository::target_key(change.path(), change.file()->sha256()));
    if (TRY(files.exists(key))) continue;
    return fail(repository::kRepositoryTarget,
                printable(change.path(), 80) + " was removed while others were stored",
                "add it again, and let tomme tuf gc --keep more seconds than that takes");
  }
  return {};
}

Result<int> add_list(const TufCommand& command, const TufPlace& place, Time now) {
  auto publisher = TRY(repository::Publisher::open(place.place(), TRY(place.online_signers(command))));
  // What waits comes first: it is older.
  TRY(publisher.publish(now));
  const auto bins = TRY(publisher.bins(now));
  if (!bins) return fail(repository::kRepositoryNone, "no role delegates to hash bins");
  auto partition = TRY(repository::Partition::make(place.place().sort_folder, bins->layout));
  std::ifstream list(command.list);
  if (!list) return fail(kUsage, "the list " + printable(command.list) + " cannot be read");
  std::uint64_t number = 0;
  for (std::string line; std::getline(list, line);) {
    ++number;
    if (line.empty()) continue;
    TRY(partition.add(TRY(in("line " + std::to_string(number), change_of_line(line)))));
  }
  if (list.bad()) return fail(kUsage, "the list " + printable(command.list) + " cannot be read to its end");
  TRY(partition.finish());
  const auto done = TRY(publisher.publish(now, partition));
  TRY(publisher.close());
  print("published " + counted(done.changes, "target") + " in " + counted(done.bins, "bin") +
        ", timestamp version " + std::to_string(done.timestamp_version) + "\n");
  return 0;
}

std::unexpected<Error> not_listed(const std::string& path) {
  return fail(repository::kRepositoryNoTarget, "no target is listed under " + printable(path, 80));
}

/// Whether clients come to this role for a path: by those who delegate to it as it is published.
bool is_asked_for(const repository::OfflineRoles& published, const std::string& role, const Change& change) {
  const auto path = tuf::TargetPath::parse(change.path());
  bool any_delegates = false;
  for (const auto& [name, delegator] : published.targets) {
    const auto& below = delegator.value.delegations;
    const auto* named = below ? std::get_if<std::vector<tuf::DelegatedRole>>(&below->roles) : nullptr;
    if (named == nullptr) continue;
    for (const tuf::DelegatedRole& delegated : *named) {
      if (delegated.name.text() != role) continue;
      any_delegates = true;
      if (path && delegated.matches(*path)) return true;
    }
  }
  return !any_delegates;  // targets, or one that is not published yet
}

Result<int> add_to_role(const TufCommand& command, const TufPlace& place, const std::vector<Change>& changes,
                        Time now) {
  const auto settings = TRY(repository::load_settings(place.database()));
  const auto lock = TRY(place.lock_staging());
  tuf::Targets draft = TRY(draft_of(place, command.role, settings.lifetimes, now));
  const repository::OfflineRoles published = TRY(repository::load_published(place.files())).offline;
  for (const Change& change : changes) {
    if (change.file() && !is_asked_for(published, command.role, change)) {
      print_warning(printable(change.path(), 80) + " is not among the paths that are delegated to " +
                    command.role + ": clients do not find it there");
    }
    if (!change.file()) {
      if (!draft.targets.erase(change.path())) return not_listed(change.path());
      continue;
    }
    tuf::TargetFile file;
    file.length = change.file()->length();
    file.hashes.known.emplace_back(change.file()->sha256());
    draft.targets.set(change.path(), std::move(file));
  }
  TRY(repository::stage(place.files(), command.role, draft));
  tell("staged " + command.role + " version " + std::to_string(draft.version.value()) + ", to be signed\n");
  return 0;
}

}  // namespace

Result<int> tuf_add(const TufCommand& command, Time now) {
  const TufPlace place = TRY(TufPlace::open(command, false));
  if (!command.list.empty()) {
    if (!command.names.empty()) return fail(kUsage, "--list and FILE exclude each other");
    return add_list(command, place, now);
  }
  if (command.names.empty()) return fail(kUsage, "there is nothing to add", "tomme tuf add FILE...");
  std::signal(SIGINT, &interrupt);
  std::signal(SIGTERM, &interrupt);
  const auto started = Stopwatch::now();
  std::vector<Change> changes;
  repository::TargetStore targets(place.files(), &unless_interrupted);
  const std::vector<Input> inputs = TRY(inputs_of(command));
  // Before anything is stored: what is stored is served.
  std::vector<std::string> files;
  for (const Input& input : inputs) files.push_back(input.file);
  TRY(place.expect_foreign(files));
  for (const std::string& file : files) TRY(repository::expect_no_private_key(file));
  for (const Input& input : inputs) {
    changes.push_back(TRY(targets.put(input.target, input.file)));
  }
  TRY(targets.finish());  // before anything names them
  if (Stopwatch::now() - started > kLongAdd) TRY(expect_stored(place.files(), changes));
  if (!command.role.empty()) return add_to_role(command, place, changes, now);
  TRY(repository::Queue(place.database()).add(changes));
  tell(counted(changes.size(), "target") + (changes.size() == 1 ? " waits" : " wait") +
       " for tomme tuf publish\n");
  return 0;
}

Result<int> tuf_remove(const TufCommand& command, Time now) {
  const TufPlace place = TRY(TufPlace::open(command, false));
  std::vector<Change> changes;
  for (const std::string& path : command.names) changes.push_back(TRY(Change::remove(path)));
  if (!command.role.empty()) return add_to_role(command, place, changes, now);
  const repository::Queue queue(place.database());
  const auto published = TRY(repository::load_published(place.files()));
  for (const Change& change : changes) {
    const auto waiting = TRY(queue.last_of(change.path()));
    const bool listed =
        waiting ? waiting->file().has_value() : TRY(repository::is_listed(place.files(), published, change));
    if (!listed) return not_listed(change.path());
  }
  TRY(queue.add(changes));
  tell(counted(changes.size(), "removal") + (changes.size() == 1 ? " waits" : " wait") +
       " for tomme tuf publish\n");
  return 0;
}

}  // namespace tomme::cli
