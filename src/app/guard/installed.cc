#include "app/guard/installed.h"

#include <algorithm>
#include <array>

#include "app/guard/collect.h"
#include "app/guard/installed_sdist.h"
#include "core/encoding/json.h"
#include "core/encoding/text.h"
#include "core/packaging/dist_filename.h"
#include "core/packaging/installed_wheel.h"
#include "core/packaging/page_file.h"
#include "core/packaging/version.h"
#include "core/packaging/zip.h"
#include "core/url/url.h"

namespace tomme::guard {
namespace {

constexpr std::size_t kMetadataBytes = 5 * 1024 * 1024;
constexpr std::size_t kDirectUrlBytes = 64 * 1024;
constexpr std::size_t kRecordBytes = RecordLimits{}.bytes;

std::string_view folder_of(std::string_view path) {
  return path.substr(0, path.rfind('/'));
}

/// "demo-1.0.dist-info", "demo-1.0-py3.11.egg-info", "demo.egg-info".
CoreMetadata named_by_folder(std::string_view name) {
  name = name.substr(0, name.rfind('.'));
  const std::size_t hyphen = std::min(name.find('-'), name.size());
  const std::string_view rest = name.substr(std::min(hyphen + 1, name.size()));
  return {std::string(name.substr(0, hyphen)), std::string(rest.substr(0, rest.find("-py")))};
}

bool same_version(std::string_view a, std::string_view b) {
  const auto left = Version::parse(a);
  const auto right = Version::parse(b);
  return left && right ? *left == *right : a == b;
}

/// direct_url.json (PEP 610), as far as it says where something came from.
struct DirectUrl {
  std::string url;
  bool is_folder = false;
  std::string key = {};  ///< address_key() of what was fetched; empty for what no index or file host has
  std::set<std::string> digests = {};  ///< by SHA-256 in hexadecimal, as it says itself
};

/// Where it cannot be read, something was asked for by an address all the same, and nobody knows by which.
DirectUrl direct_url_in(const std::string& text) {
  const Result<json::Value> document = json::parse(text);
  const auto address = document ? text_at(*document, "url") : std::nullopt;
  if (!address) return {"an address that cannot be read"};
  DirectUrl direct{std::string(*address), at(*document, "dir_info") != nullptr};
  if (direct.is_folder || at(*document, "vcs_info") != nullptr) return direct;
  if (const Result<Url> url = Url::parse(*address)) direct.key = address_key(url->address());
  if (const auto hex = text_at(*document, "archive_info.hashes.sha256")) direct.digests.emplace(*hex);
  constexpr std::string_view kSha256 = "sha256=";
  const auto hash = text_at(*document, "archive_info.hash");
  if (hash && hash->starts_with(kSha256)) direct.digests.emplace(hash->substr(kSha256.size()));
  return direct;
}

/// The path of a `file:` URL of this machine.
std::optional<std::string> path_of(std::string_view url) {
  for (std::string_view scheme : {"file://localhost/", "file:///"}) {
    if (!url.starts_with(scheme)) continue;
    const Result<std::string> path = percent_decode(url.substr(scheme.size() - 1));
    if (path) return *path;
  }
  return std::nullopt;
}

/// A file under the name of the project: "demo.py", "demo/x.py", "zope/interface/x.py" of zope.interface.
bool is_named_for(std::string_view path, const ProjectName& project) {
  std::string name;
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, slash);
    name += (name.empty() ? "" : "-") + std::string(segment.substr(0, segment.find('.')));
    if (const Result<ProjectName> found = ProjectName::parse(name); found && *found == project) return true;
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return false;
}

bool is_within(std::string_view path, std::string_view folder) {
  return path == folder || (path.starts_with(folder) && path.substr(folder.size()).starts_with('/'));
}

/// One distribution, with all that it is compared by.
struct OnDisk {
  std::string path;
  Installed entry;
  std::optional<DirectUrl> direct;

  std::string file(std::string_view name) const { return path + "/" + std::string(name); }
};

class Comparison {
 public:
  Comparison(const Invocation& invocation, const Places& places, const std::vector<DeliveredFile>& delivered,
             const FileStore& store, const std::set<ProjectName>& expected)
      : invocation_(invocation), places_(places), delivered_(delivered), store_(store), expected_(expected) {}

  OnDisk read(const std::string& path) const {
    OnDisk found{path, {}, {}};
    const CoreMetadata by_folder = named_by_folder(basename_of(path));
    CoreMetadata says;
    for (const char* name : {"/METADATA", "/PKG-INFO", "/EGG-INFO/PKG-INFO", ""}) {
      const auto text = invocation_.read(path + name, kMetadataBytes);
      if (!text) continue;
      says = core_metadata_of(*text);
      break;
    }
    for (const std::string& name : {says.name, by_folder.name}) {
      if (const Result<ProjectName> project = ProjectName::parse(name)) found.entry.projects.insert(*project);
    }
    found.entry.project = says.name.empty() ? by_folder.name : says.name;
    found.entry.version = says.version.empty() ? by_folder.version : says.version;
    found.entry.folder = folder_of(path);
    constexpr std::string_view kDirectUrl = "direct_url.json";
    if (const auto text = invocation_.read(found.file(kDirectUrl), kDirectUrlBytes)) {
      found.direct = direct_url_in(*text);
    } else if (const auto names = invocation_.list(path);
               std::ranges::find(names, kDirectUrl) != names.end()) {
      found.direct = direct_url_in("");
    }
    return found;
  }

  void account_for(OnDisk& found) const {
    Installed& entry = found.entry;
    entry.reason = from_delivered(found);
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
  static std::string came_from(const OnDisk& found) {
    return "it came from " + shown_address(found.direct->url);
  }

  /// Why no delivered file covers it; empty where one does.
  std::string from_delivered(OnDisk& found) const {
    // A folder that says one name, and METADATA that says another, is nobody's.
    if (found.entry.projects.size() != 1) return "its folder and its metadata do not name the same project";
    // A file that passed through says nothing about a folder, a repository or another file of the same name.
    if (found.direct && found.direct->key.empty()) return came_from(found);
    std::string reason = found.direct ? came_from(found) : "no file of it passed through";
    bool wheel_went = false;
    for (const DeliveredFile& file : delivered_) {
      if (!file.filename.ends_with(".whl") || !may_be_of(file, found)) continue;
      found.entry.overwritten.clear();
      const std::string difference = differs(found, stored(file));
      if (difference.empty()) return {};
      wheel_went = wheel_went || !file.addresses.empty();
      reason = "its " + printable(difference) + " is not the one of " + printable(file.filename) +
               ", which passed through";
    }
    // What is built can be compared with nothing. Had it been built, no wheel would have gone to the command.
    if (wheel_went) return reason;
    for (const DeliveredFile& file : delivered_) {
      if (file.filename.ends_with(".whl") || file.addresses.empty() || !may_be_of(file, found)) continue;
      if (!contradicts(found, file)) return {};
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
    const auto sdist = stored(file);
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

  std::shared_ptr<const StoredFile> stored(const DeliveredFile& file) const {
    if (!file.digest) return nullptr;
    // The store hashes at each look.
    const auto [place, is_new] = stored_.try_emplace(file.digest->to_hex());
    if (is_new) place->second = store_.find(*file.digest);
    return place->second;
  }

  std::string differs(OnDisk& found, const std::shared_ptr<const StoredFile>& wheel) const {
    if (!wheel) return {};
    const Result<MappedFile> bytes = wheel->map();
    return bytes ? differs(found, bytes->view()) : "";
  }

  /// The first file that is other than in the wheel. A wheel that cannot be read in one way only was let
  /// through as it is, and then its name has to do.
  std::string differs(OnDisk& found, BytesView wheel) const {
    const auto text = invocation_.read(found.file("RECORD"), kRecordBytes + 1);
    if (!text) return "RECORD";
    const auto record = parse_record(*text);
    if (!record) return "RECORD";
    const auto difference = difference_from_wheel(
        wheel, {.dist_info = basename_of(found.path),
                .record = *record,
                .digest_of = [&](const std::string& path) { return digest_of_file(found, path); },
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
    if (expected_.contains(project) && is_named_for(path, project)) return false;
    for (const DeliveredFile& file : delivered_) {
      const Result<DistFilename> name = DistFilename::parse(file.filename);
      if (!name || !name->is_wheel() || file.addresses.empty() || name->project() == project) continue;
      const std::string version = name->version().to_string();
      if (!stands_beside(found, name->project(), version)) continue;
      const auto wheel = stored(file);
      if (!wheel || !has_file(*wheel, path, digest)) continue;
      found.entry.overwritten[name->project().normalized() + " " + version].insert(path);
      return true;
    }
    return false;
  }

  bool stands_beside(const OnDisk& found, const ProjectName& project, std::string_view version) const {
    return std::ranges::any_of(invocation_.list(found.entry.folder), [&](const std::string& name) {
      if (!name.ends_with(".dist-info")) return false;
      const CoreMetadata named = named_by_folder(name);
      const Result<ProjectName> other = ProjectName::parse(named.name);
      return other && *other == project && same_version(named.version, version);
    });
  }

  /// Whether the wheel puts this content at that path.
  static bool has_file(const StoredFile& wheel, std::string_view path, const Sha256& digest) {
    constexpr std::size_t kFileBytes = InstalledWheelLimits{}.file_bytes;
    const Result<MappedFile> bytes = wheel.map();
    const Result<ZipArchive> zip = bytes ? ZipArchive::parse(bytes->view()) : std::unexpected(bytes.error());
    if (!zip) return false;
    return std::ranges::any_of(zip->entries(), [&](const ZipEntry& entry) {
      std::string_view name = entry.name;
      for (const std::string_view scheme : {".data/purelib/", ".data/platlib/"}) {
        const std::size_t at = name.find(scheme);
        if (at != std::string_view::npos && !name.substr(0, at).contains('/'))
          name.remove_prefix(at + scheme.size());
      }
      if (name != path) return false;
      const Result<Bytes> content = ZipArchive::read(entry, kFileBytes);
      return content && sha256(*content) == digest;
    });
  }

  static std::optional<Sha256> digest_of_file(const OnDisk& found, const std::string& path) {
    const std::string full = found.entry.folder + "/" + path;
    const Result<FileHandle> file = open_for_reading(full);
    if (!file) return std::nullopt;
    const Result<Digest> digest = tomme::digest_of(*file, HashAlgorithm::sha256, full);
    if (!digest) return std::nullopt;
    const Result<Sha256> sha = Sha256::from_bytes(digest->view());
    return sha ? std::optional(*sha) : std::nullopt;
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
    const auto path = found.direct ? path_of(found.direct->url) : std::nullopt;
    if (!found.direct) {
      return std::ranges::any_of(places_.own_projects, [&](const auto& own) {
        return found.entry.projects == std::set{own.second} && !expected_.contains(own.second);
      });
    }
    if (!found.direct->is_folder || !path) return false;
    const std::string real = resolved(*path);
    if (is_expected(found)) {
      return std::ranges::any_of(places_.root_projects, [&](const auto& root) {
        return found.entry.projects == std::set{root.second} && real == resolved(root.first);
      });
    }
    return std::ranges::any_of(places_.own,
                               [&](const std::string& own) { return is_within(real, resolved(own)); });
  }

  std::string resolved(std::string path) const {
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    return invocation_.resolve ? invocation_.resolve(path) : path;
  }

  /// pip, setuptools and wheel come into new environments from wheels that Python or virtualenv has with it.
  bool is_seed(OnDisk& found) const {
    constexpr std::array<std::string_view, 3> kSeeds{"pip", "setuptools", "wheel"};
    if (found.direct || found.entry.projects.size() != 1) return false;
    const ProjectName& project = *found.entry.projects.begin();
    if (std::ranges::find(kSeeds, project.normalized()) == kSeeds.end()) return false;
    for (const std::string& folder : seed_folders(found)) {
      for (const std::string& name : invocation_.list(folder)) {
        if (!name.ends_with(".whl") || !is_file_of(name, project, found.entry.version)) continue;
        if (is_as_in(found, folder + "/" + name)) return true;
      }
    }
    return false;
  }

  bool is_as_in(OnDisk& found, const std::string& path) const {
    const Result<FileHandle> file = open_for_reading(path);
    if (!file) return false;
    const Result<std::uint64_t> size = size_of(*file, path);
    const Result<MappedFile> wheel =
        size ? MappedFile::map(file->fd(), *size, path) : std::unexpected(size.error());
    return wheel && differs(found, wheel->view()).empty();
  }

  /// Of virtualenv beside the installers, and of the Python from which the environment was made.
  std::vector<std::string> seed_folders(const OnDisk& found) const {
    std::vector<std::string> folders(places_.seeds.begin(), places_.seeds.end());
    folders.push_back(std::string(folder_of(found.entry.folder)) + "/ensurepip/_bundled");
    std::set<std::string> prefixes = places_.prefixes;
    for (const std::string& folder : ancestors_of(found.entry.folder)) {
      const auto text = invocation_.read(folder + "/pyvenv.cfg", kDirectUrlBytes);
      if (text) prefixes.insert(base_prefix_in(*text));
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
  const std::vector<DeliveredFile>& delivered_;
  const FileStore& store_;
  const std::set<ProjectName>& expected_;
  mutable std::map<std::string, std::shared_ptr<const StoredFile>> stored_;
};

}  // namespace

std::string_view name_of(InstalledFrom from) {
  constexpr std::array<std::string_view, 4> kNames{"delivered", "own-folder", "seed", "unjudged"};
  return kNames[static_cast<std::size_t>(from)];
}

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
      places_(places_of(invocation, plan, cache)),
      before_(take_snapshot(site_folders(places_, invocation.list))) {}

std::vector<Installed> InstalledCheck::compare(const std::vector<DeliveredFile>& delivered,
                                               const FileStore& store,
                                               const std::set<ProjectName>& expected) {
  const SiteSnapshot after = take_snapshot(site_folders(places_, invocation_.list));
  const Comparison comparison(invocation_, places_, delivered, store, expected);
  std::vector<Installed> all;
  for (const std::string& path : new_or_changed(before_, after)) {
    OnDisk found = comparison.read(path);
    comparison.account_for(found);
    all.push_back(std::move(found.entry));
  }
  return all;
}

std::vector<std::string> InstalledCheck::before(const ProjectName& project) const {
  std::vector<std::string> found;
  for (const auto& [path, state] : before_) {
    const CoreMetadata named = named_by_folder(basename_of(path));
    const Result<ProjectName> name = ProjectName::parse(named.name);
    if (name && *name == project)
      found.push_back(printable(named.name + " " + named.version + " in " + std::string(folder_of(path))));
  }
  return found;
}

}  // namespace tomme::guard
