#include "io/store/blob_key.h"

#include <algorithm>

#include "core/encoding/text.h"
#include "io/store/errors.h"

namespace tomme::store {

namespace {

constexpr std::size_t kKeyBytes = 900;   // S3 allows 1024, a prefix included
constexpr std::size_t kPartBytes = 200;  // file systems allow 255

bool is_first(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '+' || c == '!' || c == '~';
}

bool is_part(std::string_view part) {
  return !part.empty() && part.size() <= kPartBytes && is_first(part.front()) &&
         std::ranges::all_of(part, [](char c) { return is_first(c) || c == '.'; });
}

}  // namespace

Result<BlobKey> BlobKey::parse(std::string_view text) {
  bool good = text.size() <= kKeyBytes;
  for (std::string_view rest = text; good;) {
    const auto slash = rest.find('/');
    good = is_part(rest.substr(0, slash));
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash + 1);
  }
  if (!good) return fail(kStoreKey, "a file cannot be stored under the name " + printable(text, 120));
  return BlobKey(std::string(text));
}

}  // namespace tomme::store
