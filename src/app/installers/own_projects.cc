#include <algorithm>
#include <array>
#include <filesystem>

#include "app/installers/collect.h"
#include "app/installers/ini.h"
#include "core/encoding/text.h"

// Which folders are the person's own, and what is read of the projects in them.
namespace tomme::guard {
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

}  // namespace

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

Result<void> read_own_project(Collector& into, const std::string& folder) {
  const std::string place = into.invocation.resolve ? into.invocation.resolve(folder) : folder;
  if (!into.findings.is_new_project(place)) return {};
  const Findings::About about(into.findings, std::nullopt);
  const std::string path = folder + "/pyproject.toml";
  const auto document = TRY(collect_pyproject(into, path));
  return document ? collect_poetry_tables(into, *document, path) : Result<void>();
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

namespace {

/// The checkout that the command works in; nothing where that is none.
std::optional<std::string> checkout_at_work(const Collector& from) {
  for (const std::string& folder : ancestors_of(from.invocation.directory)) {
    if (is_checkout_in(from, folder)) return folder.empty() ? std::nullopt : std::optional(folder);
  }
  return std::nullopt;
}

/// Whether the home folder is there or below: what lies around in it is nobody's project.
bool has_home_in(const Collector& from, const std::string& folder) {
  return (plain_place(from, from.invocation.home) + "/").starts_with(plain_place(from, folder) + "/");
}

/// The project that the command works in; nothing where there is none. One that only pipenv knows has no
/// pyproject.toml.
std::optional<std::string> project_at_work(const Collector& from) {
  const std::vector<std::string> folders = ancestors_of(from.invocation.directory);
  const auto holds = [&](const std::string& folder, const char* file) {
    return from.invocation.read(folder + file, 1).has_value();
  };
  for (const std::string& folder : folders) {
    if (holds(folder, "/pyproject.toml") || holds(folder, "/setup.py")) return folder;
  }
  for (const std::string& folder : folders) {
    if (holds(folder, "/Pipfile") && !has_home_in(from, folder)) return folder;
  }
  return std::nullopt;
}

/// A checkout of several projects is work without one at its root; a home folder that is one, for its
/// settings, is not.
bool is_at_work(const Collector& from) {
  if (project_at_work(from)) return true;
  const std::optional<std::string> checkout = checkout_at_work(from);
  return checkout && !has_home_in(from, *checkout);
}

/// Who works in a project's own folder asks for exactly this folder, and it is he who says what is in it:
/// that a signer of it is expected is about what others deliver. Not where a lock or word says another name.
bool is_worked_on(const Collector& from, const std::string& folder, const std::string& name) {
  const Result<ProjectName> project = ProjectName::parse(name);
  if (!project || (from.findings.names_a_project() && !from.findings.is_about(*project))) return false;
  const std::optional<std::string> own = project_at_work(from);
  return own && plain_place(from, *own) == plain_place(from, folder);
}

}  // namespace

std::string own_root(const Collector& from) {
  if (const std::optional<std::string> checkout = checkout_at_work(from)) return *checkout;
  const std::optional<std::string> project = project_at_work(from);
  return project && !has_home_in(from, *project) ? *project : from.invocation.directory;
}

Result<bool> takes_own_folder(Collector& into, std::string_view path, const std::string& directory,
                              const std::string& where) {
  const std::string folder = plain_place(into, path_in(into, directory, path));
  if (!lies_in(into, folder, own_root(into)) || !is_at_work(into)) return false;
  const std::string name = TRY(name_in_folder(into, folder));
  const bool is_named = ProjectName::parse(name).has_value();
  if (!is_named && (into.findings.expects_any() || !into.invocation.read(folder + "/setup.py", 1)))
    return false;
  const bool is_own_work = is_worked_on(into, folder, name);
  if (!is_own_work && into.findings.is_about_an_expected()) return false;
  TRY(read_own_project(into, folder));
  if (is_own_work) {
    into.findings.worked_on(path, where);
    return true;
  }
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
  if (is_worked_on(into, folder, name)) {
    into.findings.worked_on(shown, where);
    return {};
  }
  if (into.findings.names_a_project()) TRY(into.findings.own_sources(shown, where));
  if (name.empty()) return {};
  const Findings::About about(into.findings, name);
  return into.findings.own_sources(shown, where);
}

}  // namespace tomme::guard
