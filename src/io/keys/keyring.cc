#include "io/keys/keyring.h"

#include "core/encoding/text.h"
#include "io/keys/errors.h"
#include "io/pkcs11/errors.h"
#include "io/system/file.h"

namespace tomme {

namespace {

using pkcs11::KeyUri;

constexpr std::size_t kLongestPinFile = 4096;

class TokenSigningKey final : public SigningKey {
 public:
  explicit TokenSigningKey(std::shared_ptr<const pkcs11::TokenKey> key)
      : SigningKey(key->public_key()), key_(std::move(key)) {}
  Result<Bytes> sign(const SignatureScheme& scheme, BytesView message) const override {
    return key_->sign(scheme, message);
  }
  Result<void> recover() const override { return key_->recover(); }

 private:
  std::shared_ptr<const pkcs11::TokenKey> key_;
};

/// The first line of a file, without its end.
Result<Secret<std::string>> pin_in(const std::string& path) {
  auto text = read_file(path, kLongestPinFile);
  if (!text) return fail(pkcs11::kPkcs11NoPin, "pin-source: " + text.error().message());
  const Secret<std::string> whole(*std::move(text));
  std::string_view line = whole.reveal();
  line = line.substr(0, line.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.empty())
    return fail(pkcs11::kPkcs11NoPin, "pin-source: the first line of " + printable(path) + " is empty");
  return Secret<std::string>(std::string(line));
}

/// The PIN that the URI tells, else whoever is asked. A last try is for those who look at what they do.
pkcs11::AskPin told_or_asked(pkcs11::AskPin ask) {
  return [ask = std::move(ask)](const pkcs11::PinQuestion& question) -> Result<Secret<std::string>> {
    const KeyUri& uri = question.uri;
    if (!uri.pin_value && !uri.pin_source) return ask(question);
    if (question.is_last_try) {
      return fail(pkcs11::kPkcs11LastTry, "one more wrong PIN locks the token " + printable(question.token) +
                                              "; that of the URI is not tried");
    }
    if (uri.pin_source) return pin_in(*uri.pin_source);
    return Secret<std::string>(std::string(uri.pin_value->reveal()));
  };
}

}  // namespace

Keyring::Keyring(AskPassphrase ask_passphrase, pkcs11::AskPin ask_pin, std::string pkcs11_module)
    : ask_passphrase_(std::move(ask_passphrase)),
      tokens_(told_or_asked(std::move(ask_pin)), std::move(pkcs11_module)) {}

Result<std::shared_ptr<const SigningKey>> Keyring::signer(const std::string& name) {
  if (!KeyUri::is_one(name)) return load_signer(name, ask_passphrase_);
  const KeyUri uri = TRY(KeyUri::parse(name));
  return std::make_shared<const TokenSigningKey>(TRY(tokens_.key(uri)));
}

Result<PublicKey> Keyring::public_key(const std::string& name) {
  if (!KeyUri::is_one(name)) return load_public_key(name);
  const KeyUri uri = TRY(KeyUri::parse(name));
  return tokens_.public_key(uri);
}

Result<void> Keyring::expect_signs(const std::string& name, const SchemeOf& scheme_of, bool ask) {
  if (KeyUri::is_one(name)) {
    const KeyUri uri = TRY(KeyUri::parse(name));
    if (uri.type && *uri.type != pkcs11::ObjectKind::private_key) {
      return fail(pkcs11::kPkcs11KeyType, uri.to_string() + " is not a private key, which signing needs",
                  "leave type= out, or say type=private");
    }
    if (!ask && !uri.pin_value && !uri.pin_source) return {};
  } else if (!TRY(holds_private_key(name))) {
    return fail(kKeyFile, printable(name) + " has no private key, which signing needs",
                "name the private key itself, not its public half");
  } else if (!ask) {
    return {};
  }
  const std::shared_ptr<const SigningKey> key = TRY(signer(name));
  if (!(key->public_key() == TRY(public_key(name)))) {
    return fail(kKeyFile, "the public half beside " + shown_key_name(name) + " is of another key");
  }
  const SignatureScheme scheme = scheme_of(key->public_key());
  const BytesView probe = bytes_of("tomme");
  const Bytes signature = TRY(key->sign(scheme, probe));
  return in(shown_key_name(name), key->public_key().verify(scheme, probe, signature));
}

Result<PublicKey> Keyring::new_in_token(const std::string& uri, KeyType type, std::string& made) {
  KeyUri wanted = TRY(KeyUri::parse(uri));
  PublicKey key = TRY(tokens_.generate(wanted, type));
  made = wanted.to_string();
  return key;
}

std::string shown_key_name(const std::string& name) {
  if (!KeyUri::is_one(name)) return printable(name);
  const auto uri = KeyUri::parse(name);
  return uri ? uri->to_string() : "a PKCS#11 URI";
}

}  // namespace tomme
