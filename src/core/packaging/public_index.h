#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace tomme {

/// An index that anybody may ask, and the host of another name where its files are: a file of such a host is
/// nobody's secret, and no other file is theirs.
struct PublicIndex {
  std::string_view index_host;
  std::string_view file_host;
};
inline constexpr std::array<PublicIndex, 3> kPublicIndexes{
    {{"pypi.org", "files.pythonhosted.org"},
     {"test.pypi.org", "test-files.pythonhosted.org"},
     {"download.pytorch.org", "download-r2.pytorch.org"}}};

/// nullptr for a host that is none of these.
constexpr const PublicIndex* public_index(std::string_view host) {
  const auto* found = std::ranges::find(kPublicIndexes, host, &PublicIndex::index_host);
  return found == kPublicIndexes.end() ? nullptr : found;
}

}  // namespace tomme
