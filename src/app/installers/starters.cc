#include "app/installers/starters.h"

#include "app/installers/pip_options.h"
#include "core/encoding/text.h"

// What starts pip or uv, with settings of its own before theirs.
namespace tomme::guard {
namespace {

/// Their files are programs, or are read with substitutions of their own.
Result<Nested> collect_environments(Collector& into, const Command& command) {
  const std::string name(name_of(command.installer));
  TRY(into.findings.unproven(
      "environments whose commands are known only after the start", name,
      "give the installer's command itself, with the requirements of that environment"));
  TRY(collect_uv(into, nullptr));
  return Nested{};
}

}  // namespace

Result<void> collect_starter_option(Collector& into, const std::string& program, const Found& option) {
  const std::string where = program + " " + option.name;
  const std::string& directory = into.invocation.directory;
  switch (option.meaning) {
    case Meaning::refused:
      return refused_flag(program, option.name,
                          option.name == "--cache-dir"
                              ? "a cache that is not of this run holds files that tomme did not judge"
                              : why_refused(option.name));
    case Meaning::pip_arguments:
      return collect_pip_arguments(into, shell_words(option.value));
    case Meaning::requirement:
      return collect_requirement(into, option.value, where, directory);
    case Meaning::requirements:
      // The name of a file of constraints says nothing.
      return collect_requirements(into, option.value, directory, option.name,
                                  option.name.contains("-c") ? ByName::nothing : ByName::locks_and_projects);
    case Meaning::editable:
      return collect_editable(into, option.value, where, directory);
    default:
      return collect_index_option(into.findings, option, where);
  }
}

Result<void> expect_known_options(Collector& into, const std::string& program, const Arguments& found) {
  const Findings::About any(into.findings, std::nullopt);
  for (const std::string& name : found.unknown)
    TRY(into.findings.unproven("an option that tomme does not know", program + " " + printable(name),
                               "leave it out: it may name files, or take the word after it for its value"));
  return {};
}

Result<Nested> collect_starter(Collector& into, const Command& command) {
  TRY(collect_pip(into, nullptr));
  switch (command.installer) {
    case Installer::pip_tools:
      return collect_pip_tools(into, command);
    case Installer::pipenv:
      return collect_pipenv(into, command);
    case Installer::hatch:
      return collect_hatch(into, command);
    case Installer::build:
      return collect_build(into, command);
    default:
      return collect_environments(into, command);
  }
}

}  // namespace tomme::guard
