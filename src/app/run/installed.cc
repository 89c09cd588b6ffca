#include "app/run/installed.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <span>

#include "app/installers/collect.h"
#include "app/installers/findings.h"
#include "app/relay/wheel_content.h"
#include "app/run/installed_distribution.h"
#include "app/run/installed_modules.h"
#include "app/run/installed_sdist.h"
#include "app/run/installed_shadows.h"
#include "app/run/led_places.h"
#include "app/run/shared_sight.h"
#include "app/run/who_brought.h"
#include "core/base/ascii.h"
#include "core/encoding/json.h"
#include "core/encoding/text.h"
#include "core/packaging/dist_filename.h"
#include "core/packaging/errors.h"
#include "core/packaging/installed_wheel.h"
#include "core/packaging/page_file.h"
#include "core/packaging/version.h"
#include "core/packaging/zip.h"
#include "core/url/url.h"

namespace tomme::guard {
namespace {

constexpr std::size_t kDirectUrlBytes = 64 * 1024;

bool same_version(std::string_view a, std::string_view b) {
  const auto left = Version::parse(a);
  const auto right = Version::parse(b);
  return left && right ? *left == *right : a == b;
}

class Comparison {
 public:
  Comparison(const DistributionReader& reader, const Places& places,
             const std::vector<DeliveredFile>& delivered, const FileStore& store, WheelContents& contents,
             const std::set<ProjectName>& expected, WhoBrought& who_brought)
      : invocation_(reader.invocation()),
        places_(places),
        reader_(reader),
        delivered_(delivered),
        store_(store),
        contents_(contents),
        expected_(expected),
        who_brought_(who_brought) {
    for (const DeliveredFile& file : delivered_) {
      const Result<DistFilename> name = DistFilename::parse(file.filename);
      if (!name || !name->is_wheel() || file.addresses.empty()) continue;
      sent_wheels_.push_back({&file, name->project(), name->version().to_string()});
      if (const WheelContent* content = contents_.of(file.digest))
        who_brought_.add(*content, name->project(), name->version().to_string());
    }
  }

  void account_for(OnDisk& found) const {
    Installed& entry = found.entry;
    // What another one has brought is that one's doing, whatever it looks like.
    if (const WhoBrought::Bringer* other = who_brought_.other_than(found); other && entry.reason.empty()) {
      entry.reason = other->title + " has brought its " + printable(basename_of(found.path));
      return;
    }
    if (entry.reason.empty()) entry.reason = from_delivered(found);
    if (!entry.reason.empty()) entry.overwritten.clear();
    if (entry.reason.empty()) {
      entry.from = InstalledFrom::delivered;
    } else if (is_own(found)) {
      entry.from = InstalledFrom::own_folder;
    } else if (is_seed(found)) {
      entry.from = InstalledFrom::seed;
    } else if (found.direct && found.direct->is_folder && is_expected(found)) {
      entry.reason += ", a folder, and its signer is expected";
    }
  }

 private:
  struct SentWheel {
    const DeliveredFile* file;
    ProjectName project;
    std::string version;
  };

  static std::string came_from(const OnDisk& found) {
    return "it came from " + shown_address(found.direct->url);
  }

  /// Why no delivered file covers it; empty where one does.
  std::string from_delivered(OnDisk& found) const {
    // A folder that says one name, and METADATA that says another, is nobody's.
    if (found.entry.projects.size() != 1) return "its folder and its metadata do not name the same project";
    // A file that passed through says nothing about a folder, a repository or another file of the same name.
    if (found.direct && found.direct->key.empty()) return came_from(found);
    if (is_egg_link(found.path)) return printable(basename_of(found.path)) + " leads there";
    std::string reason = found.direct ? came_from(found) : "no file of it passed through";
    bool wheel_went = false;
    for (const DeliveredFile& file : delivered_) {
      if (!file.filename.ends_with(".whl") || !may_be_of(file, found)) continue;
      found.entry.overwritten.clear();
      const WheelContent* content = contents_.of(file.digest);
      const std::string difference = content != nullptr ? differs(found, content->archive()) : "";
      found.wheel = &file;
      if (difference.empty()) return {};
      found.wheel = nullptr;
      wheel_went = wheel_went || !file.addresses.empty();
      reason = "its " + printable(difference) + " is not the one of " + printable(file.filename) +
               ", which passed through";
    }
    // What is built can be compared with nothing. Had it been built, no wheel would have gone to the command.
    if (wheel_went) return reason;
    for (const DeliveredFile& file : delivered_) {
      if (file.filename.ends_with(".whl") || file.addresses.empty() || !may_be_of(file, found)) continue;
      if (!contradicts(found, file)) {
        found.entry.built_from = file.filename;
        return {};
      }
      reason = "PKG-INFO of " + printable(file.filename) + ", which passed through, is not of " +
               printable(found.entry.project + " " + found.entry.version);
    }
    return reason;
  }

  bool may_be_of(const DeliveredFile& file, const OnDisk& found) const {
    const ProjectName& project = *found.entry.projects.begin();
    if (!found.direct) return is_file_of(file.filename, project, found.entry.version);
    if (!file.addresses.contains(found.direct->key)) return false;
    const auto is_digest = [&](const std::string& hex) {
      return file.digest && file.digest->to_hex() == hex;
    };
    if (!std::ranges::all_of(found.direct->digests, is_digest)) return false;
    // An address whose name says nothing ("/dl/7") was judged as such; nobody's signer can be expected of it.
    return is_file_of(file.filename, project, found.entry.version) ||
           (!tells_a_project(file.filename) && !expected_.contains(project));
  }

  /// Whether a source distribution itself says that it is another project or version. Some old ones say a
  /// version that their build does not know yet.
  bool contradicts(const OnDisk& found, const DeliveredFile& file) const {
    const auto sdist = file.digest ? store_.find(*file.digest) : nullptr;
    if (!sdist) return false;
    const Result<MappedFile> bytes = sdist->map();
    const auto says = bytes ? pkg_info_of(file.filename, bytes->view()) : std::nullopt;
    if (!says) return false;
    const Result<ProjectName> name = ProjectName::parse(says->name);
    if (name && name->normalized() != "unknown" && *name != *found.entry.projects.begin()) return true;
    constexpr std::array<std::string_view, 3> kUntold{"", "0.0.0", "UNKNOWN"};
    return std::ranges::find(kUntold, says->version) == kUntold.end() &&
           !same_version(says->version, found.entry.version);
  }

  /// The first file that is other than in the wheel. A wheel that cannot be read in one way only (null) was
  /// let through as it is, and then its name has to do.
  std::string differs(OnDisk& found, const ZipArchive* wheel) const {
    const auto record = reader_.record_of(found);
    if (!record) return "RECORD";
    if (wheel == nullptr) return {};
    const auto difference = difference_from_wheel(
        *wheel, {.folder = found.entry.folder,
                 .dist_info = basename_of(found.path),
                 .record = *record,
                 .digest_of = [&](const std::string& path) { return reader_.digest_of(found, path); },
                 .read = [&](const std::string& path,
                             std::size_t limit) { return invocation_.read(found.beside(path), limit); },
                 .reads_all = expected_.contains(*found.entry.projects.begin()),
                 .may_be = [&](const std::string& path,
                               const Sha256& digest) { return is_overwritten(found, path, digest); }});
    return difference ? difference->value_or("") : "";
  }

  /// Two honest wheels that both have `tests/__init__.py`: the later one's is what is there. Not so where a
  /// project's signer is expected and the file bears that project's own name: nobody else's business is
  /// there.
  bool is_overwritten(OnDisk& found, const std::string& path, const Sha256& digest) const {
    const ProjectName& project = *found.entry.projects.begin();
    if (expected_.contains(project) && own_part_of(path, project)) return false;
    for (const SentWheel* wheel : wheels_in(found.entry.folder)) {
      if (wheel->project == project) continue;
      WheelContent* content = contents_.of(wheel->file->digest);
      if (content == nullptr || !(content->has(path, digest) || brings_script(*content, path))) continue;
      found.entry.overwritten[wheel->project.normalized() + " " + wheel->version].insert(path);
      return true;
    }
    return false;
  }

  /// What an installer makes of a script can be compared with no wheel.
  static bool brings_script(WheelContent& content, std::string_view path) {
    constexpr std::string_view kScripts = "bin/";
    return path.starts_with(kScripts) && content.has_script(path.substr(kScripts.size()));
  }

  /// The wheels that went to the command and whose distributions stand in this folder; looked for once.
  const std::vector<const SentWheel*>& wheels_in(const std::string& folder) const {
    const auto [place, is_new] = wheels_in_.try_emplace(folder);
    if (!is_new) return place->second;
    for (const std::string& name : invocation_.list(folder)) {
      if (!name.ends_with(".dist-info")) continue;
      const CoreMetadata named = named_by_folder(name);
      const Result<ProjectName> project = ProjectName::parse(named.name);
      for (const SentWheel& wheel : sent_wheels_) {
        if (project && *project == wheel.project && same_version(named.version, wheel.version))
          place->second.push_back(&wheel);
      }
    }
    return place->second;
  }

  bool is_expected(const OnDisk& found) const {
    return std::ranges::any_of(found.entry.projects,
                               [&](const ProjectName& project) { return expected_.contains(project); });
  }

  /// The project where the command works, or another one below it. One whose signer is expected must come
  /// from its signer, and a folder has none: not a member of a workspace, not what a lock puts into a folder.
  /// But who works in that project's own folder asks for exactly this folder, and it is he who says what is
  /// in it: expecting a signer there is about what others deliver.
  bool is_own(const OnDisk& found) const {
    if (found.entry.may_be_any) return false;
    const auto path = found.direct ? path_of(found.direct->url) : std::nullopt;
    if (!found.direct && is_in_own_folder(found)) return true;
    if (!found.direct) {
      return std::ranges::any_of(places_.own_projects, [&](const auto& own) {
        return found.entry.projects == std::set{own.second} && !expected_.contains(own.second);
      });
    }
    if (!found.direct->is_folder || !path || is_of_a_process(*path)) return false;
    const std::string real = reader_.resolved(*path);
    if (is_expected(found)) {
      return std::ranges::any_of(places_.root_projects, [&](const auto& root) {
        return found.entry.projects == std::set{root.second} && real == reader_.resolved(root.first);
      });
    }
    // Not what is another's within one's own: an environment, another checkout.
    Findings findings(ProofNeed::optional, {});
    const Collector from{invocation_, findings};
    return std::ranges::any_of(places_.own, [&](const std::string& own) { return lies_in(from, real, own); });
  }

  /// What lies in a folder of the person's own to which a `.pth` leads, as editable installs leave one. The
  /// environments may be in that folder as well: then they are nearer. The same holds for an expected one as
  /// where a `direct_url.json` says it.
  bool is_in_own_folder(const OnDisk& found) const {
    if (is_of_a_process(found.entry.folder)) return false;
    const std::string folder = reader_.resolved(found.entry.folder);
    const auto reach = [&](const std::string& around) {
      const std::string real = reader_.resolved(around);
      return is_within(folder, real) ? real.size() : 0;
    };
    std::size_t own = 0;
    for (const std::string& one : places_.own) own = std::max(own, reach(one));
    for (const std::string& one : places_.prefixes) {
      if (const std::size_t near = reach(one); near != 0 && near >= own) return false;
    }
    for (const std::string& one : places_.folders) {
      if (const std::size_t near = reach(one); near != 0 && near >= own) return false;
    }
    for (const Collection& one : places_.collections) {
      if (const std::size_t near = reach(one.folder); near != 0 && near >= own) return false;
    }
    if (own == 0 || !is_expected(found)) return own != 0;
    return std::ranges::any_of(places_.root_projects, [&](const auto& root) {
      return found.entry.projects == std::set{root.second} && is_within(folder, reader_.resolved(root.first));
    });
  }

  /// pip, setuptools and wheel come into new environments from wheels that Python or virtualenv has with it.
  /// Not from those that another distribution has brought in this run.
  bool is_seed(OnDisk& found) const {
    constexpr std::array<std::string_view, 3> kSeeds{"pip", "setuptools", "wheel"};
    if (found.direct || found.entry.projects.size() != 1) return false;
    const ProjectName& project = *found.entry.projects.begin();
    if (std::ranges::find(kSeeds, project.normalized()) == kSeeds.end()) return false;
    for (const std::string& folder : seed_folders(found)) {
      for (const std::string& name : invocation_.list(folder)) {
        if (!name.ends_with(".whl") || !is_file_of(name, project, found.entry.version)) continue;
        if (is_brought(folder + "/" + name, !is_expected(found))) continue;
        if (is_as_in(found, folder + "/" + name)) return true;
      }
    }
    return false;
  }

  /// virtualenv may come in the same run, with its wheels.
  bool is_brought(const std::string& path, bool may_be_virtualenvs) const {
    static const Result<ProjectName> kVirtualenv = ProjectName::parse("virtualenv");
    const auto is_virtualenv = [&](const WhoBrought::Bringer& bringer) {
      return may_be_virtualenvs && bringer.projects == std::set{*kVirtualenv};
    };
    return who_brought_.of(reader_.resolved(path), is_virtualenv) != nullptr;
  }

  bool is_as_in(OnDisk& found, const std::string& path) const {
    const Result<Descriptor> file = open_for_reading(path);
    if (!file) return false;
    const Result<std::uint64_t> size = size_of(*file, path);
    const Result<MappedFile> bytes =
        size ? MappedFile::map(file->fd(), *size, path) : std::unexpected(size.error());
    const Result<ZipArchive> wheel =
        bytes ? ZipArchive::parse(bytes->view()) : std::unexpected(bytes.error());
    return bytes && differs(found, wheel ? &*wheel : nullptr).empty();
  }

  /// Of virtualenv beside the installers, and of the Python from which the environment was made.
  std::vector<std::string> seed_folders(const OnDisk& found) const {
    std::vector<std::string> folders(places_.seeds.begin(), places_.seeds.end());
    if (basename_of(found.entry.folder).ends_with("-packages"))
      folders.push_back(std::string(folder_of(found.entry.folder)) + "/ensurepip/_bundled");
    std::set<std::string> prefixes = places_.prefixes;
    for (const std::string& folder : ancestors_of(found.entry.folder)) {
      const std::string path = folder + "/pyvenv.cfg";
      const auto text = invocation_.read(path, kDirectUrlBytes);
      if (text && !is_brought(path, false)) prefixes.insert(base_prefix_in(*text));
    }
    for (const std::string& prefix : prefixes) {
      for (const std::string& name : invocation_.list(prefix + "/lib")) {
        if (!name.starts_with("python")) continue;
        const std::string library = prefix + "/lib/" + name;
        folders.push_back(library + "/ensurepip/_bundled");
        folders.push_back(library + "/site-packages/virtualenv/seed/wheels/embed");
        folders.push_back(library + "/dist-packages/virtualenv/seed/wheels/embed");
      }
    }
    return folders;
  }

  /// "home = /usr/bin": the folder of the Python that it was made from.
  static std::string base_prefix_in(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      const std::string_view line = text.substr(0, end);
      const std::size_t equals = line.find('=');
      if (equals != std::string_view::npos && trim(line.substr(0, equals)) == "home")
        return std::string(folder_of(trim(line.substr(equals + 1))));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return "/usr";
  }

  const Invocation& invocation_;
  const Places& places_;
  const DistributionReader& reader_;
  const std::vector<DeliveredFile>& delivered_;
  const FileStore& store_;
  WheelContents& contents_;
  const std::set<ProjectName>& expected_;
  WhoBrought& who_brought_;
  std::vector<SentWheel> sent_wheels_;  // wheels of which the bytes went to the command
  mutable std::map<std::string, std::vector<const SentWheel*>> wheels_in_;  // by folder
};

}  // namespace

bool is_file_of(std::string_view filename, const ProjectName& project, std::string_view version) {
  if (filename.ends_with(".whl")) {
    const Result<DistFilename> wheel = DistFilename::parse(filename);
    return wheel && wheel->project() == project && same_version(wheel->version().to_string(), version);
  }
  const auto is_archive = [&](std::string_view ending) { return filename.ends_with(ending); };
  constexpr std::array<std::string_view, 6> kEndings{".tar.gz", ".tar.bz2", ".tar.xz",
                                                     ".tgz",    ".zip",     ".tar"};
  const auto ending = std::ranges::find_if(kEndings, is_archive);
  if (ending == kEndings.end()) return false;
  const std::string_view stem = filename.substr(0, filename.size() - ending->size());
  const bool says_version = DistFilename::parse(std::string(stem) + ".tar.gz").has_value();
  for (std::size_t hyphen = stem.find('-'); hyphen != std::string_view::npos;
       hyphen = stem.find('-', hyphen + 1)) {
    const Result<ProjectName> name = ProjectName::parse(stem.substr(0, hyphen));
    if (!name || *name != project) continue;
    const std::string_view rest = stem.substr(hyphen + 1);
    if (same_version(rest, version) || !says_version) return true;
  }
  return false;
}

InstalledCheck::InstalledCheck(const Invocation& invocation, const Plan& plan, const std::string& cache)
    : invocation_(invocation),
      cache_(cache),
      places_(places_of(invocation, plan, cache)),
      before_(look_at_sites(site_folders(places_, invocation.list))) {}

std::vector<Installed> InstalledCheck::compare(const std::vector<DeliveredFile>& delivered,
                                               const FileStore& store,
                                               const std::set<ProjectName>& expected) {
  const std::vector<std::string> folders = site_folders(places_, invocation_.list);
  const SiteLook after = look_at_sites(folders);
  const DistributionReader reader(invocation_);
  WheelContents contents(store);
  std::set<std::string> sites;
  for (const std::string& folder : folders) sites.insert(reader.resolved(folder));
  WhoBrought who_brought(reader, sites, after.places);
  std::vector<OnDisk> found;
  for (const std::string& path : new_or_changed(before_.distributions, after.distributions)) {
    found.push_back(reader.read(path));
    who_brought.add(found.back());
  }
  // A `.pth` may lead to what came with another one long ago.
  if (std::ranges::any_of(found, [&](const OnDisk& one) { return !sites.contains(one.entry.folder); })) {
    for (const auto& [path, state] : after.distributions) {
      if (std::ranges::find(found, path, &OnDisk::path) == found.end()) who_brought.add(reader.read(path));
    }
  }
  const Comparison comparison(reader, places_, delivered, store, contents, expected, who_brought);
  for (OnDisk& one : found) comparison.account_for(one);
  SharedSight sight(invocation_, folders, cache_);
  const LedPlaces places(after.places);
  std::vector<LedPlace> new_places;
  const std::set<LedPlace> old_places(before_.places.begin(), before_.places.end());
  std::ranges::copy_if(after.places, std::back_inserter(new_places),
                       [&](const LedPlace& place) { return !old_places.contains(place); });
  const LedPlaces newly_led(std::move(new_places));
  PathArchiveNames archives;
  look_for_shadows({reader, contents, sight, places, newly_led, archives, expected}, after.distributions,
                   found);
  std::vector<Installed> all;
  for (OnDisk& one : found) all.push_back(std::move(one.entry));
  return all;
}

std::vector<std::string> InstalledCheck::before(const ProjectName& project) const {
  std::vector<std::string> found;
  for (const auto& [path, state] : before_.distributions) {
    const CoreMetadata named = named_by_folder(basename_of(path));
    const Result<ProjectName> name = ProjectName::parse(named.name);
    const std::string version = named.version.empty() ? "" : " " + named.version;
    if (name && *name == project)
      found.push_back(printable(named.name + version + " in " + std::string(folder_of(path))));
  }
  return found;
}

}  // namespace tomme::guard
