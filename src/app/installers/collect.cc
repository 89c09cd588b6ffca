#include "app/installers/collect.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "app/installers/arguments.h"
#include "app/installers/errors.h"
#include "core/base/ascii.h"
#include "core/encoding/text.h"
#include "core/encoding/toml.h"
#include "core/policy/pattern.h"

namespace tomme::guard {
namespace {

Result<std::optional<std::string>> read_up_to(const Invocation& invocation, const std::string& path,
                                              std::size_t limit) {
  std::optional<std::string> text = invocation.read(path, limit + 1);
  if (text && text->size() > limit) {
    return fail(kGuardConfiguration,
                printable(path) + ": larger than the " + std::to_string(limit) + " bytes that tomme reads");
  }
  return text;
}

Result<std::optional<json::Value>> as_toml(const std::optional<std::string>& text, const std::string& path) {
  if (!text) return std::optional<json::Value>{};
  Result<json::Value> parsed = parse_toml(*text, path);
  if (!parsed) return fail(kGuardConfiguration, parsed.error().message());
  return std::optional<json::Value>(*std::move(parsed));
}

}  // namespace

Result<std::optional<std::string>> Collector::read(const std::string& path) const {
  return read_up_to(invocation, path, invocation.limits.configuration_bytes);
}

Result<std::optional<json::Value>> Collector::read_toml(const std::string& path) const {
  return as_toml(TRY(read(path)), path);
}

Result<std::optional<json::Value>> Collector::read_lock(const std::string& path) const {
  return as_toml(TRY(read_up_to(invocation, path, invocation.limits.lock_bytes)), path);
}

const std::string* Collector::variable(const std::string& name) const {
  findings.expect_certain(name);
  auto found = invocation.environment.find(name);
  return found == invocation.environment.end() || found->second.empty() ? nullptr : &found->second;
}

std::string Collector::config_home() const {
  const std::string* set = variable("XDG_CONFIG_HOME");
  if (set != nullptr && !trim(*set).empty()) return *set;
  return invocation.home.empty() ? "" : invocation.home + "/.config";
}

std::vector<std::string> Collector::config_dirs() const {
  const std::string* set = variable("XDG_CONFIG_DIRS");
  if (set == nullptr || trim(*set).empty()) return {"/etc/xdg"};
  std::vector<std::string> dirs;
  std::string_view rest = *set;
  while (true) {
    std::size_t end = rest.find(':');
    if (end != 0) dirs.emplace_back(rest.substr(0, end));
    if (end == std::string_view::npos) return dirs;
    rest.remove_prefix(end + 1);
  }
}

std::vector<std::string> ancestors_of(std::string directory) {
  std::vector<std::string> all;
  while (directory.size() > 1 && directory.ends_with('/')) directory.pop_back();
  while (directory.size() > 1) {
    all.push_back(directory);
    std::size_t slash = directory.rfind('/');
    if (slash == std::string::npos) break;
    directory.resize(slash);
  }
  all.emplace_back("");
  return all;
}

namespace {

std::string place_of(const Collector& from, const std::string& directory, std::string_view path) {
  if (path.starts_with('/')) return std::string(path);
  if (path == "~" || path.starts_with("~/")) return from.invocation.home + std::string(path.substr(1));
  while (path.starts_with("./")) path.remove_prefix(2);
  return path.empty() || path == "." ? directory : directory + "/" + std::string(path);
}

bool is_there(const Invocation& invocation, const std::string& path) {
  return invocation.read(path, 1) || !invocation.list(path).empty();
}

/// The system follows a link before it goes up by `..`, some installers go up first.
bool goes_up_behind_a_link(const Invocation& invocation, const std::string& path) {
  if (!invocation.resolve || !path.contains("/..")) return false;
  const std::string plain = std::filesystem::path(path).lexically_normal().string();
  const bool is_here = is_there(invocation, path);
  if (is_here != is_there(invocation, plain)) return true;
  return is_here && invocation.resolve(path) != invocation.resolve(plain);
}

}  // namespace

std::string path_in(const Collector& from, const std::string& directory, std::string_view path) {
  std::string place = place_of(from, directory, path);
  const bool is_somebodys_home = path.starts_with('~') && path.size() > 1 && path[1] != '/';
  const std::string literal = directory + "/" + std::string(path);
  if (is_somebodys_home || (path.starts_with('~') && is_there(from.invocation, literal)) ||
      goes_up_behind_a_link(from.invocation, place)) {
    from.findings.read_twice(path);
  }
  return place;
}

namespace {

constexpr std::string_view kUnknownEntry = "an entry that tomme does not know how to read";

/// The requirement as backends and PDM read it that fill in the project's folder:
/// `file:///${PROJECT_ROOT}/x`,
/// `{root:uri}/x`.
std::string with_project_root(std::string_view text, const std::string& folder) {
  std::string out(text);
  for (const std::string_view mark : {"file:///${PROJECT_ROOT}/", "{root:uri}/"}) {
    if (const std::size_t at = out.find(mark); at != std::string::npos)
      out.replace(at, mark.size(), "file://" + folder + "/");
  }
  return out;
}

/// Whether the requirement is a folder of the project's own. uv takes its own folder for the project's.
Result<bool> takes_own_requirement(Collector& into, const std::string& text, const std::string& where,
                                   const std::string& folder) {
  if (folder.empty() || !text.contains('@')) return false;
  const std::string meant = with_project_root(text, folder);
  if (meant != text && folder != into.invocation.directory) return false;
  into.findings.expect_certain("PROJECT_ROOT");
  const auto place = local_place_of(into, meant, folder);
  if (!place || into.variable("PROJECT_ROOT") != nullptr) return false;
  const Findings::About about(into.findings, trim(text.substr(0, text.find_first_of("[@"))));
  if (!TRY(takes_own_folder(into, *place, folder, where))) return false;
  into.findings.taken(text);
  return true;
}

/// `{requirement = "x"}` of uv, `{package = {name = "a"}, dependencies = ["x"]}`, `{include-group = "x"}`.
Result<void> requirement_in_table(Collector& into, const json::Value& table, const std::string& where) {
  constexpr std::array<std::string_view, 4> kHarmless{"include-group", "match-runtime", "hashes", "package"};
  for (const json::Member& member : members_of(&table)) {
    if (member.name == "requirement" && member.value.text() != nullptr) {
      TRY(into.findings.requirement(*member.value.text(), where));
    } else if (member.name == "dependencies") {
      TRY(collect_requirement_list(into, &member.value, where));
    } else if (std::ranges::find(kHarmless, member.name) == kHarmless.end()) {
      TRY(into.findings.unproven(std::string(kUnknownEntry) + " (" + shown_address(member.name) + ")",
                                 where));
    }
  }
  return {};
}

}  // namespace

Result<void> collect_requirement_list(Collector& into, const json::Value* list, const std::string& where,
                                      const std::string& folder) {
  if (list == nullptr) return {};
  if (list->array() == nullptr) return into.findings.unproven(kUnknownEntry, where);
  for (const json::Value& item : items_of(list)) {
    if (item.text() != nullptr) {
      if (!TRY(takes_own_requirement(into, *item.text(), where, folder)))
        TRY(into.findings.requirement(*item.text(), where));
    } else if (item.object() != nullptr) {
      TRY(requirement_in_table(into, item, where));
    } else {
      TRY(into.findings.unproven(kUnknownEntry, where));
    }
  }
  return {};
}

Result<void> collect_ways(Collector& into, const json::Value& table, const std::string& where,
                          const std::string& directory) {
  for (std::string_view vcs : {"git", "hg", "svn", "bzr"}) {
    if (auto url = text_at(table, vcs)) TRY(into.findings.checkout(*url, where));
  }
  if (auto url = text_at(table, "url")) TRY(into.findings.direct_url(*url, where));
  for (std::string_view kind : {"path", "file"}) {
    const auto path = text_at(table, kind);
    if (path && !TRY(takes_own_folder(into, *path, directory, where)))
      TRY(into.findings.local_path(*path, where));
  }
  for (std::string_view kind : {"directory", "editable"}) {
    const auto tree = text_at(table, kind);
    if (tree && !TRY(takes_own_folder(into, *tree, directory, where)))
      TRY(into.findings.source_tree(*tree, where));
  }
  return {};
}

Result<void> collect_dependency_table(Collector& into, const json::Value* table, const std::string& where,
                                      const std::string& directory) {
  for (const json::Member& dependency : members_of(table)) {
    const Findings::About about(into.findings, dependency.name);
    for (const json::Value& item : one_or_more(dependency.value)) {
      TRY(collect_ways(into, item, where + ", " + shown_address(dependency.name), directory));
    }
  }
  return {};
}

Result<void> collect_project_tables(Collector& into, const json::Value& document, const std::string& where) {
  for (std::string_view list : {"dependencies", "project.dependencies", "build-system.requires"}) {
    TRY(collect_requirement_list(into, at(document, list), where + ", " + std::string(list),
                                 folder_of_file(where)));
  }
  for (std::string_view table : {"project.optional-dependencies", "dependency-groups"}) {
    for (const json::Member& group : members_of(at(document, table))) {
      TRY(collect_requirement_list(into, &group.value,
                                   where + ", " + std::string(table) + "." + shown_address(group.name),
                                   folder_of_file(where)));
    }
  }
  return {};
}

namespace {

/// pip and Poetry pass over `[tool.uv]`, and start nobody who reads it; others are uv or may start it.
bool may_read_uv_tables(const std::set<Installer>& started) {
  return std::ranges::any_of(started,
                             [](Installer one) { return one != Installer::pip && one != Installer::poetry; });
}

}  // namespace

Result<std::optional<json::Value>> collect_pyproject(Collector& into, const std::string& path) {
  std::optional<json::Value> document = TRY(into.read_toml(path));
  if (document) {
    TRY(collect_project_tables(into, *document, path));
    if (may_read_uv_tables(into.findings.started())) TRY(collect_uv_tables(into, *document, path));
  }
  TRY(collect_build_settings(into, document ? &*document : nullptr, folder_of_file(path)));
  return document;
}

Result<void> collect_group(Collector& into, std::string_view group, const std::string& directory) {
  const std::size_t colon = group.rfind(':');
  const std::string_view path = colon == std::string_view::npos ? "pyproject.toml" : group.substr(0, colon);
  [[maybe_unused]] const auto read = TRY(collect_pyproject(into, path_in(into, directory, path)));
  return {};
}

namespace {

/// The folders that a glob names, looked for in a bounded number of folders: links may lead in circles.
class FolderSearch {
 public:
  explicit FolderSearch(const Invocation& invocation) : invocation_(invocation) {}

  Result<void> look(const std::string& folder, std::string_view glob) {
    while (glob.starts_with("./")) glob.remove_prefix(2);
    while (glob.ends_with('/')) glob.remove_suffix(1);
    if (glob.empty() || glob == ".") {
      found.push_back(folder);
      return {};
    }
    const std::size_t slash = std::min(glob.find('/'), glob.size());
    const std::string_view first = glob.substr(0, slash);
    const std::string_view rest = glob.substr(std::min(slash + 1, glob.size()));
    if (first.find_first_of("*?[\\") == std::string_view::npos) {
      return look(folder + "/" + std::string(first), rest);
    }
    const bool deep = first == "**";
    if (deep) TRY(look(folder, rest));
    // Installers differ in what a class, an escape and one character are.
    const auto is_plain = [](char c) {
      return static_cast<unsigned char>(c) < 0x80 && c != '[' && c != '?' && c != '\\';
    };
    const Pattern pattern(std::ranges::all_of(first, is_plain) ? std::string(first) : "*");
    for (const std::string& name : TRY(names_in(folder))) {
      if (deep || pattern.matches(name)) TRY(look(folder + "/" + name, deep ? glob : rest));
    }
    return {};
  }

  std::vector<std::string> found;

 private:
  Result<std::vector<std::string>> names_in(const std::string& folder) {
    const std::size_t limit = invocation_.limits.workspace_folders;
    if (++searched_ <= limit) return invocation_.list(folder);
    return fail(kGuardConfiguration, printable(folder) +
                                         ": the workspace's members are looked for in more than " +
                                         std::to_string(limit) + " files and folders");
  }

  const Invocation& invocation_;
  std::size_t searched_ = 0;
};

}  // namespace

Result<std::vector<std::string>> folders_matching(const Collector& from, const std::string& folder,
                                                  std::string_view glob) {
  if (glob.starts_with('/')) {
    TRY(from.findings.unproven("members that are looked for from the root (" + shown_address(glob) + ")",
                               printable(folder), "name them from the workspace's folder on"));
  }
  FolderSearch search(from.invocation);
  TRY(search.look(folder, glob));
  for (const std::string& found : search.found) {
    if (goes_up_behind_a_link(from.invocation, found)) from.findings.read_twice(found);
  }
  return std::move(search.found);
}

namespace {

/// `#egg=NAME`, or a hash. Of a `subdirectory` some build that folder and some the one around it; what is no
/// fragment that all know may be a part of the name, or whatever a line holds.
bool is_plain_fragment(std::string_view fragment) {
  constexpr std::string_view kMore = "._-[],";
  const auto is_byte = [&](char c) { return ascii::is_alnum(c) || kMore.contains(c); };
  constexpr std::array<std::string_view, 6> kKeys{"egg=", "md5=", "sha1=", "sha256=", "sha384=", "sha512="};
  while (true) {
    const std::size_t end = std::min(fragment.find('&'), fragment.size());
    const std::string_view one = fragment.substr(0, end);
    const auto key =
        std::ranges::find_if(kKeys, [&](std::string_view each) { return one.starts_with(each); });
    if (key == kKeys.end() || !std::ranges::all_of(one.substr(key->size()), is_byte)) return false;
    if (end == fragment.size()) return true;
    fragment.remove_prefix(end + 1);
  }
}

/// Whether what follows a path is plain: extras, then a fragment.
bool is_plain_after_path(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos || text.substr(0, close).contains('/')) return false;
    text = trim(text.substr(close + 1));
  }
  return text.empty() || (text.starts_with('#') && is_plain_fragment(text.substr(1)));
}

}  // namespace

std::optional<std::string> local_place_of(const Collector& from, std::string_view requirement,
                                          const std::string& directory) {
  std::optional<std::string> path = local_path_of(requirement);
  if (!path) return std::nullopt;
  const std::size_t end = std::min(path->find_first_of("[#"), path->size());
  const std::string_view after = trim(std::string_view(*path).substr(end));
  // pip first looks for a folder of the whole name.
  if (!is_plain_after_path(after) ||
      (after.contains('#') && is_there(from.invocation, place_of(from, directory, *path))))
    from.findings.read_twice(*path);
  path->resize(std::min(path->find_first_of("[#"), path->size()));
  return path_in(from, directory, path_of_file_url(trim(*path)));
}

namespace {

/// The name of the project in a folder that a requirement names; empty where that is no folder or has no
/// name.
Result<std::string> collect_folder(Collector& into, std::string_view text, const std::string& directory) {
  const auto place = local_place_of(into, text, directory);
  if (!place) return std::string();
  const auto document = TRY(collect_pyproject(into, *place + "/pyproject.toml"));
  return document ? name_in_folder(into, *place) : std::string();
}

}  // namespace

Result<void> collect_requirement(Collector& into, std::string_view text, const std::string& where,
                                 const std::string& directory) {
  const std::string project = TRY(collect_folder(into, text, directory));
  const Findings::About about(into.findings, project);
  if (const auto place = local_place_of(into, text, directory)) {
    const Findings::About named(into.findings, trim(text.substr(0, text.find_first_of("[@"))));
    if (TRY(takes_own_folder(into, *place, directory, where))) {
      into.findings.taken(text);
      return {};
    }
  }
  return into.findings.requirement(text, where);
}

Result<void> collect_editable(Collector& into, std::string_view text, const std::string& where,
                              const std::string& directory) {
  const bool is_bare = !local_path_of(text) && !text.contains(':') && !text.contains('+');
  const std::string path = (is_bare ? "./" : "") + std::string(text);
  const std::string project = TRY(collect_folder(into, path, directory));
  const Findings::About about(into.findings, project);
  if (const auto place = local_place_of(into, path, directory);
      place && TRY(takes_own_folder(into, *place, directory, where))) {
    into.findings.taken(text);
    return {};
  }
  return into.findings.source_tree(text, where);
}

bool is_script_name(std::string_view path) {
  const std::string name = ascii::to_lower(path);
  return name.ends_with(".py") || name.ends_with(".pyw");
}

}  // namespace tomme::guard
