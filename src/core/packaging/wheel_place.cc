#include "core/packaging/wheel_place.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/ascii.h"

namespace tomme {

std::string WheelPlace::in_environment() const {
  return (scheme == Scheme::scripts ? "bin/" : "") + std::string(path);
}

bool is_in_data_folder(std::string_view name) {
  const std::size_t slash = name.find('/');
  return slash != std::string_view::npos && ascii::to_lower(name.substr(0, slash)).ends_with(".data");
}

std::optional<WheelPlace> wheel_place_of(std::string_view name) {
  using enum WheelPlace::Scheme;
  using Folder = std::pair<std::string_view, WheelPlace::Scheme>;
  constexpr std::array kFolders{Folder{"purelib", site}, Folder{"platlib", site}, Folder{"data", data},
                                Folder{"scripts", scripts}, Folder{"headers", headers}};
  if (!is_in_data_folder(name)) return WheelPlace{site, name};
  std::string_view rest = name.substr(name.find('/') + 1);
  const std::string_view folder = rest.substr(0, rest.find('/'));
  rest.remove_prefix(std::min(folder.size() + 1, rest.size()));
  const auto found = std::ranges::find(kFolders, folder, &Folder::first);
  if (found == kFolders.end() || rest.empty()) return std::nullopt;
  return WheelPlace{found->second, rest};
}

}  // namespace tomme
