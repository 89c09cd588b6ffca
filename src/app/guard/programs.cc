#include "app/guard/collect.h"

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

Command recognise(const Collector& from, std::span<const std::string> argv) {
  Command command = detect_installer(argv);
  if (argv.empty() || command.installer != Installer::unknown || !from.invocation.resolve) return command;
  std::vector<std::string> words(argv.begin(), argv.end());
  words[0] = real_name(from, argv[0]);
  if (Command linked = known_or_not(words, argv[0]); linked.installer != Installer::unknown) return linked;
  if (const auto file = python_file_in(words)) {
    words[*file] = from.invocation.resolve(path_in(from, from.invocation.directory, words[*file]));
    if (Command linked = known_or_not(words, argv[0]); linked.installer != Installer::unknown) return linked;
  }
  return command;
}

Command recognise_within(const Collector& from, std::span<const std::string> words) {
  for (; !words.empty(); words = words.subspan(1)) {
    Command command = recognise(from, words);
    if (command.installer != Installer::unknown) return command;
  }
  return {};
}

}  // namespace tomme::guard
