#include "core/attestation/dsse.h"

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

}  // namespace tomme
