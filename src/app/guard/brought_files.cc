#include "app/guard/brought_files.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "app/guard/installed_modules.h"
#include "app/guard/site_snapshot.h"
#include "core/base/ascii.h"
#include "core/packaging/entry_points.h"
#include "core/packaging/record_places.h"

namespace tomme::guard {
namespace {

constexpr std::size_t kEntryPointBytes = 4 * 1024 * 1024;
constexpr std::string_view kScripts = "bin/";

bool is_path_file(std::string_view path) {
  return !path.contains('/') && ascii::to_lower(path).ends_with(".pth");
}

std::optional<std::string> text_of_path_file(const std::string& path, const OnDisk& found,
                                             const DistributionReader& reader) {
  return reader.invocation().read(found.entry.folder + "/" + path, PathFileLimits{}.bytes);
}

/// How many folders a path leads upwards, which are taken away from it.
int leave_upwards(std::string_view& path) {
  int levels = 0;
  for (; path.starts_with("../"); ++levels) path.remove_prefix(3);
  return levels;
}

/// What RECORD lists outside of the folder: "../demo.py" is beside Python's own modules, and what is farther
/// up may be in the environment. `pip --target` moves that, and uv has it in the folder at once.
void take_from_record(const std::string& row, BroughtFiles& into) {
  std::string_view path = row;
  const int levels = leave_upwards(path);
  if (path.starts_with('/'))
    path = path.substr(path.find("/bin/") == std::string_view::npos ? path.size() : path.find("/bin/") + 1);
  constexpr std::string_view kCompiled = "lib-dynload/";
  if (levels == 1) into.library.emplace_back(path.substr(path.starts_with(kCompiled) ? kCompiled.size() : 0));
  if (levels > 1 || path.starts_with(kScripts)) into.environment.emplace(path);
}

void take_record(const std::vector<RecordRow>& record, bool with_modules, BroughtFiles& into) {
  std::set<std::string> compiled;
  for (const RecordRow& row : record) {
    take_from_record(row.path, into);
    if (row.path.ends_with(".py")) compiled.insert(module_of(row.path).value_or(""));
  }
  if (!with_modules) return;
  for (const RecordRow& row : record) {
    if (!is_bytecode(row.path) || !compiled.contains(module_of(row.path).value_or("")))
      into.site.push_back(row.path);
  }
}

/// The part of a path behind the deepest of these folders that it lies in.
std::optional<std::string> behind(const std::set<std::string>& folders, const std::string& path) {
  for (std::size_t slash = path.rfind('/'); slash != std::string::npos && slash > 0;
       slash = path.rfind('/', slash - 1)) {
    if (folders.contains(path.substr(0, slash))) return path.substr(slash + 1);
  }
  return std::nullopt;
}

void follow_path_files(const OnDisk& found, const std::vector<RecordRow>& record,
                       const DistributionReader& reader, BroughtFiles& into) {
  std::set<std::string> folders;
  for (const std::string& path : into.site) {
    const auto text = is_path_file(path) ? text_of_path_file(path, found, reader) : std::nullopt;
    if (!text) continue;
    for (const std::string& place : places_named_in(found.entry.folder + "/" + path, *text))
      folders.insert(without_dots(place));
  }
  folders.erase(found.entry.folder);
  if (folders.empty()) return;
  for (const RecordRow& row : record) {
    const std::string path = row.path.starts_with('/') ? row.path : found.entry.folder + "/" + row.path;
    if (auto rest = behind(folders, without_dots(path))) into.led_to.push_back(*std::move(rest));
  }
}

/// "python", "python3", "python3.11".
bool is_python(std::string_view name) {
  constexpr std::string_view kPython = "python";
  return name.starts_with(kPython) &&
         name.find_first_not_of("0123456789.", kPython.size()) == std::string_view::npos;
}

}  // namespace

BroughtFiles brought_by(const OnDisk& found, WheelContent* content, const DistributionReader& reader) {
  BroughtFiles brought;
  const auto record = reader.record_of(found).value_or(std::vector<RecordRow>());
  if (content != nullptr) {
    const auto paths = content->paths();
    brought.site.assign(paths.begin(), paths.end());
    const auto library = content->library_paths();
    brought.library.assign(library.begin(), library.end());
    for (std::string& path : content->environment_paths()) brought.environment.insert(std::move(path));
  }
  take_record(record, content == nullptr, brought);
  follow_path_files(found, record, reader, brought);
  if (const auto text = reader.invocation().read(found.file("entry_points.txt"), kEntryPointBytes))
    brought.scripts = script_names_in(*text);
  for (const std::string& path : brought.environment) {
    if (path.starts_with(kScripts)) brought.scripts.insert(path.substr(kScripts.size()));
  }
  return brought;
}

bool has_code(std::string_view path_file) {
  constexpr std::string_view kImport = "import";
  for (std::size_t at = path_file.find(kImport); at != std::string_view::npos;
       at = path_file.find(kImport, at + 1)) {
    const std::size_t end = at + kImport.size();
    if (end == path_file.size() || (path_file[end] != ' ' && path_file[end] != '\t')) continue;
    // Whatever ends a line in one of its encodings, and a byte order mark.
    const auto before = at == 0 ? std::uint8_t{0} : static_cast<std::uint8_t>(path_file[at - 1]);
    if ((before < 0x20 && before != '\t') || before >= 0x80) return true;
  }
  return false;
}

std::set<std::string> run_at_start(const BroughtFiles& brought, const OnDisk& found,
                                   const DistributionReader& reader) {
  std::set<std::string> files;
  constexpr std::array<std::string_view, 2> kCustomize{"sitecustomize", "usercustomize"};
  for (const auto* paths : {&brought.site, &brought.library, &brought.led_to}) {
    for (const std::string& path : *paths) {
      const auto module = module_of(path);
      if (module && std::ranges::find(kCustomize, *module) != kCustomize.end()) files.insert(path);
    }
  }
  for (const std::string& path : brought.site) {
    const auto text = is_path_file(path) ? text_of_path_file(path, found, reader) : std::nullopt;
    if (text && has_code(*text)) files.insert(path);
  }
  for (const std::string& path : brought.library) {
    if (module_of(path) || path.ends_with(".zip")) files.insert(path);
  }
  for (const std::string& path : brought.environment) {
    const bool is_script = path.starts_with(kScripts);
    if (path == "pyvenv.cfg" || (is_script && is_python(std::string_view(path).substr(kScripts.size()))))
      files.insert(path);
  }
  return files;
}

}  // namespace tomme::guard
