#include "core/crypto/key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <thread>
#include <vector>

#include "core/crypto/errors.h"
#include "core/crypto/oids_internal.h"
#include "core/encoding/der.h"
#include "core/encoding/pem.h"
#include "core/encoding/text.h"

namespace tomme {
namespace {

using der::encode;
using der::sequence;

constexpr std::array kTypes = {KeyType::ecdsa_p256, KeyType::ecdsa_p384, KeyType::ecdsa_p521, KeyType::rsa,
                               KeyType::ed25519};
constexpr std::array kHashes = {HashAlgorithm::sha256, HashAlgorithm::sha384, HashAlgorithm::sha512};

const PrivateKey& key_of(KeyType type) {
  static const std::vector<PrivateKey> keys = [] {
    std::vector<PrivateKey> out;
    for (KeyType each : kTypes) out.push_back(*PrivateKey::generate(each));
    return out;
  }();
  return keys[static_cast<std::size_t>(type)];
}

std::vector<SignatureScheme> schemes_of(KeyType type) {
  std::vector<SignatureScheme> out;
  for (HashAlgorithm hash : kHashes) {
    if (type == KeyType::rsa) {
      out.push_back({hash, Padding::pkcs1});
      out.push_back({hash, Padding::pss});
    } else {
      out.push_back({hash, Padding::none});
    }
  }
  return out;
}

Bytes changed(BytesView bytes, std::size_t at) {
  Bytes out = to_bytes(bytes);
  out[at] ^= 1;
  return out;
}

Bytes ec_spki(BytesView curve, BytesView point) {
  return sequence({sequence({encode(der::kOid, oid::kEcPublicKey), encode(der::kOid, curve)}),
                   der::encode_bit_string(point)});
}

Bytes point_of(KeyType type) {
  BytesView spki = key_of(type).public_key().spki();
  std::size_t size = type == KeyType::ecdsa_p256 ? 65 : type == KeyType::ecdsa_p384 ? 97 : 133;
  return to_bytes(spki.last(size));
}

Bytes rsa_key(BytesView modulus, BytesView exponent) {
  return sequence({der::encode_unsigned(modulus), der::encode_unsigned(exponent)});
}

Bytes modulus_of(std::size_t bits) {
  Bytes out((bits + 7) / 8, 0xff);
  out[0] = static_cast<std::uint8_t>(0xff >> (out.size() * 8 - bits));
  return out;
}

const Bytes kExponent = {1, 0, 1};

TEST(Oids, AreWhatTheirNamesSay) {
  const std::vector<std::pair<BytesView, std::string>> expected = {
      {oid::kEcPublicKey, "1.2.840.10045.2.1"},
      {oid::kP256, "1.2.840.10045.3.1.7"},
      {oid::kP384, "1.3.132.0.34"},
      {oid::kP521, "1.3.132.0.35"},
      {oid::kRsa, "1.2.840.113549.1.1.1"},
      {oid::kEd25519, "1.3.101.112"},
      {oid::kEcdsaSha256, "1.2.840.10045.4.3.2"},
      {oid::kEcdsaSha384, "1.2.840.10045.4.3.3"},
      {oid::kEcdsaSha512, "1.2.840.10045.4.3.4"},
      {oid::kMgf1, "1.2.840.113549.1.1.8"},
      {oid::kRsaPss, "1.2.840.113549.1.1.10"},
      {oid::kRsaSha256, "1.2.840.113549.1.1.11"},
      {oid::kRsaSha384, "1.2.840.113549.1.1.12"},
      {oid::kRsaSha512, "1.2.840.113549.1.1.13"},
      {oid::kSha256, "2.16.840.1.101.3.4.2.1"},
      {oid::kSha384, "2.16.840.1.101.3.4.2.2"},
      {oid::kSha512, "2.16.840.1.101.3.4.2.3"},
      {oid::kSubjectKeyIdentifier, "2.5.29.14"},
      {oid::kKeyUsage, "2.5.29.15"},
      {oid::kSubjectAltName, "2.5.29.17"},
      {oid::kBasicConstraints, "2.5.29.19"},
      {oid::kNameConstraints, "2.5.29.30"},
      {oid::kAuthorityKeyIdentifier, "2.5.29.35"},
      {oid::kExtendedKeyUsage, "2.5.29.37"},
      {oid::kSctList, "1.3.6.1.4.1.11129.2.4.2"},
      {oid::kFulcioOtherName, "1.3.6.1.4.1.57264.1.7"},
      {oid::kCommonName, "2.5.4.3"},
  };
  for (const auto& [bytes, dotted] : expected) EXPECT_EQ(der::oid_to_text(bytes), dotted);
}

TEST(Key, EveryKindSignsAndVerifiesWithEveryHash) {
  BytesView message = bytes_of("a message");
  for (KeyType type : kTypes) {
    const PrivateKey& key = key_of(type);
    for (const SignatureScheme& scheme : schemes_of(type)) {
      SCOPED_TRACE(key.public_key().describe() + " " + std::string(name_of(scheme.hash)));
      Bytes signature = *key.sign(scheme, message);
      EXPECT_TRUE(key.public_key().verify(scheme, message, signature));
      EXPECT_TRUE(key.public_key()
                      .verify(scheme, bytes_of("another message"), signature)
                      .error()
                      .is(kSignatureInvalid));
      EXPECT_FALSE(key.public_key().verify(scheme, message, changed(signature, signature.size() / 2)));
      EXPECT_FALSE(
          key.public_key().verify(scheme, message, BytesView(signature).first(signature.size() - 1)));
      EXPECT_FALSE(key.public_key().verify(scheme, message, {}));
      signature.push_back(0);
      EXPECT_FALSE(key.public_key().verify(scheme, message, signature));
    }
  }
}

TEST(Key, AnotherKeyOfTheSameKindDoesNotVerify) {
  BytesView message = bytes_of("a message");
  for (KeyType type : kTypes) {
    SignatureScheme scheme = key_of(type).public_key().default_scheme();
    PrivateKey other = *PrivateKey::generate(type);
    EXPECT_FALSE(other.public_key().verify(scheme, message, *key_of(type).sign(scheme, message)));
  }
}

TEST(Key, AnotherHashOrPaddingDoesNotVerify) {
  BytesView message = bytes_of("a message");
  for (KeyType type : {KeyType::ecdsa_p256, KeyType::ecdsa_p384, KeyType::ecdsa_p521, KeyType::rsa}) {
    std::vector<SignatureScheme> schemes = schemes_of(type);
    for (const SignatureScheme& made : schemes) {
      Bytes signature = *key_of(type).sign(made, message);
      for (const SignatureScheme& asked : schemes) {
        EXPECT_EQ(key_of(type).public_key().verify(asked, message, signature).has_value(), made == asked);
      }
    }
  }
}

TEST(Key, VerifiesFromADigest) {
  BytesView message = bytes_of("a message");
  for (KeyType type : {KeyType::ecdsa_p256, KeyType::ecdsa_p384, KeyType::ecdsa_p521, KeyType::rsa}) {
    for (const SignatureScheme& scheme : schemes_of(type)) {
      Bytes signature = *key_of(type).sign(scheme, message);
      const PublicKey& key = key_of(type).public_key();
      EXPECT_TRUE(key.verify_digest(scheme.padding, digest(scheme.hash, message), signature));
      EXPECT_FALSE(key.verify_digest(scheme.padding, digest(scheme.hash, bytes_of("x")), signature));
    }
  }
  Result<void> ed25519 = key_of(KeyType::ed25519)
                             .public_key()
                             .verify_digest(Padding::none, digest(HashAlgorithm::sha256, message), {});
  EXPECT_TRUE(ed25519.error().is(kSignatureNeedsContent));
}

TEST(Key, PaddingMustFitTheKey) {
  BytesView message = bytes_of("a message");
  for (KeyType type : kTypes) {
    const PrivateKey& key = key_of(type);
    Bytes signature = *key.sign(key.public_key().default_scheme(), message);
    for (Padding padding : {Padding::none, Padding::pkcs1, Padding::pss, Padding::pss_any_salt}) {
      if ((type == KeyType::rsa) == (padding != Padding::none)) continue;
      SignatureScheme scheme{HashAlgorithm::sha256, padding};
      EXPECT_TRUE(key.public_key().verify(scheme, message, signature).error().is(kSignatureInvalid));
      EXPECT_FALSE(key.sign(scheme, message));
    }
  }
}

/// A PSS signature with a salt of that length, which our own signer does not make.
Bytes sign_with_salt(const PrivateKey& key, BytesView message, int salt) {
  const Bytes der = to_bytes(key.to_pkcs8()->reveal());
  const unsigned char* at = der.data();
  EVP_PKEY* pkey = d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size()));
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_PKEY_CTX* key_context = nullptr;
  EXPECT_EQ(EVP_DigestSignInit(context, &key_context, EVP_sha256(), nullptr, pkey), 1);
  EXPECT_EQ(EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PSS_PADDING), 1);
  EXPECT_EQ(EVP_PKEY_CTX_set_rsa_pss_saltlen(key_context, salt), 1);
  std::size_t length = 256;
  Bytes signature(length);
  EXPECT_EQ(EVP_DigestSign(context, signature.data(), &length, message.data(), message.size()), 1);
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(pkey);
  return signature;
}

TEST(Key, PssWithAnySaltWhereAskedFor) {
  const PrivateKey& key = key_of(KeyType::rsa);
  const BytesView message = bytes_of("a message");
  for (int salt : {0, 20, 32, 48, RSA_PSS_SALTLEN_MAX}) {
    const Bytes signature = sign_with_salt(key, message, salt);
    const PublicKey& half = key.public_key();
    EXPECT_TRUE(half.verify({HashAlgorithm::sha256, Padding::pss_any_salt}, message, signature)) << salt;
    EXPECT_FALSE(half.verify({HashAlgorithm::sha384, Padding::pss_any_salt}, message, signature)) << salt;
    EXPECT_FALSE(half.verify({HashAlgorithm::sha256, Padding::pss_any_salt}, bytes_of("other"), signature));
    EXPECT_EQ(half.verify({HashAlgorithm::sha256, Padding::pss}, message, signature).has_value(), salt == 32)
        << salt;
  }
  const SignatureScheme any{HashAlgorithm::sha256, Padding::pss_any_salt};
  EXPECT_TRUE(
      key.public_key().verify({HashAlgorithm::sha256, Padding::pss}, message, *key.sign(any, message)));
}

TEST(Key, LeavesNoErrorBehindInLibcrypto) {
  ERR_clear_error();
  for (KeyType type : kTypes) {
    const PublicKey& key = key_of(type).public_key();
    for (const SignatureScheme& scheme : schemes_of(type)) {
      EXPECT_FALSE(key.verify(scheme, bytes_of("m"), Bytes(type == KeyType::rsa ? 256 : 64, 0xff)));
      EXPECT_EQ(ERR_peek_error(), 0u);
    }
  }
  Bytes point = point_of(KeyType::ecdsa_p256);
  EXPECT_FALSE(PublicKey::parse_spki(ec_spki(oid::kP256, changed(point, 64))));
  EXPECT_FALSE(PrivateKey::parse_pkcs8(bytes_of("nonsense")));
  EXPECT_EQ(ERR_peek_error(), 0u);
}

// --- ECDSA signatures have one form --------------------------------------------------------------

struct EcdsaForm : testing::Test {
  const PrivateKey& key = key_of(KeyType::ecdsa_p256);
  BytesView message = bytes_of("a message");
  Bytes r, s;
  /// Until r has its top bit set and s has not, so that both kinds of padding occur.
  void SetUp() override {
    for (;;) {
      Bytes signature = *key.sign({}, message);
      der::Reader outer(signature);
      der::Reader numbers = *outer.sequence();
      r = to_bytes(*numbers.unsigned_integer());
      s = to_bytes(*numbers.unsigned_integer());
      if (r[0] >= 0x80 && s[0] < 0x80 && r.size() == 32 && s.size() == 32) return;
    }
  }
  bool accepts(BytesView signature) const {
    return key.public_key().verify({}, message, signature).has_value();
  }
  static Bytes raw(std::initializer_list<BytesView> parts) {
    Bytes out;
    for (BytesView part : parts) append(out, part);
    return out;
  }
};

TEST_F(EcdsaForm, TheCanonicalFormIsAccepted) {
  EXPECT_TRUE(accepts(sequence({der::encode_unsigned(r), der::encode_unsigned(s)})));
}

TEST_F(EcdsaForm, NothingElseIs) {
  Bytes good_r = der::encode_unsigned(r), good_s = der::encode_unsigned(s);
  Bytes zero = {0};
  EXPECT_FALSE(accepts(raw({r, s}))) << "IEEE P1363";
  EXPECT_FALSE(accepts(sequence({encode(der::kInteger, r), good_s}))) << "a negative r";
  EXPECT_FALSE(accepts(sequence({good_r, encode(der::kInteger, {zero, s})}))) << "a padded s";
  EXPECT_FALSE(accepts(sequence({good_r, good_s, encode(der::kNull, {})}))) << "a third element";
  EXPECT_FALSE(accepts(sequence({good_r}))) << "one element";
  EXPECT_FALSE(accepts(raw({sequence({good_r, good_s}), zero}))) << "a trailing byte";
  Bytes body = raw({good_r, good_s});
  Bytes head = {0x30, 0x81, static_cast<std::uint8_t>(body.size())};
  EXPECT_FALSE(accepts(raw({head, body}))) << "a long length";
  head = {0x30, 0x80};
  Bytes end = {0, 0};
  EXPECT_FALSE(accepts(raw({head, body, end}))) << "an indefinite length";
  EXPECT_FALSE(accepts(sequence({der::encode_integer(0), good_s})));
  EXPECT_FALSE(accepts(sequence({good_r, der::encode_integer(0)})));
  EXPECT_FALSE(accepts(sequence({der::encode_unsigned(Bytes(67, 0xff)), good_s}))) << "a huge r";
}

TEST_F(EcdsaForm, NumbersBeyondTheOrderAreRefused) {
  Bytes order = *decode_hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
  Bytes beyond = s;  // s + n verifies in an implementation that reduces first
  unsigned carry = 0;
  for (std::size_t i = 32; i-- > 0;) {
    unsigned sum = unsigned{s[i]} + order[i] + carry;
    beyond[i] = static_cast<std::uint8_t>(sum);
    carry = sum >> 8;
  }
  if (carry != 0) beyond.insert(beyond.begin(), 1);
  EXPECT_FALSE(accepts(sequence({der::encode_unsigned(r), der::encode_unsigned(beyond)})));
  EXPECT_FALSE(accepts(sequence({der::encode_unsigned(r), der::encode_unsigned(order)})));
}

// --- SubjectPublicKeyInfo ------------------------------------------------------------------------

TEST(Spki, RoundTripsAndDescribes) {
  const std::vector<std::pair<std::string, unsigned>> expected = {
      {"ECDSA P-256", 256}, {"ECDSA P-384", 384}, {"ECDSA P-521", 521}, {"RSA 2048", 2048}, {"Ed25519", 256}};
  for (std::size_t i = 0; i < kTypes.size(); ++i) {
    const PublicKey& key = key_of(kTypes[i]).public_key();
    PublicKey again = *PublicKey::parse_spki(key.spki());
    EXPECT_EQ(again, key);
    EXPECT_EQ(again.type(), kTypes[i]);
    EXPECT_EQ(again.describe(), expected[i].first);
    EXPECT_EQ(again.bits(), expected[i].second);
    EXPECT_EQ(again.spki_sha256(), sha256(key.spki()));
    EXPECT_EQ(*PublicKey::parse_pem(to_pem("PUBLIC KEY", key.spki())), key);
    EXPECT_EQ(again.ed25519_point().size(), kTypes[i] == KeyType::ed25519 ? 32u : 0u);
    Bytes longer = to_bytes(key.spki());
    longer.push_back(0);
    EXPECT_TRUE(PublicKey::parse_spki(longer).error().is(kKeyInvalid));
    for (std::size_t n = 0; n < key.spki().size(); ++n)
      ASSERT_FALSE(PublicKey::parse_spki(key.spki().first(n)));
  }
}

TEST(Spki, PointsMustLieOnTheirCurve) {
  for (auto [type, curve] : {std::pair<KeyType, BytesView>{KeyType::ecdsa_p256, oid::kP256},
                             {KeyType::ecdsa_p384, oid::kP384},
                             {KeyType::ecdsa_p521, oid::kP521}}) {
    Bytes point = point_of(type);
    ASSERT_TRUE(PublicKey::parse_spki(ec_spki(curve, point)));
    EXPECT_TRUE(
        PublicKey::parse_spki(ec_spki(curve, changed(point, point.size() - 1))).error().is(kKeyInvalid));
    EXPECT_TRUE(PublicKey::parse_spki(ec_spki(curve, changed(point, 5))).error().is(kKeyInvalid));
    Bytes compressed(point.begin(), point.begin() + static_cast<std::ptrdiff_t>((point.size() + 1) / 2));
    compressed[0] = static_cast<std::uint8_t>(2 + (point.back() & 1));
    EXPECT_TRUE(PublicKey::parse_spki(ec_spki(curve, compressed)).error().is(kKeyInvalid));
    Bytes hybrid = point;
    hybrid[0] = static_cast<std::uint8_t>(6 + (point.back() & 1));
    EXPECT_TRUE(PublicKey::parse_spki(ec_spki(curve, hybrid)).error().is(kKeyInvalid));
    EXPECT_TRUE(PublicKey::parse_spki(ec_spki(curve, Bytes{0})).error().is(kKeyInvalid)) << "infinity";
    EXPECT_FALSE(PublicKey::parse_spki(ec_spki(curve, {})));
    Bytes zero(point.size(), 0);
    zero[0] = 4;
    EXPECT_FALSE(PublicKey::parse_spki(ec_spki(curve, zero)));
    Bytes field(point.size(), 0xff);  // coordinates beyond the field's prime
    field[0] = 4;
    EXPECT_FALSE(PublicKey::parse_spki(ec_spki(curve, field)));
  }
}

TEST(Spki, OtherCurvesAndParametersAreRefused) {
  Bytes point = point_of(KeyType::ecdsa_p256);
  EXPECT_TRUE(PublicKey::parse_spki(ec_spki(oid::kP384, point)).error().is(kKeyInvalid));
  Bytes secp256k1 = der::oid_from_text("1.3.132.0.10");
  EXPECT_TRUE(PublicKey::parse_spki(ec_spki(secp256k1, point)).error().is(kKeyUnsupported));

  auto spki = [](std::initializer_list<BytesView> algorithm, BytesView key) {
    return sequence({sequence(algorithm), der::encode_bit_string(key)});
  };
  Bytes ec = encode(der::kOid, oid::kEcPublicKey), p256 = encode(der::kOid, oid::kP256);
  Bytes rsa = encode(der::kOid, oid::kRsa), ed25519 = encode(der::kOid, oid::kEd25519);
  Bytes null = encode(der::kNull, BytesView{}), null_with_contents = encode(der::kNull, Bytes{0});
  Bytes point25519 = to_bytes(key_of(KeyType::ed25519).public_key().ed25519_point());
  Bytes rsa_numbers = rsa_key(modulus_of(2048), kExponent);

  EXPECT_TRUE(PublicKey::parse_spki(spki({ec, p256}, point)));
  EXPECT_FALSE(PublicKey::parse_spki(spki({ec}, point))) << "no curve";
  EXPECT_FALSE(PublicKey::parse_spki(spki({ec, null}, point))) << "implicit curve";
  EXPECT_FALSE(PublicKey::parse_spki(spki({ec, sequence({p256})}, point))) << "explicit parameters";
  EXPECT_FALSE(PublicKey::parse_spki(spki({ec, p256, null}, point)));
  EXPECT_TRUE(PublicKey::parse_spki(spki({rsa, null}, rsa_numbers)));
  EXPECT_FALSE(PublicKey::parse_spki(spki({rsa}, rsa_numbers)));
  EXPECT_FALSE(PublicKey::parse_spki(spki({rsa, null_with_contents}, rsa_numbers)));
  EXPECT_FALSE(PublicKey::parse_spki(spki({rsa, null, null}, rsa_numbers)));
  EXPECT_TRUE(PublicKey::parse_spki(spki({ed25519}, point25519)));
  EXPECT_FALSE(PublicKey::parse_spki(spki({ed25519, null}, point25519)));
  EXPECT_FALSE(PublicKey::parse_spki(spki({ed25519}, BytesView(point25519).first(31))));
  point25519.push_back(0);
  EXPECT_FALSE(PublicKey::parse_spki(spki({ed25519}, point25519)));
  Bytes x25519 = encode(der::kOid, der::oid_from_text("1.3.101.110"));
  EXPECT_TRUE(PublicKey::parse_spki(spki({x25519}, Bytes(32))).error().is(kKeyUnsupported));
}

/// The point in hexadecimal as a SubjectPublicKeyInfo.
Result<PublicKey> ed25519_key(std::string_view point, bool negative = false) {
  Bytes bytes = *decode_hex(point);
  if (negative) bytes.back() |= 0x80;
  return PublicKey::parse_spki(
      sequence({sequence({encode(der::kOid, oid::kEd25519)}), der::encode_bit_string(bytes)}));
}

std::string all_but_ends(std::string_view first, std::string_view middle, std::string_view last) {
  std::string hex(first);
  for (int i = 0; i < 30; ++i) hex += middle;
  return hex.append(last);
}

TEST(Spki, AnEd25519KeyWhoseSignatureFitsManyMessagesIsRefused) {
  // Multiplied by 8 each of them is the neutral element (RFC 7748 section 6, RFC 8032 section 8).
  const std::string kPoints[] = {all_but_ends("00", "00", "00"), all_but_ends("01", "00", "00"),
                                 all_but_ends("ec", "ff", "7f"),
                                 "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                                 "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"};
  for (const std::string& point : kPoints) {
    for (const bool negative : {false, true}) {
      const auto key = ed25519_key(point, negative);
      ASSERT_FALSE(key) << point;
      EXPECT_TRUE(key.error().is(kKeyInvalid));
      EXPECT_TRUE(key.error().message().contains("small order")) << key.error().message();
    }
  }
}

TEST(Spki, AnEd25519KeyIsWrittenInOneWay) {
  // 2^255 - 19 up to 2^255 - 1 are 0 up to 18 once more.
  for (int low = 0xed; low <= 0xff; ++low) {
    const std::uint8_t byte = static_cast<std::uint8_t>(low);
    for (const bool negative : {false, true}) {
      const auto key = ed25519_key(all_but_ends(encode_hex(BytesView(&byte, 1)), "ff", "7f"), negative);
      ASSERT_FALSE(key);
      EXPECT_TRUE(key.error().message().contains("in the one way")) << key.error().message();
    }
  }
  EXPECT_TRUE(ed25519_key(all_but_ends("eb", "ff", "7f"))) << "the largest that is not refused";
  // RFC 8032 section 7.1, the keys of tests 1 to 3.
  for (const char* key : {"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
                          "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
                          "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"}) {
    EXPECT_TRUE(ed25519_key(key));
  }
}

TEST(Spki, RsaBounds) {
  auto code = [](BytesView modulus, BytesView exponent) -> std::string_view {
    Result<PublicKey> key = PublicKey::parse_rsa_pkcs1(rsa_key(modulus, exponent));
    return key ? "" : key.error().code().name;
  };
  EXPECT_EQ(code(modulus_of(2048), kExponent), "");
  EXPECT_EQ(code(modulus_of(8192), kExponent), "");
  EXPECT_EQ(code(modulus_of(2047), kExponent), kKeyUnsupported.name);
  EXPECT_EQ(code(modulus_of(8193), kExponent), kKeyUnsupported.name);
  EXPECT_EQ(code(modulus_of(1024), kExponent), kKeyUnsupported.name);
  EXPECT_EQ(code(modulus_of(2048), Bytes{3}), "");
  EXPECT_EQ(code(modulus_of(2048), Bytes{1}), kKeyInvalid.name);
  EXPECT_EQ(code(modulus_of(2048), Bytes{4}), kKeyInvalid.name);
  EXPECT_EQ(code(modulus_of(2048), Bytes{0}), kKeyInvalid.name);
  EXPECT_EQ(code(modulus_of(2048), Bytes(8, 0xff)), "");
  EXPECT_EQ(code(modulus_of(2048), Bytes(9, 0xff)), kKeyUnsupported.name);
  Bytes even = modulus_of(2048);
  even.back() = 0xfe;
  EXPECT_EQ(code(even, kExponent), kKeyInvalid.name);
}

TEST(Spki, Pkcs1BecomesTheSameKey) {
  const PublicKey& key = key_of(KeyType::rsa).public_key();
  der::Reader outer(key.spki());
  der::Reader spki = *outer.sequence();
  ASSERT_TRUE(spki.sequence());
  BytesView pkcs1 = *spki.bit_string();
  EXPECT_EQ(*PublicKey::parse_rsa_pkcs1(pkcs1), key);
  EXPECT_EQ(*PublicKey::parse_pem(to_pem("RSA PUBLIC KEY", pkcs1)), key);
  EXPECT_FALSE(PublicKey::parse_pem(to_pem("PUBLIC KEY", pkcs1)));
  Bytes negative = sequence({encode(der::kInteger, modulus_of(2048)), der::encode_unsigned(kExponent)});
  EXPECT_FALSE(PublicKey::parse_rsa_pkcs1(negative));
}

TEST(Spki, PemOfOtherThingsIsRefused) {
  BytesView spki = key_of(KeyType::ecdsa_p256).public_key().spki();
  EXPECT_FALSE(PublicKey::parse_pem(to_pem("CERTIFICATE", spki)));
  EXPECT_FALSE(PublicKey::parse_pem(to_pem("PUBLIC KEY", spki) + to_pem("PUBLIC KEY", spki)));
  EXPECT_FALSE(PublicKey::parse_pem("no key"));
}

/// Whatever of a flipped bit we take, libcrypto takes too and reads as the same key.
TEST(Spki, AgreesWithLibcryptoOnEveryFlippedBit) {
  for (KeyType type : kTypes) {
    Bytes spki = to_bytes(key_of(type).public_key().spki());
    for (std::size_t bit = 0; bit < spki.size() * 8; ++bit) {
      Bytes flipped = spki;
      flipped[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
      if (!PublicKey::parse_spki(flipped)) continue;
      const unsigned char* at = flipped.data();
      EVP_PKEY* theirs = d2i_PUBKEY(nullptr, &at, static_cast<long>(flipped.size()));
      ASSERT_NE(theirs, nullptr) << "bit " << bit;
      unsigned char* again = nullptr;
      int length = i2d_PUBKEY(theirs, &again);
      EXPECT_TRUE(equal(flipped, BytesView(again, static_cast<std::size_t>(length))));
      OPENSSL_free(again);
      EVP_PKEY_free(theirs);
    }
  }
  ERR_clear_error();
}

TEST(PrivateKey, RoundTripsThroughPkcs8) {
  for (KeyType type : kTypes) {
    const PrivateKey& key = key_of(type);
    Secret<Bytes> der = *key.to_pkcs8();
    PrivateKey again = *PrivateKey::parse_pkcs8(der.reveal());
    EXPECT_EQ(again.public_key(), key.public_key());
    SignatureScheme scheme = key.public_key().default_scheme();
    EXPECT_TRUE(key.public_key().verify(scheme, bytes_of("m"), *again.sign(scheme, bytes_of("m"))));
    EXPECT_EQ(PrivateKey::parse_pem(to_pem("PRIVATE KEY", der.reveal()))->public_key(), key.public_key());
    Bytes longer = der.reveal();
    longer.push_back(0);
    EXPECT_TRUE(PrivateKey::parse_pkcs8(longer).error().is(kKeyInvalid));
    EXPECT_FALSE(PrivateKey::parse_pkcs8(BytesView(der.reveal()).first(20)));
  }
}

TEST(PrivateKey, RsaSizesAreBounded) {
  EXPECT_TRUE(PrivateKey::generate(KeyType::rsa, 2047).error().is(kKeyUnsupported));
  EXPECT_TRUE(PrivateKey::generate(KeyType::rsa, 8193).error().is(kKeyUnsupported));
  EXPECT_EQ(PrivateKey::generate(KeyType::rsa, 3072)->public_key().bits(), 3072u);
}

TEST(Key, IsSharedBetweenThreads) {
  BytesView message = bytes_of("a message");
  for (KeyType type : kTypes) {
    SignatureScheme scheme = key_of(type).public_key().default_scheme();
    Bytes signature = *key_of(type).sign(scheme, message);
    PublicKey key = *PublicKey::parse_spki(key_of(type).public_key().spki());
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 50; ++i) ASSERT_TRUE(key.verify(scheme, message, signature));
      });
    }
  }
}

TEST(Random, IsRandom) {
  EXPECT_EQ(random_bytes(0).size(), 0u);
  EXPECT_EQ(random_bytes(33).size(), 33u);
  EXPECT_NE(random_bytes(16), random_bytes(16));
}

}  // namespace
}  // namespace tomme
