#include <algorithm>
#include <set>

#include "app/installers/arguments.h"
#include "app/installers/collect.h"
#include "app/installers/errors.h"
#include "app/installers/pip_options.h"
#include "app/installers/plain_requirements.h"
#include "core/base/ascii.h"
#include "core/encoding/python_text.h"
#include "core/encoding/text.h"

namespace tomme::guard {
namespace {

/// What pip takes in a requirements file (abbreviations included: it is the same optparse).
constexpr Option kFileOnly[] = {
    {"--pypi-url", true, Meaning::index},
    {"-r", true, Meaning::requirements},
    {"--requirement", true, Meaning::requirements},
    {"--requirements", true, Meaning::requirements},
    {"-c", true, Meaning::requirements},
    {"--constraint", true, Meaning::requirements},
    {"--constraints", true, Meaning::requirements},
    {"-e", true, Meaning::editable},
    {"--editable", true, Meaning::editable},
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
constexpr auto kFileOptions = joined(kIndexOptions, kFileOnly);

constexpr std::size_t kMaxVariableName = 256;

bool is_remote(std::string_view path) {
  const std::string scheme = ascii::to_lower(path.substr(0, 6));
  return scheme.starts_with("http:") || scheme.starts_with("https:");
}

/// `pylock.toml` and `pylock.NAME.toml`; pip lets NAME have no dot.
bool is_lock_name(std::string_view name, ByName by_name) {
  if (name == "pylock.toml") return true;
  if (!name.starts_with("pylock.") || !name.ends_with(".toml") || name.size() <= 12) return false;
  return by_name != ByName::locks || !name.substr(7, name.size() - 12).contains('.');
}

/// Bytes of the UTF-8 character that stands there; 1 for what is none.
std::size_t bytes_of_character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 1;
  const auto follows = [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; };
  if (text.size() < length || !std::ranges::all_of(text.substr(1, length - 1), follows)) return 1;
  return length;
}

/// Lines with their continuations joined and comments cut: `#` at the start or after white space.
std::vector<std::string> logical_lines(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  std::vector<std::string> lines;
  std::string joined;
  bool continues = false;
  while (!text.empty()) {
    std::size_t end = 0;
    while (end < text.size() && python_line_end_at(text.substr(end)) == 0)
      end += bytes_of_character(text.substr(end));
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + python_line_end_at(text.substr(end)), text.size()));
    bool is_comment = python_strip(line).starts_with('#');
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
    line = python_strip(line);
  }
  std::erase(lines, "");
  return lines;
}

class RequirementsReader {
 public:
  explicit RequirementsReader(Collector& into) : into_(into) {}

  Result<void> file(std::string path, const std::string& directory, std::string_view flag, ByName by_name) {
    const std::string option = std::string(flag) + " ";
    if (path == "-")
      return into_.findings.unproven("requirements from standard input", option + "-",
                                     "write them to a file, and name that file");
    if (is_remote(path)) {
      return into_.findings.unproven("requirements that are read only after the start",
                                     option + shown_address(path),
                                     "fetch that file first, and name it as a file on this machine");
    }
    path = path_in(into_, directory, path_of_file_url(path));
    if (!seen_.insert(path).second) return {};
    if (seen_.size() > into_.invocation.limits.requirement_files) {
      return fail(kGuardConfiguration, printable(path) + ": more than " +
                                           std::to_string(into_.invocation.limits.requirement_files) +
                                           " requirements files");
    }
    const std::string_view name = basename_of(path);
    if (by_name != ByName::nothing && is_lock_name(name, by_name)) return collect_pylock(into_, path);
    if (by_name == ByName::locks_and_projects && name == "pyproject.toml") {
      [[maybe_unused]] const auto read = TRY(collect_pyproject(into_, path));
      return {};
    }
    std::optional<std::string> text = TRY(into_.read(path));
    if (!text)
      return into_.findings.unproven(
          "requirements that cannot be read before the start", printable(path),
          "check the path: what is made only during the run cannot be read before it");
    if (const OddLine odd = odd_line_of(*text); odd.number != 0) {
      TRY(into_.findings.unproven("a file that installers read differently (" + std::string(odd.why) + ")",
                                  printable(path) + ", line " + std::to_string(odd.number),
                                  "write that line plainly: UTF-8, one requirement or option to a line"));
    }
    const std::string folder = folder_of_file(path);
    for (const std::string& line : logical_lines(*text)) {
      TRY(one_line(expand_variables(into_, line, VariableNames::capitals), path, folder));
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
    // Some read a requirement there, and some drop it.
    if (found.words.empty()) return {};
    return into_.findings.unproven("words after an option to which they do not belong",
                                   printable(path) + ", " + shown_address(found.words.front()),
                                   "write each requirement and each option on a line of its own");
  }

  Result<void> one_option(const Found& option, const std::string& path, const std::string& folder) {
    std::string where = printable(path) + ", " + option.name;
    switch (option.meaning) {
      case Meaning::requirements:
        return file(option.value, folder, option.name, ByName::nothing);
      case Meaning::editable:
        return collect_editable(into_, option.value, where, into_.invocation.directory);
      default:
        return collect_index_option(into_.findings, option, where);
    }
  }

  Collector& into_;
  std::set<std::string> seen_;
};

}  // namespace

std::string expand_variables(const Collector& from, std::string_view line, VariableNames names) {
  const auto in_name = [&](char c) {
    const bool is_capital = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    return is_capital || (names == VariableNames::any && c != '}');
  };
  std::string out;
  while (true) {
    const std::size_t open = line.find("${");
    out += line.substr(0, open);
    if (open == std::string_view::npos) return out;
    line.remove_prefix(open);
    std::size_t close = 2;
    while (close < std::min(line.size(), kMaxVariableName) && in_name(line[close])) ++close;
    const bool is_closed = close > 2 && close < line.size() && line[close] == '}';
    const std::string name(line.substr(2, is_closed ? close - 2 : 0));
    // What the child is given in its place is not the user's.
    if (is_closed && is_given_to_children(name)) from.findings.read_twice("${" + name + "}");
    const std::string* value = is_closed ? from.variable(name) : nullptr;
    out += value != nullptr ? std::string_view(*value) : line.substr(0, 2);
    line.remove_prefix(value != nullptr ? close + 1 : 2);
  }
}

Result<void> collect_requirements(Collector& into, const std::string& path, const std::string& directory,
                                  std::string_view flag, ByName by_name) {
  return RequirementsReader(into).file(path, directory, flag, by_name);
}

}  // namespace tomme::guard
