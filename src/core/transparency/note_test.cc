#include "core/transparency/note.h"

#include <gtest/gtest.h>
#include <map>
#include <optional>
#include <string>

#include "core/base/byte_reader.h"
#include "core/crypto/errors.h"
#include "core/crypto/vectors_for_test.h"
#include "core/encoding/text.h"
#include "core/transparency/errors.h"

namespace tomme {
namespace {

const std::string kText = "log.example\n736\nrs1YPY0ydAV0lxgfrq5pE4oRpUJwo3syeps5+eGUTDI=\n";
const std::string kDash = "\xe2\x80\x94 ";

PrivateKey new_key(KeyType type) {
  return PrivateKey::generate(type).value();
}

std::string line(const std::string& name, BytesView hint, BytesView signature) {
  Bytes bytes = to_bytes(hint);
  append(bytes, signature);
  return kDash + name + " " + encode_base64(bytes) + "\n";
}

std::string sign_line(const std::string& text, const std::string& name, const PrivateKey& key) {
  const KeyHint hint = NoteKey::make(name, key.public_key()).hint();
  return line(name, hint, key.sign(key.public_key().default_scheme(), bytes_of(text)).value());
}

std::string some_line() {
  return line("log.example", Bytes{1, 2, 3, 4}, Bytes{5});
}

bool parses(const std::string& envelope) {
  return SignedNote::parse(envelope).has_value();
}

TEST(NoteTest, TextAndSignaturesComeApart) {
  auto note = SignedNote::parse(kText + "\n" + some_line() + line("w/1", Bytes{9, 9, 9, 9}, Bytes{7, 8}));
  ASSERT_TRUE(note) << note.error().message();
  EXPECT_EQ(note->text, kText);
  ASSERT_EQ(note->signatures.size(), 2U);
  EXPECT_EQ(note->signatures[0].name, "log.example");
  EXPECT_EQ(note->signatures[0].hint, (KeyHint{1, 2, 3, 4}));
  EXPECT_EQ(note->signatures[0].bytes, Bytes{5});
  EXPECT_EQ(note->signatures[1].bytes, (Bytes{7, 8}));
}

TEST(NoteTest, TextEndsBeforeTheLastBlankLine) {
  auto note = SignedNote::parse("one\n\ntwo\n\n" + some_line());
  ASSERT_TRUE(note);
  EXPECT_EQ(note->text, "one\n\ntwo\n");
}

TEST(NoteTest, MalformedEnvelopesAreRefused) {
  const std::string bad[] = {
      "",
      "\n",
      "\n\n",
      kText,
      kText + "\n",
      kText + "\n\n",
      kText + some_line(),                                           // no blank line
      "\n\n" + some_line(),                                          // no text
      kText + "\n" + some_line() + "\n",                             // blank line at the end
      kText + "\n" + some_line().substr(0, some_line().size() - 1),  // no final newline
      kText + "\n" + some_line() + "garbage\n",
      kText + "\n- log.example AQIDBAU=\n",              // a hyphen
      kText + "\n\xe2\x80\x93 log.example AQIDBAU=\n",   // an en dash
      kText + "\n\xe2\x80\x94log.example AQIDBAU=\n",    // no space
      kText + "\n" + kDash + " log.example AQIDBAU=\n",  // two spaces
      kText + "\n" + kDash + "log.example  AQIDBAU=\n",
      kText + "\n" + kDash + "log.example AQIDBAU= \n",
      kText + "\n" + kDash + "log.example\n",
      kText + "\n" + kDash + "log.example \n",
      kText + "\n" + kDash + "log.example AQIDBA==\n",  // four bytes
      kText + "\n" + kDash + "log.example AQIDBAU\n",   // no padding
      kText + "\n" + kDash + "log.example AQIDBAV=\n",  // stray bits
      kText + "\n" + kDash + "log+example AQIDBAU=\n",
      kText + "\n" + kDash +
          "log\xc2\xa0"
          "example AQIDBAU=\n",  // no-break space
      kText + "\n" + kDash +
          "log\xe3\x80\x80"
          "example AQIDBAU=\n",  // ideographic space
      kText + "\r\n\n" + some_line(),
      std::string("lo\0g\n", 5) + "\n" + some_line(),
      "tab\there\n\n" + some_line(),
      "bad \xff utf-8\n\n" + some_line(),
      "overlong \xc0\xaf\n\n" + some_line(),
  };
  for (const std::string& envelope : bad) {
    auto note = SignedNote::parse(envelope);
    ASSERT_FALSE(note) << printable(envelope);
    EXPECT_TRUE(note.error().is(kLogCheckpointInvalid)) << note.error().message();
  }
  EXPECT_TRUE(parses("\xe2\x80\x94 is fine in the text\n\n" + some_line()));
}

TEST(NoteTest, LimitsAreHit) {
  const std::string envelope = kText + "\n" + some_line() + some_line() + some_line();
  EXPECT_TRUE(SignedNote::parse(envelope, {.bytes = envelope.size(), .signatures = 3}));
  EXPECT_FALSE(SignedNote::parse(envelope, {.bytes = envelope.size() - 1, .signatures = 3}));
  EXPECT_FALSE(SignedNote::parse(envelope, {.bytes = envelope.size(), .signatures = 2}));
  std::string many = kText + "\n";
  for (std::size_t i = 0; i < SignedNote::Limits{}.signatures; ++i) many += some_line();
  EXPECT_TRUE(parses(many));
  EXPECT_FALSE(parses(many + some_line()));
  EXPECT_FALSE(parses(std::string(SignedNote::Limits{}.bytes, 'x') + "\n\n" + some_line()));
}

TEST(CheckpointTest, FieldsAreRead) {
  auto checkpoint = Checkpoint::parse(kText + "Timestamp: 1\nother\n");
  ASSERT_TRUE(checkpoint);
  EXPECT_EQ(checkpoint->origin, "log.example");
  EXPECT_EQ(checkpoint->size, TreeSize(736));
  EXPECT_EQ(checkpoint->root.to_hex(), "aecd583d8d3274057497181faeae69138a11a54270a37b327a9b39f9e1944c32");
  EXPECT_EQ(checkpoint->extensions, (std::vector<std::string>{"Timestamp: 1", "other"}));
}

TEST(CheckpointTest, MalformedOnesAreRefused) {
  const std::string root = "rs1YPY0ydAV0lxgfrq5pE4oRpUJwo3syeps5+eGUTDI=\n";
  const std::string bad[] = {
      "",
      "log\n736\n",
      "log\n736\n" + root.substr(0, root.size() - 1),
      "\n736\n" + root,
      "log\n\n" + root,
      "log\n0736\n" + root,
      "log\n00\n" + root,
      "log\n+736\n" + root,
      "log\n-1\n" + root,
      "log\n 736\n" + root,
      "log\n736 \n" + root,
      "log\n0x2e0\n" + root,
      "log\n7.36\n" + root,
      "log\n18446744073709551616\n" + root,
      "log\n736\n\n",
      "log\n736\nrs1YPY0ydAV0lxgfrq5pE4oRpUJwo3syeps5+eGUTDI\n",
      "log\n736\nrs1YPY0ydAV0lxgfrq5pE4oRpUJwo3syeps5+eGUTDJ=\n",
      "log\n736\nrs1YPY0ydAV0lxgfrq5pE4oRpUJwo3syeps5+eGUTA==\n",
      "log\n736\n" + root + "\n",
      "log\n736\n" + root + "extension\n\nmore\n",
      "log\n736\n" + root + "extension",
  };
  for (const std::string& text : bad) {
    auto checkpoint = Checkpoint::parse(text);
    ASSERT_FALSE(checkpoint) << printable(text);
    EXPECT_TRUE(checkpoint.error().is(kLogCheckpointInvalid));
  }
  EXPECT_EQ(Checkpoint::parse("log\n0\n" + root)->size, TreeSize(0));
  EXPECT_EQ(Checkpoint::parse("log\n18446744073709551615\n" + root)->size, TreeSize(~0ULL));
}

class NoteKeyTest : public testing::TestWithParam<KeyType> {};
INSTANTIATE_TEST_SUITE_P(AllKinds, NoteKeyTest,
                         testing::Values(KeyType::ecdsa_p256, KeyType::ecdsa_p384, KeyType::rsa,
                                         KeyType::ed25519));

TEST_P(NoteKeyTest, SignatureOverTheTextVerifiesAndNoOtherText) {
  const PrivateKey key = new_key(GetParam());
  const NoteKey log = NoteKey::make("log.example", key.public_key());
  const std::string signature = sign_line(kText, "log.example", key);
  auto note = SignedNote::parse(kText + "\n" + signature).value();
  EXPECT_TRUE(verify_note(note, log));
  note.text[0] = 'L';
  auto changed = verify_note(note, log);
  ASSERT_FALSE(changed);
  EXPECT_TRUE(changed.error().is(kSignatureInvalid));
}

TEST_P(NoteKeyTest, NameAndHintMustBothMatch) {
  const PrivateKey key = new_key(GetParam());
  const auto note = SignedNote::parse(kText + "\n" + sign_line(kText, "log.example", key)).value();
  auto other_name = verify_note(note, NoteKey::make("log.example2", key.public_key()));
  ASSERT_FALSE(other_name);
  EXPECT_TRUE(other_name.error().is(kLogCheckpointSignature));
  auto other_key = verify_note(note, NoteKey::make("log.example", new_key(GetParam()).public_key()));
  ASSERT_FALSE(other_key);
  EXPECT_TRUE(other_key.error().is(kLogCheckpointSignature));
  auto renamed = note;
  renamed.signatures[0].hint[3] ^= 1;
  EXPECT_FALSE(verify_note(renamed, NoteKey::make("log.example", key.public_key())));
}

TEST(NoteKeyTest, StrangersDoNotMatter) {
  const PrivateKey key = new_key(KeyType::ed25519);
  const NoteKey log = NoteKey::make("log.example", key.public_key());
  const std::string good = sign_line(kText, "log.example", key);
  const std::string strangers =
      line("log.example", Bytes{1, 2, 3, 4}, Bytes(64, 7)) + line("witness", log.hint(), Bytes(64, 7));
  EXPECT_TRUE(verify_note(SignedNote::parse(kText + "\n" + strangers + good).value(), log));
  EXPECT_TRUE(verify_note(SignedNote::parse(kText + "\n" + good + strangers).value(), log));
  auto none = verify_note(SignedNote::parse(kText + "\n" + strangers).value(), log);
  ASSERT_FALSE(none);
  EXPECT_TRUE(none.error().is(kLogCheckpointSignature));
}

TEST(NoteKeyTest, OneFailingLineOfTheKeySpoilsTheNote) {
  const PrivateKey key = new_key(KeyType::ed25519);
  const NoteKey log = NoteKey::make("log.example", key.public_key());
  const std::string good = sign_line(kText, "log.example", key);
  const std::string bad = line("log.example", log.hint(), Bytes(64, 7));
  for (const std::string& lines : {bad, good + bad, bad + good}) {
    auto result = verify_note(SignedNote::parse(kText + "\n" + lines).value(), log);
    ASSERT_FALSE(result);
    EXPECT_TRUE(result.error().is(kSignatureInvalid));
  }
}

TEST(NoteKeyTest, IdsAreThoseOfTheSpecifications) {
  const PublicKey ed25519 = new_key(KeyType::ed25519).public_key();
  Bytes named = to_bytes(bytes_of("log.example\n\x01"));
  append(named, ed25519.ed25519_point());
  EXPECT_EQ(NoteKey::make("log.example", ed25519).id(), sha256(named));

  const PublicKey ecdsa = new_key(KeyType::ecdsa_p256).public_key();
  EXPECT_EQ(NoteKey::make("log.example", ecdsa).id(), sha256(ecdsa.spki()));

  const PublicKey rsa = new_key(KeyType::rsa).public_key();
  Bytes typed = to_bytes(bytes_of("log.example\n\xffPKIX-RSA-PKCS#1v1.5"));
  append(typed, rsa.spki());
  EXPECT_EQ(NoteKey::make("log.example", rsa).id(), sha256(typed));
}

struct Witness {
  std::string name = "witness.example";
  PrivateKey key = new_key(KeyType::ed25519);

  KeyHint hint() const {
    Bytes named = to_bytes(bytes_of(name + "\n\x04"));
    append(named, key.public_key().ed25519_point());
    const Sha256 id = sha256(named);
    return {id.bytes[0], id.bytes[1], id.bytes[2], id.bytes[3]};
  }
  std::string cosign(const std::string& text, std::uint64_t seconds) const {
    const std::string message = "cosignature/v1\ntime " + std::to_string(seconds) + "\n" + text;
    Bytes bytes;
    append_uint<8>(bytes, seconds);
    append(bytes, key.sign({}, bytes_of(message)).value());
    return line(name, hint(), bytes);
  }
};

TEST(CosignatureTest, TellsWhenTheWitnessSawTheCheckpoint) {
  const Witness witness;
  const auto note = SignedNote::parse(kText + "\n" + some_line() + witness.cosign(kText, 1755639023)).value();
  auto seen = verify_cosignature(note, witness.name, witness.key.public_key());
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->witness, "witness.example");
  EXPECT_EQ(to_unix(seen->time), 1755639023);
}

TEST(CosignatureTest, AnythingElseIsNone) {
  const Witness witness;
  const PublicKey key = witness.key.public_key();
  auto note = SignedNote::parse(kText + "\n" + witness.cosign(kText, 1755639023)).value();
  EXPECT_FALSE(verify_cosignature(note, "other.example", key));
  EXPECT_FALSE(verify_cosignature(note, witness.name, new_key(KeyType::ed25519).public_key()));
  EXPECT_FALSE(verify_cosignature(note, witness.name, new_key(KeyType::ecdsa_p256).public_key()));
  auto later = note;
  later.signatures[0].bytes[7] ^= 1;
  EXPECT_FALSE(verify_cosignature(later, witness.name, key));
  auto shorter = note;
  shorter.signatures[0].bytes.resize(7);
  EXPECT_FALSE(verify_cosignature(shorter, witness.name, key));
  auto other = note;
  other.text += "x\n";
  EXPECT_FALSE(verify_cosignature(other, witness.name, key));
  const auto never = SignedNote::parse(kText + "\n" + witness.cosign(kText, ~0ULL)).value();
  EXPECT_FALSE(verify_cosignature(never, witness.name, key));
  // A plain note signature is no cosignature, and the other way round.
  const auto plain = SignedNote::parse(kText + "\n" + sign_line(kText, witness.name, witness.key)).value();
  EXPECT_FALSE(verify_cosignature(plain, witness.name, key));
  EXPECT_FALSE(verify_note(note, NoteKey::make(witness.name, key)));
}

/// The log of the entry, by its id, as the trust root describes it.
std::optional<NoteKey> log_of(const vectors::Case& item, const json::Value& entry) {
  const std::string id = vectors::text_at(entry, {"logId", "keyId"});
  for (const json::Value& log : vectors::list_at(item.root, {"tlogs"})) {
    if (vectors::text_at(log, {"logId", "keyId"}) != id) continue;
    auto key = PublicKey::parse_spki(vectors::base64_at(log, {"publicKey", "rawBytes"}));
    std::string host = vectors::text_at(log, {"baseUrl"});
    host.erase(0, host.find("//") + 2);
    if (key) return NoteKey::make(host.substr(0, host.find('/')), *key);
  }
  return std::nullopt;
}

/// What is wrong with the checkpoint of a case; empty where it verifies.
std::string judge(const vectors::Case& item) {
  const json::Value* entry = vectors::at(&item.bundle, {"verificationMaterial", "tlogEntries", "0"});
  if (entry == nullptr) return "no entry";
  const std::string envelope = vectors::text_at(*entry, {"inclusionProof", "checkpoint", "envelope"});
  if (envelope.empty()) return "no checkpoint";
  const auto key = log_of(item, *entry);
  if (!key) return "no log";
  auto note = SignedNote::parse(envelope);
  if (!note) return std::string(note.error().code().name);
  auto checkpoint = Checkpoint::parse(note->text);
  if (!checkpoint) return std::string(checkpoint.error().code().name);
  auto verified = verify_note(*note, *key);
  if (!verified) return std::string(verified.error().code().name);
  const bool from_log =
      checkpoint->origin == key->name() || checkpoint->origin.starts_with(key->name() + " - ");
  return from_log ? "" : "another origin";
}

TEST(NoteVectorsTest, CheckpointsOfTheConformanceSuite) {
  TOMME_NEEDS_VECTORS();
  const std::map<std::string, std::string> wrong = {
      {"rekor2-checkpoint-missing-log-signature_fail", "log/checkpoint"},
      {"rekor2-checkpoint-missing-origin_fail", "log/checkpoint"},
      {"rekor2-checkpoint-missing-root-hash_fail", "log/checkpoint"},
      {"rekor2-checkpoint-missing-size_fail", "log/checkpoint"},
      {"rekor2-checkpoint-no-matching-signature_fail", "log/checkpoint-signature"},
      {"checkpoint-bad-keyhint_fail", "log/checkpoint-signature"},
      {"invalid-checkpoint-signature_fail", "signature/invalid"},
      {"bundle-from-wrong-instance_fail", "no log"},
  };
  std::size_t verified = 0;
  for (const vectors::Case& item : vectors::cases()) {
    const std::string problem = judge(item);
    if (problem == "no entry" || problem == "no checkpoint") continue;
    const auto expected = wrong.find(item.name);
    EXPECT_EQ(problem, expected == wrong.end() ? "" : expected->second) << item.name;
    if (problem.empty()) ++verified;
  }
  EXPECT_GE(verified, 30U);
}

}  // namespace
}  // namespace tomme
