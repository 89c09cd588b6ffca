#include "app/guard/collect.h"
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
  return path + ", " + printable(text_at(package, "name").value_or("?"));
}

/// A file with `url` or `path`, of the index at `index`.
Result<void> one_file(Collector& into, const Value& file, const std::string& where,
                      std::string_view index = {}) {
  if (auto url = text_at(file, "url")) return into.findings.locked_file(*url, where, index);
  if (auto path = text_at(file, "path")) {
    return into.findings.local_path(*path, where);
  }
  return {};
}

/// The project itself and the members of its workspace are the user's own sources and stand in every uv.lock,
/// so proof is not asked of them; anything outside the project's folder is somebody else's.
bool is_own_tree(std::string_view path) {
  return !path.starts_with('/') && !path.contains("..");
}

Result<void> uv_source(Collector& into, const Value& source, const std::string& where) {
  if (auto registry = text_at(source, "registry")) return into.findings.index(*registry, where);
  if (auto url = text_at(source, "url")) return into.findings.direct_url(*url, where);
  if (auto git = text_at(source, "git")) return into.findings.checkout(*git, where);
  if (auto path = text_at(source, "path")) {
    return into.findings.local_path(*path, where);
  }
  for (std::string_view kind : {"directory", "editable", "virtual"}) {
    auto tree = text_at(source, kind);
    if (!tree) continue;
    if (!is_own_tree(*tree)) return into.findings.source_tree(*tree, where);
    if (kind != "virtual") into.findings.note("not judged: " + where + ": the project's own sources");
  }
  return {};
}

Result<void> poetry_source(Collector& into, const Value& source, const std::string& where) {
  std::string_view type = text_at(source, "type").value_or("");
  std::string_view url = text_at(source, "url").value_or("");
  if (type == "git") return into.findings.checkout(url, where);
  if (type == "url") return into.findings.direct_url(url, where);
  if (type == "file" || type == "directory") {
    return into.findings.local_path(url, where);
  }
  return into.findings.index(url, where);
}

Result<void> pdm_package(Collector& into, const Value& package, const std::string& where) {
  for (std::string_view vcs : {"git", "hg", "svn", "bzr"}) {
    if (auto url = text_at(package, vcs)) return into.findings.checkout(*url, where);
  }
  if (auto url = text_at(package, "url")) return into.findings.direct_url(*url, where);
  if (auto path = text_at(package, "path")) {
    return into.findings.local_path(*path, where);
  }
  return each_in(package, "files", [&](const Value& file) { return one_file(into, file, where); });
}

/// PEP 751.
Result<void> pylock_package(Collector& into, const Value& package, const std::string& where) {
  if (auto index = text_at(package, "index")) TRY(into.findings.index(*index, where));
  if (const Value* vcs = at(package, "vcs")) {
    return into.findings.checkout(text_at(*vcs, "url").value_or(text_at(*vcs, "path").value_or("")), where);
  }
  if (auto tree = text_at(package, "directory.path")) {
    if (!is_own_tree(*tree)) return into.findings.source_tree(*tree, where);
    into.findings.note("not judged: " + where + ": the project's own sources");
    return {};
  }
  if (auto url = text_at(package, "archive.url")) return into.findings.direct_url(*url, where);
  const std::string_view index = text_at(package, "index").value_or("");
  if (const Value* archive = at(package, "archive")) TRY(one_file(into, *archive, where));
  if (const Value* sdist = at(package, "sdist")) TRY(one_file(into, *sdist, where, index));
  return each_in(package, "wheels", [&](const Value& wheel) { return one_file(into, wheel, where, index); });
}

}  // namespace

Result<void> collect_uv_lock(Collector& into, const std::string& path) {
  std::optional<Value> lock = TRY(into.read_lock(path));
  if (!lock) return {};
  return each_in(*lock, "package", [&](const Value& package) -> Result<void> {
    std::string where = place(path, package);
    const Findings::About about(into.findings, text_at(package, "name").value_or(""));
    const Value* source = at(package, "source");
    if (source != nullptr) TRY(uv_source(into, *source, where));
    const auto registry = source != nullptr ? text_at(*source, "registry") : std::nullopt;
    if (!registry) return {};
    if (const Value* sdist = at(package, "sdist")) TRY(one_file(into, *sdist, where, *registry));
    return each_in(package, "wheels",
                   [&](const Value& wheel) { return one_file(into, wheel, where, *registry); });
  });
}

Result<void> collect_poetry_lock(Collector& into, const std::string& path) {
  std::optional<Value> lock = TRY(into.read_lock(path));
  if (!lock) return {};
  return each_in(*lock, "package", [&](const Value& package) -> Result<void> {
    const Findings::About about(into.findings, text_at(package, "name").value_or(""));
    const Value* source = at(package, "source");
    return source != nullptr ? poetry_source(into, *source, place(path, package)) : Result<void>{};
  });
}

Result<void> collect_pdm_lock(Collector& into, const std::string& path) {
  std::optional<Value> lock = TRY(into.read_lock(path));
  if (!lock) return {};
  return each_in(*lock, "package", [&](const Value& package) {
    const Findings::About about(into.findings, text_at(package, "name").value_or(""));
    return pdm_package(into, package, place(path, package));
  });
}

Result<void> collect_pylock(Collector& into, const std::string& path) {
  std::optional<Value> lock = TRY(into.read_lock(path));
  if (!lock) return {};
  return each_in(*lock, "packages", [&](const Value& package) {
    const Findings::About about(into.findings, text_at(package, "name").value_or(""));
    return pylock_package(into, package, place(path, package));
  });
}

}  // namespace tomme::guard
