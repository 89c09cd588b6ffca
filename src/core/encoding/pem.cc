#include "core/encoding/pem.h"

#include <algorithm>
#include <optional>

#include "core/encoding/errors.h"
#include "core/encoding/text.h"

// RFC 7468 section 3:
//   textualmsg = preeb *WSP eol *eolWSP base64text posteb *WSP [eol]
//   preeb      = "-----BEGIN " label "-----"
//   posteb     = "-----END " label "-----"
//   label      = [ labelchar *( ["-" / SP] labelchar ) ]     ; we want at least one labelchar
//   labelchar  = %x21-2C / %x2E-7E                           ; any printable but "-"
// White space after a boundary and blank lines in a body are refused.

namespace tomme {

namespace {

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END ";
constexpr std::string_view kDashes = "-----";
constexpr std::size_t kColumns = 64;
constexpr std::size_t kUsualBody = 4096;  ///< bytes of base64 that hold a certificate or a key

bool is_label(std::string_view label) {
  bool after_separator = true;  // a separator stands between two label characters only
  for (char c : label) {
    const bool separator = c == '-' || c == ' ';
    if (separator ? after_separator : (c < 0x21 || c > 0x7e)) return false;
    after_separator = separator;
  }
  return !after_separator;
}

/// The label of a line that begins as a boundary does. A line that begins so and goes on otherwise is an
/// error and not text between blocks: a damaged boundary must not hide a block.
Result<std::optional<std::string_view>> boundary_label(std::string_view line, std::string_view opening) {
  // Without its last space: "-----BEGIN" alone is a damaged boundary too.
  if (!line.starts_with(opening.substr(0, opening.size() - 1))) return std::nullopt;
  if (!line.starts_with(opening) || !line.ends_with(kDashes) ||
      line.size() < opening.size() + kDashes.size()) {
    return fail(kPemInvalid, "a damaged boundary '" + printable(line, 80) + "'");
  }
  const std::string_view label = line.substr(opening.size(), line.size() - opening.size() - kDashes.size());
  if (!is_label(label))
    return fail(kPemInvalid, "a boundary without a proper label, '" + printable(line, 80) + "'");
  return label;
}

/// Takes a line off the front, without its LF or CRLF.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// The body up to and with the closing boundary.
Result<Bytes> take_body(std::string_view& text, std::string_view label) {
  std::string body;
  body.reserve(std::min(text.size(), kUsualBody));
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (const auto end = TRY(boundary_label(line, kEnd))) {
      if (*end != label) {
        return fail(kPemInvalid,
                    "a block of '" + printable(label, 80) + "' ends as '" + printable(*end, 80) + "'");
      }
      if (body.empty()) return fail(kPemInvalid, "an empty block of '" + printable(label, 80) + "'");
      Result<Bytes> der = decode_base64(body);
      if (!der)
        return fail(kPemInvalid, "in a block of '" + printable(label, 80) + "': " + der.error().message());
      return der;
    }
    if (line.empty()) return fail(kPemInvalid, "a blank line in a block of '" + printable(label, 80) + "'");
    body += line;
  }
  return fail(kPemInvalid, "no end to a block of '" + printable(label, 80) + "'");
}

}  // namespace

Result<std::vector<PemBlock>> parse_pem(std::string_view text) {
  std::vector<PemBlock> blocks;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (TRY(boundary_label(line, kEnd))) {
      return fail(kPemInvalid, "an end without a beginning, '" + printable(line, 80) + "'");
    }
    const auto label = TRY(boundary_label(line, kBegin));
    if (!label) continue;
    blocks.push_back({.label = std::string(*label), .der = TRY(take_body(text, *label))});
  }
  if (blocks.empty()) return fail(kPemInvalid, "no PEM block in the text");
  return blocks;
}

Result<Bytes> parse_pem_one(std::string_view text, std::string_view label) {
  std::vector<PemBlock> blocks = TRY(parse_pem(text));
  if (blocks.size() != 1) {
    return fail(kPemInvalid, std::to_string(blocks.size()) + " PEM blocks where one is expected");
  }
  if (blocks[0].label != label) {
    return fail(kPemInvalid, "a PEM block of '" + printable(blocks[0].label, 80) + "' where '" +
                                 std::string(label) + "' is expected");
  }
  return std::move(blocks[0].der);
}

std::string to_pem(std::string_view label, BytesView der) {
  const std::string body = encode_base64(der);
  std::string out = std::string(kBegin) + std::string(label) + "-----\n";
  for (std::size_t at = 0; at < body.size(); at += kColumns) {
    out.append(body, at, kColumns);
    out.push_back('\n');
  }
  return out + std::string(kEnd) + std::string(label) + "-----\n";
}

}  // namespace tomme
