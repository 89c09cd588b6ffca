#include "app/repository/private_key.h"

#include <algorithm>

#include "app/repository/errors.h"
#include "core/base/secret.h"
#include "core/encoding/der.h"
#include "core/encoding/text.h"
#include "io/store/file.h"

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
  const std::size_t end = std::min({body.find('\n'), body.find("\\n"), body.size()});
  std::string_view line = body.substr(0, end);
  const bool escaped = end < body.size() && body[end] == '\\';
  body.remove_prefix(std::min(end + (escaped ? 2 : 1), body.size()));
  const std::string_view blanks = " \t\r";
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

}  // namespace

bool is_private_key(BytesView content) {
  if (is_private_der(content)) return true;
  const std::string_view text = text_of(content);
  if (text.contains('\0')) return false;  // an archive, perhaps with a key for somebody's tests in it
  return text.starts_with("PuTTY-User-Key-File-") || has_private_pem(text);
}

Result<void> expect_no_private_key(const std::string& file) {
  const FileHandle handle = TRY(open_for_reading(file));
  if (TRY(size_of(handle, file)) > kLongestPrivateKey) return {};
  const Secret<std::string> content(TRY(read_file(file, kLongestPrivateKey)));
  if (!is_private_key(bytes_of(content.reveal()))) return {};
  return fail(kRepositoryPrivateKey, printable(file) + " is a private key, which only its owner may have");
}

}  // namespace tomme::repository
