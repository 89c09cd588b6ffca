#include "app/run/installed_modules.h"

#include <algorithm>
#include <array>

namespace tomme::guard {
namespace {

constexpr std::string_view kCache = "__pycache__";

/// Takes the first segment away from the path.
std::string_view next_segment(std::string_view& path) {
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(std::min(segment.size() + 1, path.size()));
  return segment;
}

/// "x" of x.py, x.cpython-311.pyc and x.abi3.so.
std::string_view stem_of(std::string_view segment) {
  return segment.substr(0, segment.find('.'));
}

/// Of a package: demo/__init__.py, also as a compiled module.
bool is_init(std::string_view path) {
  return stem_of(path.substr(path.rfind('/') + 1)) == "__init__";
}

void append(std::string& path, std::string_view segment) {
  if (!path.empty()) path += '/';
  path += segment;
}

}  // namespace

bool is_bytecode(std::string_view path) {
  return path.ends_with(".pyc") || path.ends_with(".pyo");
}

std::optional<std::string> module_of(std::string_view path) {
  constexpr std::array<std::string_view, 3> kSuffixes{".py", ".so", ".pyd"};
  const auto is_suffix = [&](std::string_view suffix) { return path.ends_with(suffix); };
  if (!is_bytecode(path) && std::ranges::none_of(kSuffixes, is_suffix)) return std::nullopt;
  std::string module;
  while (!path.empty()) {
    const std::string_view segment = next_segment(path);
    const std::string_view name = path.empty() ? stem_of(segment) : segment;
    if (name != kCache && !(path.empty() && name == "__init__")) append(module, name);
  }
  return module.empty() ? std::nullopt : std::optional(module);
}

std::optional<std::string> own_part_of(std::string_view path, const ProjectName& project) {
  std::string name;
  std::string part;
  while (!path.empty()) {
    const std::string_view segment = next_segment(path);
    if (segment == kCache) continue;
    name += (name.empty() ? "" : "-") + std::string(stem_of(segment));
    append(part, path.empty() ? stem_of(segment) : segment);
    // No separator makes a name shorter.
    if (name.size() > ProjectName::kMaxBytes) return std::nullopt;
    if (const Result<ProjectName> found = ProjectName::parse(name); found && *found == project) return part;
  }
  return std::nullopt;
}

void ProjectModules::add(std::size_t number, const ProjectName& project,
                         const std::vector<std::string>& paths) {
  Project& added = projects_.emplace(number, Project{project, {}}).first->second;
  std::set<std::string> modules;
  std::set<std::string> parts;
  for (const std::string& path : paths) {
    // An installer lists what it has compiled, and another wheel may have brought a file of that very name.
    if (is_bytecode(path)) continue;
    added.paths.insert(path);
    const auto module = module_of(path);
    if (!module || !modules.insert(*module).second) continue;
    owners_.emplace(*module, Owner{number, path});
    if (const auto part = own_part_of(*module, project)) parts.insert(*part);
  }
  for (const std::string& part : parts) {
    if (modules.contains(part)) names_.emplace(part, number);
    for (std::size_t end = part.size(); end != std::string::npos && end > 0; end = part.rfind('/', end - 1)) {
      const std::string package = part.substr(0, end);
      if (!modules.contains(package)) namespaces_.emplace(package, Namespace{number, end == part.size()});
    }
  }
}

std::vector<ProjectModules::Stranger> ProjectModules::judge(std::string_view path, Where where) const {
  std::vector<Stranger> found;
  const auto add = [&](std::size_t number, std::string_view file, bool may_be_instead) {
    const bool is_known = std::ranges::find(found, number, &Stranger::number) != found.end();
    if (is_known || (!may_be_instead && where != Where::same)) return;
    if (where == Where::same && projects_.at(number).paths.contains(path)) return;
    found.push_back({number, std::string(file), may_be_instead});
  };
  if (const auto module = module_of(path)) {
    const auto [first, last] = owners_.equal_range(*module);
    for (auto owner = first; owner != last && where != Where::behind; ++owner) {
      const bool bears_name = own_part_of(path, projects_.at(owner->second.number).name).has_value();
      add(owner->second.number, owner->second.file, bears_name);
    }
    const auto [begin, end] = namespaces_.equal_range(*module);
    for (auto one = begin; one != end; ++one)
      add(one->second.number, *module + "/", one->second.bears_name || !is_init(path));
  }
  for (std::size_t at = path.find('/'); at != std::string_view::npos; at = path.find('/', at + 1)) {
    const auto [first, last] = names_.equal_range(path.substr(0, at));
    for (auto name = first; name != last; ++name) add(name->second, "", false);
  }
  return found;
}

}  // namespace tomme::guard
