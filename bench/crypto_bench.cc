// What a signature costs: libcrypto bare (several ways, so that the choice in ecdsa_internal.h can be made
// again on another machine or version) beside our own.  --benchmark_filter, and read the CPU column; the
// two-thread rows tell what sharing costs.
#define OPENSSL_SUPPRESS_DEPRECATED

#include <benchmark/benchmark.h>
#include <cstdlib>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/x509.h>

#include "core/crypto/certificate_builder.h"
#include "core/crypto/chain.h"
#include "core/crypto/key.h"

namespace tomme {
namespace {

void expect(bool ok) {
  if (!ok) std::abort();
}

/// One signature by one P-256 or P-384 key, ready for every contender. Made once, shared by all threads.
struct Case {
  explicit Case(KeyType type) : key(*PrivateKey::generate(type)) {
    scheme = key.public_key().default_scheme();
    signature = *key.sign(scheme, bytes_of("a message"));
    Digest made = digest(scheme.hash, bytes_of("a message"));
    hash = to_bytes(made.view());
    BytesView spki = key.public_key().spki();
    point = to_bytes(spki.last(type == KeyType::ecdsa_p256 ? 65 : 97));
    group_name = type == KeyType::ecdsa_p256 ? "P-256" : "P-384";
    nid = type == KeyType::ecdsa_p256 ? NID_X9_62_prime256v1 : NID_secp384r1;
    evp = import_evp();
    prepared = EVP_PKEY_CTX_new_from_pkey(nullptr, evp, nullptr);
    expect(EVP_PKEY_verify_init(prepared) == 1);
    ec = EC_KEY_new_by_curve_name(nid);
    expect(EC_KEY_oct2key(ec, point.data(), point.size(), nullptr) == 1);
  }

  EVP_PKEY* import_evp() const {
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, const_cast<char*>(group_name), 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, const_cast<std::uint8_t*>(point.data()),
                                          point.size()),
        OSSL_PARAM_construct_end()};
    EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr);
    EVP_PKEY* out = nullptr;
    expect(EVP_PKEY_fromdata_init(context) == 1 &&
           EVP_PKEY_fromdata(context, &out, EVP_PKEY_PUBLIC_KEY, parameters) == 1);
    EVP_PKEY_CTX_free(context);
    return out;
  }
  bool verify_with(EVP_PKEY_CTX* context) const {
    return EVP_PKEY_verify(context, signature.data(), signature.size(), hash.data(), hash.size()) == 1;
  }

  PrivateKey key;
  SignatureScheme scheme;
  Bytes signature, hash, point;
  const char* group_name;
  int nid;
  EVP_PKEY* evp;
  EVP_PKEY_CTX* prepared;
  EC_KEY* ec;
};

const Case& case_of(std::int64_t bits) {
  static const Case p256(KeyType::ecdsa_p256);
  static const Case p384(KeyType::ecdsa_p384);
  return bits == 256 ? p256 : p384;
}

void BareEvpContextPerCall(benchmark::State& state) {
  const Case& c = case_of(state.range(0));
  for (auto _ : state) {
    EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_pkey(nullptr, c.evp, nullptr);
    expect(EVP_PKEY_verify_init(context) == 1 && c.verify_with(context));
    EVP_PKEY_CTX_free(context);
  }
}

void BareEvpContextCopied(benchmark::State& state) {
  const Case& c = case_of(state.range(0));
  for (auto _ : state) {
    EVP_PKEY_CTX* context = EVP_PKEY_CTX_dup(c.prepared);
    expect(c.verify_with(context));
    EVP_PKEY_CTX_free(context);
  }
}

void BareEcKey(benchmark::State& state) {
  const Case& c = case_of(state.range(0));
  for (auto _ : state) {
    expect(ECDSA_verify(0, c.hash.data(), static_cast<int>(c.hash.size()), c.signature.data(),
                        static_cast<int>(c.signature.size()), c.ec) == 1);
  }
}

void OurVerifyDigest(benchmark::State& state) {
  const Case& c = case_of(state.range(0));
  Digest ready = *Digest::make(c.scheme.hash, c.hash);
  for (auto _ : state)
    expect(c.key.public_key().verify_digest(Padding::none, ready, c.signature).has_value());
}

void OurVerify(benchmark::State& state) {
  const Case& c = case_of(state.range(0));
  for (auto _ : state) {
    expect(c.key.public_key().verify(c.scheme, bytes_of("a message"), c.signature).has_value());
  }
}

void BareEvpImport(benchmark::State& state) {
  const Case& c = case_of(state.range(0));
  for (auto _ : state) EVP_PKEY_free(c.import_evp());
}

void BareD2iPubkey(benchmark::State& state) {
  BytesView spki = case_of(state.range(0)).key.public_key().spki();
  for (auto _ : state) {
    const unsigned char* at = spki.data();
    EVP_PKEY_free(d2i_PUBKEY(nullptr, &at, static_cast<long>(spki.size())));
  }
}

void OurParseSpki(benchmark::State& state) {
  BytesView spki = case_of(state.range(0)).key.public_key().spki();
  for (auto _ : state) expect(PublicKey::parse_spki(spki).has_value());
}

// Ed25519 and RSA, ours alone.
void OurVerifyOther(benchmark::State& state) {
  static const PrivateKey rsa = *PrivateKey::generate(KeyType::rsa);
  static const PrivateKey ed25519 = *PrivateKey::generate(KeyType::ed25519);
  const PrivateKey& key = state.range(0) == 2048 ? rsa : ed25519;
  SignatureScheme scheme = key.public_key().default_scheme();
  Bytes signature = *key.sign(scheme, bytes_of("a message"));
  for (auto _ : state) expect(key.public_key().verify(scheme, bytes_of("a message"), signature).has_value());
}

// --- Certificates of Fulcio's shape: P-256 leaf below P-384 ---------------------------------------

struct Authority {
  Authority() {
    PrivateKey root_key = *PrivateKey::generate(KeyType::ecdsa_p384);
    PrivateKey middle_key = *PrivateKey::generate(KeyType::ecdsa_p384);
    PrivateKey leaf_key = *PrivateKey::generate(KeyType::ecdsa_p256);
    TimeRange validity{time_from_unix(1'700'000'000), time_from_unix(1'800'000'000)};
    Certificate root = *issue_certificate(
        {.key = root_key.public_key(), .common_name = "root", .validity = validity, .is_ca = true}, root_key,
        nullptr);
    Certificate middle = *issue_certificate(
        {.key = middle_key.public_key(), .common_name = "middle", .validity = validity, .is_ca = true},
        root_key, &root);
    CertificateRequest request{.key = leaf_key.public_key(),
                               .common_name = "",
                               .validity = validity,
                               .extended_key_usages = {std::string(kEkuCodeSigning)},
                               .subject_names = {{SubjectName::Kind::uri, "https://example.org/workflow"}}};
    for (std::uint8_t n = 1; n < 22; ++n) {  // Fulcio's claims
      request.extra.push_back({Bytes{0x2b, 6, 1, 4, 1, 0x83, 0xbf, 0x30, 1, n}, false, Bytes(60, 'x')});
    }
    leaf = to_bytes(issue_certificate(request, middle_key, &middle)->der());
    certificates = {middle, root};
  }
  Bytes leaf;
  std::vector<Certificate> certificates;
};

const Authority& authority() {
  static const Authority made;
  return made;
}

void BareD2iX509(benchmark::State& state) {
  const Bytes& der = authority().leaf;
  for (auto _ : state) {
    const unsigned char* at = der.data();
    X509_free(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  }
}

void OurCertificateParse(benchmark::State& state) {
  for (auto _ : state) expect(Certificate::parse(authority().leaf).has_value());
}

void OurVerifyLeaf(benchmark::State& state) {
  AuthorityChain chain = *AuthorityChain::make(authority().certificates, kEkuCodeSigning);
  Certificate leaf = *Certificate::parse(authority().leaf);
  for (auto _ : state) expect(chain.verify_leaf(leaf, time_from_unix(1'750'000'000)).has_value());
}

// --- Hashes ----------------------------------------------------------------------------------------

void OurSha256(benchmark::State& state) {
  Bytes bytes(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(sha256(bytes));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}

void BareSha256(benchmark::State& state) {
  Bytes bytes(static_cast<std::size_t>(state.range(0)));
  std::array<std::uint8_t, 32> out;
  EVP_MD* algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  for (auto _ : state) {
    EVP_DigestInit_ex2(context, algorithm, nullptr);
    EVP_DigestUpdate(context, bytes.data(), bytes.size());
    EVP_DigestFinal_ex(context, out.data(), nullptr);
    benchmark::DoNotOptimize(out);
  }
  EVP_MD_CTX_free(context);
  EVP_MD_free(algorithm);
  state.SetBytesProcessed(state.iterations() * state.range(0));
}

BENCHMARK(BareEvpContextPerCall)->Arg(256)->Arg(384)->ThreadRange(1, 2);
BENCHMARK(BareEvpContextCopied)->Arg(256)->Arg(384)->ThreadRange(1, 2);
BENCHMARK(BareEcKey)->Arg(256)->Arg(384)->ThreadRange(1, 2);
BENCHMARK(OurVerifyDigest)->Arg(256)->Arg(384)->ThreadRange(1, 2);
BENCHMARK(OurVerify)->Arg(256)->Arg(384)->ThreadRange(1, 2);
BENCHMARK(OurVerifyOther)->Arg(2048)->Arg(25519)->ThreadRange(1, 2);
BENCHMARK(BareD2iPubkey)->Arg(256)->Arg(384);
BENCHMARK(BareEvpImport)->Arg(256)->Arg(384)->ThreadRange(1, 2);
BENCHMARK(OurParseSpki)->Arg(256)->Arg(384)->ThreadRange(1, 2);
BENCHMARK(BareD2iX509)->ThreadRange(1, 2);
BENCHMARK(OurCertificateParse)->ThreadRange(1, 2);
BENCHMARK(OurVerifyLeaf);
BENCHMARK(BareSha256)->Arg(64)->Arg(1 << 20);
BENCHMARK(OurSha256)->Arg(64)->Arg(1 << 20);

}  // namespace
}  // namespace tomme
