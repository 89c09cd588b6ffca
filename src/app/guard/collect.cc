#include "app/guard/collect.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "app/guard/arguments.h"
#include "app/guard/errors.h"
#include "app/guard/ini.h"
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
                printable(path) + ": larger than the " + std::to_string(limit) + " octets that tomme reads");
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
      TRY(into.findings.unproven(std::string(kUnknownEntry) + " (" + printable(member.name) + ")", where));
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
      TRY(collect_ways(into, item, where + ", " + printable(dependency.name), directory));
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
      TRY(collect_requirement_list(into, &group.value, where + ", " + std::string(table) + "." + group.name,
                                   folder_of_file(where)));
    }
  }
  return {};
}

Result<std::optional<json::Value>> collect_pyproject(Collector& into, const std::string& path) {
  std::optional<json::Value> document = TRY(into.read_toml(path));
  if (!document) return document;
  TRY(collect_project_tables(into, *document, path));
  TRY(collect_uv_tables(into, *document, path));
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

std::optional<std::string> local_place_of(const Collector& from, std::string_view requirement,
                                          const std::string& directory) {
  std::optional<std::string> path = local_path_of(requirement);
  if (!path) return std::nullopt;
  path->resize(std::min(path->find_first_of("[#"), path->size()));
  return path_in(from, directory, path_of_file_url(trim(*path)));
}

namespace {

/// Empty where nothing says.
std::string_view name_of_project(const json::Value& document) {
  for (std::string_view place :
       {"project.name", "tool.poetry.name", "tool.flit.metadata.dist-name", "tool.flit.metadata.module"}) {
    if (auto name = text_at(document, place)) return *name;
  }
  return {};
}

/// "demo" of `[metadata] name = demo`; empty where a setup.py may say something else.
Result<std::string> name_in_setup_cfg(const Collector& from, const std::string& folder) {
  if (from.invocation.read(folder + "/setup.py", 1)) return std::string();
  const auto text = TRY(from.read(folder + "/setup.cfg"));
  const auto entries = text ? parse_ini(*text, folder + "/setup.cfg") : std::vector<IniEntry>();
  if (!entries) return std::string();
  const auto found = std::ranges::find_if(
      *entries, [](const IniEntry& entry) { return entry.section == "metadata" && entry.name == "name"; });
  return found == entries->end() ? std::string() : found->value;
}

/// The name by which the project in a folder is built; empty where nothing says.
Result<std::string> name_in_folder(const Collector& from, const std::string& folder) {
  const auto document = TRY(from.read_toml(folder + "/pyproject.toml"));
  if (!document) return name_in_setup_cfg(from, folder);
  if (const auto name = text_at(*document, "project.name")) return std::string(*name);
  // The tables of Poetry and Flit say what their own backends build, and nobody else's.
  const std::string_view backend = text_at(*document, "build-system.build-backend").value_or("");
  const bool has_backend = at(*document, "build-system") != nullptr;
  const bool is_theirs = has_backend ? (backend.starts_with("poetry") || backend.starts_with("flit")) &&
                                           at(*document, "build-system.backend-path") == nullptr
                                     : !from.invocation.read(folder + "/setup.py", 1) &&
                                           !from.invocation.read(folder + "/setup.cfg", 1);
  if (is_theirs) return std::string(name_of_project(*document));
  return name_in_setup_cfg(from, folder);
}

/// What the build of a project of one's own asks for, and what it needs: nobody else looks at that.
Result<void> read_own_project(Collector& into, const std::string& folder) {
  const std::string place = into.invocation.resolve ? into.invocation.resolve(folder) : folder;
  if (!into.findings.is_new_project(place)) return {};
  const Findings::About about(into.findings, std::nullopt);
  const std::string path = folder + "/pyproject.toml";
  const auto document = TRY(collect_pyproject(into, path));
  return document ? collect_poetry_tables(into, *document, path) : Result<void>();
}

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
  const bool is_of_an_expected = [&] {
    const Findings::About named(into.findings,
                                trim(text.substr(0, std::min(text.find_first_of("[@"), text.size()))));
    return into.findings.is_about_an_expected();
  }();
  if (const auto place = local_place_of(into, text, directory);
      place && !is_of_an_expected && TRY(takes_own_folder(into, *place, directory, where))) {
    into.findings.taken(text);
    return {};
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

namespace {

bool is_checkout_in(const Collector& from, const std::string& folder) {
  return from.invocation.read(folder + "/.git/HEAD", 1) || from.invocation.read(folder + "/.git", 1);
}

/// One spelling: links followed, no dots.
std::string plain_place(const Collector& from, const std::string& path) {
  std::string place = std::filesystem::path(path).lexically_normal().string();
  while (place.size() > 1 && place.ends_with('/')) place.pop_back();
  return from.invocation.resolve ? from.invocation.resolve(place) : place;
}

/// Where a checkout keeps what git knows of it; in a submodule and a worktree `.git` is a file that says so.
std::string git_folder_of(const Collector& from, const std::string& checkout) {
  constexpr std::string_view kStart = "gitdir: ";
  constexpr std::size_t kMost = 4096;
  const auto text = from.invocation.read(checkout + "/.git", kMost);
  if (!text || !text->starts_with(kStart)) return plain_place(from, checkout + "/.git");
  const std::string_view to = trim(std::string_view(*text).substr(kStart.size()));
  return plain_place(from, to.starts_with('/') ? std::string(to) : checkout + "/" + std::string(to));
}

/// A submodule is kept within the outer checkout, which has recorded what is in it.
bool is_submodule_of(const Collector& from, const std::string& folder, const std::string& root) {
  return git_folder_of(from, folder).starts_with(git_folder_of(from, root) + "/");
}

/// Somebody else's within one's own: another checkout, an environment, packages that were installed.
bool is_foreign_folder(const Collector& from, const std::string& folder, const std::string& root) {
  constexpr std::array<std::string_view, 4> kInstalled{"site-packages", "dist-packages", "node_modules",
                                                       "__pypackages__"};
  constexpr std::array<std::string_view, 5> kOtherCheckouts{".hg", ".svn", ".jj", ".bzr", "_darcs"};
  if (std::ranges::find(kInstalled, basename_of(folder)) != kInstalled.end()) return true;
  if (from.invocation.read(folder + "/pyvenv.cfg", 1)) return true;
  const auto is_there = [&](std::string_view name) {
    return !from.invocation.list(folder + "/" + std::string(name)).empty();
  };
  if (std::ranges::any_of(kOtherCheckouts, is_there)) return true;
  return is_checkout_in(from, folder) && !is_submodule_of(from, folder, root);
}

}  // namespace

bool lies_in(const Collector& from, const std::string& folder, const std::string& root) {
  const std::string place = plain_place(from, folder), above = plain_place(from, root);
  if (place == above) return true;
  if (!place.starts_with(above + "/")) return false;
  const std::vector<std::string> between = ancestors_of(place);
  return std::ranges::none_of(between, [&](const std::string& each) {
    return each.size() > above.size() && is_foreign_folder(from, each, above);
  });
}

std::string own_root(const Collector& from) {
  const auto is_checkout = [&](const std::string& folder) { return is_checkout_in(from, folder); };
  const std::vector<std::string> folders = ancestors_of(from.invocation.directory);
  const auto found = std::ranges::find_if(folders, is_checkout);
  return found == folders.end() || found->empty() ? from.invocation.directory : *found;
}

Result<bool> takes_own_folder(Collector& into, std::string_view path, const std::string& directory,
                              const std::string& where) {
  const std::string folder = plain_place(into, path_in(into, directory, path));
  if (!lies_in(into, folder, own_root(into))) return false;
  const auto has_project = [&](const std::string& above) {
    return into.invocation.read(above + "/pyproject.toml", 1) || into.invocation.read(above + "/setup.py", 1);
  };
  if (!std::ranges::any_of(ancestors_of(into.invocation.directory), has_project)) return false;
  const std::string name = TRY(name_in_folder(into, folder));
  const bool is_named = ProjectName::parse(name).has_value();
  if (!is_named && (into.findings.expects_any() || !into.invocation.read(folder + "/setup.py", 1)))
    return false;
  const auto is_expected = [&] { return into.findings.is_about_an_expected(); };
  if (is_expected()) return false;
  TRY(read_own_project(into, folder));
  const Findings::About about(into.findings, name);
  TRY(into.findings.own_sources(path, where));  // refused, where it is an expected project
  return true;
}

Result<void> collect_own_sources(Collector& into, const std::string& folder, std::string_view shown,
                                 const std::string& where) {
  TRY(read_own_project(into, folder));
  const std::string name = TRY(name_in_folder(into, folder));
  if (name.empty() && !into.findings.names_a_project()) {
    return into.findings.unproven("a source tree whose project cannot be told (" + printable(shown) + ")",
                                  where, "give it a name in its pyproject.toml");
  }
  if (into.findings.names_a_project()) TRY(into.findings.own_sources(shown, where));
  if (name.empty()) return {};
  const Findings::About about(into.findings, name);
  return into.findings.own_sources(shown, where);
}

bool is_script_name(std::string_view path) {
  const std::string name = ascii::to_lower(path);
  return name.ends_with(".py") || name.ends_with(".pyw");
}

}  // namespace tomme::guard
