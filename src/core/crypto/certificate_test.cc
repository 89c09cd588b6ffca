#include "core/crypto/certificate.h"

#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <set>

#include "core/crypto/certificates_for_test.h"
#include "core/crypto/errors.h"
#include "core/encoding/json.h"
#include "core/encoding/pem.h"
#include "core/encoding/text.h"

namespace tomme {
namespace {

using namespace testing_certificates;
using testing::HasSubstr;

Parts plain() {
  Parts parts;
  parts.spki = to_bytes(p256_key(0).public_key().spki());
  return parts;
}

Result<Certificate> made(const Parts& parts) {
  return Certificate::parse(parts.sign(p256_key(1)));
}

/// The message of a refusal, or "" where it was accepted.
std::string refusal(const Parts& parts) {
  Result<Certificate> certificate = made(parts);
  return certificate ? "" : certificate.error().message();
}

Parts with(std::vector<Bytes> extensions) {
  Parts parts = plain();
  parts.extensions = std::move(extensions);
  return parts;
}

Bytes general_names(std::initializer_list<BytesView> names) {
  return extension("2.5.29.17", true, der::sequence(names));
}

TEST(Certificate, SaysWhatStandsInIt) {
  Bytes id = {1, 2, 3}, other_id = {4, 5};
  Parts parts = with({
      basic_constraints(true, 2),
      key_usage_cert_sign(),
      extended_key_usage("1.3.6.1.5.5.7.3.3"),
      extension("2.5.29.14", false, der::encode_octet_string(id)),
      extension("2.5.29.35", false, der::sequence({tlv(der::context(0), other_id)})),
      extension("1.2.3.4", false, bytes_of("anything")),
  });
  Certificate certificate = *made(parts);
  EXPECT_TRUE(equal(certificate.der(), certificate.der()));
  EXPECT_TRUE(equal(certificate.tbs(), parts.tbs()));
  EXPECT_TRUE(equal(certificate.serial(), Bytes{0x12, 0x67}));
  EXPECT_TRUE(equal(certificate.issuer(), name("issuer")));
  EXPECT_TRUE(equal(certificate.subject(), name("subject")));
  EXPECT_EQ(certificate.key(), p256_key(0).public_key());
  EXPECT_EQ(certificate.validity(),
            (TimeRange{time_from_unix(1'700'000'000), time_from_unix(1'800'000'000)}));
  EXPECT_EQ(certificate.extensions().size(), 6u);
  EXPECT_TRUE(certificate.is_ca());
  EXPECT_EQ(certificate.path_length(), 2u);
  EXPECT_TRUE(certificate.has_key_usage());
  EXPECT_TRUE(certificate.allows(KeyUsage::key_cert_sign));
  EXPECT_TRUE(certificate.allows(KeyUsage::crl_sign));
  EXPECT_FALSE(certificate.allows(KeyUsage::digital_signature));
  EXPECT_TRUE(certificate.allows_extended(kEkuCodeSigning));
  EXPECT_FALSE(certificate.allows_extended(kEkuServerAuth));
  EXPECT_FALSE(certificate.extended_key_usage_critical());
  EXPECT_TRUE(equal(certificate.subject_key_id(), id));
  EXPECT_TRUE(equal(certificate.authority_key_id(), other_id));
  EXPECT_EQ(certificate.unknown_critical(), "");
  EXPECT_FALSE(certificate.has_name_constraints());
  const ExtensionView* found = certificate.find_extension(der::oid_from_text("1.2.3.4"));
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(text_of(found->value), "anything");
  EXPECT_EQ(certificate.find_extension(der::oid_from_text("1.2.3.5")), nullptr);
  EXPECT_EQ(certificate.describe(), "CN=subject");
  EXPECT_EQ(*Certificate::parse_pem(to_pem("CERTIFICATE", certificate.der())), certificate);
  EXPECT_FALSE(Certificate::parse_pem(to_pem("PUBLIC KEY", certificate.der())));
}

TEST(Certificate, AbsentExtensionsGrantNothing) {
  Certificate certificate = *made(plain());
  EXPECT_TRUE(certificate.extensions().empty());
  EXPECT_FALSE(certificate.is_ca());
  EXPECT_FALSE(certificate.path_length());
  EXPECT_FALSE(certificate.has_key_usage());
  EXPECT_FALSE(certificate.allows(KeyUsage::digital_signature));
  EXPECT_FALSE(certificate.allows_extended(kEkuCodeSigning));
  EXPECT_TRUE(certificate.subject_names().empty());
  EXPECT_TRUE(certificate.subject_key_id().empty());
  EXPECT_TRUE(certificate.authority_key_id().empty());
}

TEST(Certificate, OnlyItsIssuersKeySignedIt) {
  Certificate certificate = *made(plain());
  EXPECT_TRUE(certificate.verify_signed_by(p256_key(1).public_key()));
  EXPECT_TRUE(certificate.verify_signed_by(p256_key(0).public_key()).error().is(kSignatureInvalid));
  PrivateKey rsa = *PrivateKey::generate(KeyType::rsa);
  EXPECT_TRUE(certificate.verify_signed_by(rsa.public_key()).error().is(kSignatureInvalid));
}

TEST(Certificate, EverySignatureAlgorithm) {
  struct Case {
    const char* text;
    Bytes algorithm;
    KeyType key;
    SignatureScheme scheme;
  };
  auto pss = [](std::string_view hash, int salt) {
    Bytes hash_algorithm = der::sequence({object_id(hash), null()});
    Bytes mask = der::sequence({object_id("1.2.840.113549.1.1.8"), hash_algorithm});
    return der::sequence({object_id("1.2.840.113549.1.1.10"),
                          der::sequence({tlv(der::context_constructed(0), hash_algorithm),
                                         tlv(der::context_constructed(1), mask),
                                         tlv(der::context_constructed(2), der::encode_integer(salt))})});
  };
  using enum HashAlgorithm;
  const std::vector<Case> cases = {
      {"ecdsa 256",
       der::sequence({object_id("1.2.840.10045.4.3.2")}),
       KeyType::ecdsa_p384,
       {sha256, Padding::none}},
      {"ecdsa 384",
       der::sequence({object_id("1.2.840.10045.4.3.3")}),
       KeyType::ecdsa_p384,
       {sha384, Padding::none}},
      {"ecdsa 512",
       der::sequence({object_id("1.2.840.10045.4.3.4")}),
       KeyType::ecdsa_p256,
       {sha512, Padding::none}},
      {"rsa 256",
       der::sequence({object_id("1.2.840.113549.1.1.11"), null()}),
       KeyType::rsa,
       {sha256, Padding::pkcs1}},
      {"rsa bare",
       der::sequence({object_id("1.2.840.113549.1.1.11")}),
       KeyType::rsa,
       {sha256, Padding::pkcs1}},
      {"rsa 384",
       der::sequence({object_id("1.2.840.113549.1.1.12"), null()}),
       KeyType::rsa,
       {sha384, Padding::pkcs1}},
      {"rsa 512",
       der::sequence({object_id("1.2.840.113549.1.1.13"), null()}),
       KeyType::rsa,
       {sha512, Padding::pkcs1}},
      {"pss 256", pss("2.16.840.1.101.3.4.2.1", 32), KeyType::rsa, {sha256, Padding::pss}},
      {"pss 384", pss("2.16.840.1.101.3.4.2.2", 48), KeyType::rsa, {sha384, Padding::pss}},
      {"pss 512", pss("2.16.840.1.101.3.4.2.3", 64), KeyType::rsa, {sha512, Padding::pss}},
      {"ed25519", der::sequence({object_id("1.3.101.112")}), KeyType::ed25519, {}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    PrivateKey key = *PrivateKey::generate(c.key);
    Parts parts = plain();
    parts.algorithm = c.algorithm;
    parts.scheme = c.scheme;
    Result<Certificate> certificate = Certificate::parse(parts.sign(key));
    ASSERT_TRUE(certificate) << certificate.error().message();
    EXPECT_TRUE(certificate->verify_signed_by(key.public_key()));
    BytesView der = certificate->der();
    const unsigned char* at = der.data();
    X509* theirs = d2i_X509(nullptr, &at, static_cast<long>(der.size()));
    BytesView spki = key.public_key().spki();
    at = spki.data();
    EVP_PKEY* their_key = d2i_PUBKEY(nullptr, &at, static_cast<long>(spki.size()));
    EXPECT_EQ(X509_verify(theirs, their_key), 1);
    X509_free(theirs);
    EVP_PKEY_free(their_key);
  }
  Parts parts = plain();
  for (const Bytes& wrong : {
           pss("2.16.840.1.101.3.4.2.1", 20),                    // another salt
           pss("1.3.14.3.2.26", 20),                             // SHA-1
           der::sequence({object_id("1.2.840.113549.1.1.10")}),  // PSS of the defaults (SHA-1)
           der::sequence({object_id("1.2.840.113549.1.1.10"), der::sequence({})}),
           der::sequence({object_id("1.2.840.113549.1.1.5"), null()}),  // sha1WithRSAEncryption
           der::sequence({object_id("1.2.840.10045.4.1")}),             // ecdsa-with-SHA1
           der::sequence({object_id("1.2.840.10045.4.3.2"), null()}),   // ECDSA with parameters
           der::sequence({object_id("1.3.101.112"), null()}),           // Ed25519 with parameters
           der::sequence({object_id("1.2.840.113549.1.1.11"), null(), null()}),
           der::sequence({}),
       }) {
    parts.algorithm = wrong;
    EXPECT_NE(refusal(parts), "") << encode_hex(wrong);
  }
}

TEST(Certificate, PssWithTwoHashesOrATrailerIsRefused) {
  Bytes sha256_algorithm = der::sequence({object_id("2.16.840.1.101.3.4.2.1")});
  Bytes sha512_algorithm = der::sequence({object_id("2.16.840.1.101.3.4.2.3")});
  auto algorithm = [&](BytesView mask_oid, BytesView mask_hash, BytesView more) {
    Bytes mask = der::sequence({mask_oid, mask_hash});
    return der::sequence({object_id("1.2.840.113549.1.1.10"),
                          der::sequence({tlv(der::context_constructed(0), sha256_algorithm),
                                         tlv(der::context_constructed(1), mask),
                                         tlv(der::context_constructed(2), der::encode_integer(32)), more})});
  };
  Bytes mgf1 = object_id("1.2.840.113549.1.1.8");
  Parts parts = plain();
  parts.algorithm = algorithm(mgf1, sha256_algorithm, {});
  EXPECT_EQ(refusal(parts), "");
  parts.algorithm = algorithm(mgf1, sha512_algorithm, {});
  EXPECT_THAT(refusal(parts), HasSubstr("two different hashes"));
  parts.algorithm = algorithm(object_id("1.2.840.113549.1.1.9"), sha256_algorithm, {});
  EXPECT_THAT(refusal(parts), HasSubstr("MGF1"));
  parts.algorithm =
      algorithm(mgf1, sha256_algorithm, tlv(der::context_constructed(3), der::encode_integer(1)));
  EXPECT_THAT(refusal(parts), HasSubstr("left over"));
}

TEST(Certificate, TheShellIsExact) {
  Bytes good = plain().sign(p256_key(1));
  ASSERT_TRUE(Certificate::parse(good));
  for (std::size_t n = 0; n < good.size(); ++n) ASSERT_FALSE(Certificate::parse(BytesView(good).first(n)));
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_TRUE(Certificate::parse(longer).error().is(kCertificateInvalid));

  Parts parts = plain();
  parts.outer_algorithm = der::sequence({object_id("1.2.840.10045.4.3.3")});
  EXPECT_THAT(refusal(parts), HasSubstr("differ"));
  parts = plain();
  parts.after_signature = null();
  EXPECT_THAT(refusal(parts), HasSubstr("left over"));
}

TEST(Certificate, OnlyVersion3) {
  Parts parts = plain();
  parts.version = {};
  EXPECT_THAT(refusal(parts), HasSubstr("version 1"));
  for (int version : {0, 1, 3, -1}) {
    parts.version = tlv(der::context_constructed(0), der::encode_integer(version));
    EXPECT_THAT(refusal(parts), HasSubstr("version")) << version;
  }
}

TEST(Certificate, SerialNumbers) {
  auto serial = [](Bytes bytes) {
    Parts parts = plain();
    parts.serial = tlv(der::kInteger, bytes);
    return refusal(parts);
  };
  EXPECT_EQ(serial({1}), "");
  EXPECT_EQ(serial(Bytes(20, 0x7f)), "");
  EXPECT_THAT(serial(Bytes(21, 0x7f)), HasSubstr("21 bytes"));
  EXPECT_THAT(serial({0}), HasSubstr("not positive"));
  EXPECT_THAT(serial({0x80}), HasSubstr("not positive"));
  EXPECT_THAT(serial({0, 1}), HasSubstr("shortest"));
  EXPECT_NE(serial({}), "");
}

TEST(Certificate, Validity) {
  auto validity = [](Bytes from, Bytes to) {
    Parts parts = plain();
    parts.validity = der::sequence({from, to});
    return refusal(parts);
  };
  Bytes noon = der::encode_time(time_from_unix(1'700'000'000)),
        later = der::encode_time(time_from_unix(1'700'000'001));
  EXPECT_EQ(validity(noon, later), "");
  EXPECT_EQ(validity(noon, noon), "");
  EXPECT_THAT(validity(later, noon), HasSubstr("is before notBefore"));
  EXPECT_EQ(validity(noon, tlv(der::kGeneralizedTime, bytes_of("99991231235959Z"))), "");
  for (std::string_view wrong : {"240230120000Z", "2402011200Z", "240201120000+0000", "240201120060Z", ""}) {
    EXPECT_NE(validity(tlv(der::kUtcTime, bytes_of(wrong)), later), "") << wrong;
  }
  Parts parts = plain();
  parts.validity = der::sequence({noon, later, later});
  EXPECT_NE(refusal(parts), "");
}

TEST(Certificate, Names) {
  Parts parts = plain();
  parts.subject = der::sequence({});
  EXPECT_EQ(refusal(parts), "");
  EXPECT_EQ(made(parts)->describe(), "serial number 1267");
  parts.issuer = der::sequence({});
  EXPECT_THAT(refusal(parts), HasSubstr("empty issuer"));
  parts = plain();
  parts.subject = der::sequence({tlv(der::kSet, {})});
  EXPECT_NE(refusal(parts), "");
  parts.subject = der::sequence({tlv(der::kSet, der::sequence({object_id("2.5.4.3")}))});
  EXPECT_NE(refusal(parts), "");
  parts.subject = der::sequence({null()});
  EXPECT_NE(refusal(parts), "");
}

TEST(Certificate, NamesAreText) {
  auto value = [](der::Tag tag, std::string_view text) {
    Parts parts = plain();
    Bytes attribute = der::sequence({object_id("2.5.4.3"), tlv(tag, bytes_of(text))});
    parts.subject = der::sequence({tlv(der::kSet, attribute)});
    return refusal(parts);
  };
  EXPECT_EQ(value(der::kUtf8String, "\u00fc"), "");
  EXPECT_EQ(value(der::kPrintableString, "x"), "");
  EXPECT_EQ(value(der::kIa5String, "a@b"), "");
  EXPECT_THAT(value(der::kUtf8String, "\xfc"), HasSubstr("not UTF-8"));
  EXPECT_THAT(value(der::kPrintableString, "\xfc"), HasSubstr("printable ASCII"));
  EXPECT_THAT(value(der::kIa5String, "a\n"), HasSubstr("printable ASCII"));
  EXPECT_THAT(value(0x1e, "ab"), HasSubstr("kind of string"));
  EXPECT_THAT(value(der::kInteger, "1"), HasSubstr("kind of string"));
}

TEST(Certificate, NamesPrintWithoutHarm) {
  Parts parts = plain();
  parts.subject = name("a\x1b[2Jb");
  EXPECT_THAT(made(parts)->describe(), testing::Not(HasSubstr("\x1b")));
  Bytes organization = der::sequence({object_id("2.5.4.10"), der::encode_utf8("o")});
  Bytes unknown = der::sequence({object_id("1.2.3"), der::encode_utf8("x")});
  EXPECT_EQ(name_to_text(der::sequence({tlv(der::kSet, organization), tlv(der::kSet, unknown)})),
            "O=o, 1.2.3=x");
  EXPECT_EQ(name_to_text(bytes_of("junk")), "unreadable name");
}

TEST(Certificate, UniqueIdentifiersAreRefused) {
  for (unsigned n : {1u, 2u}) {
    Parts parts = with({key_usage_sign()});
    parts.before_extensions = tlv(der::context(n), Bytes{0, 1});
    EXPECT_NE(refusal(parts), "");
  }
}

TEST(Certificate, KeysAreChecked) {
  Parts parts = plain();
  parts.spki.back() ^= 1;
  EXPECT_TRUE(made(parts).error().is(kKeyInvalid));
}

TEST(Certificate, ExtensionsAreExact) {
  EXPECT_THAT(refusal(with({key_usage_sign(), basic_constraints(true), key_usage_sign()})),
              HasSubstr("is there twice"));
  EXPECT_THAT(refusal(with({extension("1.2.3", false, {}), extension("1.2.3", true, {})})),
              HasSubstr("is there twice"));
  Parts parts = plain();
  parts.extension_field = tlv(der::context_constructed(3), der::sequence({}));
  EXPECT_THAT(refusal(parts), HasSubstr("empty list"));
  parts.extension_field =
      joined({tlv(der::context_constructed(3), der::sequence({key_usage_sign()})), null()});
  EXPECT_THAT(refusal(parts), HasSubstr("left over"));
  parts.extension_field =
      tlv(der::context_constructed(3), joined({der::sequence({key_usage_sign()}), null()}));
  EXPECT_THAT(refusal(parts), HasSubstr("left over"));
  EXPECT_THAT(refusal(with({der::sequence({object_id("1.2.3"), no(), der::encode_octet_string({})})})),
              HasSubstr("spells out a default"));
  EXPECT_NE(refusal(with({der::sequence({object_id("1.2.3"), der::encode_octet_string({}), null()})})), "");
  EXPECT_NE(refusal(with({der::sequence({object_id("1.2.3")})})), "");
}

TEST(Certificate, LimitsAreLimits) {
  std::vector<Bytes> many;
  for (int i = 0; i < 100; ++i) many.push_back(extension("1.2.3." + std::to_string(i), false, {}));
  EXPECT_EQ(refusal(with(many)), "");
  many.push_back(extension("1.2.4", false, {}));
  EXPECT_THAT(refusal(with(many)), HasSubstr("more than 100 extensions"));
  Bytes good = plain().sign(p256_key(1));
  EXPECT_TRUE(Certificate::parse(good, {.bytes = good.size()}));
  EXPECT_THAT(Certificate::parse(good, {.bytes = good.size() - 1}).error().message(),
              HasSubstr("are the limit"));
}

TEST(Certificate, UnknownCriticalExtensionsAreReported) {
  Certificate certificate = *made(with({extension("1.2.3", false, {}), key_usage_sign(),
                                        extension("1.2.4", true, {}), extension("1.2.5", true, {})}));
  EXPECT_EQ(certificate.unknown_critical(), "1.2.4");
}

TEST(Certificate, BasicConstraints) {
  auto value = [](std::initializer_list<BytesView> parts) {
    return with({extension("2.5.29.19", true, der::sequence(parts))});
  };
  EXPECT_EQ(refusal(value({})), "");
  EXPECT_FALSE(made(value({}))->is_ca());
  EXPECT_TRUE(made(value({yes()}))->is_ca());
  EXPECT_EQ(made(value({yes(), der::encode_integer(0)}))->path_length(), 0u);
  EXPECT_THAT(refusal(value({no()})), HasSubstr("spells out a default"));
  EXPECT_THAT(refusal(value({der::encode_integer(0)})), HasSubstr("no authority"));
  EXPECT_THAT(refusal(value({yes(), der::encode_integer(-1)})), HasSubstr("path length of -1"));
  EXPECT_NE(refusal(value({yes(), der::encode_integer(std::int64_t{1} << 31)})), "");
  EXPECT_NE(refusal(value({yes(), der::encode_integer(0), null()})), "");
  EXPECT_NE(refusal(value({tlv(der::kBoolean, Bytes{1})})), "");
  EXPECT_NE(refusal(with({extension("2.5.29.19", true, {})})), "");
}

TEST(Certificate, KeyUsageIsANamedBitList) {
  auto usage = [](Bytes bytes) { return with({extension("2.5.29.15", true, tlv(der::kBitString, bytes))}); };
  EXPECT_TRUE(made(usage({0x07, 0x80}))->allows(KeyUsage::digital_signature));
  EXPECT_TRUE(made(usage({0x02, 0x04}))->allows(KeyUsage::key_cert_sign));
  EXPECT_FALSE(made(usage({0x02, 0x04}))->allows(KeyUsage::digital_signature));
  EXPECT_EQ(refusal(usage({0x07, 0x00, 0x80})), "") << "decipherOnly alone";
  for (const Bytes& wrong : std::vector<Bytes>{{},
                                               {0},
                                               {0, 0},
                                               {0, 0x80},
                                               {6, 0x80},
                                               {7, 0xc0},
                                               {8, 0x80},
                                               {0x06, 0x80, 0x40},
                                               {0x07, 0, 0, 0x80}}) {
    EXPECT_NE(refusal(usage(wrong)), "") << encode_hex(wrong);
  }
}

TEST(Certificate, ExtendedKeyUsage) {
  Parts parts = with(
      {extension("2.5.29.37", true, der::sequence({object_id("1.3.6.1.5.5.7.3.8"), object_id("1.2.3")}))});
  EXPECT_TRUE(made(parts)->extended_key_usage_critical());
  EXPECT_THAT(made(parts)->extended_key_usages(), testing::ElementsAre(kEkuTimeStamping, "1.2.3"));
  EXPECT_NE(refusal(with({extension("2.5.29.37", true, der::sequence({}))})), "");
  EXPECT_NE(refusal(with({extension("2.5.29.37", true, der::sequence({null()}))})), "");
}

TEST(Certificate, SubjectNames) {
  using enum SubjectName::Kind;
  Bytes fulcio =
      tlv(der::context_constructed(0), joined({object_id("1.3.6.1.4.1.57264.1.7"),
                                               tlv(der::context_constructed(0), der::encode_utf8("ü@x"))}));
  Bytes foreign = tlv(der::context_constructed(0),
                      joined({object_id("1.2.3"), tlv(der::context_constructed(0), null())}));
  Certificate certificate = *made(with({general_names({
      tlv(der::context(1), bytes_of("a@b")),
      tlv(der::context(2), bytes_of("example.org")),
      tlv(der::context(6), bytes_of("https://example.org/x")),
      tlv(der::context(7), Bytes{127, 0, 0, 1}),
      tlv(der::context(7), Bytes(16, 1)),
      fulcio,
      foreign,
      tlv(der::context_constructed(4), name("x")),
      tlv(der::context(8), Bytes{0x2a, 3}),
  })}));
  EXPECT_TRUE(certificate.subject_names_critical());
  const std::vector<SubjectName> expected = {
      {email, "a@b"},
      {dns, "example.org"},
      {uri, "https://example.org/x"},
      {ip, std::string("\x7f\0\0\1", 4)},
      {ip, std::string(16, '\1')},
      {other_name, "ü@x"},
      {unsupported, ""},
      {unsupported, ""},
      {unsupported, ""},
  };
  EXPECT_EQ(certificate.subject_names(), expected);
}

TEST(Certificate, WrongSubjectNamesAreRefused) {
  auto wrapped = [](BytesView value) {
    return tlv(der::context_constructed(0),
               joined({object_id("1.3.6.1.4.1.57264.1.7"), tlv(der::context_constructed(0), value)}));
  };
  for (const Bytes& wrong :
       std::vector<Bytes>{tlv(der::context(1), bytes_of("a@b\x80")),
                          tlv(der::context(1), bytes_of(std::string_view("a@b\0c", 5))),
                          tlv(der::context(6), bytes_of("https://x\n")), tlv(der::context(7), Bytes(5)),
                          tlv(der::context_constructed(1), bytes_of("a@b")), tlv(der::context(9), {}),
                          wrapped(tlv(der::kIa5String, bytes_of("x"))), wrapped(der::encode_utf8("\xff")),
                          wrapped(joined({der::encode_utf8("x"), null()})), null()}) {
    EXPECT_NE(refusal(with({general_names({wrong})})), "") << encode_hex(wrong);
  }
  EXPECT_NE(refusal(with({general_names({})})), "");
}

TEST(Certificate, KeyIdentifiers) {
  auto authority = [](std::initializer_list<BytesView> parts) {
    return with({extension("2.5.29.35", false, der::sequence(parts))});
  };
  Bytes id = tlv(der::context(0), Bytes{1}), serial = tlv(der::context(2), Bytes{1});
  Bytes issuer = tlv(der::context_constructed(1), tlv(der::context_constructed(4), name("x")));
  EXPECT_EQ(refusal(authority({})), "");
  EXPECT_EQ(refusal(authority({id, issuer, serial})), "");
  EXPECT_EQ(refusal(authority({issuer, serial})), "");
  EXPECT_NE(refusal(authority({id, serial})), "");
  EXPECT_NE(refusal(authority({issuer})), "");
  EXPECT_NE(refusal(authority({serial, issuer})), "");
  EXPECT_NE(refusal(with({extension("2.5.29.14", false, null())})), "");
  EXPECT_NE(refusal(with({extension("2.5.29.14", false, joined({der::encode_octet_string({}), null()}))})),
            "");
}

TEST(Certificate, NameConstraintsAreSeen) {
  EXPECT_TRUE(made(with({extension("2.5.29.30", true, der::sequence({null()}))}))->has_name_constraints());
  EXPECT_EQ(made(with({extension("2.5.29.30", true, der::sequence({null()}))}))->unknown_critical(), "");
}

TEST(Certificate, PrecertificateLeavesOutTheSctListAlone) {
  constexpr const char* kScts = "1.3.6.1.4.1.11129.2.4.2";
  Bytes before = extension("1.2.3", false, bytes_of("b")), after = extension("1.2.4", true, Bytes(200, 7));
  Parts without = with({before, after});
  Certificate certificate = *made(with({before, extension(kScts, false, Bytes(300, 1)), after}));
  EXPECT_TRUE(equal(certificate.precertificate_tbs(), without.tbs()));
  EXPECT_TRUE(equal(made(without)->precertificate_tbs(), without.tbs())) << "nothing to leave out";
  EXPECT_TRUE(equal(made(with({extension(kScts, false, {})}))->precertificate_tbs(), plain().tbs()));
  EXPECT_TRUE(equal(made(plain())->precertificate_tbs(), plain().tbs()));
}

// --- Real certificates ---------------------------------------------------------------------------

void collect(const json::Value& value, std::set<std::string>& out) {
  if (const json::Array* array = value.array()) {
    for (const json::Value& each : *array) collect(each, out);
  }
  if (const json::Object* object = value.object()) {
    const json::Value* chain = object->find("certChain");
    const json::Value* certificates = chain == nullptr ? nullptr : chain->object()->find("certificates");
    if (certificates != nullptr) {
      for (const json::Value& each : *certificates->array())
        out.insert(*each.object()->find("rawBytes")->text());
    }
    const json::Value* leaf = object->find("certificate");
    if (leaf != nullptr && leaf->object() != nullptr && leaf->object()->find("rawBytes") != nullptr) {
      out.insert(*leaf->object()->find("rawBytes")->text());
    }
    for (const json::Member& member : *object) collect(member.value, out);
  }
}

/// Base64 of every certificate in trust roots and bundles below `folder`.
std::set<std::string> real_certificates(const std::filesystem::path& folder) {
  std::set<std::string> out;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    std::string name = entry.path().filename();
    if (!name.starts_with("trusted_root") && !name.contains("bundle.sigstore.json")) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    Result<json::Value> value = json::parse(text);
    if (value) collect(*value, out);
  }
  return out;
}

TEST(Certificate, ReadsEveryRealOneAsLibcryptoDoes) {
  const std::filesystem::path vectors = std::filesystem::path(TOMME_SHARED_DIR) / "vectors";
  if (!std::filesystem::is_directory(vectors)) GTEST_SKIP() << "no vectors in " << vectors;
  std::set<std::string> all = real_certificates(vectors);
  std::size_t accepted = 0;
  for (const std::string& text : all) {
    Bytes der = *decode_base64(text);
    Result<Certificate> certificate = Certificate::parse(der);
    if (!certificate) {
      ADD_FAILURE() << certificate.error().message() << "\n" << text;
      continue;
    }
    ++accepted;
    const unsigned char* at = der.data();
    X509* theirs = d2i_X509(nullptr, &at, static_cast<long>(der.size()));
    ASSERT_NE(theirs, nullptr);
    EXPECT_EQ(certificate->is_ca(), X509_check_ca(theirs) == 1);
    EXPECT_EQ(static_cast<int>(certificate->extensions().size()), X509_get_ext_count(theirs));
    EXPECT_EQ(X509_get_pathlen(theirs),
              certificate->path_length() ? static_cast<long>(*certificate->path_length()) : -1L);
    X509_free(theirs);
  }
  EXPECT_GT(accepted, 20u);
}

/// A flipped bit either stops the reading or the signature; nothing else of a certificate may bend.
TEST(Certificate, NoFlippedBitSurvives) {
  Bytes good = with({basic_constraints(true, 1), key_usage_cert_sign()}).sign(p256_key(1));
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    Bytes flipped = good;
    flipped[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    Result<Certificate> certificate = Certificate::parse(flipped);
    if (!certificate) continue;
    ASSERT_FALSE(certificate->verify_signed_by(p256_key(1).public_key())) << "bit " << bit;
  }
}

}  // namespace
}  // namespace tomme
