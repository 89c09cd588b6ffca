// What holds for every role that was read, shared by the tuf_*_fuzz.cc.
#pragma once

#include "claims.h"
#include "core/tuf/metadata.h"
#include "core/tuf/threshold.h"

namespace tomme::tuf {

using tomme::require;

inline constexpr EnvelopeLimits kFuzzLimits{.bytes = 1 << 16, .values = 10'000};

/// Reads a file as a role; what was read is written again byte for byte, and so are its signatures.
template <class T>
std::optional<Signed<T>> read_role(const std::uint8_t* data, std::size_t size) {
  Result<Signed<T>> file = Signed<T>::parse({data, size}, kFuzzLimits);
  if (!file) {
    require_sentence(file.error());
    return std::nullopt;
  }
  const std::string written = write_envelope(file->canonical, file->signatures);
  const Signed<T> again = Signed<T>::parse(bytes_of(written)).value();
  require(again.canonical == file->canonical && again.signatures.size() == file->signatures.size());
  const std::string canonical = file->value.to_canonical().value();
  require(again.value.to_canonical().value() == canonical);
  require(canonical == file->canonical || !file->canonical.contains("\"consistent_snapshot\":"));
  require(file->value.version.value() >= 1 && file->value.version.value() <= kMaxVersion);
  require(file->value.is_expired(file->value.expires));
  return *std::move(file);
}

template <class T>
void verify(const Signed<T>& file, const Keys& keys, const RoleKeys& role) {
  require(role.threshold >= 1);
  const auto verified = verify_threshold("role", "fuzz", keys, role, file.canonical, file.signatures);
  if (!verified) return require_sentence(verified.error());
  require(file.signatures.size() >= role.threshold && role.keyids.size() >= role.threshold);
}

/// What to_canonical() gave, as JSON again: a file of one, so that control characters are escaped.
inline json::Value read_canonical(const std::string& canonical) {
  return Envelope::parse(bytes_of(write_envelope(canonical, {}))).value().payload;
}

}  // namespace tomme::tuf
