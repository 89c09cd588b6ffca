#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace tomme {

struct PemBlock {
  std::string label;  ///< "CERTIFICATE", "PUBLIC KEY", …
  Bytes der;
};

/// RFC 7468 "strict" bodies (64 columns; the last line shorter), LF or CRLF, any text before, between
/// and after blocks ignored when it is not an encapsulation boundary; at least one block. Shorter or
/// longer lines, as some writers have, are accepted as long as the joined body is canonical base64.
Result<std::vector<PemBlock>> parse_pem(std::string_view text);

/// Exactly one block, of this label.
Result<Bytes> parse_pem_one(std::string_view text, std::string_view label);

std::string to_pem(std::string_view label, BytesView der);

}  // namespace tomme
