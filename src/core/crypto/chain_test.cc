#include "core/crypto/chain.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "core/crypto/certificates_for_test.h"
#include "core/crypto/errors.h"
#include "core/crypto/openssl_internal.h"
#include "core/encoding/json.h"
#include "core/encoding/text.h"

namespace tomme {
namespace {

using namespace testing_certificates;
using testing::HasSubstr;

using X509Handle = openssl::Handle<X509, &X509_free>;

constexpr std::int64_t kStart = 1'700'000'000, kEnd = 1'800'000'000, kNow = 1'750'000'000;

Bytes validity(std::int64_t start, std::int64_t end) {
  return der::sequence({der::encode_time(time_from_unix(start)), der::encode_time(time_from_unix(end))});
}
Bytes subject_key_id(Bytes id) {
  return extension("2.5.29.14", false, der::encode_octet_string(id));
}
Bytes authority_key_id(Bytes id) {
  return extension("2.5.29.35", false, der::sequence({tlv(der::context(0), id)}));
}

/// leaf <- intermediate <- root, in parts that a test may spoil before they are signed.
struct Plan {
  Parts leaf, intermediate, root;
  std::size_t leaf_signer = 1, intermediate_signer = 2;  // numbers of p256_key
  std::int64_t at = kNow;

  Plan() {
    leaf.spki = to_bytes(p256_key(0).public_key().spki());
    leaf.issuer = name("intermediate");
    leaf.subject = name("leaf");
    leaf.extensions = {key_usage_sign(), extended_key_usage(kEkuCodeSigning), authority_key_id({1})};
    intermediate.spki = to_bytes(p256_key(1).public_key().spki());
    intermediate.issuer = name("root");
    intermediate.subject = name("intermediate");
    intermediate.extensions = {basic_constraints(true, 0), key_usage_cert_sign(),
                               extended_key_usage(kEkuCodeSigning), subject_key_id({1}),
                               authority_key_id({2})};
    root.spki = to_bytes(p256_key(2).public_key().spki());
    root.issuer = root.subject = name("root");
    root.extensions = {basic_constraints(true, 1), key_usage_cert_sign(), subject_key_id({2})};
    for (Parts* parts : {&leaf, &intermediate, &root}) parts->validity = validity(kStart, kEnd);
  }
};

struct Built {
  Bytes leaf, intermediate, root;
  std::int64_t at;
};

Built build(const Plan& plan) {
  return {plan.leaf.sign(p256_key(plan.leaf_signer)),
          plan.intermediate.sign(p256_key(plan.intermediate_signer)), plan.root.sign(p256_key(2)), plan.at};
}

Result<void> ours(const Built& built) {
  std::vector<Certificate> authority;
  authority.push_back(TRY(Certificate::parse(built.intermediate)));
  authority.push_back(TRY(Certificate::parse(built.root)));
  Certificate leaf = TRY(Certificate::parse(built.leaf));
  AuthorityChain chain = TRY(AuthorityChain::make(std::move(authority), kEkuCodeSigning));
  return chain.verify_leaf(leaf, time_from_unix(built.at));
}

X509Handle read(const Bytes& der) {
  const unsigned char* at = der.data();
  X509Handle out(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (at != der.data() + der.size()) return nullptr;
  return out;
}

/// libcrypto's answer, with the root trusted as it is (self-signed or not) and any purpose. It takes notAfter
/// for the first second outside, where RFC 5280 4.1.2.5 has it inside; so it is asked a second earlier then.
bool theirs(const Built& built) {
  X509Handle leaf = read(built.leaf), intermediate = read(built.intermediate), root = read(built.root);
  bool verified = false;
  if (leaf && intermediate && root) {
    X509_STORE* store = X509_STORE_new();
    X509_STORE_add_cert(store, root.get());
    STACK_OF(X509)* untrusted = sk_X509_new_null();
    sk_X509_push(untrusted, intermediate.get());
    X509_STORE_CTX* context = X509_STORE_CTX_new();
    X509_STORE_CTX_init(context, store, leaf.get(), untrusted);
    X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_time(parameters, built.at == kEnd ? kEnd - 1 : built.at);
    X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
    X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_ANY);
    verified = X509_verify_cert(context) == 1;
    X509_STORE_CTX_free(context);
    sk_X509_free(untrusted);
    X509_STORE_free(store);
  }
  ERR_clear_error();
  return verified;
}

/// What a test spoils, and whether libcrypto cares (it does not know Sigstore's demands).
struct Mutation {
  const char* name;
  const ErrorCode* expected;  // nullptr: still good
  bool libcrypto_refuses;
  std::function<void(Plan&)> apply;
};

const std::vector<Mutation>& mutations() {
  static const std::vector<Mutation> all = {
      {"nothing", nullptr, false, [](Plan&) {}},
      {"no key identifiers", nullptr, false,
       [](Plan& p) {
         p.leaf.extensions.pop_back();
         p.intermediate.extensions.resize(3);
       }},
      {"the first second", nullptr, false, [](Plan& p) { p.at = kStart; }},
      {"the last second", nullptr, false, [](Plan& p) { p.at = kEnd; }},
      {"a root without path length", nullptr, false,
       [](Plan& p) { p.root.extensions[0] = basic_constraints(true); }},
      {"an unknown extension", nullptr, false,
       [](Plan& p) { p.leaf.extensions.push_back(extension("1.2.3", false, {})); }},
      {"P-256 with SHA-512", nullptr, false,
       [](Plan& p) {
         p.leaf.algorithm = der::sequence({object_id("1.2.840.10045.4.3.4")});
         p.leaf.scheme = {HashAlgorithm::sha512, Padding::none};
       }},
      {"leaf by another key", &kCertificateChain, true, [](Plan& p) { p.leaf_signer = 3; }},
      {"leaf by the root's key", &kCertificateChain, true, [](Plan& p) { p.leaf_signer = 2; }},
      {"intermediate by another key", &kCertificateChain, true, [](Plan& p) { p.intermediate_signer = 3; }},
      {"leaf names another issuer", &kCertificateChain, true, [](Plan& p) { p.leaf.issuer = name("other"); }},
      {"intermediate names another issuer", &kCertificateChain, true,
       [](Plan& p) { p.intermediate.issuer = name("other"); }},
      {"root of another name", &kCertificateChain, true, [](Plan& p) { p.root.subject = name("other"); }},
      {"leaf names another issuer key", &kCertificateChain, true,
       [](Plan& p) { p.leaf.extensions[2] = authority_key_id({9}); }},
      {"intermediate names another issuer key", &kCertificateChain, true,
       [](Plan& p) { p.intermediate.extensions[4] = authority_key_id({9}); }},
      {"a second too early", &kCertificateTime, true, [](Plan& p) { p.at = kStart - 1; }},
      {"a second too late", &kCertificateTime, true, [](Plan& p) { p.at = kEnd + 1; }},
      {"leaf expired", &kCertificateTime, true,
       [](Plan& p) { p.leaf.validity = validity(kStart, kNow - 1); }},
      {"intermediate expired", &kCertificateTime, true,
       [](Plan& p) { p.intermediate.validity = validity(kStart, kNow - 1); }},
      {"root expired", &kCertificateTime, true,
       [](Plan& p) { p.root.validity = validity(kStart, kNow - 1); }},
      {"intermediate of the future", &kCertificateTime, true,
       [](Plan& p) { p.intermediate.validity = validity(kNow + 1, kEnd); }},
      {"intermediate is no CA", &kCertificateChain, true,
       [](Plan& p) { p.intermediate.extensions[0] = basic_constraints(false); }},
      {"intermediate without basicConstraints", &kCertificateChain, true,
       [](Plan& p) { p.intermediate.extensions.erase(p.intermediate.extensions.begin()); }},
      {"root is no CA", &kCertificateChain, true,
       [](Plan& p) { p.root.extensions[0] = basic_constraints(false); }},
      {"root allows nothing below", &kCertificateChain, true,
       [](Plan& p) { p.root.extensions[0] = basic_constraints(true, 0); }},
      {"intermediate may not sign certificates", &kCertificateChain, true,
       [](Plan& p) { p.intermediate.extensions[1] = key_usage_sign(); }},
      {"root may not sign certificates", &kCertificateChain, true,
       [](Plan& p) { p.root.extensions[1] = key_usage_sign(); }},
      {"intermediate without keyUsage", &kCertificateChain, false,
       [](Plan& p) { p.intermediate.extensions.erase(p.intermediate.extensions.begin() + 1); }},
      {"intermediate for another use", &kCertificatePurpose, false,
       [](Plan& p) { p.intermediate.extensions[2] = extended_key_usage(kEkuServerAuth); }},
      {"root for another use", &kCertificatePurpose, false,
       [](Plan& p) { p.root.extensions.push_back(extended_key_usage(kEkuServerAuth)); }},
      {"leaf is a CA", &kCertificateChain, false,
       [](Plan& p) { p.leaf.extensions = {basic_constraints(true), key_usage_cert_sign()}; }},
      {"critical and unknown in the leaf", &kCertificateChain, true,
       [](Plan& p) { p.leaf.extensions.push_back(extension("1.2.3", true, {})); }},
      {"critical and unknown in the intermediate", &kCertificateChain, true,
       [](Plan& p) { p.intermediate.extensions.push_back(extension("1.2.3", true, {})); }},
      {"critical and unknown in the root", &kCertificateChain, true,
       [](Plan& p) { p.root.extensions.push_back(extension("1.2.3", true, {})); }},
      {"constrained root", &kCertificateChain, false,
       [](Plan& p) {
         Bytes subtree = der::sequence({tlv(der::context(2), bytes_of("example.org"))});
         p.root.extensions.push_back(
             extension("2.5.29.30", true, der::sequence({tlv(der::context_constructed(0), subtree)})));
       }},
  };
  return all;
}

TEST(Chain, EachMutationIsToldAsWhatItIs) {
  for (const Mutation& mutation : mutations()) {
    SCOPED_TRACE(mutation.name);
    Plan plan;
    mutation.apply(plan);
    Built built = build(plan);
    Result<void> result = ours(built);
    if (mutation.expected == nullptr) {
      EXPECT_TRUE(result) << result.error().message();
    } else {
      ASSERT_FALSE(result);
      EXPECT_EQ(result.error().code().name, mutation.expected->name) << result.error().message();
    }
    EXPECT_EQ(theirs(built), !mutation.libcrypto_refuses);
  }
}

TEST(Chain, TwoMutationsAtOnceAreNeverBetterThanForLibcrypto) {
  int accepted = 0;
  for (const Mutation& first : mutations()) {
    for (const Mutation& second : mutations()) {
      if (&second < &first) continue;
      Plan plan;
      // By value positions, the later one may name an extension that the first took away.
      second.apply(plan);
      if (plan.leaf.extensions.size() < 3 || plan.intermediate.extensions.size() < 5) continue;
      first.apply(plan);
      Built built = build(plan);
      bool good = ours(built).has_value();
      accepted += good ? 1 : 0;
      EXPECT_TRUE(!good || theirs(built)) << first.name << ", " << second.name;
      EXPECT_FALSE(good && first.expected != nullptr && second.expected == nullptr) << first.name;
    }
  }
  EXPECT_GT(accepted, 5);
}

/// The root is taken on trust, so that many a flipped bit of it goes unnoticed, by libcrypto too: whatever we
/// take, it takes.
TEST(Chain, EveryFlippedBitOfTheRootIsNeverBetterThanForLibcrypto) {
  const Built good = build(Plan());
  ASSERT_TRUE(ours(good) && theirs(good));
  for (std::size_t bit = 0; bit < good.root.size() * 8; ++bit) {
    Built flipped = good;
    flipped.root[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    ASSERT_TRUE(!ours(flipped) || theirs(flipped)) << "bit " << bit << " of " << encode_hex(good.root);
  }
}

TEST(Chain, EverySecondByteChangedInLeafAndIntermediateIsRefused) {
  const Built good = build(Plan());
  for (std::size_t at = 0; at < good.leaf.size(); at += 2) {
    Built changed = good;
    changed.leaf[at] ^= 0x20;
    ASSERT_FALSE(ours(changed)) << at;
  }
  for (std::size_t at = 0; at < good.intermediate.size(); at += 2) {
    Built changed = good;
    changed.intermediate[at] ^= 0x20;
    ASSERT_FALSE(ours(changed)) << at;
  }
}

// --- What only this class has --------------------------------------------------------------------

Certificate certificate(const Parts& parts, std::size_t key) {
  return *Certificate::parse(parts.sign(p256_key(key)));
}

TEST(Chain, ASingleAnchorIssuesLeavesItself) {
  Plan plan;
  plan.leaf.issuer = name("root");
  plan.leaf.extensions[2] = authority_key_id({2});
  AuthorityChain chain = *AuthorityChain::make({certificate(plan.root, 2)}, kEkuCodeSigning);
  EXPECT_EQ(chain.issuer(), chain.anchor());
  EXPECT_TRUE(chain.verify_leaf(certificate(plan.leaf, 2), time_from_unix(kNow)));
  EXPECT_FALSE(chain.verify_leaf(certificate(plan.leaf, 1), time_from_unix(kNow)));
}

TEST(Chain, AnAnchorNeedNotBeSelfSigned) {
  Plan plan;
  AuthorityChain chain = *AuthorityChain::make({certificate(plan.intermediate, 2)}, kEkuCodeSigning);
  EXPECT_TRUE(chain.verify_leaf(certificate(plan.leaf, 1), time_from_unix(kNow)));
}

TEST(Chain, HasOneToEightCertificates) {
  EXPECT_TRUE(AuthorityChain::make({}, kEkuCodeSigning).error().is(kCertificateChain));
  Plan plan;
  Parts self = plan.root;
  self.extensions[0] = basic_constraints(true);
  Certificate one = certificate(self, 2);
  EXPECT_TRUE(AuthorityChain::make(std::vector<Certificate>(8, one), kEkuCodeSigning));
  EXPECT_THAT(AuthorityChain::make(std::vector<Certificate>(9, one), kEkuCodeSigning).error().message(),
              HasSubstr("1 to 8"));
}

TEST(Chain, OrderMatters) {
  Plan plan;
  Certificate root = certificate(plan.root, 2), intermediate = certificate(plan.intermediate, 2);
  EXPECT_TRUE(AuthorityChain::make({intermediate, root}, kEkuCodeSigning));
  EXPECT_FALSE(AuthorityChain::make({root, intermediate}, kEkuCodeSigning));
}

TEST(Chain, PathLengthsCountAuthoritiesBelow) {
  auto chain_of = [](unsigned root_length, unsigned middle_length) {
    Plan plan;
    Parts upper = plan.intermediate, lower = plan.intermediate;
    plan.root.extensions[0] = basic_constraints(true, root_length);
    upper.extensions = {basic_constraints(true, middle_length), key_usage_cert_sign()};
    lower.issuer = name("intermediate");
    lower.subject = name("lower");
    lower.extensions = {basic_constraints(true, 0), key_usage_cert_sign()};
    lower.spki = to_bytes(p256_key(3).public_key().spki());
    return AuthorityChain::make({certificate(lower, 1), certificate(upper, 2), certificate(plan.root, 2)},
                                kEkuCodeSigning);
  };
  EXPECT_TRUE(chain_of(2, 1));
  EXPECT_THAT(chain_of(1, 1).error().message(), HasSubstr("allows 1 authorities below it, not 2"));
  EXPECT_THAT(chain_of(2, 0).error().message(), HasSubstr("allows 0 authorities below it, not 1"));
}

TEST(Chain, TimeAndIssueAreSeparable) {
  Plan plan;
  AuthorityChain chain =
      *AuthorityChain::make({certificate(plan.intermediate, 2), certificate(plan.root, 2)}, kEkuCodeSigning);
  Certificate leaf = certificate(plan.leaf, 1), stranger = certificate(plan.leaf, 3);
  EXPECT_TRUE(chain.verify_issued(leaf));
  EXPECT_TRUE(chain.verify_times(leaf, time_from_unix(kEnd)));
  EXPECT_TRUE(chain.verify_times(leaf, time_from_unix(kEnd + 1)).error().is(kCertificateTime));
  EXPECT_TRUE(chain.verify_times(stranger, time_from_unix(kNow)));
  EXPECT_TRUE(chain.verify_issued(stranger).error().is(kCertificateChain));
  EXPECT_THAT(chain.verify_times(leaf, time_from_unix(kEnd + 1)).error().message(),
              HasSubstr("'CN=leaf' is valid from 2023-11-14T22:13:20Z to 2027-01-15T08:00:00Z"));
}

TEST(Chain, AdmitsOnlyWhatItIssued) {
  Plan plan;
  AuthorityChain chain =
      *AuthorityChain::make({certificate(plan.intermediate, 2), certificate(plan.root, 2)}, kEkuCodeSigning);
  const Certificate leaf = certificate(plan.leaf, 1), stranger = certificate(plan.leaf, 3);
  EXPECT_FALSE(chain.admit(stranger));
  EXPECT_TRUE(chain.admit(leaf));
  EXPECT_TRUE(chain.verify_issued(leaf));
  EXPECT_FALSE(chain.verify_issued(stranger));
  EXPECT_TRUE(chain.verify_leaf(leaf, time_from_unix(kEnd + 1)).error().is(kCertificateTime));
}

// --- Real authorities ----------------------------------------------------------------------------

/// The chains in `trusted_root[member]`; a timestamp authority's begins with its signer, which is taken off.
std::vector<std::vector<Certificate>> real_chains(const json::Value& trusted_root, std::string_view member) {
  std::vector<std::vector<Certificate>> out;
  const json::Value* authorities = trusted_root.object()->find(member);
  if (authorities == nullptr) return out;
  for (const json::Value& authority : *authorities->array()) {
    std::vector<Certificate>& chain = out.emplace_back();
    const json::Value* list = authority.object()->find("certChain")->object()->find("certificates");
    for (const json::Value& each : *list->array()) {
      chain.push_back(*Certificate::parse(*decode_base64(*each.object()->find("rawBytes")->text())));
    }
    if (chain.size() > 1 && !chain[0].is_ca()) chain.erase(chain.begin());
  }
  return out;
}

TEST(Chain, EveryRealAuthorityIsOne) {
  const std::filesystem::path vectors = std::filesystem::path(TOMME_SHARED_DIR) / "vectors";
  if (!std::filesystem::is_directory(vectors)) GTEST_SKIP() << "no vectors in " << vectors;
  int made = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(vectors)) {
    if (!entry.path().filename().string().starts_with("trusted_root")) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    Result<json::Value> root = json::parse(std::string{std::istreambuf_iterator<char>(file), {}});
    if (!root) continue;
    for (auto [member, use] : {std::pair{"certificateAuthorities", kEkuCodeSigning},
                               std::pair{"timestampAuthorities", kEkuTimeStamping}}) {
      for (const std::vector<Certificate>& chain : real_chains(*root, member)) {
        Result<AuthorityChain> result = AuthorityChain::make(chain, use);
        EXPECT_TRUE(result) << entry.path() << ": " << result.error().message();
        ++made;
      }
    }
  }
  EXPECT_GT(made, 10);
}

}  // namespace
}  // namespace tomme
