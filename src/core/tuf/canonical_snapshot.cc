#include "core/tuf/canonical_snapshot.h"

#include <limits>

#include "core/tuf/fields_internal.h"
#include "core/tuf/scanner.h"

namespace tomme::tuf {

namespace {

constexpr std::size_t kMostEntries = 1'000'000;
constexpr std::size_t kBytesOfAnEntry = 17;  // at least: "a":{"version":1}

constexpr std::string_view kBeforeVersion = ":{\"version\":";

std::optional<Version> take_version(Scanner& scanner) {
  const auto number = scanner.take_number();
  if (!number || *number < 1 || *number > kMaxVersion) return std::nullopt;
  return Version(*number);
}

/// '"hashes":{"sha256":"' 64HEX '"},"length":' number ','
bool take_content(Scanner& scanner, MetaFile& file) {
  if (!scanner.take("\"hashes\":{\"sha256\":\"")) return false;
  const auto digits = scanner.take_bytes(64);
  const auto digest = digits ? Sha256::parse_hex(*digits) : Result<Sha256>(Sha256());
  if (!digits || !digest || digest->to_hex() != *digits || !scanner.take("\"},\"length\":")) return false;
  const auto length = scanner.take_number();
  if (!length || *length > std::numeric_limits<std::int64_t>::max() || !scanner.take(",")) return false;
  file.length = *length;
  file.hashes.known.push_back(Digest(*digest));
  return true;
}

/// Where the entry is not behind the one before, false: so no name is there twice.
bool take_entry(Scanner& scanner, std::string_view& last, MetaTable& meta) {
  const auto name = scanner.take_plain();
  if (!name || (!meta.empty() && *name <= last)) return false;
  if (meta.size() == kMostEntries) return false;
  if (scanner.take(kBeforeVersion)) {  // and nothing else, as most have
    const auto version = take_version(scanner);
    if (!version || !scanner.take("}")) return false;
    meta.set(*name, *version);
  } else {
    MetaFile file;
    if (!scanner.take(":{") || !take_content(scanner, file) || !scanner.take("\"version\":")) return false;
    const auto version = take_version(scanner);
    if (!version || !scanner.take("}")) return false;
    file.version = *version;
    meta.set(*name, std::move(file));
  }
  last = *name;
  return true;
}

bool take_meta(Scanner& scanner, MetaTable& meta) {
  if (!scanner.take("{")) return false;
  std::string_view last;
  while (!scanner.take("}")) {
    if (!meta.empty() && !scanner.take(",")) return false;
    if (!take_entry(scanner, last, meta)) return false;
  }
  return true;
}

std::optional<Snapshot> read_signed(std::string_view signed_part) {
  Scanner scanner(signed_part);
  if (!scanner.take("{\"_type\":\"snapshot\",\"expires\":")) return std::nullopt;
  const auto date = scanner.take_plain();
  const auto expires = date ? parse_date(*date) : std::nullopt;
  if (!expires || !scanner.take(",\"meta\":")) return std::nullopt;
  Snapshot out;
  out.expires = *expires;
  const std::size_t entries = std::min(signed_part.size() / kBytesOfAnEntry, kMostEntries);
  out.meta.reserve(std::min(entries, signed_part.size() / 32), signed_part.size() / 2);
  if (!take_meta(scanner, out.meta) || !scanner.take(",\"spec_version\":")) return std::nullopt;
  const auto spec_version = scanner.take_plain();
  if (!spec_version || !is_spec_version(*spec_version) || !scanner.take(",\"version\":")) return std::nullopt;
  out.spec_version = *spec_version;
  const auto version = take_version(scanner);
  if (!version || !scanner.take("}") || !scanner.at_end()) return std::nullopt;
  out.version = *version;
  return out;
}

}  // namespace

std::optional<CanonicalSnapshot> CanonicalSnapshot::read(std::string_view file) {
  if (file.size() > EnvelopeLimits{}.bytes) return std::nullopt;
  std::optional<SignedText> text = SignedText::split(file);
  if (!text) return std::nullopt;
  std::optional<Snapshot> value = read_signed(text->signed_part);
  if (!value) return std::nullopt;
  return CanonicalSnapshot{*std::move(value), text->signed_part, std::move(text->signatures)};
}

}  // namespace tomme::tuf
