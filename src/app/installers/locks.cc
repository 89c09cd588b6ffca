#include "app/installers/collect.h"
#include "app/installers/walk.h"
#include "core/encoding/text.h"

namespace tomme::guard {
namespace {

using json::Value;

template <class Take>
Result<void> each_in(const Value& document, std::string_view dotted, Take take) {
  for (const Value& item : items_of(at(document, dotted))) TRY(take(item));
  return {};
}

std::string place(const std::string& path, const Value& package) {
  return path + ", " + shown_address(text_at(package, "name").value_or("?"));
}

/// A file with `url` or `path`, of the index at `index`. Where both stand, installers differ in which they
/// take.
Result<void> one_file(Collector& into, const Value& file, const std::string& where,
                      std::string_view index = {}) {
  if (auto path = text_at(file, "path")) TRY(into.findings.local_path(*path, where));
  if (auto url = text_at(file, "url")) TRY(into.findings.locked_file(*url, where, index));
  return {};
}

/// The project itself and the members of its workspace are the user's own sources and stand in every uv.lock,
/// so proof is not asked of them but where it is of that very project; anything outside the project's folder
/// is somebody else's.
Result<void> source_tree(Collector& into, std::string_view tree, const std::string& lock,
                         const std::string& where) {
  if (tree.empty() || tree == "." || tree == "./") {
    into.findings.worked_on(tree, where);
    return read_own_project(into, folder_of_file(lock));
  }
  const std::string folder = path_in(into, folder_of_file(lock), tree);
  if (!lies_in(into, folder, folder_of_file(lock))) {
    if (TRY(takes_own_folder(into, tree, folder_of_file(lock), where))) return {};
    return into.findings.source_tree(tree, where);
  }
  return collect_own_sources(into, folder, tree, where);
}

// ---- uv.lock

Result<void> uv_source(Collector& into, const Value& source, const std::string& lock,
                       const std::string& where) {
  for (std::string_view kind : {"registry", "index"}) {
    if (auto index = text_at(source, kind)) TRY(into.findings.index(*index, where));
  }
  if (auto url = text_at(source, "url")) TRY(into.findings.direct_url(*url, where));
  if (auto git = text_at(source, "git")) TRY(into.findings.checkout(*git, where));
  if (auto path = text_at(source, "path")) TRY(into.findings.local_path(*path, where));
  for (std::string_view kind : {"directory", "editable"}) {
    if (auto tree = text_at(source, kind)) TRY(source_tree(into, *tree, lock, where));
  }
  auto tree = text_at(source, "virtual");  // its requirements alone are installed
  if (!tree || (!tree->starts_with('/') && !tree->contains(".."))) return {};
  if (TRY(takes_own_folder(into, *tree, folder_of_file(lock), where))) return {};
  return into.findings.source_tree(*tree, where);
}

/// `[manifest]`: what was asked for besides the packages' own requirements. Builds go by these without any
/// look at the settings.
Result<void> uv_requirement(Collector& into, const Value& requirement, const std::string& lock,
                            const std::string& where, bool is_for_builds = false) {
  if (requirement.text() != nullptr) return into.findings.requirement(*requirement.text(), where);
  // What a build uses decides over what is built, whatever its own name is.
  const std::string_view name = is_for_builds ? "" : text_at(requirement, "name").value_or("");
  const Findings::About about(into.findings, name);
  TRY(uv_source(into, requirement, lock, where));
  return each_in(requirement, "dependencies",
                 [&](const Value& item) { return uv_requirement(into, item, lock, where); });
}

Result<void> uv_manifest(Collector& into, const Value& lock, const std::string& path) {
  const auto each = [&](const Value* list, const std::string& where, bool builds = false) -> Result<void> {
    for (const Value& item : items_of(list)) TRY(uv_requirement(into, item, path, where, builds));
    return {};
  };
  for (const char* list : {"requirements", "constraints", "overrides", "build-constraints"}) {
    const std::string dotted = "manifest." + std::string(list);
    TRY(each(at(lock, dotted), path + ", " + dotted, dotted.ends_with("build-constraints")));
  }
  for (const json::Member& group : members_of(at(lock, "manifest.dependency-groups"))) {
    TRY(each(&group.value, path + ", manifest.dependency-groups." + shown_address(group.name)));
  }
  return each_in(lock, "manifest.dependency-metadata", [&](const Value& entry) {
    return collect_requirement_list(into, at(entry, "requires-dist"),
                                    path + ", manifest.dependency-metadata");
  });
}

Result<void> uv_package(Collector& into, const Value& package, const std::string& path) {
  const std::string where = place(path, package);
  const Findings::About about(into.findings, text_at(package, "name").value_or(""));
  const Value* source = at(package, "source");
  if (source == nullptr) return {};
  if (source->object() == nullptr) return into.findings.unproven("a source of an unknown kind", where);
  TRY(uv_source(into, *source, path, where));
  const auto registry = text_at(*source, "registry");
  if (!registry) return {};
  if (const Value* sdist = at(package, "sdist")) TRY(one_file(into, *sdist, where, *registry));
  return each_in(package, "wheels",
                 [&](const Value& wheel) { return one_file(into, wheel, where, *registry); });
}

/// What the packages say they want is in `metadata`; what is installed stands in their sources.
constexpr std::string_view kHarmlessInUvLock[] = {"package.metadata", "distribution.metadata"};
constexpr std::string_view kByNameInUvLock[] = {"options.exclude-newer-package"};

// ---- the others

Result<void> poetry_source(Collector& into, const Value& source, const std::string& where,
                           const std::string& directory) {
  std::string_view type = text_at(source, "type").value_or("");
  std::string_view url = text_at(source, "url").value_or("");
  if (type == "git") return into.findings.checkout(url, where);
  if (type == "url") return into.findings.direct_url(url, where);
  if (type == "file" || type == "directory") {
    if (TRY(takes_own_folder(into, url, directory, where))) return {};
    return into.findings.local_path(url, where);
  }
  return into.findings.index(url, where);
}

constexpr std::string_view kHarmlessInPoetryLock[] = {"package.description", "package.files.file",
                                                      "metadata.files"};
constexpr std::string_view kByNameInPoetryLock[] = {"package.dependencies", "package.extras", "extras"};

Result<void> pdm_package(Collector& into, const Value& package, const std::string& lock) {
  const std::string where = place(lock, package);
  TRY(collect_ways(into, package, where, folder_of_file(lock)));
  TRY(collect_requirement_list(into, at(package, "dependencies"), where));
  return each_in(package, "files", [&](const Value& file) { return one_file(into, file, where); });
}

/// PEP 751.
Result<void> pylock_package(Collector& into, const Value& package, const std::string& lock,
                            const std::string& where) {
  const std::string_view index = text_at(package, "index").value_or("");
  if (!index.empty()) TRY(into.findings.index(index, where));
  if (const Value* vcs = at(package, "vcs")) {
    for (std::string_view kind : {"url", "path"}) {
      if (auto from = text_at(*vcs, kind)) TRY(into.findings.checkout(*from, where));
    }
  }
  if (auto tree = text_at(package, "directory.path")) {
    // Any file may be named as a lock: one in a stranger's folder makes that nobody's own.
    const bool is_own = lies_in(into, folder_of_file(lock), own_root(into));
    TRY(is_own ? source_tree(into, *tree, lock, where) : into.findings.source_tree(*tree, where));
  }
  if (const Value* archive = at(package, "archive")) {
    if (auto path = text_at(*archive, "path")) TRY(into.findings.local_path(*path, where));
    if (auto url = text_at(*archive, "url")) TRY(into.findings.direct_url(*url, where));
  }
  if (const Value* sdist = at(package, "sdist")) TRY(one_file(into, *sdist, where, index));
  TRY(collect_requirement_list(into, at(package, "tool.pdm.dependencies"), where));
  return each_in(package, "wheels", [&](const Value& wheel) { return one_file(into, wheel, where, index); });
}

/// PDM takes either kind from a file of any name, so that both readers see it.
constexpr std::string_view kHarmlessInPdmLock[] = {
    "package.summary", "package.files.file", "metadata.files.*.file", "packages.attestation-identities"};

}  // namespace

Result<void> collect_uv_lock(Collector& into, const std::string& path) {
  std::optional<Value> lock = TRY(into.read_lock(path));
  if (!lock) return {};
  // "distribution" is the old name, which uv still takes.
  for (const char* list : {"package", "distribution"}) {
    TRY(each_in(*lock, list, [&](const Value& package) { return uv_package(into, package, path); }));
  }
  TRY(uv_manifest(into, *lock, path));
  watch_texts(into.findings, *lock, path + ",", {kHarmlessInUvLock, kByNameInUvLock});
  return expect_no_other_lists(into.findings, *lock, path, {"package", "distribution"});
}

Result<void> collect_poetry_lock(Collector& into, const std::string& path) {
  std::optional<Value> lock = TRY(into.read_lock(path));
  if (!lock) return {};
  TRY(each_in(*lock, "package", [&](const Value& package) -> Result<void> {
    const Findings::About about(into.findings, text_at(package, "name").value_or(""));
    const std::string where = place(path, package);
    if (const Value* source = at(package, "source"))
      TRY(poetry_source(into, *source, where, folder_of_file(path)));
    return collect_dependency_table(into, at(package, "dependencies"), where, folder_of_file(path));
  }));
  watch_texts(into.findings, *lock, path + ",", {kHarmlessInPoetryLock, kByNameInPoetryLock});
  return expect_no_other_lists(into.findings, *lock, path, {"package"});
}

Result<void> collect_pdm_lock(Collector& into, const std::string& path) {
  std::optional<Value> lock = TRY(into.read_lock(path));
  if (!lock) return {};
  TRY(each_in(*lock, "package", [&](const Value& package) {
    const Findings::About about(into.findings, text_at(package, "name").value_or(""));
    return pdm_package(into, package, path);
  }));
  // Until version 4.2 the files of all packages stood together.
  for (const json::Member& package : members_of(at(*lock, "metadata.files"))) {
    const Findings::About about(into.findings, package.name.substr(0, package.name.find(' ')));
    for (const Value& file : items_of(&package.value)) {
      TRY(one_file(into, file, path + ", metadata.files, " + shown_address(package.name)));
    }
  }
  watch_texts(into.findings, *lock, path + ",", {.harmless = kHarmlessInPdmLock});
  return expect_no_other_lists(into.findings, *lock, path, {"package", "packages"});
}

Result<void> collect_pylock(Collector& into, const std::string& path) {
  std::optional<Value> lock = TRY(into.read_lock(path));
  if (!lock) return {};
  TRY(each_in(*lock, "packages", [&](const Value& package) {
    const Findings::About about(into.findings, text_at(package, "name").value_or(""));
    return pylock_package(into, package, path, place(path, package));
  }));
  watch_texts(into.findings, *lock, path + ",", {.harmless = kHarmlessInPdmLock});
  return expect_no_other_lists(into.findings, *lock, path, {"package", "packages"});
}

}  // namespace tomme::guard
