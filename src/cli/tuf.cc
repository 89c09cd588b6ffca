#include <csignal>
#include <thread>

#include "app/repository/errors.h"
#include "app/repository/gc.h"
#include "app/repository/import.h"
#include "app/repository/verify.h"
#include "cli/errors.h"
#include "cli/term.h"
#include "cli/tuf_place.h"
#include "cli/verbs.h"
#include "core/base/words.h"
#include "core/encoding/text.h"

namespace tomme::cli {

namespace {

using repository::Publication;

constexpr std::chrono::hours kTimestampAge{1};  // of a standing publisher

volatile std::sig_atomic_t stop_asked = 0;

void ask_to_stop(int) {
  stop_asked = 1;
}

std::string milliseconds(std::chrono::nanoseconds time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count()) + " ms";
}

void say(const Publication& done) {
  if (!done.published) return tell("nothing to publish\n");
  std::string roles;
  for (const std::string& role : done.roles) roles += (roles.empty() ? ", " : " ") + role;
  print("published timestamp version " + std::to_string(done.timestamp_version) + ", snapshot version " +
        std::to_string(done.snapshot_version) + roles + ": " + counted(done.changes, "change") + " in " +
        counted(done.bins, "bin") + ", " + milliseconds(done.total) + ", of these " +
        milliseconds(done.storing) + " for storing\n");
}

/// Until it is asked to stop: what goes wrong is said, and tried again next time.
Result<int> watch(const TufCommand& command, repository::Publisher& publisher, const Clock& clock) {
  std::signal(SIGINT, &ask_to_stop);
  std::signal(SIGTERM, &ask_to_stop);
  while (stop_asked == 0) {
    const auto done = publisher.publish(TRY(time_of(command, clock)), kTimestampAge);
    if (!done) {
      print_error(done.error());
    } else if (done->published) {
      say(*done);
      TRY(flush_output());
    }
    if (done && done->more) continue;
    for (unsigned tenth = 0; tenth < command.watch * 10 && stop_asked == 0; ++tenth) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }
  TRY(publisher.close());
  return 0;
}

Result<int> publish(const TufCommand& command, const Clock& clock) {
  const TufPlace place = TRY(TufPlace::open(command, false));
  auto publisher = TRY(repository::Publisher::open(place.place(), TRY(place.online_signers(command))));
  if (command.watch != 0) return watch(command, publisher, clock);
  const Time now = TRY(time_of(command, clock));
  bool more = true;
  while (more) {
    const Publication done = TRY(publisher.publish(now));
    say(done);
    more = done.more;
  }
  TRY(publisher.close());
  return 0;
}

std::string role_line(const std::string& role, const tuf::Common& metadata, Time now) {
  return role + ": version " + std::to_string(metadata.version.value()) + ", " +
         (metadata.is_expired(now) ? "EXPIRED " : "expires ") + to_rfc3339(metadata.expires) + "\n";
}

void print_keys(const std::string& role, const tuf::Keys& keys, const tuf::RoleKeys& role_keys) {
  print("  " + role + ": " + std::to_string(role_keys.threshold) + " of " +
        std::to_string(role_keys.keyids.size()) + " keys sign\n");
  for (const tuf::KeyId& id : role_keys.keyids) {
    const auto key = keys.find(id);
    const PublicKey* usable = key == keys.end() ? nullptr : key->second.public_key();
    print("    " + printable(id.value()) + (usable != nullptr ? " " + usable->describe() : "") + "\n");
  }
}

Result<void> print_published(const repository::Published& published, Time now) {
  const auto& root = published.offline.root;
  if (!root) {
    print("nothing is published yet\n");
    return {};
  }
  print(role_line("root", root->value, now));
  print_keys("root", root->value.keys, root->value.root);
  print_keys("targets", root->value.keys, root->value.targets);
  print_keys("snapshot", root->value.keys, root->value.snapshot);
  print_keys("timestamp", root->value.keys, root->value.timestamp);
  if (published.is_empty()) return {};
  const auto online_line = [&](const std::string& role, const repository::SnapshotText& text) {
    tuf::Common common;
    common.version = tuf::Version(text.version);
    common.expires = text.expires;
    print(role_line(role, common, now));
  };
  online_line("timestamp", published.timestamp);
  online_line("snapshot", published.snapshot);
  for (const auto& [name, role] : published.offline.targets) {
    print(role_line(name, role.value, now));
    if (!role.value.targets.empty()) print("  " + counted(role.value.targets.size(), "target") + "\n");
  }
  if (const auto bins = TRY(published.offline.bins())) {
    print("bins: " + std::to_string(bins->layout.count()) + " by " + bins->delegator + "\n");
    print_keys(bins->layout.prefix() + "-*", bins->keys, bins->role_keys);
  }
  return {};
}

Result<int> status(const TufCommand& command, Time now) {
  const TufPlace place = TRY(TufPlace::open(command, false));
  const repository::Published published = TRY(repository::load_published(place.files()));
  TRY(print_published(published, now));
  const auto staged =
      TRY(repository::accept_staged(published.offline, TRY(repository::load_staged(place.files())), now));
  for (const repository::Readiness& file : staged.all) {
    print("staged " + file.file.role + ": " +
          (file.ready ? std::string("enough have signed; the next publication takes it")
                      : file.ready.error().message()) +
          "\n");
  }
  print("queue: " + counted(TRY(repository::Queue(place.database()).size()), "change") + "\n");
  return 0;
}

Result<int> verify_all(const TufCommand& command, Time now) {
  const TufPlace place = TRY(TufPlace::open(command, false));
  const auto found =
      TRY(repository::verify_published(place.files(), {.now = now, .target_files = command.target_files}));
  int code = 0;
  for (const Error& problem : found.problems) {
    print_error(problem);
    code = worse(code, static_cast<int>(problem.outcome()));
  }
  print(std::string(found.problems.empty() ? "verified" : "looked at") + " " +
        counted(found.targets, "target") + " in " + counted(found.bins, "bin") + " and " +
        counted(found.roles, "other role") + ", " + std::to_string(found.octets) +
        " octets of metadata, timestamp version " + std::to_string(found.timestamp_version) + "\n");
  return code;
}

Result<int> gc(const TufCommand& command, Time now) {
  const TufPlace place = TRY(TufPlace::open(command, false));
  const auto done = TRY(repository::collect_garbage(place.place(), now, std::chrono::seconds(command.keep)));
  print("removed " + counted(done.metadata, "metadata file") + " and " +
        counted(done.targets, "target file") + ", " + counted(done.octets, "octet") + "\n");
  return 0;
}

Result<int> import_from(const TufCommand& command, Time now) {
  const TufPlace place = TRY(TufPlace::open(command, true));
  const auto from = TRY(store::open_blob_store(command.from));
  const auto found = TRY(repository::import_repository(*from, place.files(), now));
  repository::Settings settings;
  for (const std::string& key : command.online_keys) settings.online_keys.push_back(place.setting_of(key));
  TRY(repository::save_settings(place.database(), settings));
  print("took over " + counted(found.targets, "target") + " in " + counted(found.bins, "bin") + " and " +
        counted(found.roles, "other role") + ", root version " + std::to_string(found.root_version) + "\n");
  for (const Error& problem : found.problems) print_warning(problem.message());
  return 0;
}

}  // namespace

Result<int> tuf(const TufCommand& command, const Clock& clock) {
  using Verb = TufCommand::Verb;
  const Time now = TRY(time_of(command, clock));
  switch (command.verb) {
    case Verb::init:
      return tuf_init(command, now);
    case Verb::key_new:
    case Verb::key_show:
    case Verb::key_add:
    case Verb::key_remove:
    case Verb::key_threshold:
      return tuf_key(command, now);
    case Verb::renew:
      return tuf_renew(command, now);
    case Verb::delegate:
    case Verb::undelegate:
    case Verb::bins:
      return tuf_delegation(command, now);
    case Verb::add:
      return tuf_add(command, now);
    case Verb::remove:
      return tuf_remove(command, now);
    case Verb::publish:
      return publish(command, clock);
    case Verb::sign:
      return tuf_sign(command);
    case Verb::merge:
      return tuf_merge(command);
    case Verb::status:
      return status(command, now);
    case Verb::verify:
      return verify_all(command, now);
    case Verb::gc:
      return gc(command, now);
    case Verb::import_from:
      return import_from(command, now);
  }
  std::unreachable();
}

}  // namespace tomme::cli
