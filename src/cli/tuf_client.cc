#include "cli/tuf_client.h"

#include <algorithm>
#include <filesystem>
#include <memory>

#include "cli/environment.h"
#include "cli/errors.h"
#include "cli/term.h"
#include "cli/verbs.h"
#include "core/base/words.h"
#include "core/encoding/text.h"
#include "core/tuf/errors.h"
#include "core/tuf/paths.h"
#include "io/remote/tuf_folder.h"
#include "io/remote/tuf_mirror.h"
#include "io/system/errors.h"
#include "io/system/new_file.h"

namespace tomme::cli {

namespace {

constexpr std::size_t kRootBytes = 512'000;

/// A root that does not verify is of no use and blocks every refresh: it is as good as none, if there is
/// another to begin with.
Result<tuf::Updater> begin(TufFolder& folder, tuf::Fetcher& mirror, const tuf::UpdaterOptions& options,
                           const std::string& root_path) {
  Result<tuf::Updater> updater = tuf::Updater::open(folder, mirror, options);
  if (updater || root_path.empty()) return updater;
  if (TRY(folder.load(tuf::RoleName::root()))) {
    print_warning("the root in " + printable(folder.path()) +
                  " is thrown away, --root is taken: " + updater.error().message());
  }
  const std::string root = TRY(read_file(root_path, kRootBytes));
  return in(printable(root_path), tuf::Updater::begin(folder, mirror, options, bytes_of(root)));
}

/// A target may have any name, "root.json" too: so it never goes where the metadata of roles are kept, nor
/// may those lie among the targets.
Result<void> expect_apart(const std::string& target_dir, const std::string& metadata_dir) {
  std::error_code error;
  const auto plain = [&](const std::string& path) {
    std::filesystem::path whole = std::filesystem::weakly_canonical(std::filesystem::absolute(path), error);
    return whole.has_filename() ? whole : whole.parent_path();
  };
  const auto targets = plain(target_dir), metadata = plain(metadata_dir);
  if (error) return fail(kFileWrite, "cannot look at " + printable(target_dir) + ": " + error.message());
  const auto is_in = [](const std::filesystem::path& inner, const std::filesystem::path& outer) {
    return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
  };
  if (!is_in(targets, metadata) && !is_in(metadata, targets)) return {};
  return fail(kUsage,
              "targets and metadata may not lie within one another: a target may be called as a role's file",
              "name a --target-dir outside of " + printable(metadata_dir));
}

class TargetFolder {
 public:
  static Result<TargetFolder> open(const std::string& path) {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error) {
      return fail(kFileWrite, "cannot make the folder " + printable(path) + ": " + error.message());
    }
    return TargetFolder(path);
  }

  std::string path_of(const tuf::FoundTarget& target) const {
    return path_ + "/" + tuf::local_target_name(target.path);
  }
  /// Whether the very file is there.
  bool has(const tuf::FoundTarget& target) const {
    const std::string path = path_of(target);
    const auto file = open_for_reading(path);
    if (!file) return false;
    const auto size = size_of(*file, path);
    if (!size || *size != target.file.length) return false;
    const auto mapped = MappedFile::map(file->fd(), *size, path);
    return mapped && tuf::check_target(target.file, mapped->view());
  }
  Result<void> fetch(const tuf::FoundTarget& target, TufTargets& from) const {
    NewFile file = TRY(NewFile::open(path_));
    TRY(from.fetch(target, [&](BytesView bytes) { return file.append(bytes); }));
    return std::move(file).keep(tuf::local_target_name(target.path));
  }

 private:
  explicit TargetFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

Result<void> download_one(tuf::Updater& updater, const TargetFolder& folder, TufTargets* from,
                          const std::string& name) {
  const tuf::TargetPath path = TRY(tuf::TargetPath::parse(name));
  const std::optional<tuf::FoundTarget> target = TRY(updater.find_target(path));
  if (!target) return fail(kTufNoTarget, "the repository has no target " + printable(name));
  if (!folder.has(*target)) {
    if (from == nullptr) {
      return fail(tuf::kTufOffline, "the target " + printable(name) + " is not there, or is another file",
                  "download it once with the network");
    }
    TRY(folder.fetch(*target, *from));
  }
  print(printable(folder.path_of(*target), 4096) + "\n");
  return {};
}

Result<void> download(const TufClientCommand& command, tuf::Updater& updater, net::HttpClient* client) {
  std::optional<TufTargets> from;
  if (client != nullptr) from = TRY(TufTargets::open(*client, split_login(command.target_url).address));
  TRY(updater.refresh());
  const TargetFolder folder = TRY(TargetFolder::open(command.target_dir));
  // Again, now that both are there: a link may have led to what was not made yet.
  TRY(expect_apart(command.target_dir, command.metadata_dir));
  for (const std::string& name : command.targets) {
    TRY(download_one(updater, folder, from ? &*from : nullptr, name));
  }
  return {};
}

void say_stale(const tuf::Updater& updater) {
  for (const tuf::RoleState& role : updater.roles()) {
    if (role.stale > std::chrono::seconds{0}) print_warning("offline: " + describe(role));
  }
}

}  // namespace

Result<Time> reference_time(const std::string& text, const Clock& clock) {
  if (text.empty()) return clock.now();
  if (const auto time = parse_rfc3339(text)) return *time;
  return fail(kUsage, "--time " + printable(text) + " is not a moment", "write it as 2026-01-31T12:00:00Z");
}

std::string describe(const tuf::RoleState& role) {
  std::string text = printable(role.role.text(), 80) + " version " + std::to_string(role.version.value());
  if (role.stale == std::chrono::seconds{0}) return text + ", expires " + to_rfc3339(role.expires);
  return text + ", expired " + to_rfc3339(role.expires) + ", " + span_text(role.stale) + " ago";
}

Result<int> tuf_client(const TufClientCommand& command, const Clock& clock) {
  const Time now = TRY(reference_time(command.time, clock));
  if (command.download) TRY(expect_apart(command.target_dir, command.metadata_dir));
  tuf::UpdaterOptions options{.now = now, .prefix_targets_with_hash = !command.plain_names};
  TufFolderOptions access;
  access.waiting = [&] {
    tell("waiting for another process that works in " + printable(command.metadata_dir) + "\n");
  };
  if (command.offline) {
    options.offline = tuf::Offline{.tolerance = std::chrono::days{command.stale_days}};
    if (command.root.empty()) access.access = TufFolderOptions::Access::reading;
  }
  std::unique_ptr<net::HttpClient> client;
  std::unique_ptr<tuf::Fetcher> mirror = std::make_unique<NoMirror>();
  if (!command.offline) {
    const AddressWithLogin place = address_with_login(command.metadata_url);
    client = std::make_unique<net::HttpClient>(
        TRY(network_options({place, address_with_login(command.target_url)})));
    mirror = std::make_unique<TufMirror>(TRY(TufMirror::open(*client, place.address)));
  }
  TufFolder folder = TRY(TufFolder::open(command.metadata_dir, access));
  tuf::Updater updater = TRY(begin(folder, *mirror, options, command.root));
  if (command.download) {
    TRY(download(command, updater, client.get()));
  } else {
    TRY(updater.refresh());
    for (const tuf::RoleState& role : updater.roles()) print(describe(role) + "\n");
  }
  if (command.offline) say_stale(updater);
  return 0;
}

}  // namespace tomme::cli
