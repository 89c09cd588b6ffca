#include <algorithm>
#include <set>

#include "app/guard/arguments.h"
#include "app/guard/collect.h"
#include "app/guard/errors.h"
#include "core/encoding/text.h"

namespace tomme::guard {
namespace {

/// What pip takes in a requirements file (abbreviations included: it is the same optparse).
constexpr Option kFileOptions[] = {
    {"-i", true, Meaning::index},
    {"--index-url", true, Meaning::index},
    {"--pypi-url", true, Meaning::index},
    {"--extra-index-url", true, Meaning::index},
    {"--no-index", false, Meaning::no_index},
    {"-f", true, Meaning::find_links},
    {"--find-links", true, Meaning::find_links},
    {"-r", true, Meaning::requirements},
    {"--requirement", true, Meaning::requirements},
    {"--requirements", true, Meaning::requirements},
    {"-c", true, Meaning::requirements},
    {"--constraint", true, Meaning::requirements},
    {"--constraints", true, Meaning::requirements},
    {"-e", true, Meaning::editable},
    {"--editable", true, Meaning::editable},
    {"--trusted-host", true, Meaning::insecure_host},
    {"--no-binary", true},
    {"--only-binary", true},
    {"--all-releases", true},
    {"--only-final", true},
    {"--use-feature", true},
    {"--hash", true},
    {"-C", true},
    {"--config-settings", true},
    {"--config-setting", true},
    {"--global-option", true},
    {"--install-option", true},
    {"--process-dependency-links", false},
    {"--always-unzip", false},
};

bool is_remote(std::string_view path) {
  return path.starts_with("http:") || path.starts_with("https:") || path.starts_with("HTTP");
}

/// Lines with their continuations joined and comments cut: `#` at the start or after white space.
std::vector<std::string> logical_lines(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  std::vector<std::string> lines;
  std::string joined;
  bool continues = false;
  while (!text.empty()) {
    std::size_t end = text.find_first_of("\r\n\v\f");
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    bool is_comment = trim(line).starts_with('#');
    if (line.ends_with('\\') && !is_comment) {
      joined += line.substr(0, line.size() - 1);
      continues = true;
      continue;
    }
    joined += (is_comment && continues ? " " : "") + std::string(line);
    lines.push_back(std::move(joined));
    joined.clear();
    continues = false;
  }
  if (!joined.empty()) lines.push_back(std::move(joined));
  for (std::string& line : lines) {
    for (std::size_t i = line.find('#'); i != std::string::npos; i = line.find('#', i + 1)) {
      if (i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t') {
        line.resize(i);
        break;
      }
    }
    line = trim(line);
  }
  std::erase(lines, "");
  return lines;
}

class RequirementsReader {
 public:
  explicit RequirementsReader(Collector& into) : into_(into) {}

  Result<void> file(std::string path, const std::string& directory) {
    if (path == "-") return into_.findings.unproven("requirements from standard input", "-r -");
    if (is_remote(path)) {
      return into_.findings.unproven("requirements that are read only after the start",
                                     "-r " + printable(without_userinfo(path)));
    }
    if (path.starts_with("file:")) path = path.substr(path.starts_with("file://") ? 7 : 5);
    path = path_in(into_, directory, path);
    if (!seen_.insert(path).second) return {};
    if (seen_.size() > into_.invocation.limits.requirement_files) {
      return fail(kGuardConfiguration, printable(path) + ": more than " +
                                           std::to_string(into_.invocation.limits.requirement_files) +
                                           " requirements files");
    }
    std::string_view name = std::string_view(path).substr(path.rfind('/') + 1);
    if (name.starts_with("pylock.") && name.ends_with(".toml")) return collect_pylock(into_, path);
    if (name == "pyproject.toml") {
      [[maybe_unused]] const auto read = TRY(collect_pyproject(into_, path));
      return {};
    }
    std::optional<std::string> text = TRY(into_.read(path));
    if (!text)
      return into_.findings.unproven("requirements that cannot be read before the start", printable(path));
    std::string folder = path.substr(0, path.rfind('/'));
    for (const std::string& line : logical_lines(*text)) {
      TRY(one_line(expand_variables(into_, line), path, folder));
    }
    return {};
  }

 private:
  /// A requirement ends at its first option, a line of options has no requirement.
  Result<void> one_line(const std::string& line, const std::string& path, const std::string& folder) {
    std::size_t options = line.starts_with('-') ? 0 : std::min(line.find(" -"), line.find("\t-"));
    std::string_view requirement = trim(std::string_view(line).substr(0, options));
    TRY(collect_requirement(into_, requirement, path, into_.invocation.directory));
    if (options == std::string::npos) return {};
    std::vector<std::string> words = shell_words(std::string_view(line).substr(options));
    Arguments found = scan(words, {kFileOptions, true, false});
    for (const Found& option : found.options) TRY(one_option(option, path, folder));
    return {};
  }

  Result<void> one_option(const Found& option, const std::string& path, const std::string& folder) {
    std::string where = path + ", " + option.name;
    switch (option.meaning) {
      case Meaning::index:
        return into_.findings.index(option.value, where);
      case Meaning::find_links:
        return into_.findings.unproven("files from " + printable(without_userinfo(option.value)), where);
      case Meaning::no_index:
        return into_.findings.unproven("an installation without an index", where);
      case Meaning::requirements:
        return file(option.value, folder);
      case Meaning::editable:
        return collect_editable(into_, option.value, where, into_.invocation.directory);
      case Meaning::insecure_host:
        return into_.findings.unchecked_tls(option.value, where);
      default:
        return {};
    }
  }

  Collector& into_;
  std::set<std::string> seen_;
};

}  // namespace

std::string expand_variables(const Collector& from, std::string_view line) {
  std::string out;
  while (true) {
    std::size_t open = line.find("${");
    out += line.substr(0, open);
    if (open == std::string_view::npos) return out;
    line.remove_prefix(open);
    std::size_t close = line.find('}');
    std::string name(close == std::string_view::npos ? std::string_view{} : line.substr(2, close - 2));
    const std::string* value = name.empty() ? nullptr : from.variable(name);
    if (value != nullptr) {
      out += *value;
      line.remove_prefix(close + 1);
    } else {
      out += "${";
      line.remove_prefix(2);
    }
  }
}

Result<void> collect_requirements(Collector& into, const std::string& path, const std::string& directory) {
  return RequirementsReader(into).file(path, directory);
}

}  // namespace tomme::guard
