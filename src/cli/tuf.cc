#include <algorithm>
#include <csignal>
#include <set>
#include <string>
#include <thread>

#include "app/repository/clients.h"
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
#include "io/system/file.h"

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
  if (done.first_unreadable) {
    print_warning(counted(done.unreadable, "row") +
                  " of the queue cannot be listed and stay there; tomme did not "
                  "write them: " +
                  done.first_unreadable->message());
  }
  if (!done.published) return tell("nothing to publish\n");
  std::string roles;
  for (const std::string& role : done.roles) roles += (roles.empty() ? ", " : " ") + role;
  print("published timestamp version " + std::to_string(done.timestamp_version) + ", snapshot version " +
        std::to_string(done.snapshot_version) + roles + ": " + counted(done.changes, "change") + " in " +
        counted(done.bins, "bin") + ", " + milliseconds(done.total) + ", of these " +
        milliseconds(done.storing) + " for storing\n");
}

/// What clients refuse and no publication can renew, since people sign it, and what will be so soon: in the
/// last eighth of its life, at most two weeks before. The exit code is for whoever runs it by a clock.
/// `said`: what was said before.
Result<int> say_expired(const TufPlace& place, const repository::Publisher& publisher, Time now,
                        std::set<std::string>& said) {
  if (publisher.published() == nullptr) return 0;
  const repository::OfflineRoles& roles = publisher.published()->offline;
  const repository::Lifetimes lifetimes = TRY(repository::load_settings(place.database())).lifetimes;
  int code = 0;
  const auto look = [&](const std::string& role, const tuf::Common& file, std::chrono::seconds lifetime) {
    const bool expired = file.is_expired(now);
    if (expired) code = static_cast<int>(Outcome::refused);
    const std::chrono::seconds soon = std::min<std::chrono::seconds>(std::chrono::days(14), lifetime / 8);
    if (!expired && file.expires - now > soon) return;
    const std::string name = printable(role, 80);
    const std::string words =
        expired ? name + " expired " + to_rfc3339(file.expires) + ": clients refuse " +
                      (role == "root" || role == "targets" ? "the repository" : "what it lists")
                : name + " expires " + to_rfc3339(file.expires) + ", in " + span_text(file.expires - now);
    if (!said.insert(words + (expired ? "" : role)).second) return;
    print_warning(words);
    print_hint("tomme tuf renew " + name + ", and have it signed");
  };
  if (roles.root) look("root", roles.root->value, lifetimes.root);
  for (const auto& [name, role] : roles.targets) look(name, role.value, lifetimes.targets);
  return code;
}

/// What is refused for want of a key: the keys of the settings may be those of earlier.
Error with_key_hint(Error error, const TufCommand& command) {
  if (!error.is(repository::kRepositoryKey) || !command.online_keys.empty()) return error;
  return Error(
      error.code(), std::string(error.message()),
      "name all keys that publish: tomme tuf publish --online-key KEY; tomme tuf status lists them by "
      "their ids");
}

/// Whether the roles of the publisher have this key, as they are published.
bool is_online_key(const tuf::Root& root, const PublicKey& key) {
  return std::ranges::any_of(root.keys, [&](const auto& listed) {
    const auto has = [&](const tuf::RoleKeys& role) {
      return std::ranges::find(role.keyids, listed.first) != role.keyids.end();
    };
    const PublicKey* known = listed.second.public_key();
    return known != nullptr && *known == key && (has(root.snapshot) || has(root.timestamp));
  });
}

/// Keys that published are those of the next time too: after a change of the online key it need not be named
/// again, and one that went with the change is not asked for. `signers` are those of the command's keys.
Result<void> remember_online_keys(const TufCommand& command, const TufPlace& place,
                                  const repository::Publisher& publisher, const SigningKeys& signers) {
  const repository::Published* published = publisher.published();
  if (command.online_keys.empty() || published == nullptr || !published->offline.root) return {};
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < command.online_keys.size(); ++i) {
    if (!is_online_key(published->offline.root->value, signers[i]->public_key())) continue;
    Result<std::string> setting = place.setting_of(command.online_keys[i]);
    if (!setting) return {};  // a URI with a PIN, which the database does not keep
    keys.push_back(*std::move(setting));
  }
  if (keys.empty() || keys == TRY(repository::load_settings(place.database())).online_keys) return {};
  TRY(repository::save_online_keys(place.database(), keys));
  tell("note: tomme tuf publish takes these keys from now on, without --online-key\n");
  return {};
}

/// Until it is asked to stop: what goes wrong is said, and tried again next time.
Result<int> watch(const TufCommand& command, const TufPlace& place, repository::Publisher& publisher,
                  const SigningKeys& signers, const Clock& clock) {
  std::signal(SIGINT, &ask_to_stop);
  std::signal(SIGTERM, &ask_to_stop);
  tell("publishing what is added, every " + counted(command.watch, "second") + ", until Ctrl-C\n");
  std::set<std::string> said;
  while (stop_asked == 0) {
    const auto done = publisher.publish(TRY(time_of(command, clock)), kTimestampAge);
    if (!done) {
      print_error(with_key_hint(done.error(), command));
      for (const auto& signer : signers) {
        if (const auto ready = signer->recover(); !ready) print_error(ready.error());
      }
    } else if (done->published) {
      say(*done);
      TRY(remember_online_keys(command, place, publisher, signers));
      TRY(say_expired(place, publisher, TRY(time_of(command, clock)), said));
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
  const SigningKeys signers = TRY(place.online_signers(command));
  auto publisher = TRY(repository::Publisher::open(place.place(), signers));
  if (command.watch != 0) return watch(command, place, publisher, signers, clock);
  const Time now = TRY(time_of(command, clock));
  int code = 0;
  bool more = true;
  while (more) {
    const auto published = publisher.publish(now);
    if (!published) return std::unexpected(with_key_hint(published.error(), command));
    const Publication& done = *published;
    say(done);
    if (done.published) TRY(remember_online_keys(command, place, publisher, signers));
    more = done.more;
    for (const std::string& words : done.notes) tell("note: " + words + "\n");
    if (more) continue;
    std::string last_hint;
    for (const Error& staged : done.left) {
      tell("not published: " + staged.message() + "\n");
      if (staged.hint() != last_hint) tell("hint: " + std::string(staged.hint()) + "\n");
      last_hint = staged.hint();
    }
    if (!done.left.empty() || done.first_unreadable) code = static_cast<int>(Outcome::refused);
  }
  TRY(publisher.close());
  std::set<std::string> said;
  return worse(code, TRY(say_expired(place, publisher, now, said)));
}

Result<int> verify_all(const TufCommand& command, Time now) {
  const TufPlace place = TRY(TufPlace::open(command, false));
  const auto found =
      TRY(repository::verify_published(place.files(), {.now = now, .target_files = command.target_files}));
  if (const auto published = repository::load_published(place.files())) {
    for (const std::string& words : repository::words_of_clients(published->offline))
      tell("note: " + words + "\n");
  }
  for (const std::string& words : found.notes) tell("note: " + words + "\n");
  int code = 0;
  for (const Error& problem : found.problems) {
    print_error(problem);
    code = worse(code, static_cast<int>(problem.outcome()));
  }
  print(std::string(found.problems.empty() ? "verified" : "looked at") + " " +
        counted(found.targets, "target") + " in " + counted(found.bins, "bin") + " and " +
        counted(found.roles, "other role") + ", " + std::to_string(found.bytes) +
        " bytes of metadata, timestamp version " + std::to_string(found.timestamp_version) + "\n");
  return code;
}

Result<int> gc(const TufCommand& command, Time now) {
  const TufPlace place = TRY(TufPlace::open(command, false));
  const auto done = TRY(repository::collect_garbage(place.place(), now, std::chrono::seconds(command.keep)));
  print("removed " + counted(done.metadata, "metadata file") + " and " +
        counted(done.targets, "target file") + ", " + counted(done.bytes, "byte") + "\n");
  return 0;
}

std::string versions(std::uint64_t first, std::uint64_t last) {
  return first == last ? "version " + std::to_string(first)
                       : "versions " + std::to_string(first) + " to " + std::to_string(last);
}

void say(const repository::Imported& done) {
  print("took over root " + versions(done.oldest_root, done.found.root_version) + ", timestamp version " +
        std::to_string(done.found.timestamp_version) + ", " + counted(done.found.targets, "target") + " in " +
        counted(done.found.bins, "bin") + " and " + counted(done.found.roles, "other role") + ", " +
        counted(done.target_files, "target file") + "\n");
  for (const Error& problem : done.found.problems) print_warning(problem.message());
  if (done.left_out_root != 0) {
    print_warning(
        "root version " + std::to_string(done.left_out_root) +
        " and those before it do not lead to the others: clients that have nothing newer cannot go on");
  }
  if (done.elsewhere != 0) {
    print_warning(counted(done.elsewhere, "target") +
                  " without a file that could be copied: they go on being listed");
  }
  if (done.root_staged) {
    print_warning("root version " + std::to_string(done.found.root_version + 1) +
                  " is staged and has to be signed first: it turns consistent snapshots on");
  }
  if (done.found.bins == 0) {
    tell(
        "hint: it has no hash bins, so that people sign every change of its targets: tomme tuf add --role "
        "NAME, or "
        "tomme tuf bins 10 for what is new\n");
  }
}

Result<int> import_from(const TufCommand& command, Time now) {
  const auto from = TRY(store::open_blob_store_to_read(command.from));
  const TufPlace place = TRY(TufPlace::open(command, true));
  repository::ImportOptions options{.now = now};
  if (!command.trusted_root.empty())
    options.trusted_root = TRY(read_file(command.trusted_root, repository::kMostRootBytes));
  if (!command.online_keys.empty()) options.signers = TRY(place.online_signers(command));
  const repository::Imported done = TRY(repository::import_repository(*from, place.files(), options));
  repository::Settings settings;
  for (const std::string& key : command.online_keys)
    settings.online_keys.push_back(TRY(place.setting_of(key)));
  TRY(repository::save_settings(place.database(), settings));
  say(done);
  if (command.online_keys.empty()) {
    tell(
        "hint: no --online-key: before anything can be published, tomme tuf key add online FILE, have root "
        "sign it, then tomme tuf publish --online-key KEY\n");
  }
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
      return tuf_sign(command, now);
    case Verb::merge:
      return tuf_merge(command);
    case Verb::unstage:
      return tuf_unstage(command);
    case Verb::status:
      return tuf_status(command, now);
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
