#include "app/repository/target.h"

#include <algorithm>

#include "app/repository/errors.h"
#include "app/repository/strict_form.h"
#include "core/encoding/json.h"
#include "core/encoding/text.h"
#include "core/tuf/names.h"

namespace tomme::repository {

namespace {

constexpr std::uint64_t kLongestFile = std::uint64_t{1} << 62;

bool has_control_characters(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

Result<tuf::TargetPath> listable(std::string_view path) {
  if (path.size() > Change::kMostPathBytes) {
    return fail(kRepositoryTarget, "the path " + printable(path, 80) + " is " + std::to_string(path.size()) +
                                       " bytes long, more than " + std::to_string(Change::kMostPathBytes));
  }
  if (has_control_characters(path)) {
    return fail(kRepositoryTarget, "the path " + printable(path, 80) + " has control characters");
  }
  return tuf::TargetPath::parse(path);
}

/// What a client could not ask a mirror for (as tuf::target_request_path has it), or would take for a place
/// of its own. Of millions: nothing is made.
bool is_askable(std::string_view path) {
  if (path.starts_with('/') || path.ends_with('/')) return false;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    if (segment == "." || segment == "..") return false;
    path.remove_prefix(std::min(path.size(), slash == std::string_view::npos ? path.size() : slash + 1));
  }
  return true;
}

}  // namespace

Result<TargetFile> TargetFile::make(std::uint64_t length, const Sha256& sha256, std::string_view custom) {
  if (length > kLongestFile) {
    return fail(kRepositoryTarget, "a target of " + std::to_string(length) + " bytes");
  }
  if (custom.empty()) return TargetFile(length, sha256, {});
  const json::Value value = TRY(in("a custom object", json::parse(custom)));
  if (value.object() == nullptr) {
    return fail(kRepositoryTarget, "what is custom is " + std::string(value.type_name()) + ", not an object");
  }
  std::string canonical = TRY(json::to_olpc_canonical(value));
  if (canonical.size() > kMostCustomBytes) {
    return fail(kRepositoryTarget, "a custom object of " + std::to_string(canonical.size()) + " bytes");
  }
  if (has_control_characters(canonical)) {
    return fail(kRepositoryTarget, "a custom object has control characters in its texts");
  }
  return TargetFile(length, sha256, std::move(canonical));
}

Result<Change> Change::set(std::string_view path, TargetFile file) {
  tuf::TargetPath checked = TRY(listable(path));
  const auto slashes = static_cast<std::size_t>(std::ranges::count(path, '/'));
  if (slashes >= kMostSegments) {
    return fail(kRepositoryTarget, "the path " + printable(path, 80) + " has " + std::to_string(slashes + 1) +
                                       " segments, more than " + std::to_string(kMostSegments));
  }
  if (!is_askable(path)) {
    return fail(kRepositoryTarget, "the path " + printable(path, 80) + " does not name a file below a mirror",
                "paths are relative, without parts that are '.' or '..', and do not end in a slash");
  }
  return Change(std::move(checked), std::move(file));
}

Result<Change> Change::remove(std::string_view path) {
  tuf::TargetPath checked = TRY(listable(path));
  return Change(std::move(checked), std::nullopt);
}

Result<void> expect_path_read_by_all(std::string_view path) {
  if (auto why = unfindable_path(path)) {
    return fail(kRepositoryTarget, "the path " + printable(path, 80) + " has " + *std::move(why),
                "use another name: clients have to agree on which role lists a path");
  }
  // In UTF-8 four bytes long. With U+E000 to U+FFFF, of which paths are more often, they would sort by bytes
  // otherwise than by UTF-16; which of them the bin has is known too late.
  const bool is_beyond =
      std::ranges::any_of(path, [](char c) { return static_cast<unsigned char>(c) >= 0xf0; });
  if (!is_beyond) return {};
  return fail(kRepositoryTarget,
              "the path " + printable(path, 80) +
                  " has a character beyond U+FFFF, by which tuf-js may refuse all of its bin",
              "use another name: emoji and rare letters are beyond U+FFFF");
}

Result<void> expect_read_by_all(const Change& change) {
  if (!change.file()) return {};
  TRY(expect_path_read_by_all(change.path()));
  const std::string path = "the target " + printable(change.path(), 80);
  if (change.file()->length() > kMostWhole) {
    return fail(kRepositoryTarget, path + " would be longer than 2^53 bytes, which tuf-js cannot read");
  }
  if (change.file()->custom().empty()) return {};
  const json::Value custom = TRY(json::parse(change.file()->custom()));
  const auto found = unread_value(custom);
  if (!found) return {};
  return fail(kRepositoryTarget, path + ": in its custom object " + *found);
}

}  // namespace tomme::repository
