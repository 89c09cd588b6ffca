#include "cli/tuf_place.h"

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <termios.h>
#include <unistd.h>

#include "app/repository/ceremony.h"
#include "app/repository/errors.h"
#include "app/repository/schema.h"
#include "cli/errors.h"
#include "cli/term.h"
#include "core/crypto/errors.h"
#include "core/encoding/text.h"
#include "io/pkcs11/errors.h"
#include "io/system/file.h"

namespace tomme::cli {

namespace {

using pkcs11::KeyUri;

constexpr std::size_t kLongestLine = 4096;
constexpr std::string_view kSqlite = "sqlite:";
constexpr std::string_view kS3 = "s3://";

Result<Descriptor> terminal() {
  Descriptor tty(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (!tty.is_open()) return fail(kUsage, "there is no terminal to ask on");
  return tty;
}

void say(const Descriptor& tty, std::string_view text) {
  [[maybe_unused]] const ssize_t ignored = ::write(tty.fd(), text.data(), text.size());
}

std::string read_line(const Descriptor& tty) {
  std::string line;
  for (char c = 0; line.size() < kLongestLine && ::read(tty.fd(), &c, 1) == 1 && c != '\n';)
    line.push_back(c);
  return line;
}

/// A terminal that does not show what is typed, as long as this lives.
class NoEcho {
 public:
  explicit NoEcho(const Descriptor& tty) : fd_(tty.fd()), was_(::tcgetattr(fd_, &before_) == 0) {
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    if (was_) ::tcsetattr(fd_, TCSAFLUSH, &silent);
  }
  ~NoEcho() {
    if (was_) ::tcsetattr(fd_, TCSAFLUSH, &before_);
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;

 private:
  int fd_;
  termios before_{};
  bool was_;
};

Result<Secret<std::string>> typed(const Descriptor& tty, const std::string& question) {
  const NoEcho silent(tty);
  say(tty, question);
  Secret<std::string> line(read_line(tty));
  say(tty, "\n");
  return line;
}

std::optional<std::string> variable(const char* name) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread
  const char* value = std::getenv(name);
  return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
}

std::string first_line(std::string_view text) {
  std::string line(text.substr(0, text.find('\n')));
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

/// What stands in --passphrase-file, else in TOMME_PASSPHRASE.
Result<std::optional<Secret<std::string>>> told_passphrase(const TufCommand& command) {
  std::optional<Secret<std::string>> told;
  if (!command.passphrase_file.empty()) {
    const Secret<std::string> text(TRY(read_file(command.passphrase_file, kLongestLine)));
    told.emplace(first_line(text.reveal()));
  } else if (auto set = variable("TOMME_PASSPHRASE")) {
    told.emplace(*std::move(set));
  }
  return told;
}

Result<Secret<std::string>> pin_for(const TufCommand& command, const pkcs11::PinQuestion& question) {
  const std::string token = "the token " + printable(question.token);
  if (auto told = TRY(told_passphrase(command))) {
    if (!question.is_last_try) return *std::move(told);
    return fail(pkcs11::kPkcs11LastTry,
                "one more wrong PIN locks " + token + "; that of the file or variable is not tried");
  }
  const auto tty = terminal();
  if (!tty) return fail(pkcs11::kPkcs11NoPin, token + " wants its PIN, and there is no terminal");
  const std::string warning = question.is_last_try ? " (a wrong one locks it)" : "";
  return typed(*tty, "PIN of " + token + warning + ": ");
}

}  // namespace

Result<TufPlace> TufPlace::open(const TufCommand& command, bool make) {
  TufPlace place;
  std::string database = command.database, files = command.files;
  if (database.empty()) {
    place.folder_ = command.repository.empty() ? "." : command.repository;
    const std::string file = place.folder_ + "/repository.db";
    if (!make && !exists(file)) {
      return fail(repository::kRepositoryNone,
                  printable(place.folder_) + " is not the folder of a repository",
                  "name it with --repository, or make one: tomme tuf init DIR");
    }
    std::error_code error;
    std::filesystem::create_directories(place.folder_, error);
    if (error)
      return fail(kUsage, "the folder " + printable(place.folder_) + " cannot be made: " + error.message());
    database = std::string(kSqlite) + file;
    files = place.folder_ + "/public";
  }
  place.sort_folder_ =
      place.folder_.empty() ? std::filesystem::temp_directory_path().string() : place.folder_;
  if (database.starts_with(kSqlite)) {
    const std::string file = database.substr(kSqlite.size());
    place.lock_file_ = file + ".publisher";
    for (const char* beside : {"", "-wal", "-shm", "-journal", ".publisher", ".publisher.staging"})
      place.parts_.push_back(file + beside);
  }
  if (!files.starts_with(kS3)) place.parts_.push_back(files);
  if (!place.folder_.empty())
    place.parts_.insert(place.parts_.end(), {place.key_folder(), place.folder_ + "/keys"});
  place.database_ = TRY(store::open_database(database));
  place.files_ = TRY(store::open_blob_store(files));
  if (make) TRY(store::expect_put_if_absent(*place.files_));
  TRY(repository::prepare_tables(*place.database_));
  return place;
}

Result<void> TufPlace::expect_foreign(const std::vector<std::string>& files) const {
  namespace fs = std::filesystem;
  std::vector<std::string> parts = parts_;
  for (const std::string& setting : TRY(repository::load_settings(*database_)).online_keys) {
    if (!KeyUri::is_one(setting)) parts.push_back(TRY(key_of(setting)));
  }
  std::error_code error;
  for (const std::string& part : parts) {
    const fs::path own = fs::canonical(part, error);
    if (error) continue;  // it is not there
    for (const std::string& file : files) {
      const fs::path relative = fs::canonical(file, error).lexically_relative(own);
      if (error) continue;
      const bool is_inside = !relative.empty() && *relative.begin() != "..";
      // By another name (a hard link).
      const bool is_same = !is_inside && fs::equivalent(file, own, error);
      if (!is_inside && !is_same) continue;
      return fail(repository::kRepositoryOwnFile,
                  printable(file) + " belongs to the repository itself: " + printable(part));
    }
  }
  return {};
}

Result<std::string> TufPlace::setting_of(const std::string& key) const {
  if (KeyUri::is_one(key)) {
    const KeyUri uri = TRY(KeyUri::parse(key));
    TRY(uri.expect_storable());
    return uri.to_string();
  }
  const std::string inside = key_folder() + "/";
  if (!folder_.empty() && key.starts_with(inside)) return key.substr(folder_.size() + 1);
  return std::filesystem::absolute(key).lexically_normal().string();
}

Result<std::string> TufPlace::key_of(const std::string& setting) const {
  if (KeyUri::is_one(setting)) {
    const KeyUri uri = TRY(KeyUri::parse(setting));
    TRY(uri.expect_storable());
    return uri.to_string();
  }
  return setting.starts_with('/') || folder_.empty() ? setting : folder_ + "/" + setting;
}

Result<SigningKeys> TufPlace::online_signers(const TufCommand& command) const {
  std::vector<std::string> keys = command.online_keys;
  if (keys.empty()) {
    for (const std::string& setting : TRY(repository::load_settings(*database_)).online_keys) {
      keys.push_back(TRY(key_of(setting)));
    }
  }
  Keyring keyring = keyring_for(command);
  SigningKeys signers;
  for (const std::string& key : keys) signers.push_back(TRY(keyring.signer(key)));
  return signers;
}

Result<Secret<std::string>> passphrase_for(const TufCommand& command, const std::string& key, bool anew) {
  if (auto told = TRY(told_passphrase(command))) return *std::move(told);
  const auto tty = terminal();
  if (!tty) {
    return fail(kKeyPassphrase, "the key " + printable(key) + " needs a passphrase, and there is no terminal",
                "--passphrase-file FILE or TOMME_PASSPHRASE");
  }
  Secret<std::string> first = TRY(typed(*tty, "passphrase of " + printable(key) + ": "));
  if (!anew) return first;
  const Secret<std::string> second = TRY(typed(*tty, "the same again: "));
  if (first.reveal() != second.reveal()) return fail(kKeyPassphrase, "the two are not the same");
  return first;
}

bool passphrase_is_told(const TufCommand& command) {
  return !command.passphrase_file.empty() || variable("TOMME_PASSPHRASE").has_value();
}

Keyring keyring_for(const TufCommand& command) {
  return Keyring([&command](const std::string& key) { return passphrase_for(command, key, false); },
                 [&command](const pkcs11::PinQuestion& question) { return pin_for(command, question); },
                 variable("TOMME_PKCS11_MODULE").value_or(""));
}

Result<tuf::Targets> draft_of(const TufPlace& place, const std::string& role,
                              const repository::Lifetimes& lifetimes, Time now) {
  std::vector<std::string> left_out;
  tuf::Targets draft = TRY(repository::draft_targets(place.files(), role, lifetimes, now, &left_out));
  for (const std::string& name : left_out) {
    tell("note: the new " + printable(role, 80) + " no longer delegates to " +
         (name == role ? "itself" : printable(name, 80) + ", below which it is itself") + "\n");
  }
  return draft;
}

Result<bool> confirmed(const std::string& question) {
  const auto tty = terminal();
  if (!tty)
    return fail(kUsage, "cannot ask for confirmation without a terminal",
                "add --yes to go on without being asked");
  say(*tty, question + " [y/N] ");
  const std::string answer = read_line(*tty);
  return answer == "y" || answer == "Y" || answer == "yes";
}

Result<Time> time_of(const TufCommand& command, const Clock& clock) {
  if (command.time.empty()) return clock.now();
  const auto time = parse_rfc3339(command.time);
  if (time) return *time;
  return fail(kUsage, "--time is " + printable(command.time), "as 2026-11-26T12:00:00Z");
}

}  // namespace tomme::cli
