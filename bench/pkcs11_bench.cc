// Signatures a second of a key in a token, by one thread and by two, beside the same kind of key in memory.
// TOMME_BENCH_KEY is its PKCS#11 URI, with pin-value; any token will do. Each signature is verified,
// as always: that is part of the time.

#include <benchmark/benchmark.h>
#include <cstdlib>

#include "core/crypto/key.h"
#include "io/pkcs11/errors.h"
#include "io/pkcs11/tokens.h"

namespace tomme {
namespace {

const Bytes kMessage(2000, 'x');

Result<Secret<std::string>> tell_pin(const pkcs11::PinQuestion& question) {
  if (question.uri.pin_value) return Secret<std::string>(std::string(question.uri.pin_value->reveal()));
  return fail(pkcs11::kPkcs11NoPin, "say ?pin-value=PIN");
}

Result<std::shared_ptr<const pkcs11::TokenKey>> open_key() {
  const char* name = std::getenv("TOMME_BENCH_KEY");
  const pkcs11::KeyUri uri = TRY(pkcs11::KeyUri::parse(name != nullptr ? name : ""));
  pkcs11::Tokens tokens(&tell_pin, "");
  return tokens.key(uri);
}

const Result<std::shared_ptr<const pkcs11::TokenKey>>& key() {
  static const auto opened = open_key();
  return opened;
}

SignatureScheme scheme_of(const PublicKey& key) {
  SignatureScheme scheme = key.default_scheme();
  if (key.type() == KeyType::rsa) scheme.padding = Padding::pss;
  return scheme;
}

void token_signs(benchmark::State& state) {
  if (!key()) return state.SkipWithError(key().error().message().c_str());
  const SignatureScheme scheme = scheme_of((*key())->public_key());
  for (auto step : state) {
    if (!(*key())->sign(scheme, kMessage)) return state.SkipWithError("no signature");
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(token_signs)->UseRealTime()->Threads(1)->Threads(2);

void memory_signs(benchmark::State& state) {
  if (!key()) return state.SkipWithError(key().error().message().c_str());
  static const PrivateKey own =
      *PrivateKey::generate((*key())->public_key().type(), (*key())->public_key().bits());
  const SignatureScheme scheme = scheme_of(own.public_key());
  for (auto step : state) {
    if (!own.sign(scheme, kMessage)) return state.SkipWithError("no signature");
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(memory_signs)->UseRealTime()->Threads(1)->Threads(2);

}  // namespace
}  // namespace tomme
