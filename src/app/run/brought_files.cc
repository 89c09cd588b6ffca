#include "app/run/brought_files.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>

#include "app/run/installed_modules.h"
#include "app/run/path_archive.h"
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

/// Tells where the files of a distribution are seen from places behind folders of distributions.
class PlaceSearch {
 public:
  PlaceSearch(const OnDisk& found, const DistributionReader& reader, const LedPlaces& places,
              BroughtFiles& into)
      : found_(found), reader_(reader), places_(places), into_(into) {}

  void look_at(const std::string& row) {
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
    const auto names = names_in_archive(place.real).value_or(std::vector<std::string>());
    seen.insert(seen.end(), names.begin(), names.end());
  }

  const OnDisk& found_;
  const DistributionReader& reader_;
  const LedPlaces& places_;
  BroughtFiles& into_;
  std::map<std::string, std::string> folders_;  // outside of its own, without links
};

/// "python", "python3", "python3.11".
bool is_python(std::string_view name) {
  constexpr std::string_view kPython = "python";
  return name.starts_with(kPython) &&
         name.find_first_not_of("0123456789.", kPython.size()) == std::string_view::npos;
}

}  // namespace

BroughtFiles brought_by(const OnDisk& found, WheelContent* content, const DistributionReader& reader,
                        const LedPlaces& places) {
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
  if (!places.empty()) {
    PlaceSearch search(found, reader, places, brought);
    for (const RecordRow& row : record) search.look_at(row.path);
    // Another may have written over its RECORD since.
    if (content != nullptr) std::ranges::for_each(brought.site, [&](auto& path) { search.look_at(path); });
  }
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
  }
  return files;
}

}  // namespace tomme::guard
