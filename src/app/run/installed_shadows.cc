#include "app/run/installed_shadows.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "app/installers/collect.h"
#include "app/run/brought_files.h"
#include "app/run/installed_modules.h"
#include "app/run/site_snapshot.h"
#include "core/encoding/text.h"

namespace tomme::guard {
namespace {

using Where = ProjectModules::Where;
const std::string kScripts = "bin/";

/// An expected project.
struct Host {
  OnDisk found;
  BroughtFiles brought;
  std::map<std::string, Sha256> digests = {};  ///< of files under its own name, as RECORD has them; of one
                                               ///< without a wheel
};

class ShadowSearch {
 public:
  ShadowSearch(const ShadowTools& tools, const SiteSnapshot& after, std::vector<OnDisk>& all)
      : tools_(tools), after_(after), all_(all) {
    for (const auto& [path, state] : after) {
      const Result<ProjectName> name = ProjectName::parse(named_by_folder(basename_of(path)).name);
      if (name && tools_.expected.contains(*name)) add_host(path);
    }
    for (std::size_t i = 0; i < hosts_.size(); ++i) {
      const Host& host = hosts_[i];
      if (host.found.entry.projects.size() == 1)
        modules_[host.found.entry.folder].add(i, *host.found.entry.projects.begin(), host.brought.site);
    }
  }

  void run() {
    for (OnDisk& guest : all_) {
      if (guest.entry.may_be_any) continue;
      const BroughtFiles brought = files_of(guest);
      if (brought.is_led_too_far)
        leave_unlooked(guest, "its files lie in more places that .pth files name than can be looked at");
      refuse_what_leads_elsewhere(guest, brought);
      for (const auto& [folder, modules] : modules_) look_from(folder, modules, guest, brought);
      look_at_scripts(guest, brought);
      tell_of(guest, brought);
    }
    if (!tools_.new_places.empty()) look_at_those_of_old();
    for (const auto& [host, reason] : reasons_) condemn(hosts_[host].found, reason);
  }

 private:
  void add_host(const std::string& path) {
    const auto found = std::ranges::find(all_, path, &OnDisk::path);
    OnDisk host = found != all_.end() ? *found : tools_.reader.read(path);
    installed_.insert(host.entry.projects.begin(), host.entry.projects.end());
    BroughtFiles brought = files_of(host);
    std::map<std::string, Sha256> digests = own_digests(host);
    hosts_.push_back({std::move(host), std::move(brought), std::move(digests)});
  }

  std::map<std::string, Sha256> own_digests(const OnDisk& host) const {
    std::map<std::string, Sha256> digests;
    if (host.wheel != nullptr || host.entry.projects.size() != 1) return digests;
    const auto record = tools_.reader.record_of(host).value_or(std::vector<RecordRow>());
    for (const RecordRow& row : record) {
      if (row.digest && own_part_of(row.path, *host.entry.projects.begin()))
        digests.insert_or_assign(row.path, *row.digest);
    }
    return digests;
  }

  BroughtFiles files_of(const OnDisk& found) const {
    return brought_by(found, found.wheel == nullptr ? nullptr : tools_.contents.of(found.wheel->digest),
                      tools_.reader, tools_.places, tools_.archives);
  }

  void blame(std::size_t host, const OnDisk& guest, const std::string& what) {
    reasons_.try_emplace(host, title_of(guest) + " has brought " + what);
  }

  /// Where hosts in `folder` see what is in another one.
  std::optional<Where> sight_of(const std::string& other, const std::string& folder) const {
    switch (tools_.sight.of(other, folder)) {
      case SharedSight::Order::same:
        return Where::same;
      case SharedSight::Order::before:
        return Where::before;
      case SharedSight::Order::behind:
        return Where::behind;
      case SharedSight::Order::never:
        break;
    }
    return std::nullopt;
  }

  void look_from(const std::string& folder, const ProjectModules& modules, OnDisk& guest,
                 const BroughtFiles& brought) {
    if (const std::optional<Where> where = sight_of(guest.entry.folder, folder)) {
      look_at(modules, brought.site, *where, guest);
      look_at(modules, brought.library, Where::before, guest);
      look_at(modules, brought.beside_scripts, Where::before, guest, kScripts);
    }
    look_at_places(folder, modules, guest, brought);
  }

  void look_at_places(const std::string& folder, const ProjectModules& modules, OnDisk& guest,
                      const BroughtFiles& brought) {
    // Python has such a place right behind the folder whose `.pth` names it, and before the next one.
    for (const auto& [site, paths] : brought.led_to) {
      const std::optional<Where> where = sight_of(site, folder);
      if (where) look_at(modules, paths, *where == Where::before ? Where::before : Where::behind, guest);
    }
  }

  /// `around` is for messages: the folder that the paths are seen from.
  void look_at(const ProjectModules& modules, const std::vector<std::string>& paths, Where where,
               OnDisk& guest, const std::string& around = {}) {
    for (const std::string& path : paths) {
      for (const ProjectModules::Stranger& stranger : modules.judge(path, where)) {
        const Host& host = hosts_[stranger.number];
        if (host.found.entry.projects == guest.entry.projects) continue;
        if (stranger.may_be_instead) {
          blame(stranger.number, guest,
                printable(around + path) + ", which Python may import instead of its " +
                    printable(stranger.file));
        } else {
          guest.entry.among[title_of(host.found)].insert(path);
        }
      }
      if (where != Where::same) continue;
      look_at_own_folders(path, guest);
      look_at_same_path(path, guest);
    }
  }

  /// What has no wheel to be compared with, built or there before, is what its RECORD says.
  void look_at_same_path(const std::string& path, const OnDisk& guest) {
    for (std::size_t i = 0; i < hosts_.size(); ++i) {
      const OnDisk& host = hosts_[i].found;
      const auto row = hosts_[i].digests.find(path);
      if (row == hosts_[i].digests.end() || host.entry.projects == guest.entry.projects ||
          host.entry.folder != guest.entry.folder)
        continue;
      const std::optional<Sha256> there = tools_.reader.digest_of(host, path);
      if (there && *there != row->second) blame(i, guest, printable(path) + ", which replaces its own");
    }
  }

  /// What RECORD and direct_url.json of a project say is its installer's to write. An `.egg-info` may be a
  /// file itself.
  void look_at_own_folders(const std::string& path, const OnDisk& guest) {
    const std::string_view top = std::string_view(path).substr(0, path.find('/'));
    for (std::size_t i = 0; i < hosts_.size(); ++i) {
      const OnDisk& host = hosts_[i].found;
      if (host.entry.projects == guest.entry.projects || host.entry.folder != guest.entry.folder) continue;
      if (basename_of(host.path) == top) blame(i, guest, printable(path) + ", which is its own");
    }
  }

  /// A started script, the project's own as well, finds distributions beside it before all others.
  void look_at_metadata_beside_scripts(const std::string& path, std::size_t host, const OnDisk& guest) {
    const std::string_view top = std::string_view(path).substr(0, path.find('/'));
    if (!is_distribution(top)) return;
    const Result<ProjectName> name = ProjectName::parse(named_by_folder(top).name);
    if (name && hosts_[host].found.entry.projects.contains(*name))
      blame(host, guest, printable(kScripts + path) + ", which scripts may read instead of its own");
  }

  void look_at_scripts(OnDisk& guest, const BroughtFiles& brought) {
    for (std::size_t i = 0; i < hosts_.size(); ++i) {
      const OnDisk& host = hosts_[i].found;
      if (host.entry.projects == guest.entry.projects || !sight_of(guest.entry.folder, host.entry.folder))
        continue;
      for (const std::string& path : brought.beside_scripts) look_at_metadata_beside_scripts(path, i, guest);
      for (const auto& [name, target] : hosts_[i].brought.scripts) {
        const auto same = brought.scripts.find(name);
        // Whose wrapper is there does not matter where both start the same: what it starts is looked at by
        // itself.
        if (same == brought.scripts.end() || (!target.empty() && same->second == target)) continue;
        const Result<ProjectName> bears = ProjectName::parse(name);
        if (bears && host.entry.projects.contains(*bears)) {
          blame(i, guest, "the script " + printable(name) + ", which may be started instead of its own");
        } else {
          guest.entry.scripts[title_of(host)].insert(name);
        }
      }
    }
  }

  bool is_expected(const OnDisk& guest) const {
    return std::ranges::any_of(guest.entry.projects,
                               [&](const ProjectName& name) { return tools_.expected.contains(name); });
  }

  /// No look at files finds what Python sees then, of an expected project as well. No honest package has one.
  void refuse_what_leads_elsewhere(OnDisk& guest, const BroughtFiles& brought) const {
    using enum InstalledFrom;
    if (is_expected(guest) || guest.entry.from == own_folder || guest.entry.from == seed) return;
    if (const auto file = leads_python_elsewhere(brought))
      leave_unlooked(guest, "it has brought " + printable(*file) +
                                ", by which Python may look for all modules elsewhere");
  }

  /// What others deliver, and no expected signer has signed.
  void tell_of(OnDisk& guest, const BroughtFiles& brought) const {
    if (guest.entry.from != InstalledFrom::delivered || is_expected(guest)) return;
    guest.entry.starts = run_at_start(brought, guest, tools_.reader);
    for (const ProjectName& project : tools_.expected) {
      if (installed_.contains(project)) continue;
      const auto look_among = [&](const std::vector<std::string>& paths) {
        const auto found = std::ranges::find_if(
            paths, [&](const std::string& path) { return module_of(path) && own_part_of(path, project); });
        if (found != paths.end()) guest.entry.stands_for.try_emplace(project, *found);
      };
      look_among(brought.site);
      look_among(brought.library);
      look_among(brought.beside_scripts);
      for (const auto& [site, paths] : brought.led_to) look_among(paths);
    }
  }

  /// Whose files were out of Python's sight before.
  void look_at_those_of_old() {
    for (const auto& [path, state] : after_) {
      if (is_unlooked(path) || std::ranges::find(all_, path, &OnDisk::path) != all_.end()) continue;
      OnDisk guest = tools_.reader.read(path);
      const BroughtFiles brought =
          brought_by(guest, nullptr, tools_.reader, tools_.new_places, tools_.archives);
      for (const auto& [folder, modules] : modules_) look_at_places(folder, modules, guest, brought);
    }
  }

  static void leave_unlooked(OnDisk& guest, std::string reason) {
    guest.entry.from = InstalledFrom::unjudged;
    guest.entry.reason = std::move(reason);
    guest.entry.may_be_any = true;
  }

  /// What is there is not what was judged, be it new or not.
  void condemn(const OnDisk& host, const std::string& reason) {
    auto place = std::ranges::find(all_, host.path, &OnDisk::path);
    if (place == all_.end()) place = all_.insert(all_.end(), host);
    Installed& entry = place->entry;
    if (entry.from != InstalledFrom::unjudged || entry.reason.empty()) entry.reason = reason;
    entry.from = InstalledFrom::unjudged;
    entry.overwritten.clear();
  }

  const ShadowTools& tools_;
  const SiteSnapshot& after_;
  std::vector<OnDisk>& all_;
  std::vector<Host> hosts_;
  std::map<std::string, ProjectModules> modules_;  // of the hosts, by folder
  std::set<ProjectName> installed_;                // expected projects that are there
  std::map<std::size_t, std::string> reasons_;     // by host
};

}  // namespace

void look_for_shadows(const ShadowTools& tools, const SiteSnapshot& after, std::vector<OnDisk>& all) {
  if (!tools.expected.empty() && !all.empty()) ShadowSearch(tools, after, all).run();
}

}  // namespace tomme::guard
