#include "io/pkcs11/tokens.h"

#include <algorithm>

#include "core/encoding/text.h"
#include "io/pkcs11/errors.h"
#include "io/pkcs11/generate_internal.h"
#include "io/pkcs11/mechanism_internal.h"
#include "io/pkcs11/objects_internal.h"
#include "io/pkcs11/token_internal.h"

namespace tomme::pkcs11 {

namespace {

constexpr std::size_t kMostListed = 8;
constexpr std::size_t kBytesOfNewId = 8;

/// "…: A, B and 3 more": what there is, for a message.
template <class Things>
std::string listed(const Things& things) {
  std::string text;
  for (std::size_t i = 0; i < std::min(things.size(), kMostListed); ++i) {
    text += (i == 0 ? "" : ", ") + printable(things[i].describe());
  }
  if (things.size() > kMostListed) text += " and " + std::to_string(things.size() - kMostListed) + " more";
  return text;
}

bool matches(const KeyUri& uri, const TokenInfo& token) {
  const auto is = [](const std::optional<std::string>& wanted, const std::string& there) {
    return !wanted || *wanted == there;
  };
  return is(uri.token, token.label) && is(uri.manufacturer, token.manufacturer) &&
         is(uri.model, token.model) && is(uri.serial, token.serial) &&
         (!uri.slot_id || *uri.slot_id == token.slot);
}

Result<TokenInfo> choose_token(const KeyUri& uri, const std::string& module,
                               const std::vector<TokenInfo>& there) {
  std::vector<TokenInfo> matching;
  std::ranges::copy_if(there, std::back_inserter(matching),
                       [&](const TokenInfo& token) { return matches(uri, token); });
  if (matching.size() == 1) return matching.front();
  const std::string who = uri.to_string();
  if (!matching.empty()) {
    return fail(kPkcs11Several,
                who + " means " + std::to_string(matching.size()) + " tokens: " + listed(matching));
  }
  return fail(kPkcs11NoToken, printable(module) + " has no token for " + who +
                                  (there.empty() ? "; it has none at all" : "; there are " + listed(there)));
}

/// The only one, if all of them are one key.
Result<std::optional<PublicKey>> only_key(const ObjectReader& reader, const KeyUri& uri,
                                          const std::vector<Object>& objects) {
  std::optional<PublicKey> only;
  for (const Object& object : objects) {
    auto key = TRY(reader.public_key_of(object));
    if (!key) continue;
    if (only && !(*only == *key)) {
      return fail(kPkcs11Several, uri.to_string() + " means several keys: " + listed(objects));
    }
    only = std::move(key);
  }
  return only;
}

/// What can be read without a private key: public keys, else certificates.
Result<std::optional<PublicKey>> open_half(const ObjectReader& reader, const KeyUri& uri) {
  for (const ObjectKind kind : {ObjectKind::public_key, ObjectKind::certificate}) {
    if (uri.type && *uri.type != kind && *uri.type != ObjectKind::private_key) continue;
    const std::vector<Object> objects = TRY(reader.find(kind, uri.object, uri.id));
    auto key = TRY(only_key(reader, uri, objects));
    if (key) return key;
  }
  return std::nullopt;
}

Result<Object> choose_private_key(const ObjectReader& reader, const KeyUri& uri) {
  const std::vector<Object> matching = TRY(reader.find(ObjectKind::private_key, uri.object, uri.id));
  if (matching.size() == 1) return matching.front();
  if (!matching.empty()) {
    return fail(kPkcs11Several, uri.to_string() + " means " + std::to_string(matching.size()) +
                                    " private keys: " + listed(matching));
  }
  const std::vector<Object> all = TRY(reader.find(ObjectKind::private_key, std::nullopt, std::nullopt));
  return fail(kPkcs11NoKey, "the token has no private key for " + uri.to_string() +
                                (all.empty() ? "; it has none at all" : "; there are " + listed(all)));
}

/// A second key of one label or id could not be named any more.
Result<void> expect_free(const ObjectReader& reader, const std::string& label, const Bytes& id) {
  for (const ObjectKind kind : {ObjectKind::private_key, ObjectKind::public_key}) {
    std::vector<Object> there = TRY(reader.find(kind, label, std::nullopt));
    if (there.empty()) there = TRY(reader.find(kind, std::nullopt, id));
    if (!there.empty()) return fail(kPkcs11Exists, "the token has " + listed(there) + " already");
  }
  return {};
}

}  // namespace

struct TokenKey::Impl {
  Impl(std::shared_ptr<Token> of, Object found, PublicKey half)
      : token(std::move(of)),
        object(std::move(found)),
        public_key(std::move(half)),
        opened(token->opened()) {}

  Result<Bytes> try_sign(SigningRequest& request);
  Result<ck_object_handle_t> handle_in(ck_session_handle_t session);

  const std::shared_ptr<Token> token;
  const Object object;  // its handle is that of when the key was found
  const PublicKey public_key;
  std::mutex mutex;  // guards what follows
  std::uint64_t opened;
  ck_object_handle_t handle = object.handle;
};

/// A token that was opened again has other handles; the key is the one with the same label and id.
Result<ck_object_handle_t> TokenKey::Impl::handle_in(ck_session_handle_t session) {
  const std::lock_guard lock(mutex);
  const std::uint64_t now = token->opened();
  if (now == opened) return handle;
  const ObjectReader reader(token->module(), session);
  const auto there = TRY(reader.find(ObjectKind::private_key, object.label, object.id));
  if (there.size() != 1) {
    return fail(kPkcs11NoKey, "the token has the private key " + printable(object.describe()) + " no more");
  }
  handle = there.front().handle;
  opened = now;
  return handle;
}

Result<Bytes> TokenKey::Impl::try_sign(SigningRequest& request) {
  Token::Lease lease = TRY(token->lease());
  const ck_object_handle_t key = TRY(handle_in(lease.session()));
  const ck_function_list& calls = token->module().calls();
  lease.mark_broken();  // until the signature is there
  ck_mechanism mechanism = request.mechanism();
  ck_rv_t value = calls.C_SignInit(lease.session(), &mechanism, key);
  if (value == CKR_OK && object.asks_each_time) TRY(token->log_in_for_signature(lease.session()));
  Bytes answer(request.answer_bytes());
  unsigned long size = answer.size();
  if (value == CKR_OK) {
    auto* input = const_cast<unsigned char*>(request.input().data());  // C has no const here
    value = calls.C_Sign(lease.session(), input, request.input().size(), answer.data(), &size);
  }
  if (value == CKR_MECHANISM_INVALID || value == CKR_KEY_TYPE_INCONSISTENT) {
    return fail(kPkcs11KeyType, "the token cannot sign with " + public_key.describe() + " in this way (" +
                                    name_of(value) + ")");
  }
  if (value != CKR_OK) return failed("no signature by " + printable(object.describe()), value);
  lease.mark_whole();
  answer.resize(std::min<std::size_t>(size, answer.size()));
  return request.signature_of(answer);
}

TokenKey::TokenKey(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TokenKey::~TokenKey() = default;

const PublicKey& TokenKey::public_key() const {
  return impl_->public_key;
}

Result<Bytes> TokenKey::sign(const SignatureScheme& scheme, BytesView message) const {
  SigningRequest request = TRY(SigningRequest::make(public_key(), scheme, message));
  const auto turn = impl_->token->module().turn();
  const std::uint64_t opened = impl_->token->opened();
  Result<Bytes> signature = impl_->try_sign(request);
  // Modules differ in what they say when a token is gone; opening it again does no harm where it is not.
  if (!signature && (signature.error().is(kPkcs11Gone) || signature.error().is(kPkcs11Failed))) {
    TRY(impl_->token->reopen(opened));
    signature = impl_->try_sign(request);
  }
  if (!signature || public_key().verify(scheme, message, *signature)) return signature;
  return fail(kPkcs11Signature, "the token " + printable(impl_->token->label()) +
                                    " made a signature that the public key of " +
                                    printable(impl_->object.describe()) + " does not verify");
}

Result<void> TokenKey::recover() const {
  const auto turn = impl_->token->module().turn();
  return impl_->token->recover();
}

Tokens::Tokens(AskPin ask, std::string default_module)
    : ask_(std::move(ask)), default_module_(std::move(default_module)) {}
Tokens::~Tokens() = default;

/// By path, else by name as the loader looks for it, else the default.
Result<std::shared_ptr<Module>> Tokens::module_for(const KeyUri& uri) {
  std::vector<std::string> names{default_module_.empty() ? kSystemModule : default_module_};
  if (uri.module_path) names = {*uri.module_path};
  if (uri.module_name) names = {"lib" + *uri.module_name + ".so", *uri.module_name + ".so"};
  for (const auto& [name, module] : modules_) {
    if (std::ranges::find(names, name) != names.end()) return module;
  }
  Result<std::shared_ptr<Module>> module = Module::load(names.front());
  if (!module && names.size() > 1) module = Module::load(names.back());
  if (module) modules_.emplace_back((*module)->name(), *module);
  return module;
}

Result<std::shared_ptr<Token>> Tokens::token_for(const KeyUri& uri) {
  const std::shared_ptr<Module> module = TRY(module_for(uri));
  TokenInfo info = TRY(choose_token(uri, module->name(), TRY(module->tokens())));
  for (const auto& token : tokens_) {
    if (&token->module() == module.get() && token->first_info().is_same(info)) return token;
  }
  return tokens_.emplace_back(std::make_shared<Token>(module, std::move(info)));
}

Result<PublicKey> Tokens::public_key(const KeyUri& uri) {
  const std::shared_ptr<Token> token = TRY(token_for(uri));
  const auto turn = token->module().turn();
  const Token::Lease lease = TRY(token->lease());
  const ObjectReader reader(token->module(), lease.session());
  if (auto key = TRY(open_half(reader, uri))) return *std::move(key);
  TRY(token->log_in(lease, uri, ask_));
  if (auto key = TRY(open_half(reader, uri))) return *std::move(key);
  if (uri.type && *uri.type != ObjectKind::private_key) {
    return fail(kPkcs11NoKey, "the token has nothing that is " + uri.to_string());
  }
  return reader.public_half_of(TRY(choose_private_key(reader, uri)));
}

Result<std::shared_ptr<const TokenKey>> Tokens::key(const KeyUri& uri) {
  if (uri.type && *uri.type != ObjectKind::private_key) {
    return fail(kPkcs11KeyType, uri.to_string() + " is not a private key, which signing needs",
                "leave type= out, or say type=private");
  }
  const std::shared_ptr<Token> token = TRY(token_for(uri));
  const auto turn = token->module().turn();
  const Token::Lease lease = TRY(token->lease());
  TRY(token->log_in(lease, uri, ask_));
  const ObjectReader reader(token->module(), lease.session());
  Object object = TRY(choose_private_key(reader, uri));
  if (!object.may_sign) {
    return fail(kPkcs11KeyType, "the key " + printable(object.describe()) + " is not for signing");
  }
  PublicKey half = TRY(reader.public_half_of(object));
  auto impl = std::make_unique<TokenKey::Impl>(token, std::move(object), std::move(half));
  return std::shared_ptr<const TokenKey>(new TokenKey(std::move(impl)));
}

Result<PublicKey> Tokens::generate(KeyUri& uri, KeyType type) {
  if (!uri.object || uri.object->empty()) {
    return fail(kPkcs11Uri, uri.to_string() + " gives the new key no label", "say it with object=");
  }
  if (uri.type && *uri.type != ObjectKind::private_key) {
    return fail(kPkcs11Uri, uri.to_string() + " is not a private key, of which a new one is made",
                "leave type= out");
  }
  const std::shared_ptr<Token> token = TRY(token_for(uri));
  const auto turn = token->module().turn();
  const Token::Lease lease = TRY(token->lease());
  TRY(token->log_in(lease, uri, ask_));
  if (!uri.id || uri.id->empty()) uri.id = random_bytes(kBytesOfNewId);
  const ObjectReader reader(token->module(), lease.session());
  TRY(expect_free(reader, *uri.object, *uri.id));
  TRY(generate_key_pair(token->module(), lease.session(), type, *uri.object, *uri.id));
  if (auto half = TRY(open_half(reader, uri))) return *std::move(half);
  return fail(kPkcs11NoPublicHalf, "the token made a key and does not tell its public half");
}

}  // namespace tomme::pkcs11
