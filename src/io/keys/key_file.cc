#include "io/keys/key_file.h"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include "core/crypto/encrypted_key.h"
#include "core/encoding/pem.h"
#include "core/encoding/text.h"
#include "io/keys/errors.h"
#include "io/system/errors.h"
#include "io/system/file.h"

namespace tomme {

namespace {

constexpr std::size_t kLongestKeyFile = 64 * 1024;
constexpr unsigned kRsaBits = 3072;
constexpr std::string_view kPublicSuffix = ".pub";

Result<void> write_new(const std::string& path, std::string_view text, mode_t mode) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
  if (!file.is_open() && errno == EEXIST) {
    return fail(kKeyFile, printable(path) + " is there already", "choose another name");
  }
  if (!file.is_open()) return fail(kFileWrite, "cannot write " + printable(path) + ": " + system_reason());
  if (write_all(file.fd(), bytes_of(text)) && ::fsync(file.fd()) == 0) return {};
  const std::string why = system_reason();
  ::unlink(path.c_str());
  return fail(kFileWrite, "cannot write " + printable(path) + ": " + why);
}

}  // namespace

Result<std::shared_ptr<const SigningKey>> load_signer(const std::string& path, const AskPassphrase& ask) {
  const Secret<std::string> text(TRY(read_file(path, kLongestKeyFile)));
  if (is_encrypted_key(text.reveal())) {
    const Secret<std::string> passphrase = TRY(ask(path));
    PrivateKey key = TRY(in(printable(path), decrypt_key(text.reveal(), passphrase)));
    return std::make_shared<const MemorySigningKey>(std::move(key));
  }
  auto key = PrivateKey::parse_pem(text.reveal());
  if (!key) return fail(kKeyFile, printable(path) + ": " + key.error().message());
  return std::make_shared<const MemorySigningKey>(*std::move(key));
}

Result<bool> holds_private_key(const std::string& path) {
  const Secret<std::string> text(TRY(read_file(path, kLongestKeyFile)));
  return is_encrypted_key(text.reveal()) || PrivateKey::parse_pem(text.reveal()).has_value();
}

Result<PublicKey> load_public_key(const std::string& path) {
  const Secret<std::string> text(TRY(read_file(path, kLongestKeyFile)));
  auto key = PublicKey::parse_pem(text.reveal());
  if (key) return key;
  if (const auto beside = read_file_if_there(path + std::string(kPublicSuffix), kLongestKeyFile);
      beside && *beside) {
    auto half = PublicKey::parse_pem(**beside);
    if (half) return half;
  }
  if (const auto whole = PrivateKey::parse_pem(text.reveal())) return whole->public_key();
  return fail(kKeyFile, printable(path) + ": " + key.error().message());
}

Result<PublicKey> write_new_key(const std::string& path, KeyType type,
                                const std::optional<Secret<std::string>>& passphrase) {
  if (exists(path)) return fail(kKeyFile, printable(path) + " is there already", "choose another name");
  const PrivateKey key = TRY(PrivateKey::generate(type, kRsaBits));
  std::string text;
  if (passphrase) {
    text = TRY(encrypt_key(key, *passphrase));
  } else {
    const Secret<Bytes> plain = TRY(key.to_pkcs8());
    text = to_pem("PRIVATE KEY", plain.reveal());
  }
  const Secret<std::string> secret(std::move(text));
  TRY(write_new(path, secret.reveal(), 0600));
  TRY(write_new(path + std::string(kPublicSuffix), to_pem("PUBLIC KEY", key.public_key().spki()), 0644));
  return key.public_key();
}

}  // namespace tomme
