#include "app/installers/starters.h"

#include "app/installers/pip_options.h"

// What starts pip or uv, with settings of its own before theirs.
namespace tomme::guard {
namespace {

/// build 1.5; argparse.
constexpr Option kBuildOptions[] = {
    {"-o", true},
    {"--outdir", true},
    {"-C", true},
    {"--config-setting", true},
    {"--installer", true, Meaning::module},
};

/// Their files are programs, or are read with substitutions of their own.
Result<Nested> collect_environments(Collector& into, const Command& command) {
  const std::string name(name_of(command.installer));
  TRY(into.findings.unproven(
      "environments whose commands are known only after the start", name,
      "give the installer's command itself, with the requirements of that environment"));
  TRY(collect_uv(into, nullptr));
  return Nested{};
}

Result<Nested> collect_build(Collector& into, const Command& command) {
  const Arguments found = scan(command.arguments, {kBuildOptions, true, false});
  for (const Found& option : found.options) {
    if (option.value == "uv") TRY(collect_uv(into, nullptr));
  }
  const std::string folder =
      path_in(into, into.invocation.directory, found.words.empty() ? "." : found.words[0]);
  const std::string path = folder + "/pyproject.toml";
  const std::optional<json::Value> document = TRY(into.read_toml(path));
  if (document) {
    TRY(collect_requirement_list(into, at(*document, "build-system.requires"),
                                 path + ", build-system.requires"));
  }
  TRY(collect_build_settings(into, document ? &*document : nullptr, folder));
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
      return collect_requirements(into, option.value, directory, option.name);
    case Meaning::editable:
      return collect_editable(into, option.value, where, directory);
    default:
      return collect_index_option(into.findings, option, where);
  }
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
