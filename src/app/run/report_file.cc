#include "app/run/report_file.h"

#include <cerrno>
#include <charconv>
#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include "core/encoding/text.h"
#include "io/system/errors.h"
#include "io/system/new_file.h"
#include "io/system/sigpipe.h"

namespace tomme::guard {

namespace {

constexpr int kLinks = 40;  // as many as Linux follows

std::unexpected<Error> cannot_write(const std::string& shown, const std::string& why) {
  return fail(kFileWrite, "the report cannot be written to " + shown + ": " + why,
              "name a file in a folder that you may write, a FIFO, /dev/fd/N, or - for standard output");
}

/// The number in "/dev/fd/N", "/proc/self/fd/N" and the names of the standard streams.
std::optional<int> descriptor_of(const std::string& path) {
  if (path == "-" || path == "/dev/stdout") return STDOUT_FILENO;
  if (path == "/dev/stderr") return STDERR_FILENO;
  for (const std::string_view folder : {"/dev/fd/", "/proc/self/fd/"}) {
    if (!path.starts_with(folder)) continue;
    int number = -1;
    const char* end = path.data() + path.size();
    const auto [stop, error] = std::from_chars(path.data() + folder.size(), end, number);
    if (error == std::errc() && stop == end && number >= 0) return number;
  }
  return std::nullopt;
}

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

/// The rule of fs.protected_symlinks, whether the system has it on or not: where anybody may make links, as
/// in /tmp, only those of the folder's owner and our own are followed.
bool is_trap(const std::string& link, const std::string& folder) {
  struct stat of_link{};
  struct stat of_folder{};
  if (::lstat(link.c_str(), &of_link) != 0 || ::stat(folder.c_str(), &of_folder) != 0) return true;
  const bool anybody = (of_folder.st_mode & (S_ISVTX | S_IWOTH)) == (S_ISVTX | S_IWOTH);
  return anybody && of_link.st_uid != ::geteuid() && of_link.st_uid != of_folder.st_uid;
}

/// Where a link leads, whether anything is there or not; the path itself where it is none.
Result<std::string> followed(std::string path, const std::string& shown) {
  for (int i = 0; i < kLinks; ++i) {
    std::error_code none;
    if (descriptor_of(path)) return path;
    const std::filesystem::path link = std::filesystem::read_symlink(path, none);
    if (none) return path;
    if (is_trap(path, folder_of(path))) return cannot_write(shown, "it is a link that another user made");
    path = (std::filesystem::path(path).parent_path() / link).string();
  }
  return cannot_write(shown, "its links lead in a circle");
}

Result<Descriptor> opened_already(int descriptor, const std::string& shown) {
  const int flags = ::fcntl(descriptor, F_GETFL);
  if (flags < 0) return cannot_write(shown, system_reason());
  if ((flags & O_ACCMODE) == O_RDONLY) return cannot_write(shown, "it is open for reading only");
  Descriptor copy(::fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (!copy.is_open()) return cannot_write(shown, system_reason());
  // The report is ours to write: the command must not be able to write another one there.
  if (descriptor > STDERR_FILENO) ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  return copy;
}

/// Without waiting for ever where nobody reads from a FIFO.
Result<Descriptor> opened_to_write(const std::string& path, const std::string& shown, int patience_ms) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(patience_ms);
  while (true) {
    Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (file.is_open()) {
      ::fcntl(file.fd(), F_SETFL, ::fcntl(file.fd(), F_GETFL) & ~O_NONBLOCK);
      return file;
    }
    struct stat status{};
    const bool unread = errno == ENXIO && ::stat(path.c_str(), &status) == 0 && S_ISFIFO(status.st_mode);
    if (!unread) return cannot_write(shown, system_reason());
    if (std::chrono::steady_clock::now() >= until)
      return cannot_write(shown, "no program reads from this FIFO");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

}  // namespace

Result<ReportFile> ReportFile::open(const std::string& path, int patience_ms) {
  ReportFile place;
  if (path.empty()) return place;
  place.shown_ = path == "-" ? "standard output" : printable(path);
  const std::string target = TRY(followed(path, place.shown_));
  if (const auto descriptor = descriptor_of(target)) {
    place.stream_ = TRY(opened_already(*descriptor, place.shown_));
    return place;
  }
  struct stat status{};
  const bool there = ::stat(target.c_str(), &status) == 0;
  if (!there && errno != ENOENT) return cannot_write(place.shown_, system_reason());
  if (there && S_ISDIR(status.st_mode)) return cannot_write(place.shown_, "it is a folder");
  if (there && !S_ISREG(status.st_mode)) {
    place.stream_ = TRY(opened_to_write(target, place.shown_, patience_ms));
    return place;
  }
  place.target_ = target;
  const bool writable =
      ::access(folder_of(target).c_str(), W_OK) == 0 || (there && ::access(target.c_str(), W_OK) == 0);
  if (!writable) return cannot_write(place.shown_, system_reason());
  return place;
}

Result<void> ReportFile::begin(std::string_view text) const {
  if (target_.empty()) return {};
  return replace(text);
}

Result<void> ReportFile::write(std::string_view text) const {
  if (!target_.empty()) return replace(text);
  if (!stream_.is_open()) return {};
  const SigpipeBlocked guard;
  if (!write_all(stream_.fd(), bytes_of(text))) return cannot_write(shown_, system_reason());
  return {};
}

// A file that a container has mounted, or in a folder of others', cannot be renamed over but written.
Result<void> ReportFile::replace(std::string_view text) const {
  const auto aside = [&]() -> Result<void> {
    NewFile file = TRY(NewFile::open(folder_of(target_)));
    TRY(file.append(bytes_of(text)));
    return std::move(file).keep(std::filesystem::path(target_).filename().string());
  };
  if (aside()) return {};
  const std::string why = system_reason();
  const Descriptor file(::open(target_.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
  if (!file.is_open()) return cannot_write(shown_, why);
  if (!write_all(file.fd(), bytes_of(text))) return cannot_write(shown_, system_reason());
  return {};
}

}  // namespace tomme::guard
