#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/base/secret.h"

namespace tomme::pkcs11 {

enum class ObjectKind : std::uint8_t { private_key, public_key, certificate };

/// Which key in which token: a PKCS#11 URI (RFC 7512), read once. What is absent matches everything.
///
///     pkcs11:token=release;object=root?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/run/pin
///
/// Stricter than the RFC where doubt would be silent: attributes that are unknown or that do not concern keys
/// are refused rather than ignored, none may stand twice, texts are UTF-8 without control characters and no
/// longer than the field of the token that they are compared with.
struct KeyUri {
  static constexpr std::size_t kMostBytes = 4096;
  static constexpr std::size_t kMostIdBytes = 255;

  // Of the token: fields of CK_TOKEN_INFO, without the blanks behind them.
  std::optional<std::string> token;         ///< label, at most 32 bytes
  std::optional<std::string> manufacturer;  ///< at most 32
  std::optional<std::string> model;         ///< at most 16
  std::optional<std::string> serial;        ///< at most 16
  std::optional<std::uint64_t> slot_id;
  // Of the key.
  std::optional<std::string> object;  ///< CKA_LABEL
  std::optional<Bytes> id;            ///< CKA_ID
  std::optional<ObjectKind> type;
  // How to get there: at most one of each pair.
  std::optional<std::string> module_path;  ///< absolute
  std::optional<std::string> module_name;  ///< for the loader's own search: NAME.so, then libNAME.so
  std::optional<std::string> pin_source;   ///< absolute path of a file whose first line is the PIN
  std::optional<Secret<std::string>> pin_value;

  /// Whether `text` begins as such a URI does, so that it is no file name.
  static bool is_one(std::string_view text);
  /// kPkcs11Uri. The message never repeats a value of pin-value.
  static Result<KeyUri> parse(std::string_view text);
  /// The attributes of token and key, canonically; neither module nor PIN, so that it may be shown and
  /// logged.
  std::string to_string() const;
  /// kPkcs11Stored unless the URI may be kept in a database that others can read and write: without a PIN,
  /// which they would read, and without a module, which would run in this process whatever library they
  /// named.
  Result<void> expect_storable() const;
};

}  // namespace tomme::pkcs11
