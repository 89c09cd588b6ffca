#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/packaging/project_name.h"
#include "core/url/url.h"

namespace tomme::guard {

/// `<index>/<project>/`
struct PageRoute {
  Url index;
  ProjectName project;
};
/// `<index>/`
struct ListRoute {
  Url index;
};
/// `/pypi/NAME[/VERSION]/json` on an index's host
struct LegacyRoute {
  Url index;
  ProjectName project;
};
/// An address whose last segment is an archive's name.
struct FileRoute {
  std::string name;
};
/// `<file>.metadata`; `file` is the key of the file's own address.
struct MetadataRoute {
  std::string file;
  std::string name;
};
/// What installers and the index do not have between them.
struct OtherRoute {
  /// "<page of a project>/json", of which pip-tools asks for digests; it does without.
  bool is_project_json = false;
};

using Route = std::variant<PageRoute, ListRoute, LegacyRoute, FileRoute, MetadataRoute, OtherRoute>;

/// What is asked for by an address on a judged host, by the address alone. `indexes` are the roots, without
/// login.
Route route_of(const Url& url, const std::vector<Url>& indexes);

}  // namespace tomme::guard
