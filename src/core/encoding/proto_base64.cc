#include "core/encoding/proto_base64.h"

#include <algorithm>
#include <string>

#include "core/encoding/text.h"

namespace tomme {

Result<Bytes> decode_proto_base64(std::string_view text) {
  // Most are of the usual alphabet and padded: looking for the other first would cost more than decoding.
  if (text.size() % 4 == 0) {
    Result<Bytes> usual = decode_base64(text);
    if (usual || text.find_first_of("-_") == std::string_view::npos) return usual;
  }
  std::string canonical(text);
  std::ranges::replace(canonical, '-', '+');
  std::ranges::replace(canonical, '_', '/');
  if (!canonical.ends_with('=') && canonical.size() % 4 >= 2) canonical.append(4 - canonical.size() % 4, '=');
  return decode_base64(canonical);
}

}  // namespace tomme
