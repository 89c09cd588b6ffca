#include "cli/term.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <sys/ioctl.h>
#include <unistd.h>

#include "io/store/errors.h"
#include "io/store/file.h"

namespace tomme::cli {

namespace {

bool use_colour() {
  static const bool yes =
      ::isatty(STDERR_FILENO) == 1 && !std::getenv("NO_COLOR");  // NOLINT(concurrency-mt-unsafe)
  return yes;
}

std::string painted(std::string_view word, std::string_view colour) {
  if (!use_colour()) return std::string(word);
  return "\x1b[" + std::string(colour) + "m" + std::string(word) + "\x1b[0m";
}

}  // namespace

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void tell(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
}

void print_error(const Error& error) {
  tell(painted("error:", "1;31") + " " + error.message() + " [" + std::string(error.code().name) + "]\n");
  if (!error.hint().empty()) tell(painted("hint:", "36") + " " + std::string(error.hint()) + "\n");
}

void print_warning(std::string_view sentence) {
  tell(painted("warning:", "33") + " " + std::string(sentence) + "\n");
}

std::size_t terminal_width() {
  winsize size{};
  if (::isatty(STDERR_FILENO) != 1 || ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

Result<void> flush_output() {
  if (std::fflush(stdout) == 0 && !std::ferror(stdout)) return {};
  return fail(kStoreWrite, "cannot write to standard output: " + system_reason());
}

}  // namespace tomme::cli
