#include "app/run/brought_files.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>

#include "app/run/installed_modules.h"
#include "app/run/python_modules.h"
#include "app/run/site_snapshot.h"
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

/// What is there of a path seen from the environment, seen from the folder of its scripts.
std::optional<std::string_view> beside_scripts(std::string_view path) {
  constexpr std::array<std::string_view, 4> kFolders{kScripts, "local/bin/", "sbin/", "Scripts/"};
  for (const std::string_view folder : kFolders) {
    if (path.starts_with(folder) && path.size() > folder.size()) return path.substr(folder.size());
  }
  return std::nullopt;
}

void take_beside_scripts(std::string_view path, BroughtFiles& into) {
  if (const auto rest = beside_scripts(path)) into.beside_scripts.emplace_back(*rest);
}

/// A path of a RECORD as it is seen from the nearest folder above both, and how many folders up that is.
struct SeenUpwards {
  int levels = 0;
  std::string path;
};
SeenUpwards seen_upwards(const OnDisk& found, const std::string& row) {
  const std::string path = without_dots(found.beside(row));
  SeenUpwards seen;
  std::string_view around = found.entry.folder;
  for (; !around.empty() && !path.starts_with(std::string(around) + "/"); ++seen.levels)
    around = folder_of(around);
  seen.path = path.substr(std::min(around.size() + 1, path.size()));
  // Nothing in common: what of it may be an environment is not known.
  constexpr std::string_view kAnyScripts = "/bin/";
  if (const std::size_t at = path.find(kAnyScripts); around.empty() && at != std::string::npos)
    seen.path = path.substr(at + 1);
  return seen;
}

/// What RECORD lists outside of the folder: "../demo.py" is beside Python's own modules, and what is farther
/// up may be in the environment. `pip --target` moves that, and uv has it in the folder at once.
void take_from_record(const OnDisk& found, const std::string& row, BroughtFiles& into) {
  const bool is_plain = !row.starts_with('.') && !row.starts_with('/') && !row.contains("/.");
  if (is_plain && !row.starts_with(kScripts)) return;
  const SeenUpwards seen = seen_upwards(found, row);
  const bool is_script = beside_scripts(seen.path).has_value();
  constexpr std::string_view kCompiled = "lib-dynload/";
  if (seen.levels == 1 && !is_script)
    into.library.push_back(seen.path.substr(seen.path.starts_with(kCompiled) ? kCompiled.size() : 0));
  if (seen.levels > 1 || is_script) into.environment.insert(seen.path);
  // A package "bin" among Python's packages is one as any other.
  if (seen.levels > 0 || !basename_of(found.entry.folder).ends_with("-packages"))
    take_beside_scripts(seen.path, into);
}

void take_record(const OnDisk& found, const std::vector<RecordRow>& record, bool with_modules,
                 BroughtFiles& into) {
  std::set<std::string> compiled;
  for (const RecordRow& row : record) {
    take_from_record(found, row.path, into);
    if (row.path.ends_with(".py")) compiled.insert(module_of(row.path).value_or(""));
  }
  if (!with_modules) return;
  for (const RecordRow& row : record) {
    if (!is_bytecode(row.path) || !compiled.contains(module_of(row.path).value_or("")))
      into.site.push_back(row.path);
  }
}

/// Tells where the files of a distribution are seen from places behind folders of distributions.
class PlaceSearch {
 public:
  PlaceSearch(const OnDisk& found, const DistributionReader& reader, const LedPlaces& places,
              PathArchiveNames& archives, BroughtFiles& into)
      : found_(found), reader_(reader), places_(places), archives_(archives), into_(into) {}

  /// Once each, however often a RECORD has it.
  void look_at(const std::string& row) {
    if (!looked_at_.insert(row).second) return;
    const auto take = [this](const LedPlace& place, std::string_view rest) { add(place, rest); };
    if (!places_.each_around(without_links(row), take)) into_.is_led_too_far = true;
  }

 private:
  /// The folder of the distribution has none; what lies outside may be reached through one ("lib64").
  std::string without_links(const std::string& row) {
    if (!row.starts_with('.') && !row.starts_with('/')) return found_.beside(row);
    std::string path = without_dots(found_.beside(row));
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) return path;
    const auto [real, is_new] = folders_.try_emplace(path.substr(0, slash));
    if (is_new) real->second = reader_.resolved(real->first);
    return real->second + path.substr(slash);
  }

  void add(const LedPlace& place, std::string_view rest) {
    std::vector<std::string>& seen = into_.led_to[place.site];
    if (!place.is_archive && !rest.empty()) seen.emplace_back(rest);
    if (!place.is_archive || !rest.empty()) return;
    if (!archives_seen_.insert({place.site, place.real}).second) return;
    const std::vector<std::string>* names = archives_.of(place.real);
    if (names == nullptr) {
      into_.is_led_too_far = true;
    } else {
      seen.insert(seen.end(), names->begin(), names->end());
    }
  }

  const OnDisk& found_;
  const DistributionReader& reader_;
  const LedPlaces& places_;
  PathArchiveNames& archives_;
  BroughtFiles& into_;
  std::set<std::string> looked_at_;
  std::set<std::pair<std::string, std::string>> archives_seen_;  // with the site that sees them
  std::map<std::string, std::string> folders_;                   // outside of its own, without links
};

/// "python", "python3", "python3.11".
bool is_python(std::string_view name) {
  constexpr std::string_view kPython = "python";
  return name.starts_with(kPython) &&
         name.find_first_not_of("0123456789.", kPython.size()) == std::string_view::npos;
}

/// What venv and virtualenv have for shells, "activate.fish". argcomplete has a script that only begins so.
bool is_for_a_shell(std::string_view name) {
  return name == "activate" || name.starts_with("activate.") || name == "activate_this.py";
}

/// Of a file beside scripts: whether one of them, or a shell that enters the environment, runs it unasked.
bool runs_with_a_script(std::string_view path) {
  // Without its source, nothing that was compiled into there is imported.
  const auto module = path.starts_with("__pycache__/") ? std::nullopt : module_of(path);
  return is_for_a_shell(path) || (module && is_module_of_python(*module)) ||
         is_distribution(path.substr(0, path.find('/')));
}

}  // namespace

BroughtFiles brought_by(const OnDisk& found, WheelContent* content, const DistributionReader& reader,
                        const LedPlaces& places, PathArchiveNames& archives) {
  BroughtFiles brought;
  const auto record = reader.record_of(found).value_or(std::vector<RecordRow>());
  if (content != nullptr) {
    const auto paths = content->paths();
    brought.site.assign(paths.begin(), paths.end());
    const auto library = content->library_paths();
    brought.library.assign(library.begin(), library.end());
    for (std::string& path : content->environment_paths()) {
      take_beside_scripts(path, brought);
      brought.environment.insert(std::move(path));
    }
  }
  take_record(found, record, content == nullptr, brought);
  // Sources first, for messages.
  std::ranges::sort(brought.beside_scripts, {},
                    [](const std::string& path) { return std::pair(is_bytecode(path), path); });
  const auto twice = std::ranges::unique(brought.beside_scripts);
  brought.beside_scripts.erase(twice.begin(), twice.end());
  if (!places.empty()) {
    PlaceSearch search(found, reader, places, archives, brought);
    for (const RecordRow& row : record) search.look_at(row.path);
    // Another may have written over its RECORD since.
    if (content != nullptr) std::ranges::for_each(brought.site, [&](auto& path) { search.look_at(path); });
  }
  if (const auto text = reader.invocation().read(found.file("entry_points.txt"), kEntryPointBytes))
    brought.scripts = scripts_in(*text);
  for (const std::string& path : brought.environment) {
    if (path.starts_with(kScripts)) brought.scripts[path.substr(kScripts.size())].clear();
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

RunsWhen runs_when(std::string_view path) {
  const auto beside = beside_scripts(path);
  if (!beside || is_python(*beside)) return RunsWhen::python_starts;
  return is_for_a_shell(*beside) ? RunsWhen::shell_enters : RunsWhen::script_starts;
}

std::optional<std::string> leads_python_elsewhere(const BroughtFiles& brought) {
  constexpr std::array<std::string_view, 7> kFolders{"", "bin", "sbin", "lib", "lib64", "libs", "Scripts"};
  constexpr std::string_view kLocal = "local/";
  for (const std::string& whole : brought.environment) {
    std::string_view path = whole;
    if (path.starts_with(kLocal)) path.remove_prefix(kLocal.size());
    const std::size_t slash = path.rfind('/');
    const std::string_view folder = slash == std::string_view::npos ? "" : path.substr(0, slash);
    if (std::ranges::find(kFolders, folder) == kFolders.end()) continue;
    std::string_view name = path.substr(slash == std::string_view::npos ? 0 : slash + 1);
    if (name.ends_with("._pth") || name == "pyvenv.cfg" || name == "pybuilddir.txt") return whole;
    if (name.ends_with(".zip") && is_python(name.substr(0, name.size() - 4))) return whole;
  }
  return std::nullopt;
}

std::set<std::string> run_at_start(const BroughtFiles& brought, const OnDisk& found,
                                   const DistributionReader& reader) {
  std::set<std::string> files;
  constexpr std::array<std::string_view, 2> kCustomize{"sitecustomize", "usercustomize"};
  const auto add_customizing = [&](const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
      const auto module = module_of(path);
      if (module && std::ranges::find(kCustomize, *module) != kCustomize.end()) files.insert(path);
    }
  };
  add_customizing(brought.site);
  add_customizing(brought.library);
  for (const auto& [site, paths] : brought.led_to) add_customizing(paths);
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
    if (const auto beside = beside_scripts(path); beside && runs_with_a_script(*beside)) files.insert(path);
  }
  return files;
}

}  // namespace tomme::guard
