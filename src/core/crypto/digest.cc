#include "core/crypto/digest.h"

#include <algorithm>
#include <utility>

#include "core/crypto/errors.h"
#include "core/crypto/openssl_internal.h"
#include "core/encoding/errors.h"
#include "core/encoding/text.h"

namespace tomme {

namespace {

constexpr std::array kAlgorithms = {HashAlgorithm::sha256, HashAlgorithm::sha384, HashAlgorithm::sha512};

openssl::DigestContext new_context() {
  openssl::DigestContext context(EVP_MD_CTX_new());
  openssl::must(context != nullptr, "EVP_MD_CTX_new");
  return context;
}

void start(EVP_MD_CTX* context, HashAlgorithm algorithm) {
  openssl::must(EVP_DigestInit_ex2(context, openssl::message_digest(algorithm), nullptr) == 1,
                "EVP_DigestInit_ex2");
}

void add(EVP_MD_CTX* context, BytesView bytes) {
  openssl::must(EVP_DigestUpdate(context, bytes.data(), bytes.size()) == 1, "EVP_DigestUpdate");
}

void finish_into(EVP_MD_CTX* context, std::uint8_t* out) {
  openssl::must(EVP_DigestFinal_ex(context, out, nullptr) == 1, "EVP_DigestFinal_ex");
}

/// One context per thread and algorithm: making one costs more than hashing a Merkle node.
EVP_MD_CTX* thread_context(HashAlgorithm algorithm) {
  thread_local std::array<openssl::DigestContext, kAlgorithms.size()> contexts;
  openssl::DigestContext& context = contexts[static_cast<std::size_t>(algorithm)];
  if (!context) context = new_context();
  return context.get();
}

}  // namespace

std::string_view name_of(HashAlgorithm algorithm) {
  switch (algorithm) {
    case HashAlgorithm::sha256:
      return "sha256";
    case HashAlgorithm::sha384:
      return "sha384";
    case HashAlgorithm::sha512:
      return "sha512";
  }
  std::unreachable();
}

std::optional<HashAlgorithm> parse_hash_algorithm(std::string_view name) {
  for (HashAlgorithm algorithm : kAlgorithms) {
    if (name_of(algorithm) == name) return algorithm;
  }
  return std::nullopt;
}

Result<Sha256> Sha256::from_bytes(BytesView bytes) {
  Sha256 out;
  if (bytes.size() != out.bytes.size()) {
    return fail(kDigestInvalid, "a SHA-256 has 32 bytes, not " + std::to_string(bytes.size()));
  }
  std::ranges::copy(bytes, out.bytes.begin());
  return out;
}

Result<Sha256> Sha256::parse_hex(std::string_view hex) {
  if (hex.size() != 64) {
    return fail(kDigestInvalid, "a SHA-256 has 64 hexadecimal digits, not " + std::to_string(hex.size()));
  }
  return from_bytes(TRY(decode_hex(hex)));
}

std::string Sha256::to_hex() const {
  return encode_hex(bytes);
}

Result<Digest> Digest::make(HashAlgorithm algorithm, BytesView bytes) {
  if (bytes.size() != digest_size(algorithm)) {
    return fail(kDigestInvalid, std::string(name_of(algorithm)) + " has " +
                                    std::to_string(digest_size(algorithm)) + " bytes, not " +
                                    std::to_string(bytes.size()));
  }
  Digest out;
  out.algorithm_ = algorithm;
  std::ranges::copy(bytes, out.bytes_.begin());
  return out;
}

Digest::Digest(const Sha256& sha256) {
  std::ranges::copy(sha256.bytes, bytes_.begin());
}

std::string Digest::to_hex() const {
  return encode_hex(view());
}

std::string Digest::to_string() const {
  return std::string(name_of(algorithm_)) + ":" + to_hex();
}

Sha256 sha256(BytesView bytes) {
  return sha256({bytes});
}

Sha256 sha256(std::initializer_list<BytesView> parts) {
  EVP_MD_CTX* context = thread_context(HashAlgorithm::sha256);
  start(context, HashAlgorithm::sha256);
  for (BytesView part : parts) add(context, part);
  Sha256 out;
  finish_into(context, out.bytes.data());
  return out;
}

Digest digest(HashAlgorithm algorithm, BytesView bytes) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> out;
  EVP_MD_CTX* context = thread_context(algorithm);
  start(context, algorithm);
  add(context, bytes);
  finish_into(context, out.data());
  return *Digest::make(algorithm, BytesView(out).first(digest_size(algorithm)));
}

struct Hasher::State {
  openssl::DigestContext context = new_context();
};

Hasher::Hasher(HashAlgorithm algorithm) : state_(std::make_unique<State>()), algorithm_(algorithm) {
  start(state_->context.get(), algorithm_);
}
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;
Hasher::~Hasher() = default;

void Hasher::update(BytesView bytes) {
  add(state_->context.get(), bytes);
}

Digest Hasher::finish() {
  Digest out;
  out.algorithm_ = algorithm_;
  finish_into(state_->context.get(), out.bytes_.data());
  start(state_->context.get(), algorithm_);
  return out;
}

Sha256 Hasher::finish_sha256() {
  openssl::must(algorithm_ == HashAlgorithm::sha256, "finish_sha256 of another algorithm");
  Sha256 out;
  finish_into(state_->context.get(), out.bytes.data());
  start(state_->context.get(), algorithm_);
  return out;
}

}  // namespace tomme
