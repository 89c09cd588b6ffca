#pragma once

#include "core/base/result.h"

namespace tomme {

inline constexpr ErrorCode kJsonInvalid{"json/invalid", Outcome::refused,
                                        "the text is not JSON as RFC 8259 and our limits have it",
                                        "the file is damaged or not what its name says; fetch it again"};
inline constexpr ErrorCode kJsonShape{
    "json/shape", Outcome::refused,
    "a JSON member is missing, unknown, or of another type than its format says",
    "the tool that wrote this file does not follow the format; make it again with a current one"};
inline constexpr ErrorCode kEncodingBase64{
    "encoding/base64", Outcome::refused, "a text is not canonical base64 (RFC 4648 section 4)",
    "canonical base64 has padding, + and /, and no line breaks: get the file again or "
    "write it so"};
inline constexpr ErrorCode kEncodingHex{"encoding/hex", Outcome::refused,
                                        "a text is not lower-case hexadecimal",
                                        "write 0-9 and a-f, two digits a byte"};
inline constexpr ErrorCode kPemInvalid{"pem/invalid", Outcome::refused,
                                       "a text is not PEM as RFC 7468 has it, or not of the expected label",
                                       "expected a file that starts with -----BEGIN"};
inline constexpr ErrorCode kDerInvalid{
    "der/invalid", Outcome::refused, "bytes are not the distinguished encoding (X.690) of what was expected",
    "the file is damaged; fetch it again"};
inline constexpr ErrorCode kTomlInvalid{"toml/invalid", Outcome::wrong_usage, "a settings file is not TOML",
                                        "correct the file at the place named"};
inline constexpr ErrorCode kYamlInvalid{"yaml/invalid", Outcome::wrong_usage, "a settings file is not YAML",
                                        "correct the file at the place named"};

}  // namespace tomme
