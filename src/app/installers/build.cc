#include "app/installers/pasted_requirements.h"
#include "app/installers/starters.h"
#include "core/base/ascii.h"

// pyproject-build and `python -m build`: it writes what a project's build asks for into a requirements file.
namespace tomme::guard {
namespace {

/// build 1.6; argparse.
constexpr Option kOptions[] = {
    {"-o", true},
    {"--outdir", true},
    {"-C", true},
    {"--config-setting", true},
    {"--config-json", true},
    {"--report", true},
    {"--env-dir", true},
    {"--sdist-extract-dir", true, Meaning::directory},
    {"--installer", true, Meaning::module},
    {"--dependency-constraints-txt", true, Meaning::requirements},
};
constexpr std::string_view kFlags[] = {"-h",
                                       "--help",
                                       "--version",
                                       "-V",
                                       "-q",
                                       "--quiet",
                                       "-v",
                                       "--verbose",
                                       "-s",
                                       "--sdist",
                                       "-w",
                                       "--wheel",
                                       "--metadata",
                                       "-n",
                                       "--no-isolation",
                                       "-x",
                                       "--skip-dependency-check"};

class BuildCollector {
 public:
  explicit BuildCollector(Collector& into) : into_(into) {}

  Result<Nested> run(const Command& command) {
    const Arguments found = scan(command.arguments, {kOptions, true, false, kFlags});
    TRY(expect_known_options(into_, "build", found));
    for (const Found& option : found.options) TRY(one_option(option));
    if (found.words.empty()) TRY(project(directory()));
    for (const std::string& word : found.words) TRY(source(word));
    return Nested{};
  }

 private:
  const std::string& directory() const { return into_.invocation.directory; }

  Result<void> one_option(const Found& option) {
    if (option.meaning == Meaning::requirements)
      return collect_requirements(into_, option.value, directory(), option.name, ByName::nothing);
    if (option.meaning == Meaning::module && option.value == "uv") {
      [[maybe_unused]] const auto nested = TRY(collect_uv(into_, nullptr));
    }
    // What is there already is built with what is extracted.
    if (option.meaning == Meaning::directory &&
        !into_.invocation.list(path_in(into_, directory(), option.value)).empty())
      return into_.findings.unproven("a folder that holds files from before", "build " + option.name,
                                     "empty that folder first, or leave the option out");
    return {};
  }

  /// The project, or a file: of a wheel only the metadata is read.
  Result<void> source(const std::string& word) {
    const std::string place = path_in(into_, directory(), word);
    if (into_.invocation.read(place, 1)) {
      if (ascii::to_lower(word).ends_with(".whl")) return {};
      const Findings::About any(into_.findings, std::nullopt);
      return into_.findings.local_path(word, "build");
    }
    TRY(project(place));
    const std::string path = place.ends_with('/') ? place.substr(0, place.size() - 1) : place;
    const auto real = [&](const std::string& each) {
      return into_.invocation.resolve ? into_.invocation.resolve(each) : each;
    };
    // Who builds where he works asks for exactly this project.
    if (real(path) == real(directory()) || TRY(takes_own_folder(into_, word, directory(), "build")))
      return {};
    const Findings::About any(into_.findings, std::nullopt);
    return into_.findings.source_tree(word, "build");
  }

  Result<void> project(const std::string& folder) {
    const std::string path = folder + "/pyproject.toml";
    const std::optional<json::Value> document = TRY(into_.read_toml(path));
    if (document) {
      TRY(collect_requirement_list(into_, at(*document, "build-system.requires"),
                                   path + ", build-system.requires"));
    }
    TRY(expect_plain_build_requirements(into_, folder));
    return collect_build_settings(into_, document ? &*document : nullptr, folder);
  }

  Collector& into_;
};

}  // namespace

Result<Nested> collect_build(Collector& into, const Command& command) {
  return BuildCollector(into).run(command);
}

}  // namespace tomme::guard
