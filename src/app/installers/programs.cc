#include <algorithm>

#include "app/installers/collect.h"
#include "core/base/ascii.h"
#include "core/packaging/dist_filename.h"

namespace tomme::guard {
namespace {

Command known_or_not(std::vector<std::string> argv, const std::string& program) {
  Command command = detect_installer(argv);
  command.program = program;
  return command;
}

}  // namespace

std::string find_program(const Collector& from, const std::string& program) {
  if (program.contains('/')) return path_in(from, from.invocation.directory, program);
  const std::string* path = from.variable("PATH");
  std::string_view rest = path != nullptr ? std::string_view(*path) : std::string_view();
  while (!rest.empty()) {
    std::size_t end = std::min(rest.find(':'), rest.size());
    std::string candidate = path_in(from, from.invocation.directory, rest.substr(0, end)) + "/" + program;
    if (from.invocation.read(candidate, 1)) return candidate;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return {};
}

std::string real_name(const Collector& from, const std::string& program) {
  const std::string found = from.invocation.resolve ? find_program(from, program) : "";
  return found.empty() ? program : from.invocation.resolve(found);
}

namespace {

/// By the names that links lead to: of the program, and of the file that a Python is to run. Empty where
/// those are no installer's either.
std::vector<std::string> linked_words(const Collector& from, std::span<const std::string> argv) {
  if (argv.empty() || !from.invocation.resolve) return {};
  std::vector<std::string> words(argv.begin(), argv.end());
  words[0] = real_name(from, argv[0]);
  if (starts_installer(words)) return words;
  const auto file = python_file_in(words);
  if (!file) return {};
  words[*file] = from.invocation.resolve(path_in(from, from.invocation.directory, words[*file]));
  return starts_installer(words) ? words : std::vector<std::string>();
}

}  // namespace

Command recognise(const Collector& from, std::span<const std::string> argv) {
  if (starts_installer(argv)) return detect_installer(argv);
  const std::vector<std::string> linked = linked_words(from, argv);
  return linked.empty() ? detect_installer(argv) : known_or_not(linked, argv[0]);
}

bool leads_to_installer(const Collector& from, std::span<const std::string> argv) {
  // Of a long list the front is enough: it is a program, and a Python's options up to its file.
  constexpr std::size_t kFront = 64;
  if (starts_installer(argv)) return true;
  const bool is_no_program =
      argv.empty() || argv[0].starts_with('-') || (argv[0].contains('=') && !argv[0].contains('/'));
  return !is_no_program && !linked_words(from, argv.first(std::min(argv.size(), kFront))).empty();
}

Command recognise_within(const Collector& from, std::span<const std::string> words) {
  for (; !words.empty(); words = words.subspan(1)) {
    if (leads_to_installer(from, words)) return recognise(from, words);
  }
  return {};
}

std::vector<std::string> tool_command(std::vector<std::string> words) {
  if (words.empty() || is_script_name(words[0])) return words;
  const std::string_view requirement = trim(words[0]);
  const std::string_view first = requirement.substr(0, requirement.find_first_of("@=<>~![;?# \t"));
  if (first.empty()) return words;
  const Result<DistFilename> file = DistFilename::parse(basename_of(first));
  // Names are found in any case, though programs are not.
  std::string name = file ? file->project().normalized() : ascii::to_lower(first);
  // The one installer whose program has another name than its project, and still is started by that.
  if (name == "build") name = "pyproject-build";
  words[0] = std::move(name);
  return words;
}

}  // namespace tomme::guard
