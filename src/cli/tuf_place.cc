#include "cli/tuf_place.h"

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <termios.h>
#include <unistd.h>

#include "app/repository/errors.h"
#include "app/repository/schema.h"
#include "cli/errors.h"
#include "cli/term.h"
#include "core/crypto/errors.h"
#include "core/encoding/text.h"
#include "io/store/file.h"

namespace tomme::cli {

namespace {

constexpr std::size_t kLongestLine = 4096;
constexpr std::string_view kSqlite = "sqlite:";

Result<FileHandle> terminal() {
  FileHandle tty(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (!tty.is_open()) return fail(kUsage, "there is no terminal to ask on");
  return tty;
}

void say(const FileHandle& tty, std::string_view text) {
  [[maybe_unused]] const ssize_t ignored = ::write(tty.fd(), text.data(), text.size());
}

std::string read_line(const FileHandle& tty) {
  std::string line;
  for (char c = 0; line.size() < kLongestLine && ::read(tty.fd(), &c, 1) == 1 && c != '\n';)
    line.push_back(c);
  return line;
}

/// A terminal that does not show what is typed, as long as this lives.
class NoEcho {
 public:
  explicit NoEcho(const FileHandle& tty) : fd_(tty.fd()), was_(::tcgetattr(fd_, &before_) == 0) {
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

Result<Secret<std::string>> typed(const FileHandle& tty, const std::string& question) {
  const NoEcho silent(tty);
  say(tty, question);
  Secret<std::string> line(read_line(tty));
  say(tty, "\n");
  return line;
}

std::string first_line(std::string_view text) {
  std::string line(text.substr(0, text.find('\n')));
  if (line.ends_with('\r')) line.pop_back();
  return line;
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
  if (database.starts_with(kSqlite)) place.lock_file_ = database.substr(kSqlite.size()) + ".publisher";
  place.database_ = TRY(store::open_database(database));
  place.files_ = TRY(store::open_blob_store(files));
  TRY(repository::prepare_tables(*place.database_));
  return place;
}

std::string TufPlace::setting_of(const std::string& key_file) const {
  const std::string inside = key_folder() + "/";
  if (!folder_.empty() && key_file.starts_with(inside)) return "keys/" + key_file.substr(inside.size());
  return std::filesystem::absolute(key_file).lexically_normal().string();
}

std::string TufPlace::key_file_of(const std::string& setting) const {
  return setting.starts_with('/') || folder_.empty() ? setting : folder_ + "/" + setting;
}

Result<repository::Signers> TufPlace::online_signers(const TufCommand& command) const {
  std::vector<std::string> files = command.online_keys;
  if (files.empty()) {
    for (const std::string& setting : TRY(repository::load_settings(*database_)).online_keys) {
      files.push_back(key_file_of(setting));
    }
  }
  repository::Signers signers;
  for (const std::string& file : files) {
    signers.push_back(TRY(repository::load_signer(file, ask_passphrase(command))));
  }
  return signers;
}

Result<Secret<std::string>> passphrase_for(const TufCommand& command, const std::string& key, bool anew) {
  if (!command.passphrase_file.empty()) {
    const Secret<std::string> text(TRY(read_file(command.passphrase_file, kLongestLine)));
    return Secret<std::string>(first_line(text.reveal()));
  }
  // NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread
  if (const char* variable = std::getenv("TOMME_PASSPHRASE"))
    return Secret<std::string>(std::string(variable));
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

repository::AskPassphrase ask_passphrase(const TufCommand& command) {
  return [&command](const std::string& key) { return passphrase_for(command, key, false); };
}

Result<bool> confirmed(const std::string& question) {
  const auto tty = terminal();
  if (!tty) return fail(kUsage, "nobody is there to say yes", "--yes where it is meant");
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
