#include "core/attestation/dsse.h"

#include <charconv>

namespace tomme {

Bytes pre_authentication_encoding(std::string_view payload_type, BytesView payload) {
  std::string head = "DSSEv1 " + std::to_string(payload_type.size()) + " ";
  head += payload_type;
  head += " " + std::to_string(payload.size()) + " ";
  Bytes out;
  out.reserve(head.size() + payload.size());
  append(out, bytes_of(head));
  append(out, payload);
  return out;
}

Bytes DsseEnvelope::pre_authentication_encoding() const {
  return tomme::pre_authentication_encoding(payload_type, payload);
}

namespace {

/// Takes "LEN SP <LEN bytes>" off the front.
bool take_counted(std::string_view& text) {
  std::size_t length = 0;
  const char* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, length);
  if (problem != std::errc() || stop == end || *stop != ' ') return false;
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()) + 1);
  if (length > text.size()) return false;
  text.remove_prefix(length);
  return true;
}

}  // namespace

bool is_pre_authentication_encoding(BytesView bytes) {
  constexpr std::string_view kStart = "DSSEv1 ";
  std::string_view text = text_of(bytes);
  if (!text.starts_with(kStart)) return false;
  text.remove_prefix(kStart.size());
  if (!take_counted(text) || !text.starts_with(' ')) return false;
  text.remove_prefix(1);
  return take_counted(text) && text.empty();
}

}  // namespace tomme
