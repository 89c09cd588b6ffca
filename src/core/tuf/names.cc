#include "core/tuf/names.h"

#include "core/encoding/text.h"
#include "core/tuf/errors.h"

namespace tomme::tuf {

Result<RoleName> RoleName::parse(std::string_view text) {
  if (text.empty()) return fail(kTufShape, "a role has an empty name");
  if (text.size() > kMaxBytes) {
    return fail(kTufShape, "a role's name has " + std::to_string(text.size()) + " bytes, more than the " +
                               std::to_string(kMaxBytes) + " allowed");
  }
  if (!is_utf8(text)) return fail(kTufShape, "a role's name is not UTF-8: " + printable(text, 80));
  return RoleName(text);
}

const RoleName& RoleName::root() {
  static const RoleName name("root");
  return name;
}
const RoleName& RoleName::timestamp() {
  static const RoleName name("timestamp");
  return name;
}
const RoleName& RoleName::snapshot() {
  static const RoleName name("snapshot");
  return name;
}
const RoleName& RoleName::targets() {
  static const RoleName name("targets");
  return name;
}

bool RoleName::is_top_level() const {
  return *this == root() || *this == timestamp() || *this == snapshot() || *this == targets();
}

TargetPath::TargetPath(std::string_view text)
    : text_(text), sha256_(tomme::sha256(bytes_of(text))), sha256_hex_(sha256_.to_hex()) {}

Result<TargetPath> TargetPath::parse(std::string_view text) {
  if (text.empty()) return fail(kTufTargetPath, "the path of a target is empty");
  if (!is_utf8(text)) {
    return fail(kTufTargetPath, "the path of a target is not UTF-8: " + printable(text, 120));
  }
  return TargetPath(text);
}

}  // namespace tomme::tuf
