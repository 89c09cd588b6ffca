// The rules of verification that no advisory is named after: ends of intervals, what is passed over, the
// forms bundles and roots may have, limits, keys, witnesses.
#include <gtest/gtest.h>

#include "core/encoding/text.h"
#include "testing/provenance.h"
#include "testing/verifying.h"

namespace tomme {
namespace {

using namespace tomme::testing;
constexpr std::chrono::seconds kSecond(1);

class Rules : public ::testing::Test {
 protected:
  Instance instance = make_instance(kNow);
  Signer signer = certify(instance, github("owner/repo"));

  BundleParts message(const Recipe& recipe = rekor_1()) {
    return sign_message(instance, signer, bytes_of(kContent), recipe);
  }
  BundleParts envelope(const Recipe& recipe = rekor_1("dsse")) {
    return sign_statement(instance, signer, file_statement(), recipe);
  }
  Result<Evidence> check(const BundleParts& bundle, const VerifyOptions& options = {}) {
    return verify(instance, bundle, options);
  }
  Result<Evidence> check(const json::Value& bundle) {
    return verify(instance.root(), json::to_canonical(bundle));
  }
};

// --- closed intervals ------------------------------------------------------------------------------------

struct Interval {
  TimeRange range;
  bool inside;
};
const Interval kIntervals[] = {{{kNow, kNow}, true},
                               {{kNow, std::nullopt}, true},
                               {{kNow - kSecond, kNow}, true},
                               {{kNow + kSecond, std::nullopt}, false},
                               {{kNow - 2 * kSecond, kNow - kSecond}, false}};

TEST_F(Rules, CertificateIsValidAtBothEnds) {
  for (const auto at : {kNow, kNow + std::chrono::minutes(10)}) {
    Recipe recipe = rekor_1();
    recipe.at = at;
    EXPECT_TRUE(check(message(recipe)));
  }
  for (const auto at : {kNow - kSecond, kNow + std::chrono::minutes(10) + kSecond}) {
    Recipe recipe = rekor_1();
    recipe.at = at;
    EXPECT_REFUSED(kCertificateTime, check(message(recipe)));
  }
}
TEST_F(Rules, LogKeyIsValidAtBothEnds) {
  for (const auto& [range, inside] : kIntervals) {
    instance.logs[0].valid = instance.logs[1].valid = range;
    for (const Recipe& recipe : {rekor_1(), rekor_2()}) {
      if (inside) {
        EXPECT_TRUE(check(message(recipe))) << describe(check(message(recipe)));
      } else {
        EXPECT_REFUSED(kEntryTime, check(message(recipe)));
      }
    }
  }
}
TEST_F(Rules, AuthorityIsValidAtBothEnds) {
  for (const auto& [range, inside] : kIntervals) {
    instance.authorities[0].valid = range;
    if (inside) {
      EXPECT_TRUE(check(message())) << describe(check(message()));
    } else {
      EXPECT_REFUSED(kCertificateTime, check(message()));
    }
  }
}
TEST_F(Rules, TimestampAuthorityIsValidAtBothEnds) {
  for (const auto& [range, inside] : kIntervals) {
    instance.timestamp_authorities[0].valid = range;
    if (inside) {
      EXPECT_TRUE(check(message(rekor_2())));
    } else {
      EXPECT_REFUSED(kTimestampTime, check(message(rekor_2())));
    }
  }
}
TEST_F(Rules, CertificateLogIsValidAtBothEnds) {
  for (const auto& [range, inside] : kIntervals) {
    instance.ct_logs[0].valid = range;
    if (inside) {
      EXPECT_TRUE(check(message()));
    } else {
      EXPECT_REFUSED(kSctSignature, check(message()));
    }
  }
}
TEST_F(Rules, EitherPeriodOfOneLogCounts) {
  RekorLog later = instance.logs[0];
  later.valid = {kNow + kSecond, std::nullopt};
  instance.logs.push_back(later);
  EXPECT_TRUE(check(message()));
  std::swap(instance.logs[0].valid, instance.logs[2].valid);
  EXPECT_TRUE(check(message())) << describe(check(message()));
  // The same where only a timestamp tells the time.
  RekorLog later_2 = instance.logs[1];
  later_2.valid = {kNow + kSecond, std::nullopt};
  std::swap(instance.logs[1].valid, later_2.valid);
  instance.logs.push_back(later_2);
  EXPECT_TRUE(check(message(rekor_2()))) << describe(check(message(rekor_2())));
}

// --- passed over -----------------------------------------------------------------------------------------

TEST_F(Rules, AnUnusableTimestampIsPassedOverWithANote) {
  const Instance strangers = make_instance(kNow, 1);
  for (const bool first : {false, true}) {
    BundleParts bundle = message(rekor_2());
    const Bytes& signature = std::get<MessageSignature>(bundle.content).signature;
    for (const Bytes& extra : {make_timestamp(strangers.timestamp_authorities[0], signature, {.time = kNow}),
                               Bytes{0x30, 0x00}, Bytes{}}) {
      BundleParts more = bundle;
      more.timestamps.insert(first ? more.timestamps.begin() : more.timestamps.end(), extra);
      const Result<Evidence> evidence = check(more);
      ASSERT_TRUE(evidence) << describe(evidence);
      EXPECT_EQ(evidence->times().size(), 1U);
      EXPECT_EQ(evidence->notes().size(), 1U);
      more.timestamps = {extra};
      EXPECT_FALSE(check(more));
    }
  }
}
TEST_F(Rules, ASctOfAnUnknownLogIsPassedOverWithANote) {
  Instance more = instance;
  more.ct_logs.push_back({"https://other.example", key(KeyType::ecdsa_p256, 93), instance.valid});
  LeafSpec leaf = github("owner/repo");
  leaf.ct_logs = {1, 0};
  const BundleParts bundle = sign_message(instance, certify(more, leaf), bytes_of(kContent), rekor_1());
  const Result<Evidence> evidence = check(bundle);
  ASSERT_TRUE(evidence) << describe(evidence);
  EXPECT_EQ(evidence->notes().size(), 1U);
  // A log that we know and whose SCT is wrong is not passed over.
  more.ct_logs[1].broken = true;
  const BundleParts wrong = sign_message(instance, certify(more, leaf), bytes_of(kContent), rekor_1());
  EXPECT_TRUE(check(wrong));
  EXPECT_REFUSED(kSctSignature, verify(more, wrong));
}
TEST_F(Rules, ACertificateWithoutSctIsRefused) {
  LeafSpec leaf = github("owner/repo");
  leaf.ct_logs = {};
  const BundleParts bundle = sign_message(instance, certify(instance, leaf), bytes_of(kContent), rekor_1());
  EXPECT_REFUSED(kSctSignature, check(bundle));
  EXPECT_TRUE(check(bundle, {.certificate_logs = 0})) << describe(check(bundle, {.certificate_logs = 0}));
}

// --- times and logs that are asked for -------------------------------------------------------------------

TEST_F(Rules, BundlesWithoutALogAreOptedInto) {
  Recipe recipe{.logs = {}, .timestamp_authorities = {0}};
  EXPECT_REFUSED(kBundleNoLogEntry, check(message(recipe)));
  EXPECT_TRUE(check(message(recipe), {.accept_no_log = true}));
  EXPECT_REFUSED(kBundleNoLogEntry, check(message(recipe), {.logs = 2, .accept_no_log = true}));
  recipe.timestamp_authorities = {};
  EXPECT_REFUSED(kBundleNoTime, check(message(recipe), {.accept_no_log = true}));
}
TEST_F(Rules, RekorV2HasNoTimeOfItsOwn) {
  BundleParts bundle = message(rekor_2());
  bundle.timestamps.clear();
  EXPECT_REFUSED(kBundleNoTime, check(bundle));
  // Not even where its key signs something that looks like a promise.
  LogEntry& entry = bundle.entries.front();
  entry.integrated_time = kNow;
  entry.promise = instance.logs[1].promise_for(entry);
  EXPECT_REFUSED(kBundleNoTime, check(bundle));
}
TEST_F(Rules, ALogAndATimestampAreTwoSourcesOfTime) {
  Recipe recipe = rekor_1();
  recipe.timestamp_authorities = {0};
  EXPECT_TRUE(check(message(recipe), {.times = 2}));
  EXPECT_REFUSED(kBundleNoTime, check(message(recipe), {.times = 3}));
  EXPECT_REFUSED(kBundleNoTime, check(message(), {.times = 2}));
}
TEST_F(Rules, AManagedKeyNeedsNoTimeUnlessSeveralAreAskedFor) {
  const Signer managed{key(KeyType::ecdsa_p256, 94)};
  const auto with = [&](Recipe recipe, unsigned times) {
    const BundleParts bundle = sign_message(instance, managed, bytes_of(kContent), recipe);
    return check(bundle, {.key = ManagedKey{managed.key.public_key(), std::nullopt}, .times = times});
  };
  Recipe timeless = rekor_2();
  timeless.timestamp_authorities = {};
  EXPECT_TRUE(with(timeless, 1));
  EXPECT_REFUSED(kBundleNoTime, with(timeless, 2));
  EXPECT_REFUSED(kBundleNoTime, with(rekor_1(), 2));
  Recipe timed = rekor_1();
  timed.timestamp_authorities = {0};
  EXPECT_TRUE(with(timed, 2));
}
TEST_F(Rules, TimestampsOverSomethingElse) {
  BundleParts bundle = message(rekor_2());
  bundle.timestamps = {make_timestamp(instance.timestamp_authorities[0], bytes_of("x"), {.time = kNow})};
  EXPECT_REFUSED(kTimestampImprint, check(bundle));
  const Bytes& signature = std::get<MessageSignature>(bundle.content).signature;
  bundle.timestamps = {make_timestamp(instance.timestamp_authorities[0], signature,
                                      {.time = kNow, .status = 2})};  // rejection
  EXPECT_REFUSED(kTimestampInvalid, check(bundle));
  for (const HashAlgorithm hash : {HashAlgorithm::sha384, HashAlgorithm::sha512}) {
    bundle.timestamps = {make_timestamp(instance.timestamp_authorities[0], signature,
                                        {.time = kNow, .imprint_hash = hash, .nonce = 5, .status = 1})};
    EXPECT_TRUE(check(bundle)) << describe(check(bundle));
  }
}
TEST_F(Rules, TimestampCertificatesAreForThatAlone) {
  for (const auto& [usages, critical] : std::vector<std::pair<std::vector<std::string>, bool>>{
           {{std::string(kEkuTimeStamping)}, false},
           {{std::string(kEkuTimeStamping), std::string(kEkuCodeSigning)}, true},
           {{std::string(kEkuCodeSigning)}, true},
           {{}, true}}) {
    instance.timestamp_authorities[0] = make_timestamp_authority({.uri = "https://tsa.example",
                                                                  .valid = instance.valid,
                                                                  .usages = usages,
                                                                  .usage_critical = critical});
    EXPECT_REFUSED(kCertificatePurpose, check(message(rekor_2())));
  }
}

// --- certificates ----------------------------------------------------------------------------------------

TEST_F(Rules, LeavesThatAreNoSigners) {
  const auto check_leaf = [&](const std::function<void(CertificateSpec&)>& change) {
    LeafSpec leaf = github("owner/repo");
    change(leaf.certificate);
    return check(sign_message(instance, certify(instance, leaf), bytes_of(kContent), rekor_1()));
  };
  EXPECT_TRUE(check_leaf([](CertificateSpec&) {}));
  EXPECT_REFUSED(kCertificatePurpose, check_leaf([](CertificateSpec& c) { c.is_ca = true; }));
  EXPECT_REFUSED(kCertificatePurpose, check_leaf([](CertificateSpec& c) { c.has_key_usage = false; }));
  EXPECT_REFUSED(kCertificatePurpose, check_leaf([](CertificateSpec& c) { c.key_usage = 0x40; }));
  EXPECT_REFUSED(kCertificatePurpose, check_leaf([](CertificateSpec& c) { c.extended_key_usages = {}; }));
  EXPECT_REFUSED(kCertificatePurpose, check_leaf([](CertificateSpec& c) {
                   c.extended_key_usages = {std::string(kEkuTimeStamping)};
                 }));
  EXPECT_REFUSED(kIdentityInvalid, check_leaf([](CertificateSpec& c) { c.names_critical = false; }));
  EXPECT_TRUE(check_leaf([](CertificateSpec& c) {
    c.names_critical = false;
    c.common_name = "somebody";
  }));
  const SubjectName me{SubjectName::Kind::email, "me@example.com"};
  EXPECT_REFUSED(kIdentityInvalid, check_leaf([&](CertificateSpec& c) { c.names = {me, me}; }));
  EXPECT_REFUSED(kIdentityInvalid,
                 check_leaf([](CertificateSpec& c) { c.names = {{SubjectName::Kind::dns, "example.com"}}; }));
  EXPECT_REFUSED(kIdentityInvalid,
                 check_leaf([](CertificateSpec& c) { c.names = {{SubjectName::Kind::unsupported, ""}}; }));
  EXPECT_FALSE(check_leaf([](CertificateSpec& c) {
    c.extra = {{Bytes{0x2a, 0x03, 0x04}, true, Bytes{0x05, 0x00}}};  // critical and unknown
  }));
  EXPECT_TRUE(check_leaf(
      [](CertificateSpec& c) { c.extra = {{Bytes{0x2a, 0x03, 0x04}, false, Bytes{0x05, 0x00}}}; }));
}
TEST_F(Rules, IssuerOfTheIdentity) {
  const auto check_extra = [&](bool old_issuer, std::vector<Extension> extra, std::string issuer) {
    LeafSpec leaf = email("me@example.com", issuer);
    leaf.old_issuer = old_issuer;
    leaf.certificate.extra = std::move(extra);
    return check(sign_message(instance, certify(instance, leaf), bytes_of(kContent), rekor_1()));
  };
  EXPECT_TRUE(check_extra(false, {}, "https://idp.example"));
  EXPECT_REFUSED(kIdentityInvalid,
                 check_extra(false, {claim_extension(1, "https://evil.example")}, "https://idp.example"));
  EXPECT_REFUSED(kIdentityInvalid, check_extra(false, {}, ""));
  EXPECT_REFUSED(kIdentityInvalid, check_extra(false, {claim_extension(3, "\xff")}, "https://idp.example"));
  // Claims from 8 on are DER; raw text is not.
  Extension raw = claim_extension(12, "x");
  raw.value = {'x'};
  EXPECT_FALSE(check_extra(false, {raw}, "https://idp.example"));
}
TEST_F(Rules, CertificateOfAnotherInstance) {
  const Instance elsewhere = make_instance(kNow, 1);
  const BundleParts bundle =
      sign_message(instance, certify(elsewhere, github("o/r")), bytes_of(kContent), rekor_1());
  EXPECT_REFUSED(kCertificateChain, check(bundle));
}

// --- forms of bundles ------------------------------------------------------------------------------------

/// "logIndex" as "log_index", in every member of the bundle.
json::Value snake(const json::Value& value) {
  if (const json::Array* array = value.array()) {
    json::Array out;
    for (const json::Value& each : *array) out.push_back(snake(each));
    return out;
  }
  const json::Object* whole = value.object();
  if (whole == nullptr) return value;
  std::vector<json::Member> members;
  for (const json::Member& member : *whole) {
    std::string name;
    for (const char c : member.name) {
      if (c >= 'A' && c <= 'Z') name += '_';
      name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    // proto names with digits: rfc3161_timestamps, x509_certificate_chain.
    members.push_back({name, snake(member.value)});
  }
  return object(std::move(members));
}

TEST_F(Rules, SnakeCaseIsTheSame) {
  Recipe old = rekor_1();
  old.media_type = kBundle02;
  for (const BundleParts& bundle : {message(), message(old), message(rekor_2()), envelope()})
    EXPECT_TRUE(check(snake(bundle.to_json()))) << describe(check(snake(bundle.to_json())));
  EXPECT_TRUE(verify(root_of(snake(instance.trusted_root())), message().to_text()));
}
TEST_F(Rules, BothSpellingsAtOnceAreRefused) {
  const json::Value bundle = message().to_json();
  EXPECT_REFUSED(kJsonShape, check(with(bundle, "media_type", std::string(kBundle03))));
  EXPECT_REFUSED(kJsonShape, check(with(bundle, "verificationMaterial.tlogEntries.0.log_index", "1")));
}
TEST_F(Rules, UnknownMembersOfBundlesAreRefused) {
  for (const json::Value& bundle : {message().to_json(), envelope(rekor_2()).to_json()}) {
    ASSERT_TRUE(check(bundle));
    std::vector<JsonPath> objects = {{}};
    for (const JsonPath& path : all_paths(bundle)) {
      if (find(bundle, path)->object() != nullptr) objects.push_back(path);
    }
    EXPECT_GE(objects.size(), 8U);
    for (JsonPath path : objects) {
      path.push_back("unheardOf");
      SCOPED_TRACE(to_text(path));
      EXPECT_REFUSED(kJsonShape, check(with(bundle, path, 1)));
    }
  }
}
TEST_F(Rules, UnknownMembersOfRootsAndAttestationsAreIgnored) {
  const auto littered = [](json::Value value) {
    for (const JsonPath& path : all_paths(value)) {
      if (find(value, path)->object() == nullptr) continue;
      JsonPath more = path;
      more.push_back("unheardOf");
      value = with(value, more, object({{"x", 1}}));
    }
    return with(value, "unheardOf", 1);
  };
  EXPECT_TRUE(verify(root_of(littered(instance.trusted_root())), message().to_text()));

  const json::Value attestation = attestation_json(envelope());
  for (const json::Value& value : {attestation, littered(attestation)}) {
    const Result<Attestation> parsed = parse_attestation(value);
    ASSERT_TRUE(parsed) << describe(parsed);
    BytesArtifact artifact(bytes_of(kContent));
    const Result<Evidence> evidence =
        Verifier(instance.root(), {}).verify(testing::must(Bundle::from_attestation(*parsed)), artifact);
    EXPECT_TRUE(evidence) << describe(evidence);
  }
}
TEST_F(Rules, RootCertificatesInAChainAreRefused) {
  Recipe recipe = rekor_1();
  recipe.media_type = kBundle02;
  BundleParts bundle = message(recipe);
  bundle.certificates.push_back(to_bytes(instance.authorities[0].intermediate.der()));
  EXPECT_TRUE(check(bundle)) << describe(check(bundle));
  bundle.certificates.push_back(to_bytes(instance.authorities[0].root.der()));
  EXPECT_REFUSED(kBundleShape, check(bundle));
}
TEST_F(Rules, KeyMaterialOfOneKindOnly) {
  const json::Value bundle = message().to_json();
  EXPECT_REFUSED(kBundleShape, check(with(bundle, "verificationMaterial.publicKey.hint", "x")));
  EXPECT_REFUSED(kBundleShape, check(without(bundle, "verificationMaterial.certificate")));
  BundleParts chain = message();
  chain.material = BundleParts::Material::chain;
  EXPECT_REFUSED(kBundleShape, check(chain));
  chain.media_type = kBundle02;
  EXPECT_TRUE(check(chain));
  chain.certificates.clear();
  EXPECT_REFUSED(kBundleShape, check(chain));
}
TEST_F(Rules, ContentOfOneKindOnly) {
  const json::Value bundle = message().to_json();
  const json::Value other = envelope().to_json();
  EXPECT_REFUSED(kBundleShape, check(with(bundle, "dsseEnvelope", *find(other, "dsseEnvelope"))));
  EXPECT_REFUSED(kBundleShape, check(without(bundle, "messageSignature")));
  const json::Value signature = *find(other, "dsseEnvelope.signatures.0");
  EXPECT_REFUSED(kBundleShape,
                 check(with(other, "dsseEnvelope.signatures", json::Array{signature, signature})));
  EXPECT_REFUSED(kBundleShape, check(with(other, "dsseEnvelope.signatures", json::Array{})));
}
TEST_F(Rules, EnumsMayBeNumbers) {
  const json::Value bundle = message().to_json();
  EXPECT_TRUE(check(with(bundle, "messageSignature.messageDigest.algorithm", 1)));
  EXPECT_FALSE(check(with(bundle, "messageSignature.messageDigest.algorithm", 2)));
  EXPECT_FALSE(check(with(bundle, "messageSignature.messageDigest.algorithm", "SHA2_999")));
  EXPECT_TRUE(check(without(bundle, "messageSignature.messageDigest")));
}

// --- limits ----------------------------------------------------------------------------------------------

TEST_F(Rules, BundleLimits) {
  Recipe recipe = rekor_1();
  recipe.media_type = kBundle02;
  recipe.timestamp_authorities = {0, 0};
  recipe.logs = {0, 0};
  BundleParts parts = message(recipe);
  parts.certificates.push_back(to_bytes(instance.authorities[0].intermediate.der()));
  const std::string text = parts.to_text();
  Bundle::Limits limits;
  EXPECT_TRUE(Bundle::parse(text, limits));
  limits.bytes = text.size();
  EXPECT_TRUE(Bundle::parse(text, limits));
  limits.bytes = text.size() - 1;
  EXPECT_REFUSED(kJsonInvalid, Bundle::parse(text, limits));
  EXPECT_REFUSED(kBundleLimit, Bundle::parse(text, {.entries = 1}));
  EXPECT_REFUSED(kBundleLimit, Bundle::parse(text, {.timestamps = 1}));
  EXPECT_REFUSED(kBundleLimit, Bundle::parse(text, {.certificates = 1}));
}
TEST_F(Rules, VerifierLimits) {
  instance.logs[1].witnesses = {{"witness.example/w1", key(KeyType::ed25519, 92), kNow}};
  EXPECT_TRUE(check(message(rekor_2()), {.note_limits = {.signatures = 2}}));
  EXPECT_REFUSED(kLogCheckpointInvalid, check(message(rekor_2()), {.note_limits = {.signatures = 1}}));
  EXPECT_REFUSED(kLogCheckpointInvalid, check(message(rekor_2()), {.note_limits = {.bytes = 10}}));
  EXPECT_REFUSED(kTimestampInvalid, check(message(rekor_2()), {.timestamp_limits = {.bytes = 100}}));
  EXPECT_REFUSED(kStatementLimit, check(envelope(), {.statement_limits = {.digests = 0}}));
}
TEST_F(Rules, InclusionProofLimit) {
  BundleParts bundle = message();
  bundle.entries.front().proof->hashes.resize(65, sha256(bytes_of("x")));
  EXPECT_REFUSED(kBundleLimit, check(bundle));
  bundle.entries.front().proof->hashes.resize(64);
  EXPECT_REFUSED(kLogInclusionProof, check(bundle));
}
TEST_F(Rules, TrustedRootLimits) {
  const json::Value root = instance.trusted_root();
  const std::string text = json::to_canonical(root);
  EXPECT_TRUE(TrustedRoot::parse(text, {.bytes = text.size()}));
  EXPECT_REFUSED(kJsonInvalid, TrustedRoot::parse(text, {.bytes = text.size() - 1}));
  for (const char* list : {"tlogs", "ctlogs", "certificateAuthorities", "timestampAuthorities"}) {
    const json::Value first = *find(root, std::string(list) + ".0");
    const auto many = [&](std::size_t count) {
      return TrustedRoot::parse(json::to_canonical(with(root, list, json::Array(count, first))));
    };
    EXPECT_TRUE(many(64)) << list;
    EXPECT_REFUSED(kTrustRootLimit, many(65));
  }
}

// --- trusted roots ---------------------------------------------------------------------------------------

TEST_F(Rules, TrustedRootsThatAreRefused) {
  const auto parse = [](const json::Value& root) { return TrustedRoot::parse(json::to_canonical(root)); };
  const json::Value root = instance.trusted_root();
  ASSERT_TRUE(parse(root));
  const auto type = [&](const char* text) { return parse(with(root, "mediaType", text)); };
  EXPECT_TRUE(type("application/vnd.dev.sigstore.trustedroot+json;version=0.2"));
  EXPECT_REFUSED(kTrustRootInvalid, type("application/vnd.dev.sigstore.trustedroot+json;version=0.3"));
  EXPECT_FALSE(parse(without(root, "mediaType")));
  for (const char* list :
       {"tlogs.0.publicKey", "ctlogs.0.publicKey", "certificateAuthorities.0", "timestampAuthorities.0"}) {
    const std::string valid = std::string(list) + ".validFor";
    EXPECT_FALSE(parse(without(root, valid))) << list;
    EXPECT_FALSE(parse(without(root, valid + ".start"))) << list;
    EXPECT_FALSE(parse(with(root, valid + ".start", "2021-02-30T00:00:00Z"))) << list;
    EXPECT_FALSE(parse(with(root, valid + ".end", "never"))) << list;
    EXPECT_FALSE(parse(with(root, valid + ".end", "1999-01-01T00:00:00Z"))) << list;
  }
  for (const char* path :
       {"tlogs.0.baseUrl", "tlogs.0.publicKey", "tlogs.0.logId", "tlogs.0.publicKey.rawBytes",
        "tlogs.0.publicKey.keyDetails", "ctlogs.0.logId", "certificateAuthorities.0.certChain",
        "certificateAuthorities.0.certChain.certificates.0.rawBytes"}) {
    EXPECT_FALSE(parse(without(root, path))) << path;
  }
  EXPECT_FALSE(parse(with(root, "certificateAuthorities.0.certChain.certificates", json::Array{})));
  // A chain whose links do not hold.
  const Instance other = make_instance(kNow, 1);
  EXPECT_FALSE(parse(with(root, "certificateAuthorities.0.certChain.certificates.1.rawBytes",
                          encode_base64(other.authorities[0].root.der()))));
  EXPECT_FALSE(parse(with(root, "timestampAuthorities.0.certChain.certificates.0.rawBytes",
                          encode_base64(other.timestamp_authorities[0].leaf.der()))));
  // A key of another kind than it says.
  EXPECT_REFUSED(kTrustRootInvalid,
                 parse(with(root, "tlogs.0.publicKey.keyDetails", "PKIX_RSA_PKCS1V15_2048_SHA256")));
}
TEST_F(Rules, KeysOfUnknownKindsAreLeftOut) {
  const json::Value root = with(instance.trusted_root(), "tlogs.1.publicKey.keyDetails", "ML_DSA_65");
  const Result<TrustedRoot> parsed = TrustedRoot::parse(json::to_canonical(root));
  ASSERT_TRUE(parsed) << describe(parsed);
  EXPECT_EQ(parsed->logs.size(), 1U);
  EXPECT_EQ(parsed->left_out.size(), 1U);
  EXPECT_TRUE(verify(root_of(root), message().to_text()));
  EXPECT_REFUSED(kEntryUnknownLog, verify(root_of(root), message(rekor_2()).to_text()));
}
TEST_F(Rules, AnEmptyRootProvesNothing) {
  EXPECT_REFUSED(
      kEntryUnknownLog,
      verify(root_of(object({{"mediaType", "application/vnd.dev.sigstore.trustedroot+json;version=0.1"}})),
             message().to_text()));
}

// --- keys ------------------------------------------------------------------------------------------------

TEST_F(Rules, AKeyGivenForACertificateAndTheOtherWayRound) {
  const Signer managed{key(KeyType::ecdsa_p256, 91)};
  const BundleParts bundle = sign_message(instance, managed, bytes_of(kContent), rekor_1());
  EXPECT_TRUE(check(bundle, {.key = ManagedKey{managed.key.public_key()}}));
  EXPECT_REFUSED(kBundleKeyMaterial, check(bundle));
  EXPECT_REFUSED(kBundleKeyMaterial, check(message(), {.key = ManagedKey{managed.key.public_key()}}));
  EXPECT_REFUSED(kEntryMismatch,
                 check(bundle, {.key = ManagedKey{key(KeyType::ecdsa_p256, 90).public_key()}}));
}
TEST_F(Rules, ManagedKeyOfAnotherSignerWithoutALog) {
  const Recipe recipe{.logs = {}, .timestamp_authorities = {0}};
  const BundleParts bundle =
      sign_message(instance, {key(KeyType::ecdsa_p256, 91)}, bytes_of(kContent), recipe);
  const auto with_key = [&](const PrivateKey& k) {
    return check(bundle, {.key = ManagedKey{k.public_key()}, .accept_no_log = true});
  };
  EXPECT_TRUE(with_key(key(KeyType::ecdsa_p256, 91)));
  EXPECT_REFUSED(kSignatureInvalid, with_key(key(KeyType::ecdsa_p256, 90)));
  EXPECT_FALSE(with_key(key(KeyType::ecdsa_p384, 90)));
  EXPECT_FALSE(with_key(key(KeyType::rsa, 90)));
  EXPECT_FALSE(with_key(key(KeyType::ed25519, 90)));
}
TEST_F(Rules, KeyHintAndKeyIdMustAgree) {
  const Signer managed{key(KeyType::ecdsa_p256, 91)};
  BundleParts bundle = sign_statement(instance, managed, file_statement(), rekor_1("dsse"));
  auto& content = std::get<DsseEnvelope>(bundle.content);
  const VerifyOptions options{.key = ManagedKey{managed.key.public_key()}};
  EXPECT_TRUE(check(bundle, options));
  content.key_id = bundle.key_hint;
  EXPECT_TRUE(check(bundle, options));
  content.key_id = "another";
  EXPECT_REFUSED(kBundleShape, check(bundle, options));
}
TEST_F(Rules, DigestIsEnoughSaveForEd25519) {
  for (const KeyType type : {KeyType::ecdsa_p256, KeyType::rsa, KeyType::ed25519}) {
    const BundleParts parts =
        sign_message(instance, certify(instance, leaf_of(type)), bytes_of(kContent), rekor_1());
    DigestArtifact artifact(Digest(sha256(bytes_of(kContent))));
    const auto evidence =
        Verifier(instance.root(), {}).verify(testing::must(Bundle::parse(parts.to_text())), artifact);
    if (type == KeyType::ed25519) {
      EXPECT_REFUSED(kSignatureNeedsContent, evidence);
    } else {
      EXPECT_TRUE(evidence) << describe(evidence);
    }
  }
  // An envelope is signed whole: the digest only tells which file it is about.
  const BundleParts parts = sign_statement(instance, certify(instance, leaf_of(KeyType::ed25519)),
                                           file_statement(), rekor_1("dsse"));
  DigestArtifact artifact(Digest(sha256(bytes_of(kContent))));
  EXPECT_TRUE(Verifier(instance.root(), {}).verify(testing::must(Bundle::parse(parts.to_text())), artifact));
}
TEST_F(Rules, TheOtherDigestIsAskedForByName) {
  const BundleParts parts =
      sign_message(instance, certify(instance, leaf_of(KeyType::ecdsa_p384)), bytes_of(kContent), rekor_1());
  const Bundle bundle = testing::must(Bundle::parse(parts.to_text()));
  DigestArtifact wrong(Digest(sha256(bytes_of(kContent))));
  EXPECT_REFUSED(kArtifactDigest, Verifier(instance.root(), {}).verify(bundle, wrong));
  DigestArtifact right(digest(HashAlgorithm::sha384, bytes_of(kContent)));
  EXPECT_TRUE(Verifier(instance.root(), {}).verify(bundle, right));
}
TEST_F(Rules, OtherSchemesThatClientsHaveUsed) {
  const auto signed_with = [&](KeyType type, const SignatureScheme& scheme, Recipe recipe) {
    recipe.scheme = scheme;
    return check(sign_message(instance, certify(instance, leaf_of(type)), bytes_of(kContent), recipe));
  };
  using enum HashAlgorithm;
  EXPECT_TRUE(signed_with(KeyType::rsa, {sha256, Padding::pss}, rekor_1()));
  EXPECT_TRUE(signed_with(KeyType::ecdsa_p384, {sha256, Padding::none}, rekor_1()));
  EXPECT_TRUE(signed_with(KeyType::ecdsa_p521, {sha256, Padding::none}, rekor_1()));
}

// --- witnesses -------------------------------------------------------------------------------------------

TEST_F(Rules, WitnessesAreReportedAndNeverRequired) {
  const PrivateKey& witness = key(KeyType::ed25519, 92);
  const VerifyOptions options{.witnesses = {{"witness.example/w1", witness.public_key()}}};
  EXPECT_TRUE(check(message(rekor_2()), options)->logs().front().witnesses.empty());
  instance.logs[1].witnesses = {{"witness.example/w1", witness, kNow + kSecond},
                                {"witness.example/w2", key(KeyType::ed25519, 89), kNow}};
  const Result<Evidence> evidence = check(message(rekor_2()), options);
  ASSERT_TRUE(evidence) << describe(evidence);
  const auto& seen = evidence->logs().front().witnesses;
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen.front().witness, "witness.example/w1");
  EXPECT_EQ(seen.front().time, kNow + kSecond);
  // Under its name, by another key: not seen.
  instance.logs[1].witnesses[0].key = key(KeyType::ed25519, 88);
  EXPECT_TRUE(check(message(rekor_2()), options)->logs().front().witnesses.empty());
}

}  // namespace
}  // namespace tomme
