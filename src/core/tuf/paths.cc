#include "core/tuf/paths.h"

#include "core/encoding/percent.h"
#include "core/encoding/text.h"
#include "core/tuf/errors.h"

namespace tomme::tuf {

namespace {

constexpr std::size_t kMaxFileName = 255;

std::string local_name(std::string_view text, std::string_view suffix) {
  std::string quoted = percent_encode(text);
  if (suffix.empty() && (quoted == "." || quoted == "..")) {
    quoted = quoted == "." ? "%2E" : "%2E%2E";  // nothing else is quoted so: a dot stands for itself
  }
  if (quoted.size() + suffix.size() > kMaxFileName) quoted = "%sha256-" + sha256(bytes_of(text)).to_hex();
  quoted += suffix;
  return quoted;
}

}  // namespace

std::string metadata_path(const RoleName& role, std::optional<Version> version) {
  const std::string name = percent_encode(role.text()) + ".json";
  return version ? std::to_string(version->value()) + "." + name : name;
}

std::string local_metadata_name(const RoleName& role) {
  return local_name(role.text(), ".json");
}

std::string local_target_name(const TargetPath& path) {
  return local_name(path.text(), "");
}

Result<std::string> target_request_path(const TargetPath& path, const std::optional<Digest>& prefix) {
  const auto refuse = [&](std::string_view why) {
    return fail(kTufTargetPath,
                "the target '" + printable(path.text(), 120) + "' cannot be fetched: " + std::string(why));
  };
  std::string out;
  std::string_view rest = path.text();
  while (true) {
    const std::size_t slash = rest.find('/');
    const std::string_view segment = rest.substr(0, slash);
    if (segment == "." || segment == "..")
      return refuse("a segment of its path is '" + std::string(segment) + "'");
    if (slash == std::string_view::npos) {
      if (segment.empty()) return refuse("its path ends in a slash");
      if (prefix) out += prefix->to_hex() + ".";
      return out + percent_encode(segment);
    }
    out += percent_encode(segment) + "/";
    rest.remove_prefix(slash + 1);
  }
}

}  // namespace tomme::tuf
