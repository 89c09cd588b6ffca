#include "core/crypto/certificate_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "core/crypto/certificates_for_test.h"
#include "core/crypto/chain.h"
#include "core/crypto/errors.h"
#include "core/crypto/openssl_internal.h"

namespace tomme {
namespace {

using namespace testing_certificates;
using testing::HasSubstr;
using X509Handle = openssl::Handle<X509, &X509_free>;
using enum SubjectName::Kind;

const Time kNow = time_from_unix(1'750'000'000);
const TimeRange kValidity{time_from_unix(1'700'000'000), time_from_unix(1'800'000'000)};

CertificateRequest authority(std::string common_name, const PublicKey& key) {
  return {.key = key, .common_name = std::move(common_name), .validity = kValidity, .is_ca = true};
}
CertificateRequest server(const PublicKey& key, std::vector<SubjectName> names) {
  return {.key = key,
          .common_name = "",
          .validity = kValidity,
          .extended_key_usages = {std::string(kEkuServerAuth)},
          .subject_names = std::move(names)};
}

X509Handle read(const Certificate& certificate) {
  const unsigned char* at = certificate.der().data();
  return X509Handle(d2i_X509(nullptr, &at, static_cast<long>(certificate.der().size())));
}

/// libcrypto's strictest reading, as TLS clients of OpenSSL and Python have it, for a server of `host` or
/// `ip`.
int libcrypto_error(const Certificate& leaf, const std::vector<Certificate>& between, const Certificate& root,
                    const char* host = nullptr, const char* ip = nullptr) {
  X509Handle their_leaf = read(leaf), their_root = read(root);
  X509_STORE* store = X509_STORE_new();
  X509_STORE_add_cert(store, their_root.get());
  STACK_OF(X509)* untrusted = sk_X509_new_null();
  for (const Certificate& each : between) sk_X509_push(untrusted, read(each).release());
  X509_STORE_CTX* context = X509_STORE_CTX_new();
  X509_STORE_CTX_init(context, store, their_leaf.get(), untrusted);
  X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_time(parameters, to_unix(kNow));
  X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_X509_STRICT | X509_V_FLAG_CHECK_SS_SIGNATURE);
  if (host != nullptr || ip != nullptr) X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_SSL_SERVER);
  if (host != nullptr) X509_VERIFY_PARAM_set1_host(parameters, host, 0);
  if (ip != nullptr) X509_VERIFY_PARAM_set1_ip_asc(parameters, ip);
  X509_verify_cert(context);
  int error = X509_STORE_CTX_get_error(context);
  X509_STORE_CTX_free(context);
  sk_X509_pop_free(untrusted, X509_free);
  X509_STORE_free(store);
  ERR_clear_error();
  return error;
}

std::string ip4(std::uint8_t last) {
  return {'\x7f', '\0', '\0', static_cast<char>(last)};
}

TEST(CertificateBuilder, AThreeStepChainIsGoodForUsAndForLibcrypto) {
  for (KeyType type :
       {KeyType::ecdsa_p256, KeyType::ecdsa_p384, KeyType::ecdsa_p521, KeyType::rsa, KeyType::ed25519}) {
    PrivateKey root_key = *PrivateKey::generate(type), middle_key = *PrivateKey::generate(type);
    SCOPED_TRACE(root_key.public_key().describe());
    Certificate root = *issue_certificate(authority("root", root_key.public_key()), root_key, nullptr);
    CertificateRequest request = authority("middle", middle_key.public_key());
    request.path_length = 0;
    Certificate middle = *issue_certificate(request, root_key, &root);
    Certificate leaf = *issue_certificate({.key = p256_key(0).public_key(),
                                           .common_name = "leaf",
                                           .validity = kValidity,
                                           .extended_key_usages = {std::string(kEkuTimeStamping)},
                                           .extended_key_usage_critical = true},
                                          middle_key, &middle);
    EXPECT_EQ(middle.path_length(), 0u);
    EXPECT_FALSE(root.path_length());
    EXPECT_TRUE(leaf.extended_key_usage_critical());
    EXPECT_TRUE(leaf.allows(KeyUsage::digital_signature));
    EXPECT_FALSE(leaf.allows(KeyUsage::key_cert_sign));
    EXPECT_EQ(name_to_text(leaf.issuer()), "CN=middle");
    AuthorityChain chain = *AuthorityChain::make({middle, root}, kEkuTimeStamping);
    EXPECT_TRUE(chain.verify_leaf(leaf, kNow));
    EXPECT_EQ(libcrypto_error(leaf, {middle}, root), X509_V_OK);
    EXPECT_NE(libcrypto_error(leaf, {}, root), X509_V_OK);
  }
}

TEST(CertificateBuilder, EveryKindOfNameComesBack) {
  const PrivateKey& key = p256_key(1);
  Certificate root = *issue_certificate(authority("root", key.public_key()), key, nullptr);
  CertificateRequest request = server(p256_key(0).public_key(), {{email, "a@b"},
                                                                 {uri, "https://x/y"},
                                                                 {dns, "example.org"},
                                                                 {ip, ip4(1)},
                                                                 {ip, std::string(16, 'x')},
                                                                 {other_name, "ü"}});
  Certificate leaf = *issue_certificate(request, key, &root);
  EXPECT_EQ(leaf.subject_names(), request.subject_names);
  EXPECT_TRUE(leaf.subject_names_critical());
  EXPECT_EQ(leaf.subject().size(), 2u);
  request.common_name = "named";
  EXPECT_FALSE(issue_certificate(request, key, &root)->subject_names_critical());
}

TEST(CertificateBuilder, SerialNumbersAreTwentyRandomBytes) {
  const PrivateKey& key = p256_key(1);
  Certificate first = *issue_certificate(authority("root", key.public_key()), key, nullptr);
  Certificate second = *issue_certificate(authority("root", key.public_key()), key, nullptr);
  EXPECT_EQ(first.serial().size(), 20u);
  EXPECT_FALSE(equal(first.serial(), second.serial()));
}

TEST(CertificateBuilder, ExtraExtensionsStandLastAndOnce) {
  const PrivateKey& key = p256_key(1);
  CertificateRequest request = authority("root", key.public_key());
  request.extra = {{der::oid_from_text("1.2.3"), true, to_bytes(bytes_of("x"))}};
  Certificate certificate = *issue_certificate(request, key, nullptr);
  EXPECT_EQ(certificate.unknown_critical(), "1.2.3");
  EXPECT_EQ(text_of(certificate.extensions().back().value), "x");
  request.extra.push_back(request.extra[0]);
  EXPECT_THAT(issue_certificate(request, key, nullptr).error().message(), HasSubstr("is there twice"));
}

struct Constrained : testing::Test {
  const PrivateKey& key = p256_key(1);
  int error(std::vector<std::string> dns_names, std::vector<std::string> ips, const SubjectName& name,
            const char* host, const char* address) {
    CertificateRequest request = authority("run", key.public_key());
    request.permitted_dns = std::move(dns_names);
    request.permitted_ips = std::move(ips);
    Certificate root = *issue_certificate(request, key, nullptr);
    EXPECT_TRUE(root.has_name_constraints());
    EXPECT_FALSE(AuthorityChain::make({root}, kEkuServerAuth)) << "name constraints are not applied by us";
    Certificate leaf = *issue_certificate(server(p256_key(0).public_key(), {name}), key, &root);
    return libcrypto_error(leaf, {}, root, host, address);
  }
};

TEST_F(Constrained, ToNames) {
  EXPECT_EQ(error({"pypi.org", "files.example"}, {}, {dns, "pypi.org"}, "pypi.org", nullptr), X509_V_OK);
  EXPECT_EQ(error({"pypi.org", "files.example"}, {}, {dns, "files.example"}, "files.example", nullptr),
            X509_V_OK);
  EXPECT_EQ(error({"pypi.org"}, {}, {dns, "a.pypi.org"}, "a.pypi.org", nullptr), X509_V_OK);
  EXPECT_EQ(error({"pypi.org"}, {}, {dns, "notpypi.org"}, "notpypi.org", nullptr),
            X509_V_ERR_PERMITTED_VIOLATION);
  EXPECT_EQ(error({"pypi.org"}, {}, {dns, "example.org"}, "example.org", nullptr),
            X509_V_ERR_PERMITTED_VIOLATION);
  EXPECT_EQ(error({"pypi.org"}, {}, {ip, ip4(1)}, nullptr, "127.0.0.1"), X509_V_ERR_EXCLUDED_VIOLATION);
  EXPECT_EQ(error({"pypi.org"}, {}, {ip, std::string(15, '\0') + '\1'}, nullptr, "::1"),
            X509_V_ERR_EXCLUDED_VIOLATION);
}

TEST_F(Constrained, ToAddresses) {
  EXPECT_EQ(error({}, {ip4(1)}, {ip, ip4(1)}, nullptr, "127.0.0.1"), X509_V_OK);
  EXPECT_EQ(error({}, {ip4(1)}, {ip, ip4(2)}, nullptr, "127.0.0.2"), X509_V_ERR_PERMITTED_VIOLATION);
  EXPECT_EQ(error({}, {ip4(1)}, {ip, std::string(15, '\0') + '\1'}, nullptr, "::1"),
            X509_V_ERR_PERMITTED_VIOLATION);
  EXPECT_EQ(error({}, {std::string(15, '\0') + '\1'}, {ip, std::string(15, '\0') + '\1'}, nullptr, "::1"),
            X509_V_OK);
  EXPECT_EQ(error({}, {ip4(1)}, {dns, "pypi.org"}, "pypi.org", nullptr), X509_V_ERR_EXCLUDED_VIOLATION);
}

TEST_F(Constrained, ToBoth) {
  EXPECT_EQ(error({"localhost"}, {ip4(1)}, {ip, ip4(1)}, nullptr, "127.0.0.1"), X509_V_OK);
  EXPECT_EQ(error({"localhost"}, {ip4(1)}, {dns, "localhost"}, "localhost", nullptr), X509_V_OK);
  EXPECT_EQ(error({"localhost"}, {ip4(1)}, {ip, ip4(9)}, nullptr, "127.0.0.9"),
            X509_V_ERR_PERMITTED_VIOLATION);
}

TEST(CertificateBuilder, RefusesWhatCannotBeMeant) {
  const PrivateKey& key = p256_key(1);
  const PrivateKey& other = p256_key(2);
  Certificate root = *issue_certificate(authority("root", key.public_key()), key, nullptr);
  const CertificateRequest good = server(p256_key(0).public_key(), {{dns, "x"}});
  ASSERT_TRUE(issue_certificate(good, key, &root));
  EXPECT_THAT(issue_certificate(good, other, &root).error().message(), HasSubstr("not the issuer's"));
  EXPECT_THAT(issue_certificate(authority("root", key.public_key()), other, nullptr).error().message(),
              HasSubstr("not the issuer's"));
  auto refused = [&](auto change) {
    CertificateRequest request = good;
    change(request);
    Result<Certificate> result = issue_certificate(request, key, &root);
    EXPECT_FALSE(result);
    return !result && result.error().is(kCertificateInvalid);
  };
  EXPECT_TRUE(refused([](CertificateRequest& r) { r.validity.end.reset(); }));
  EXPECT_TRUE(
      refused([](CertificateRequest& r) { r.validity.end = r.validity.start - std::chrono::seconds(1); }));
  EXPECT_TRUE(refused([](CertificateRequest& r) { r.path_length = 0; }));
  EXPECT_TRUE(refused([](CertificateRequest& r) { r.permitted_dns = {"x"}; }));
  EXPECT_TRUE(refused([](CertificateRequest& r) { r.permitted_ips = {ip4(1)}; }));
  EXPECT_TRUE(refused([](CertificateRequest& r) {
    r.is_ca = true;
    r.permitted_ips = {"12345"};
  }));
  EXPECT_TRUE(refused([](CertificateRequest& r) { r.common_name = std::string(65, 'x'); }));
  EXPECT_TRUE(refused([](CertificateRequest& r) { r.common_name = "\xff"; }));
  EXPECT_TRUE(refused([](CertificateRequest& r) { r.subject_names = {{ip, "123"}}; }));
  EXPECT_TRUE(refused([](CertificateRequest& r) { r.subject_names = {{email, "ü"}}; }));
  EXPECT_TRUE(refused([](CertificateRequest& r) { r.subject_names = {{unsupported, ""}}; }));
  EXPECT_THAT(issue_certificate(authority("", key.public_key()), key, nullptr).error().message(),
              HasSubstr("empty issuer"));
}

}  // namespace
}  // namespace tomme
