#include "core/packaging/record_places.h"

#include <algorithm>

namespace tomme {

std::string without_dots(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const std::string_view segment = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(segment.size() + 1, path.size()));
    if (segment.empty() || segment == ".") continue;
    if (segment == "..") {
      out.resize(std::min(out.rfind('/'), out.size()));
    } else {
      out += "/" + std::string(segment);
    }
  }
  return out;
}

std::string seen_from(std::string_view folder, std::string_view row) {
  if (!row.starts_with('.') && !row.starts_with('/') && !row.contains("/.") && !row.contains("//"))
    return std::string(row);
  const std::string around = without_dots(folder) + "/";
  const std::string path = without_dots(row.starts_with('/') ? std::string(row) : around + std::string(row));
  return path.starts_with(around) ? path.substr(around.size()) : std::string(row);
}

RecordPlaces::RecordPlaces(const std::vector<RecordRow>& rows, std::string_view folder)
    : folder_(without_dots(folder)) {
  for (const RecordRow& row : rows) {
    const std::string path = without_dots(row.path.starts_with('/') ? row.path : folder_ + "/" + row.path);
    add_header(path, row);
    add_site(path, row);
    by_path_.emplace(path, &row);
  }
}

/// "include/demo/x.h", "include/site/python3.11/demo/x.h": up to three folders are the installer's.
void RecordPlaces::add_header(std::string_view path, const RecordRow& row) {
  constexpr std::string_view kInclude = "/include/";
  constexpr int kFolders = 3;
  std::size_t at = path.find(kInclude);
  if (at == std::string_view::npos) return;
  path.remove_prefix(at + kInclude.size());
  for (int i = 0; i <= kFolders; ++i) {
    by_header_.emplace(path, &row);
    at = path.find('/');
    if (at == std::string_view::npos) return;
    path.remove_prefix(at + 1);
  }
}

void RecordPlaces::add_site(std::string_view path, const RecordRow& row) {
  for (const std::string_view folder : {"/site-packages/", "/dist-packages/"}) {
    const std::size_t at = path.find(folder);
    if (at != std::string_view::npos && path.substr(0, at + folder.size() - 1) != folder_)
      by_site_.emplace(path.substr(at + folder.size()), &row);
  }
}

std::vector<const RecordRow*> RecordPlaces::rows_of(const WheelPlace& place) const {
  constexpr std::size_t kRows = 16;
  std::vector<const RecordRow*> rows;
  const auto take = [&rows](const Rows& all, std::string_view key) {
    const auto [first, last] = all.equal_range(key);
    for (auto row = first; row != last && rows.size() < kRows; ++row) rows.push_back(row->second);
  };
  using enum WheelPlace::Scheme;
  if (place.scheme == headers) take(by_header_, place.path);
  if (place.scheme == site) take(by_site_, place.path);
  if (place.scheme == headers || place.scheme == site) return rows;
  const std::string inside = "/" + place.in_environment();
  for (std::string environment = folder_;; environment.resize(environment.rfind('/'))) {
    take(by_path_, environment + inside);
    if (environment.empty()) return rows;
  }
}

}  // namespace tomme
