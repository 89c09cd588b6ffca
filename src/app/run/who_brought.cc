#include "app/run/who_brought.h"

#include <algorithm>
#include <array>
#include <map>

#include "app/installers/collect.h"
#include "core/base/ascii.h"
#include "core/encoding/text.h"
#include "core/packaging/record_places.h"

namespace tomme::guard {
namespace {

/// "/v" of "/v/lib/python3.11/site-packages".
std::string_view environment_of(std::string_view site) {
  return folder_of(folder_of(folder_of(site)));
}

}  // namespace

WhoBrought::WhoBrought(const DistributionReader& reader, std::set<std::string> sites,
                       const std::vector<LedPlace>& places)
    : reader_(reader), sites_(std::move(sites)) {
  for (const LedPlace& place : places) {
    if (place.is_archive)
      archives_.insert({std::string(basename_of(place.real)), std::string(basename_of(place.named))});
  }
}

/// Few of the files of a distribution are.
bool WhoBrought::is_of_interest(std::string_view path) const {
  constexpr std::array<std::string_view, 3> kWithin{".dist-info", ".egg", "egg-info"};
  constexpr std::array<std::string_view, 2> kEndings{".whl", "pyvenv.cfg"};
  const std::string lower = ascii::to_lower(path);
  return std::ranges::any_of(kWithin, [&](auto word) { return lower.contains(word); }) ||
         std::ranges::any_of(kEndings, [&](auto ending) { return lower.ends_with(ending); }) ||
         archives_.contains(basename_of(path));
}

void WhoBrought::add(const OnDisk& found) {
  const auto record = reader_.record_of(found);
  if (!record) return;
  const std::size_t bringer = bringers_.size();
  bringers_.push_back({title_of(found), found.entry.projects, found.path});
  std::map<std::string, std::string> folders;
  for (const RecordRow& row : *record) {
    if (!is_of_interest(row.path)) continue;
    std::string path = without_dots(found.beside(row.path));
    // What lies outside of its folder may be reached through a link ("lib64").
    if (row.path.starts_with('.') || row.path.starts_with('/')) {
      const std::size_t slash = path.rfind('/');
      const auto [real, is_new] = folders.try_emplace(path.substr(0, slash));
      if (is_new) real->second = reader_.resolved(real->first);
      path = real->second + path.substr(slash);
    }
    absolute_.rows.push_back({std::move(path), bringer});
  }
  absolute_.is_sorted = false;
}

void WhoBrought::add(const WheelContent& wheel, const ProjectName& project, const std::string& version) {
  const std::size_t bringer = bringers_.size();
  bringers_.push_back({printable(project.normalized() + " " + version), {project}, ""});
  for (const std::string_view path : wheel.paths()) {
    if (is_of_interest(path)) of_site_.rows.push_back({std::string(path), bringer});
  }
  for (const std::string& path : wheel.environment_paths()) {
    if (is_of_interest(path)) of_environment_.rows.push_back({path, bringer});
  }
  of_site_.is_sorted = of_environment_.is_sorted = false;
}

const WhoBrought::Bringer* WhoBrought::of(const std::string& path, const IsExcused& is_excused) {
  if (const Bringer* found = in(absolute_, path, is_excused)) return found;
  for (const std::string& site : sites_) {
    const std::string_view environment = environment_of(site);
    if (is_within(path, site) && path.size() > site.size()) {
      if (const Bringer* found = in(of_site_, path.substr(site.size() + 1), is_excused)) return found;
    }
    if (!environment.empty() && is_within(path, environment) && path.size() > environment.size()) {
      if (const Bringer* found = in(of_environment_, path.substr(environment.size() + 1), is_excused))
        return found;
    }
  }
  return nullptr;
}

const WhoBrought::Bringer* WhoBrought::in(Rows& all, const std::string& path,
                                          const IsExcused& is_excused) const {
  if (!all.is_sorted) std::ranges::sort(all.rows, {}, &Row::path);
  all.is_sorted = true;
  const auto first_of = [&](const std::string& beginning, auto is_of) -> const Bringer* {
    for (auto row = std::ranges::lower_bound(all.rows, beginning, {}, &Row::path);
         row != all.rows.end() && is_of(row->path); ++row) {
      if (!is_excused(bringers_[row->bringer])) return &bringers_[row->bringer];
    }
    return nullptr;
  };
  const std::string below = path + "/";
  if (const Bringer* found = first_of(below, [&](const auto& row) { return row.starts_with(below); }))
    return found;
  // The path itself, and above it an archive: of a folder there is no row.
  for (std::size_t end = path.size(); end != std::string::npos && end > 0; end = path.rfind('/', end - 1)) {
    const std::string above = path.substr(0, end);
    if (const Bringer* found = first_of(above, [&](const auto& row) { return row == above; })) return found;
  }
  return nullptr;
}

const WhoBrought::Bringer* WhoBrought::other_than(const OnDisk& found) {
  return of(found.path, [&](const Bringer& bringer) {
    if (!bringer.path.empty()) return bringer.path == found.path;
    // The wheel that it was installed from, perhaps; whether it was, its content tells.
    return bringer.projects == found.entry.projects && sites_.contains(found.entry.folder);
  });
}

}  // namespace tomme::guard
