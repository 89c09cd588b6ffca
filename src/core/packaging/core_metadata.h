#pragma once

#include <string>
#include <string_view>

namespace tomme {

/// Who a METADATA or PKG-INFO file says that it is of: the values of its first Name and Version, as written,
/// empty where there is none. Everything up to the first empty line counts; names of fields in any case.
struct CoreMetadata {
  std::string name;
  std::string version;
};
CoreMetadata core_metadata_of(std::string_view text);

}  // namespace tomme
