#include <array>

#include "app/installers/arguments.h"
#include "app/installers/collect.h"
#include "app/installers/errors.h"
#include "core/encoding/text.h"

namespace tomme::guard {
namespace {

/// From pipx 1.18.4's help; argparse takes abbreviations.
constexpr Option kOptions[] = {
    {"-i", true, Meaning::index},
    {"--index-url", true, Meaning::index},
    {"--pip-args", true, Meaning::pip_arguments},
    {"--spec", true, Meaning::requirement},
    {"--with", true, Meaning::requirement},
    {"--preinstall", true, Meaning::requirement},
    {"-r", true, Meaning::requirements},
    {"--requirement", true, Meaning::requirements},
    {"--lock", true, Meaning::requirements},
    {"-e", false, Meaning::editable},
    {"--editable", false, Meaning::editable},
    {"--python", true},
    {"--python-args", true},
    {"--fetch-python", true},
    {"--backend", true},
    {"--suffix", true},
    {"--app", true},
    {"--cooldown", true},
    {"--upgrade-strategy", true},
    {"--skip", true},
    {"--output", true},
    {"--value", true},
    {"-V", true},
    {"--include-resources-from", true, Meaning::requirement},
};

/// pipx hands all it is given to pip or uv, whose settings hold besides.
class PipxCollector {
 public:
  explicit PipxCollector(Collector& into) : into_(into) {}

  Result<Nested> run(const Command& command) {
    TRY(collect_pip(into_, nullptr));
    TRY(collect_uv(into_, nullptr));
    const Arguments top = scan(command.arguments, {kOptions, true, true});
    if (top.words.empty()) return Nested{};
    const std::string& sub = top.words[0];
    const bool runs = sub == "run" || sub == "runpip" || sub == "execute";
    const Arguments found = scan(std::span(top.words).subspan(1), {kOptions, true, runs});
    for (const Found& option : top.options) TRY(one_option(option, sub));
    for (const Found& option : found.options) TRY(one_option(option, sub));
    return words(sub, found.words);
  }

 private:
  Result<Nested> words(const std::string& sub, const std::vector<std::string>& words) {
    if (sub == "install-all" || sub == "manifest") {
      TRY(into_.findings.unproven("tools that a file of pipx's own names", "pipx " + sub));
    }
    if (sub == "install") {
      for (const std::string& word : words) TRY(package(word, sub));
    }
    if (sub == "inject") {
      for (std::size_t i = 1; i < words.size(); ++i) TRY(package(words[i], sub));
    }
    if (sub.starts_with("upgrade") || sub.starts_with("reinstall") || sub == "repair" || sub == "inject") {
      TRY(environments(sub.ends_with("-all") || (sub == "repair" && words.empty()) || words.empty()
                           ? std::nullopt
                           : std::optional(words)));
    }
    if (words.empty()) return Nested{};
    if (sub == "run") TRY(package(words[0], sub));
    if (sub == "run" || sub == "runpip") {
      if (sub == "run") return Nested{{tool_command(words)}};
      std::vector<std::string> nested(words.begin() + 1, words.end());
      nested.insert(nested.begin(), "pip");
      return Nested{{std::move(nested)}};
    }
    return Nested{};
  }

  /// A requirement, or a script with PEP 723 metadata.
  Result<void> package(const std::string& text, const std::string& sub) {
    const std::string where = "pipx " + sub;
    const std::string& directory = into_.invocation.directory;
    if (!is_script_name(text)) return collect_requirement(into_, text, where, directory);
    if (text.starts_with("http://") || text.starts_with("https://")) {
      return into_.findings.unproven("a script that is read only after the start",
                                     where + " " + shown_address(text));
    }
    const std::string path = path_in(into_, directory, text);
    const std::optional<json::Value> script = TRY(read_script(into_, path));
    return script ? collect_project_tables(into_, *script, path) : Result<void>{};
  }

  Result<void> one_option(const Found& option, const std::string& sub) {
    const std::string where = "pipx " + sub + " " + option.name;
    const std::string& directory = into_.invocation.directory;
    switch (option.meaning) {
      case Meaning::index:
        return into_.findings.index(option.value, where);
      case Meaning::pip_arguments:
        return collect_pip_arguments(into_, shell_words(option.value));
      case Meaning::requirement:
        return package(option.value, sub);
      case Meaning::requirements:
        // pipx goes by the name that a link of a lock leads to.
        return collect_requirements(into_, option.name == "--lock" ? followed(option.value) : option.value,
                                    directory, option.name);
      default:
        return {};
    }
  }

  std::string followed(const std::string& path) const {
    const std::string place = path_in(into_, into_.invocation.directory, path);
    return into_.invocation.resolve ? into_.invocation.resolve(place) : place;
  }

  /// What an environment was made with is used again: nothing stands for every environment there is.
  Result<void> environments(const std::optional<std::vector<std::string>>& names) {
    for (const std::string& home : homes()) {
      const std::string folder = home + "/venvs";
      for (const std::string& name : names ? *names : into_.invocation.list(folder)) {
        TRY(metadata(folder + "/" + name + "/pipx_metadata.json"));
      }
    }
    return {};
  }

  std::vector<std::string> homes() const {
    std::vector<std::string> all;
    for (const char* name : {"PIPX_HOME", "PIPX_GLOBAL_HOME"}) {
      if (const std::string* own = into_.variable(name))
        all.push_back(path_in(into_, into_.invocation.directory, *own));
    }
    if (const std::string* data = into_.variable("XDG_DATA_HOME")) all.push_back(*data + "/pipx");
    for (const char* usual : {"/.local/share/pipx", "/.local/pipx"})
      all.push_back(into_.invocation.home + usual);
    all.emplace_back("/opt/pipx");
    return all;
  }

  Result<void> metadata(const std::string& path) {
    const std::optional<std::string> text = TRY(into_.read(path));
    if (!text) return {};
    const Result<json::Value> document = json::parse(*text);
    if (!document) return fail(kGuardConfiguration, printable(path) + ": " + document.error().message());
    if (const json::Value* main = at(*document, "main_package")) TRY(recorded(*main, path));
    for (const json::Member& entry : members_of(at(*document, "injected_packages"))) {
      TRY(recorded(entry.value, path));
    }
    return {};
  }

  Result<void> recorded(const json::Value& package, const std::string& path) {
    TRY(collect_pip_arguments(into_, texts_at(package, "pip_args")));
    const auto requirement = text_at(package, "package_or_url");
    if (!requirement) return {};
    return collect_requirement(into_, *requirement, path, into_.invocation.directory);
  }

  Collector& into_;
};

}  // namespace

Result<Nested> collect_pipx(Collector& into, const Command& command) {
  return PipxCollector(into).run(command);
}

}  // namespace tomme::guard
