#include "app/repository/private_key.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "app/repository/errors.h"
#include "core/crypto/encrypted_key.h"
#include "core/encoding/der.h"
#include "core/encoding/pem.h"
#include "core/encoding/text.h"
#include "io/system/file.h"
#include "testing/folder.h"

namespace tomme::repository {
namespace {

bool is_one(std::string_view text) {
  return is_private_key(bytes_of(text));
}

const std::string kBody = "MIIBVAIBADANBgkqhkiG9w0BAQEFAASCAT4wggE6AgEAAkEAyl1Y\n";

std::string block(const std::string& label, const std::string& body) {
  return "-----BEGIN " + label + "-----\n" + body + "-----END " + label + "-----\n";
}

TEST(PrivateKeyFile, KnowsPemOfEveryKind) {
  for (const char* label :
       {"PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY",
        "OPENSSH PRIVATE KEY", "ENCRYPTED SIGSTORE PRIVATE KEY", "PGP PRIVATE KEY BLOCK"}) {
    EXPECT_TRUE(is_one(block(label, kBody))) << label;
    EXPECT_TRUE(is_one("subject=me\r\n" + block(label, kBody))) << label;
  }
  EXPECT_TRUE(
      is_one(block("RSA PRIVATE KEY", "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n" + kBody)));
  EXPECT_TRUE(is_one("key: |\n  -----BEGIN PRIVATE KEY-----\n  " + kBody + "  -----END PRIVATE KEY-----\n"));
  EXPECT_TRUE(
      is_one("{\"private_key\": \"-----BEGIN PRIVATE KEY-----\\nMIIBVAIBADANBgkqhkiG9w0BAQEFAASC\\n"
             "AT4wggE6AgEAAkEAyl1Y\\n-----END PRIVATE KEY-----\\n\"}"));
  EXPECT_TRUE(is_one(block("CERTIFICATE", kBody) + block("PRIVATE KEY", kBody)));
  EXPECT_TRUE(is_one("PuTTY-User-Key-File-3: ssh-ed25519\n"));
}

TEST(PrivateKeyFile, LeavesOtherFilesAlone) {
  EXPECT_FALSE(is_one(""));
  EXPECT_FALSE(is_one("hello"));
  EXPECT_FALSE(is_one(block("PUBLIC KEY", kBody)));
  EXPECT_FALSE(is_one(block("CERTIFICATE", kBody)));
  EXPECT_FALSE(is_one(block("PRIVATE KEY", "...\n")));  // of a manual
  EXPECT_FALSE(is_one("if text.startswith('-----BEGIN PRIVATE KEY-----'):\n"));
  EXPECT_FALSE(is_one(std::string("PK\x03\x04\0\0", 6) + block("PRIVATE KEY", kBody)));  // in an archive
}

TEST(PrivateKeyFile, KnowsDer) {
  for (const KeyType type : {KeyType::ed25519, KeyType::ecdsa_p256, KeyType::rsa}) {
    const PrivateKey key = PrivateKey::generate(type, 2048).value();
    const Bytes pkcs8 = to_bytes(key.to_pkcs8()->reveal());
    EXPECT_TRUE(is_private_key(pkcs8));
    EXPECT_FALSE(is_private_key(key.public_key().spki()));
    Bytes longer = pkcs8;
    longer.push_back(0);
    EXPECT_FALSE(is_private_key(longer));
    const std::string pem = encrypt_key(key, Secret<std::string>("secret")).value();
    EXPECT_TRUE(is_one(pem));
    EXPECT_TRUE(is_private_key(parse_pem_one(pem, "ENCRYPTED PRIVATE KEY").value()));
    if (type == KeyType::ed25519) continue;
    // The structure within PKCS #8: RFC 8017 A.1.2, RFC 5915.
    der::Reader outer(pkcs8);
    der::Reader fields = outer.sequence().value();
    ASSERT_TRUE(fields.any() && fields.any());
    EXPECT_TRUE(is_private_key(fields.octet_string().value()));
  }
}

TEST(PrivateKeyFile, KnowsWhatWasWrittenOtherwise) {
  const PrivateKey key = PrivateKey::generate(KeyType::ed25519, 2048).value();
  const Bytes pkcs8 = to_bytes(key.to_pkcs8()->reveal());
  const std::string pem = block("PRIVATE KEY", kBody);
  std::string quoted = "> " + pem, little, big, lines = pem;
  for (std::size_t at = 0; (at = quoted.find('\n', at)) != std::string::npos; at += 3)
    quoted.insert(at + 1, "> ");
  for (const char c : pem) {
    little += std::string{c, '\0'};
    big += std::string{'\0', c};
  }
  std::ranges::replace(lines, '\n', '\r');
  for (const std::string& text :
       {quoted, "\xff\xfe" + little, big, lines, encode_base64(pkcs8), encode_base64(pkcs8) + "\n",
        encode_hex(pkcs8), encode_base64(bytes_of(pem)),
        std::string(R"({"kty":"OKP","crv":"Ed25519","x":"AA","d":"AAAA"})"),
        std::string(R"({"keys":[{"kty":"EC","x":"AA"},{"kty":"EC","x":"AA","d":"AAAA"}]})"),
        std::string(R"({"keytype":"ed25519","keyval":{"public":"00","private":"11"},"scheme":"ed25519"})"),
        "# created: today\nAGE-SECRET-KEY-1" + std::string(58, 'Q') + "\n",
        std::string("untrusted comment: minisign encrypted secret key\nRWRTY0Iy\n")}) {
    EXPECT_TRUE(is_one(text)) << text;
  }
  for (const std::string& text :
       {encode_base64(key.public_key().spki()), encode_hex(key.public_key().spki()), std::string(64, 'a'),
        std::string(R"({"kty":"OKP","crv":"Ed25519","x":"AA"})"),
        std::string(R"({"keytype":"ed25519","keyval":{"public":"00","private":""},"scheme":"ed25519"})"),
        std::string("untrusted comment: minisign public key\nRWRTY0Iy\n"),
        "\xff\xfe" + std::string(100, 'x')}) {
    EXPECT_FALSE(is_one(text)) << text;
  }
}

TEST(PrivateKeyFile, KnowsPkcs12ButNoOtherStructure) {
  const Bytes version = {0x02, 0x01, 0x03};
  const Bytes data = der::encode_oid("1.2.840.113549.1.7.1");
  const Bytes algorithm = der::encode_oid("2.16.840.1.101.3.4.2.1");
  const Bytes bytes = der::encode_octet_string(Bytes(20, 1));
  EXPECT_TRUE(is_private_key(der::sequence({version, der::sequence({data, bytes})})));
  EXPECT_FALSE(is_private_key(der::sequence({version, der::sequence({algorithm, bytes})})));
  EXPECT_FALSE(is_private_key(der::sequence({der::sequence({algorithm}), bytes})));  // DigestInfo
}

TEST(PrivateKeyFile, IsRefusedByName) {
  const testing::TestFolder folder;
  const std::string key = folder.path("a.txt"), large = folder.path("b.txt");
  ASSERT_TRUE(write_file(key, block("PRIVATE KEY", kBody)));
  const auto refused = expect_no_private_key(key);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(kRepositoryPrivateKey));
  EXPECT_NE(refused.error().message().find("a.txt"), std::string::npos);
  ASSERT_TRUE(write_file(large, block("PRIVATE KEY", kBody) + std::string(kLongestPrivateKey, '\n')));
  EXPECT_TRUE(expect_no_private_key(large));
  EXPECT_FALSE(expect_no_private_key(folder.path("none")));
}

}  // namespace
}  // namespace tomme::repository
