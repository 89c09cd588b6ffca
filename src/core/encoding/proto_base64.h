#pragma once

#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace tomme {

/// Base64 as protobuf's JSON has it: of either alphabet (RFC 4648 sections 4 and 5), with or without padding;
/// else as strict as decode_base64. Writers differ: some use the one that goes into URLs.
Result<Bytes> decode_proto_base64(std::string_view text);

}  // namespace tomme
