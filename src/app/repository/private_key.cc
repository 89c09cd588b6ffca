#include "app/repository/private_key.h"

#include <algorithm>

#include "app/repository/errors.h"
#include "core/base/secret.h"
#include "core/encoding/der.h"
#include "core/encoding/json.h"
#include "core/encoding/text.h"
#include "io/system/file.h"

namespace tomme::repository {

namespace {

constexpr std::string_view kDashes = "-----";
constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::size_t kFewestDigits = 32;  // of base64: an example in a manual has dots there
constexpr std::size_t kFewestNumbers = 6;  // of a DSA key; an RSA key has 9

bool is_base64(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/' ||
         c == '=';
}

/// The next line of a body, whether it ends as in a text or as in a text within JSON, without blanks around.
std::string_view take_line(std::string_view& body) {
  const std::size_t end = std::min({body.find_first_of("\n\r"), body.find("\\n"), body.size()});
  std::string_view line = body.substr(0, end);
  const bool escaped = end < body.size() && body[end] == '\\';
  body.remove_prefix(std::min(end + (escaped ? 2 : 1), body.size()));
  const std::string_view blanks = " \t>";  // as a letter quotes another
  const std::size_t first = std::min(line.find_first_not_of(blanks), line.size());
  line.remove_prefix(first);
  return line.substr(0, line.find_last_not_of(blanks) + 1);
}

/// Base64, perhaps below headers ("DEK-Info: …").
bool is_pem_body(std::string_view body) {
  std::size_t digits = 0;
  while (!body.empty()) {
    const std::string_view line = take_line(body);
    if (line.contains(':')) continue;
    if (!std::ranges::all_of(line, is_base64)) return false;
    digits += line.size();
  }
  return digits >= kFewestDigits;
}

bool has_private_pem(std::string_view text) {
  for (std::size_t at = text.find(kBegin); at != std::string_view::npos; at = text.find(kBegin, at)) {
    at += kBegin.size();
    const std::string_view rest = text.substr(at);
    const std::string_view label = rest.substr(0, rest.find(kDashes));
    if (label.size() > 80 || !label.contains("PRIVATE KEY")) continue;
    const std::string_view body = rest.substr(std::min(label.size() + kDashes.size(), rest.size()));
    const std::size_t end = body.find(kDashes);
    if (end != std::string_view::npos && is_pem_body(body.substr(0, end))) return true;
  }
  return false;
}

/// What stands behind the version of a structure that begins with one.
bool is_private_behind_version(std::int64_t version, der::Reader rest) {
  if (version <= 1) {  // PrivateKeyInfo: algorithm, key
    der::Reader pkcs8 = rest;
    auto algorithm = pkcs8.sequence();
    if (algorithm && algorithm->oid() && pkcs8.octet_string()) return true;
  }
  if (version == 1 && rest.octet_string()) {  // ECPrivateKey: key, [0] curve, [1] public half
    const auto next = rest.peek();
    return !next || *next == der::context_constructed(0) || *next == der::context_constructed(1);
  }
  if (version == 3) {  // PFX: ContentInfo
    auto content = rest.sequence();
    const auto type = content ? content->oid() : Result<BytesView>(std::unexpected(content.error()));
    return type && der::oid_to_text(*type).starts_with("1.2.840.113549.1.7.");
  }
  std::size_t numbers = 1;
  while (rest.integer()) ++numbers;
  return version <= 1 && numbers >= kFewestNumbers && rest.at_end();
}

bool is_private_der(BytesView content) {
  der::Reader outer(content);
  auto key = outer.sequence();
  if (!key || !outer.at_end()) return false;
  if (const auto version = key->small_integer()) return is_private_behind_version(*version, *key);
  // EncryptedPrivateKeyInfo: an algorithm of PKCS #5 or PKCS #12, the encrypted key
  auto algorithm = key->sequence();
  if (!algorithm) return false;
  const auto oid = algorithm->oid();
  if (!oid || !key->octet_string() || !key->at_end()) return false;
  const std::string name = der::oid_to_text(*oid);
  return name.starts_with("1.2.840.113549.1.5.") || name.starts_with("1.2.840.113549.1.12.1.");
}

/// A text of UTF-16 without what stands for nothing in ASCII; empty where it is none.
std::string from_utf16(std::string_view text) {
  constexpr std::size_t kLooked = 64;
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) text.remove_prefix(2);
  if (text.size() < kLooked) return "";
  bool even = true, odd = true;
  for (std::size_t i = 0; i < kLooked; i += 2) {
    even = even && text[i] == '\0';
    odd = odd && text[i + 1] == '\0';
  }
  if (even == odd) return "";
  std::string out(text);
  std::erase(out, '\0');
  return out;
}

bool has_text(const json::Object& object, std::string_view name) {
  const json::Value* value = object.find(name);
  return value != nullptr && value->text() != nullptr && !value->text()->empty();
}

/// A JSON Web Key (RFC 7517), or a key with its `keyval`.
bool is_private_json_key(const json::Value& value) {
  const json::Object* key = value.object();
  if (key == nullptr) return false;
  if (has_text(*key, "kty")) return has_text(*key, "d");
  const json::Value* keyval = key->find("keyval");
  return keyval != nullptr && keyval->object() != nullptr && has_text(*keyval->object(), "private");
}

/// One, or several below "keys".
bool is_private_json(std::string_view text) {
  constexpr std::size_t kLongest = 256 * 1024;
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || text[first] != '{' || text.size() > kLongest) return false;
  const auto value = json::parse(text);
  if (!value) return false;
  if (is_private_json_key(*value)) return true;
  const json::Value* keys = value->object() == nullptr ? nullptr : value->object()->find("keys");
  if (keys == nullptr) return false;
  if (const json::Array* list = keys->array()) return std::ranges::any_of(*list, is_private_json_key);
  const json::Object* table = keys->object();
  return table != nullptr &&
         std::ranges::any_of(*table, [](const json::Member& m) { return is_private_json_key(m.value); });
}

/// The whole text as base64, of either alphabet, or as hexadecimal digits.
bool is_private_in_digits(std::string_view text) {
  constexpr std::size_t kLongest = 64 * 1024;
  if (text.size() > kLongest) return false;
  std::string digits;
  for (const char c : text) {
    if (c == '-') {
      digits.push_back('+');
    } else if (c == '_') {
      digits.push_back('/');
    } else if (is_base64(c)) {
      digits.push_back(c);
    } else if (c != '\n' && c != '\r') {
      return false;
    }
  }
  if (digits.size() < kFewestDigits) return false;
  std::string lower = digits;
  for (char& c : lower) {
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  }
  if (const auto bytes = decode_hex(lower)) return is_private_der(*bytes);
  while (digits.size() % 4 != 0) digits.push_back('=');
  const auto bytes = decode_base64(digits);
  return bytes && (is_private_der(*bytes) || has_private_pem(text_of(*bytes)));
}

/// An identity of age: bech32, all of it in capitals.
bool has_age_key(std::string_view text) {
  constexpr std::string_view kAge = "AGE-SECRET-KEY-1";
  constexpr std::size_t kLength = 58;
  for (std::size_t at = text.find(kAge); at != std::string_view::npos; at = text.find(kAge, at)) {
    at += kAge.size();
    const std::string_view rest = text.substr(at, kLength);
    const auto is_capital = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
    if (rest.size() == kLength && std::ranges::all_of(rest, is_capital)) return true;
  }
  return false;
}

bool is_private_text(std::string_view text) {
  return text.starts_with("PuTTY-User-Key-File-") || has_age_key(text) ||
         (text.starts_with("untrusted comment:") && text.substr(0, text.find('\n')).contains("secret key")) ||
         has_private_pem(text) || is_private_json(text) || is_private_in_digits(text);
}

}  // namespace

bool is_private_key(BytesView content) {
  if (is_private_der(content)) return true;
  const std::string_view text = text_of(content);
  if (!text.contains('\0')) return is_private_text(text);
  // Else it is an archive, perhaps with a key for somebody's tests in it.
  const std::string plain = from_utf16(text);
  return !plain.empty() && is_private_text(plain);
}

Result<void> expect_no_private_key(const std::string& file) {
  const Descriptor handle = TRY(open_for_reading(file));
  if (TRY(size_of(handle, file)) > kLongestPrivateKey) return {};
  const Secret<std::string> content(TRY(read_file(file, kLongestPrivateKey)));
  if (!is_private_key(bytes_of(content.reveal()))) return {};
  return fail(kRepositoryPrivateKey, printable(file) + " is a private key, which only its owner may have");
}

}  // namespace tomme::repository
