#pragma once

#include <string>
#include <string_view>

#include "core/base/bytes.h"

namespace tomme {

/// A DSSE envelope (secure-systems-lab/dsse v1.0) with its one signature.
struct DsseEnvelope {
  std::string payload_type;
  Bytes payload;
  Bytes signature;
  std::string key_id;  ///< unauthenticated; empty where absent

  /// The bytes that were signed.
  Bytes pre_authentication_encoding() const;
};

inline constexpr std::string_view kInTotoPayloadType = "application/vnd.in-toto+json";

/// PAE(type, payload) = "DSSEv1" SP LEN(type) SP type SP LEN(payload) SP payload; lengths are counts of
/// bytes in decimal.
Bytes pre_authentication_encoding(std::string_view payload_type, BytesView payload);

/// Whether these bytes are such an encoding, of whatever: a signature over a file that holds them is one
/// over the envelope too.
bool is_pre_authentication_encoding(BytesView bytes);

}  // namespace tomme
