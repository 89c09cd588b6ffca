#include "cli/term.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utility>

#include "core/encoding/wrap.h"
#include "io/system/errors.h"
#include "io/system/file.h"

namespace tomme::cli {

namespace {

/// Why standard output failed first: by the end of the program errno tells of something else.
int output_errno = 0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables): as stdout itself

/// What each line on standard error begins with; of the process, as standard error is.
std::string_view line_start;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

void note_failed_output() {
  if (output_errno == 0) output_errno = errno == 0 ? EIO : errno;
}

std::string painted(std::string_view word, std::string_view colour) {
  if (!use_colour()) return std::string(word);
  return "\x1b[" + std::string(colour) + "m" + std::string(word) + "\x1b[0m";
}

/// On a terminal broken at words, under one another behind the label.
void print_labelled(std::string_view label, std::string_view colour, std::string_view sentence) {
  std::string text = wrapped(std::string(label) + " ", sentence, label.size() + 1, terminal_width());
  tell(text.replace(0, label.size(), painted(label, colour)));
}

}  // namespace

bool use_colour() {
  static const bool yes = [] {
    const char* terminal = std::getenv("TERM");                         // NOLINT(concurrency-mt-unsafe)
    return ::isatty(STDERR_FILENO) == 1 && !std::getenv("NO_COLOR") &&  // NOLINT(concurrency-mt-unsafe)
           (terminal == nullptr || std::string_view(terminal) != "dumb");
  }();
  return yes;
}

void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) < text.size()) note_failed_output();
}

void tell(std::string_view text) {
  if (std::fflush(stdout) != 0) note_failed_output();  // so that both streams into one file keep their order
  std::string lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.append(line_start).append(text.substr(0, end));
    text.remove_prefix(end);
  }
  std::fwrite(lines.data(), 1, lines.size(), stderr);
}

void begin_lines_with_our_name() {
  line_start = "tomme: ";
}

void print_error(const Error& error) {
  print_labelled("error:", "1;31", error.message() + " [" + std::string(error.code().name) + "]");
  if (!error.hint().empty()) print_hint(error.hint());
}

void print_hint(std::string_view sentence) {
  print_labelled("hint:", "36", sentence);
}

void print_warning(std::string_view sentence) {
  print_labelled("warning:", "33", sentence);
}

std::size_t terminal_width() {
  winsize size{};
  if (::isatty(STDERR_FILENO) != 1 || ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col > line_start.size() ? size.ws_col - line_start.size() : size.ws_col;
}

Result<void> flush_output() {
  if (std::fflush(stdout) != 0 || std::ferror(stdout)) note_failed_output();
  if (output_errno == 0) return {};
  errno = output_errno;
  return fail(kFileWrite, "cannot write to standard output: " + system_reason(),
              "the result is not complete: check the free space of where it goes");
}

void occupy_standard_streams() {
  // Opened the wrong way round, so that reading or writing fails as it does where there is no stream.
  for (const auto& [fd, flags] : {std::pair(STDIN_FILENO, O_WRONLY), std::pair(STDOUT_FILENO, O_RDONLY),
                                  std::pair(STDERR_FILENO, O_RDONLY)}) {
    if (::fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    static_cast<void>(::open("/dev/null", flags));  // takes the lowest number that is free: this one
  }
}

}  // namespace tomme::cli
