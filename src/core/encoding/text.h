#pragma once

#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace tomme {

/// RFC 4648 section 4, with padding. Decoding takes the one canonical form only: no white space, no
/// missing padding, no stray bits in the last group (malleable text in signed data is a bug).
std::string encode_base64(BytesView bytes);
Result<Bytes> decode_base64(std::string_view text);

/// Lower case both ways; `A`-`F` is refused.
std::string encode_hex(BytesView bytes);
void append_hex(std::string& out, BytesView bytes);
Result<Bytes> decode_hex(std::string_view text);

/// Well-formed UTF-8 (RFC 3629): no overlong form, no surrogate, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

/// For messages to a person: control characters, bidirectional overrides and bad UTF-8 as `\xNN` or
/// `\u{NNNN}`, at most `limit` bytes with "..." behind. Every outside text goes through here on its way out.
std::string printable(std::string_view text, std::size_t limit = 200);

}  // namespace tomme
