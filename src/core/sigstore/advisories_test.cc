// What other verifiers got wrong, one test each, named after the advisory or the report. Every test first
// makes sure that the honest bundle verifies, so that the refusal is for the change alone. Those of PEP 740
// stand in core/attestation and core/policy.
//
// Not here, since no verifier can get them wrong: GHSA-hm8f-75xx-w2vr (OAuth state) and warehouse#18006
// (which index an attestation is for) belong to signing; GHSA-fcv2-xgw5-pqxf (target names as paths) to the
// update framework; CVE-2025-66506, CVE-2026-22772, GHSA-f5mr (Fulcio) and CVE-2023-30551, CVE-2023-33199,
// GHSA-273p, GHSA-4c4x (Rekor) to services that answer strangers.
#include <gtest/gtest.h>

#include "core/encoding/text.h"
#include "testing/provenance.h"
#include "testing/verifying.h"

namespace tomme {
namespace {

using namespace tomme::testing;

class Advisories : public ::testing::Test {
 protected:
  Instance instance = make_instance(kNow);
  Signer signer = certify(instance, github("owner/repo"));
  Signer other = [this] {
    LeafSpec leaf = github("somebody/else");
    leaf.key_number = 1;
    return certify(instance, leaf);
  }();

  BundleParts message(const Recipe& recipe = rekor_1(), std::string_view content = kContent) {
    return sign_message(instance, signer, bytes_of(content), recipe);
  }
  BundleParts envelope(const Recipe& recipe = rekor_1("dsse"), std::string_view content = kContent) {
    return sign_statement(instance, signer, make_statement("file.txt", bytes_of(content)), recipe);
  }
  BundleParts envelope_of(std::string_view payload, const Recipe& recipe = rekor_1("dsse")) {
    return sign_statement(instance, signer, payload, recipe);
  }
  Result<Evidence> check(const BundleParts& bundle, const VerifyOptions& options = {}) {
    return verify(instance, bundle, options);
  }
  /// The honest one passes; the function makes it a wrong one.
  BundleParts changed(BundleParts bundle, const std::function<void(BundleParts&)>& change) {
    const Result<Evidence> honest = check(bundle);
    EXPECT_TRUE(honest) << describe(honest);
    change(bundle);
    return bundle;
  }
};

// cosign < 1.5.2: an entry's promise is genuine, but about another signature over the same file.
TEST_F(Advisories, CVE_2022_23649_entry_transplanted) {
  for (const Recipe& recipe : {rekor_1(), rekor_2()}) {
    const BundleParts others = sign_message(instance, other, bytes_of(kContent), recipe);
    EXPECT_REFUSED(
        kEntryMismatch,
        check(changed(message(recipe), [&](BundleParts& bundle) { bundle.entries = others.entries; })));
  }
}

// cosign < 1.12: entry and blob are compared in none, or only some, of their parts.
TEST_F(Advisories, CVE_2022_36056_entry_of_another_file) {
  const BundleParts others = message(rekor_1(), "another file");
  EXPECT_REFUSED(kEntryMismatch,
                 check(changed(message(), [&](BundleParts& b) { b.entries = others.entries; })));
}
TEST_F(Advisories, CVE_2022_36056_certificate_of_somebody_else) {
  EXPECT_REFUSED(kEntryMismatch, check(changed(message(), [&](BundleParts& b) {
                   b.certificates = {to_bytes(other.certificate->der())};
                 })));
}
TEST_F(Advisories, CVE_2022_36056_certificate_of_the_same_key) {
  // The same key was certified for somebody else: the signature verifies, the entry says otherwise.
  const Signer same_key = certify(instance, github("somebody/else"));
  EXPECT_REFUSED(kEntryMismatch, check(changed(message(), [&](BundleParts& b) {
                   b.certificates = {to_bytes(same_key.certificate->der())};
                 })));
}
TEST_F(Advisories, CVE_2022_36056_invalid_bundle_is_not_ignored) {
  for (const char* text : {"", "{}", "null", "[]", "{\"mediaType\":\"x\"}", "not JSON"})
    EXPECT_FALSE(verify(instance.root(), text)) << text;
}

// cosign: --type was satisfied by any attestation.
TEST_F(Advisories, CVE_2022_35929_other_predicate_type) {
  VerifyOptions options{.predicate_type = "https://slsa.dev/provenance/v1"};
  EXPECT_REFUSED(kPredicateType, check(envelope(), options));
  EXPECT_REFUSED(kPredicateType, check(message(), options));
  options.predicate_type = "https://docs.pypi.org/attestations/publish/v1";
  EXPECT_TRUE(check(envelope(), options));
}

// cosign, sigstore-go: endless data. (CVE-2023-46737, CVE-2024-29902, CVE-2024-29903, CVE-2024-45395)
TEST_F(Advisories, CVE_2023_46737_CVE_2024_29902_CVE_2024_29903_bundles_have_a_size) {
  const std::string text(17 * 1024 * 1024, ' ');
  const auto read = Bundle::parse(text);
  EXPECT_REFUSED(kJsonInvalid, read);
}
TEST_F(Advisories, CVE_2024_45395_33_entries) {
  Recipe recipe = rekor_1();
  recipe.logs.assign(32, 0);
  BundleParts bundle = message(recipe);
  EXPECT_TRUE(check(bundle)) << describe(check(bundle));
  bundle.entries.push_back(bundle.entries.front());
  EXPECT_REFUSED(kBundleLimit, check(bundle));
}
TEST_F(Advisories, CVE_2024_45395_33_timestamps) {
  BundleParts bundle = message(rekor_2());
  const Bytes timestamp = bundle.timestamps.front();
  bundle.timestamps.assign(32, timestamp);
  EXPECT_TRUE(check(bundle)) << describe(check(bundle));
  bundle.timestamps.push_back(timestamp);
  EXPECT_REFUSED(kBundleLimit, check(bundle));
}
TEST_F(Advisories, CVE_2024_45395_1025_subjects) {
  const json::Value statement = testing::must(json::parse(file_statement()));
  const json::Value subject = *find(statement, "subject.0");
  for (const std::size_t count : {1024U, 1025U}) {
    const json::Value many = with(statement, "subject", json::Array(count, subject));
    const Result<Evidence> evidence = check(envelope_of(json::to_canonical(many)));
    if (count == 1024) {
      EXPECT_TRUE(evidence) << describe(evidence);
    } else {
      EXPECT_REFUSED(kStatementLimit, evidence);
    }
  }
}
TEST_F(Advisories, CVE_2024_45395_33_digests) {
  json::Value statement = testing::must(json::parse(file_statement()));
  for (int i = 0; i < 31; ++i)
    statement = with(statement, "subject.0.digest.other" + std::to_string(i), "00");
  EXPECT_TRUE(check(envelope_of(json::to_canonical(statement))));
  statement = with(statement, "subject.0.digest.other31", "00");
  EXPECT_REFUSED(kStatementLimit, check(envelope_of(json::to_canonical(statement))));
}

// sigstore-java < 1.2: a valid entry that is about something else.
TEST_F(Advisories, CVE_2024_53267_mismatched_envelope_entry) {
  const Recipe kinds[] = {rekor_1("dsse"),
                          {.kind = {"intoto", "0.0.1"}},
                          {.kind = {"intoto", "0.0.2"}},
                          rekor_2(),
                          {.kind = {"dsse", "0.0.2"}, .logs = {1}, .timestamp_authorities = {0}}};
  for (const Recipe& recipe : kinds) {
    const BundleParts others = envelope(recipe, "another file");
    EXPECT_REFUSED(kEntryMismatch,
                   check(changed(envelope(recipe), [&](BundleParts& b) { b.entries = others.entries; })));
    const BundleParts somebody = sign_statement(instance, other, file_statement(), recipe);
    EXPECT_REFUSED(kEntryMismatch,
                   check(changed(envelope(recipe), [&](BundleParts& b) { b.entries = somebody.entries; })));
  }
}
TEST_F(Advisories, CVE_2024_53267_second_entry_mismatched) {
  const BundleParts others = message(rekor_1(), "another file");
  EXPECT_REFUSED(
      kEntryMismatch,
      check(changed(message(), [&](BundleParts& b) { b.entries.push_back(others.entries.front()); })));
}

// gitsign: a log's key comes from the trust root, never from whoever answers.
TEST_F(Advisories, CVE_2023_47122_unknown_log) {
  Instance elsewhere = make_instance(kNow, 1);
  elsewhere.authorities = instance.authorities;
  elsewhere.ct_logs = instance.ct_logs;
  const BundleParts bundle = sign_message(elsewhere, signer, bytes_of(kContent), rekor_1());
  EXPECT_TRUE(verify(elsewhere, bundle));
  EXPECT_REFUSED(kEntryUnknownLog, check(bundle));
}
TEST_F(Advisories, CVE_2023_47122_known_log_id_with_another_key) {
  Instance elsewhere = instance;
  elsewhere.logs[0].key = key(KeyType::ecdsa_p256, 99);
  BundleParts bundle = sign_message(elsewhere, signer, bytes_of(kContent), rekor_1());
  EXPECT_TRUE(verify(elsewhere, bundle));
  LogEntry& entry = bundle.entries.front();
  entry.log_id = instance.logs[0].log_id();
  entry.promise = elsewhere.logs[0].promise_for(entry);
  EXPECT_REFUSED(kEntryPromise, check(bundle));
  // Rekor v2 has no promise: there it is the checkpoint's line.
  elsewhere.logs[1].key = key(KeyType::ed25519, 99);
  bundle = sign_message(elsewhere, signer, bytes_of(kContent), rekor_2());
  bundle.entries.front().log_id = instance.logs[1].log_id();
  EXPECT_REFUSED(kLogCheckpointSignature, check(bundle));
}

// gitsign: what a look-up finds must match in all fields, not in one of them.
TEST_F(Advisories, GHSA_8pmp_678w_c8xx_looked_up_entry_mismatched) {
  const auto detached = [&](const BundleParts& signed_parts, const BundleParts& logged) -> Result<Evidence> {
    const auto& signature = std::get<MessageSignature>(signed_parts.content).signature;
    const LogEntry& entry = logged.entries.front();
    json::Array hashes;
    for (const Sha256& hash : entry.proof->hashes) hashes.push_back(hash.to_hex());
    const json::Value proof =
        object({{"checkpoint", entry.proof->checkpoint},
                {"hashes", std::move(hashes)},
                {"logIndex", static_cast<std::int64_t>(entry.proof->index.value())},
                {"rootHash", entry.proof->root.to_hex()},
                {"treeSize", static_cast<std::int64_t>(entry.proof->tree_size.value())}});
    const json::Value answer = object(
        {{"uuid",
          object({{"body", encode_base64(entry.body)},
                  {"integratedTime", to_unix(entry.integrated_time)},
                  {"logID", encode_hex(entry.log_id)},
                  {"logIndex", static_cast<std::int64_t>(entry.index.value())},
                  {"verification", object({{"inclusionProof", proof},
                                           {"signedEntryTimestamp", encode_base64(entry.promise)}})}})}});
    const LogEntry found = TRY(LogEntry::parse_rekor_v1(answer));
    const Bundle bundle = TRY(Bundle::from_detached(bytes_of(encode_base64(signature)),
                                                    "-----BEGIN CERTIFICATE-----\n" +
                                                        encode_base64(signed_parts.certificates.front()) +
                                                        "\n-----END CERTIFICATE-----\n",
                                                    found));
    BytesArtifact artifact(bytes_of(kContent));
    return Verifier(instance.root(), {}).verify(bundle, artifact);
  };
  const BundleParts mine = message();
  EXPECT_TRUE(detached(mine, mine)) << describe(detached(mine, mine));
  EXPECT_REFUSED(kEntryMismatch, detached(mine, message(rekor_1(), "another file")));  // the same key
  EXPECT_REFUSED(kEntryMismatch,
                 detached(mine, sign_message(instance, other, bytes_of(kContent), rekor_1())));
}

// rfc3161-client < 1.0.3: the chain was verified, the token's own signature was not.
TEST_F(Advisories, CVE_2025_52556_timestamp_signature) {
  for (const bool embed : {false, true}) {
    for (const bool digest : {false, true}) {
      EXPECT_REFUSED(kTimestampSignature, check(changed(message(rekor_2()), [&](BundleParts& b) {
                       const Bytes& signature = std::get<MessageSignature>(b.content).signature;
                       b.timestamps = {make_timestamp(instance.timestamp_authorities[0], signature,
                                                      {.time = kNow,
                                                       .embed = embed,
                                                       .broken_signature = !digest,
                                                       .broken_message_digest = digest})};
                     })));
    }
  }
}

// timestamp-authority: leaf constraints were checked on the first certificate in the bag that is no CA.
TEST_F(Advisories, CVE_2026_39984_forged_certificate_first) {
  TimestampAuthority& authority = instance.timestamp_authorities[0];
  const PrivateKey& forger = key(KeyType::ecdsa_p256, 98);
  const Bytes honest_looking = to_bytes(authority.leaf.der());
  const Certificate forged = make_certificate({.common_name = "forged",
                                               .validity = instance.valid,
                                               .extended_key_usages = {std::string(kEkuTimeStamping)},
                                               .extended_key_usage_critical = true},
                                              forger.public_key(), {forger});
  authority.root_names_leaf = false;
  Recipe recipe = rekor_2();
  recipe.embed_timestamp_certificate = true;
  const BundleParts honest = message(recipe);
  const Bytes& signature = std::get<MessageSignature>(honest.content).signature;
  BundleParts bundle = honest;

  // The forger signs, and puts a genuine certificate before his own.
  TimestampAuthority forgery = authority;
  forgery.leaf = forged;
  forgery.key = forger;
  bundle.timestamps = {
      make_timestamp(forgery, signature, {.time = kNow, .embed = true, .embedded_before = {honest_looking}})};
  EXPECT_REFUSED(kTimestampAuthority, check(bundle));
  // A leaf of the same authority that is not for time stamping, behind a certificate that claims to be.
  const PrivateKey& leaf_key = key(KeyType::ecdsa_p256, 97);
  forgery.key = leaf_key;
  forgery.leaf = make_certificate({.common_name = "no stamps",
                                   .validity = instance.valid,
                                   .extended_key_usages = {"1.3.6.1.5.5.7.3.3"},
                                   .extended_key_usage_critical = true,
                                   .serial = 3},
                                  leaf_key.public_key(), {key(KeyType::ecdsa_p256, 9000), &authority.root});
  bundle.timestamps = {make_timestamp(
      forgery, signature, {.time = kNow, .embed = true, .embedded_before = {to_bytes(forged.der())}})};
  EXPECT_REFUSED(kCertificatePurpose, check(bundle));
  // A stranger in the bag of an honest token changes nothing.
  bundle.timestamps = {make_timestamp(
      authority, signature, {.time = kNow, .embed = true, .embedded_before = {to_bytes(forged.der())}})};
  EXPECT_TRUE(check(bundle)) << describe(check(bundle));
}

// cosign: the path for old bundles compared neither digest nor signature nor key with the entry.
TEST_F(Advisories, CVE_2026_22703_old_bundles_are_bound_too) {
  for (const std::string_view type : {kBundle01, kBundle02}) {
    Recipe recipe = rekor_1();
    recipe.media_type = type;
    const BundleParts another_file = message(recipe, "another file");
    const BundleParts another_signer = sign_message(instance, other, bytes_of(kContent), recipe);
    for (const BundleParts& others : {another_file, another_signer}) {
      EXPECT_REFUSED(kEntryMismatch,
                     check(changed(message(recipe), [&](BundleParts& b) { b.entries = others.entries; })));
    }
  }
}

// cosign: only the leaf had to be valid when the signature was made.
TEST_F(Advisories, CVE_2026_24122_expired_intermediate) {
  instance.authorities[0] = make_certificate_authority(
      {.uri = "https://fulcio.example",
       .valid = instance.valid,
       .intermediate_valid = TimeRange{instance.valid.start, kNow - std::chrono::hours(1)}});
  signer = certify(instance, github("owner/repo"));
  EXPECT_REFUSED(kCertificateTime, check(message()));
}
TEST_F(Advisories, CVE_2026_24122_expired_root) {
  instance.authorities[0] =
      make_certificate_authority({.uri = "https://fulcio.example",
                                  .valid = {instance.valid.start, kNow - std::chrono::hours(1)},
                                  .intermediate_valid = instance.valid});
  instance.authorities[0].valid = instance.valid;
  signer = certify(instance, github("owner/repo"));
  EXPECT_REFUSED(kCertificateTime, check(message()));
}
TEST_F(Advisories, CVE_2026_24122_expired_timestamp_root) {
  const TimeRange before{instance.valid.start, kNow - std::chrono::hours(1)};
  instance.timestamp_authorities[0] =
      make_timestamp_authority({.uri = "https://tsa.example", .valid = instance.valid, .root_valid = before});
  EXPECT_REFUSED(kTimestampTime, check(message(rekor_2())));
  instance.timestamp_authorities[0] =
      make_timestamp_authority({.uri = "https://tsa.example", .valid = instance.valid, .leaf_valid = before});
  EXPECT_REFUSED(kTimestampTime, check(message(rekor_2())));
}

// cosign: a payload that is no statement was "Verified OK".
TEST_F(Advisories, CVE_2026_39395_malformed_payload) {
  for (const std::string_view payload :
       {"", "{}", "not JSON", "[]", R"({"_type":"https://in-toto.io/Statement/v1"})",
        R"({"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":"x"})",
        R"({"_type":"https://in-toto.io/Statement/v2","subject":[{"digest":{}}],"predicateType":"x"})",
        R"({"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{}}],"predicateType":"x"})"}) {
    EXPECT_FALSE(check(envelope_of(payload))) << payload;
  }
}
TEST_F(Advisories, CVE_2026_39395_other_payload_type) {
  BundleParts bundle{.certificates = {to_bytes(signer.certificate->der())}};
  DsseEnvelope content{"application/json", to_bytes(bytes_of(file_statement())), {}, ""};
  content.signature = sign(signer.key, content.pre_authentication_encoding());
  bundle.content = content;
  prove(instance, signer, Digest(sha256(bytes_of(kContent))), rekor_1("dsse"), bundle);
  EXPECT_REFUSED(kPayloadType, check(bundle));
}

// sigstore-ruby < 0.2.3: the statement was never compared with the file.
TEST_F(Advisories, CVE_2026_31830_statement_about_another_file) {
  for (const Recipe& recipe : {rekor_1("dsse"), rekor_2()})
    EXPECT_REFUSED(kStatementSubject, check(envelope(recipe, "another file")));
}

// sigstore-go: thresholds count logs, not entries.
TEST_F(Advisories, GHSA_9vcr_p3rj_q5q6_two_entries_of_one_log) {
  Recipe twice = rekor_1();
  twice.logs = {0, 0};
  const VerifyOptions two_logs{.logs = 2};
  EXPECT_TRUE(check(message(twice)));
  EXPECT_REFUSED(kBundleNoLogEntry, check(message(twice), two_logs));
  instance.logs.push_back(
      make_rekor_v1("https://second.example", instance.valid, key(KeyType::ecdsa_p256, 96)));
  twice.logs = {0, 2};
  EXPECT_TRUE(check(message(twice), two_logs));
  // Two logs of one operator are one.
  instance.logs[0].operator_name = instance.logs[2].operator_name = "example.org";
  EXPECT_REFUSED(kBundleNoLogEntry, check(message(twice), two_logs));
}
TEST_F(Advisories, GHSA_9vcr_p3rj_q5q6_two_timestamps_of_one_authority) {
  Recipe recipe = rekor_2();
  recipe.timestamp_authorities = {0, 0};
  const VerifyOptions two_times{.times = 2};
  EXPECT_TRUE(check(message(recipe)));
  EXPECT_REFUSED(kBundleNoTime, check(message(recipe), two_times));
  instance.timestamp_authorities.push_back(
      make_timestamp_authority({.uri = "https://t2.example", .valid = instance.valid, .number = 2}));
  recipe.timestamp_authorities = {0, 1};
  EXPECT_TRUE(check(message(recipe), two_times));
  instance.timestamp_authorities[0].operator_name = instance.timestamp_authorities[1].operator_name = "one";
  EXPECT_REFUSED(kBundleNoTime, check(message(recipe), two_times));
}
TEST_F(Advisories, GHSA_9vcr_p3rj_q5q6_two_certificate_timestamps_of_one_log) {
  const VerifyOptions two{.certificate_logs = 2};
  EXPECT_REFUSED(kSctSignature, check(message(), two));
  instance.ct_logs.push_back({"https://ct2.example", key(KeyType::rsa, 95), instance.valid});
  LeafSpec leaf = github("owner/repo");
  leaf.ct_logs = {0, 1};
  signer = certify(instance, leaf);
  EXPECT_TRUE(check(message(), two)) << describe(check(message(), two));
  instance.ct_logs[0].operator_name = instance.ct_logs[1].operator_name = "one";
  EXPECT_REFUSED(kSctSignature, check(message(), two));
}
// A log that counts for its entry does not count again for its promise's time under another name.
TEST_F(Advisories, GHSA_9vcr_p3rj_q5q6_periods_of_one_log) {
  // The same key in two periods of the root is one log.
  instance.logs.push_back(instance.logs[0]);
  instance.logs[2].valid.end = kNow + std::chrono::hours(1);
  EXPECT_REFUSED(kBundleNoLogEntry, check(message(), {.logs = 2}));
}

// sigstore-go < 1.2.1: a managed key's validity was ignored.
TEST_F(Advisories, GHSA_wqqc_jjcq_vfxm_expired_key) {
  const Signer managed{key(KeyType::ecdsa_p256, 94)};
  const BundleParts bundle = sign_message(instance, managed, bytes_of(kContent), rekor_1());
  const auto with_validity = [&](std::optional<TimeRange> valid) {
    return check(bundle, {.key = ManagedKey{managed.key.public_key(), valid}});
  };
  EXPECT_TRUE(with_validity(std::nullopt));
  EXPECT_TRUE(with_validity(TimeRange{kNow, kNow}));
  const auto second = std::chrono::seconds(1);
  EXPECT_REFUSED(kKeyValidity, with_validity(TimeRange{kNow - 2 * second, kNow - second}));
  EXPECT_REFUSED(kKeyValidity, with_validity(TimeRange{kNow + second, std::nullopt}));
}

// sigstore-ruby#307: an integrated time without a promise is only a claim.
TEST_F(Advisories, sigstore_ruby_307_time_without_promise) {
  EXPECT_REFUSED(kBundleNoPromise,
                 check(changed(message(), [](BundleParts& b) { b.entries.front().promise.clear(); })));
}

// sigstore-java#1185: a promise that is there must be right, though the inclusion proof is.
TEST_F(Advisories, sigstore_java_1185_wrong_promise_beside_a_proof) {
  EXPECT_REFUSED(kEntryPromise,
                 check(changed(message(), [](BundleParts& b) { b.entries.front().promise.back() ^= 1; })));
  EXPECT_REFUSED(kEntryPromise, check(changed(message(), [](BundleParts& b) {
                   b.entries.front().integrated_time += std::chrono::seconds(1);
                 })));
}

// sigstore-python#1651: messageDigest was never compared.
TEST_F(Advisories, sigstore_python_1651_message_digest) {
  EXPECT_REFUSED(kArtifactMismatch, check(changed(message(), [](BundleParts& b) {
                   std::get<MessageSignature>(b.content).digest = Digest(sha256(bytes_of("another file")));
                 })));
}

// sigstore-python#1826: a malformed checkpoint is an ordinary refusal.
TEST_F(Advisories, sigstore_python_1826_malformed_checkpoint) {
  const std::string honest = message().entries.front().proof->checkpoint;
  for (const std::string& text :
       {std::string("\n\n"), std::string("x"), std::string("\n\n\n\n\n"), honest.substr(0, honest.size() / 2),
        honest.substr(1), honest + "x\n", std::string(100'000, '\n')}) {
    BundleParts bundle = message();
    bundle.entries.front().proof->checkpoint = text;
    EXPECT_FALSE(check(bundle)) << text;
  }
}

// sigstore-rust#160 (TOB-SIGSTORE-2, -3): every proven time counts, not the convenient one.
TEST_F(Advisories, sigstore_rust_160_one_time_outside_the_certificate) {
  for (const auto off : {std::chrono::hours(-1), std::chrono::hours(1)}) {
    EXPECT_REFUSED(kCertificateTime, check(changed(message(), [&](BundleParts& b) {
                     b.timestamps.push_back(make_timestamp(instance.timestamp_authorities[0],
                                                           std::get<MessageSignature>(b.content).signature,
                                                           {.time = kNow + off}));
                   })));
    Recipe recipe = rekor_1();
    recipe.at = kNow + off;
    EXPECT_REFUSED(kCertificateTime, check(message(recipe)));
    recipe = rekor_2();
    recipe.at = kNow + off;
    EXPECT_REFUSED(kCertificateTime, check(message(recipe)));
  }
}

// TOB-SIGSTORE-4: the log entry was not held against the bundle.
TEST_F(Advisories, sigstore_rust_160_TOB_SIGSTORE_4_entry_of_another_bundle) {
  BundleParts bundle = message();
  bundle.entries =
      sign_message(instance, certify(instance, github("owner/demo")), bytes_of("other"), rekor_1()).entries;
  EXPECT_FALSE(check(bundle));
}

// sigstore-js threw what its JSON and BigInt readers threw.
TEST_F(Advisories, sigstore_js_numbers_and_texts_that_are_none) {
  const std::string good = message().to_text();
  ASSERT_TRUE(Bundle::parse(good));
  for (const char* bad :
       {"", "-1", "1.5", "1e3", "0x10", "99999999999999999999", "9223372036854775808", "one"}) {
    std::string text = good;
    const std::string member = R"("logIndex":")";
    const auto at = text.find(member) + member.size();
    text.replace(at, text.find('"', at) - at, bad);
    const auto read = Bundle::parse(text);
    ASSERT_FALSE(read) << bad;
    EXPECT_EQ(read.error().outcome(), Outcome::refused);
  }
  for (const std::string& text :
       {std::string(), std::string("{"), good + "}", good.substr(1), std::string(good.size(), '[')}) {
    EXPECT_FALSE(Bundle::parse(text));
  }
}

// sigstore-rust#175 (TOB-SIGSTORE-12): the log's intoto body has no payload; its digest is what binds it.
TEST_F(Advisories, sigstore_rust_175_intoto_body_without_payload) {
  const Recipe recipe{.kind = {"intoto", "0.0.2"}};
  BundleParts bundle = envelope(recipe);
  const json::Value body = testing::must(json::parse(text_of(bundle.entries.front().body)));
  EXPECT_EQ(find(body, "spec.content.envelope.payload"), nullptr);
  EXPECT_TRUE(check(bundle));
  const auto relogged = [&](const json::Value& changed_body) {
    BundleParts again = envelope(recipe);
    again.entries = {
        instance.logs[0].add("intoto", "0.0.2", to_bytes(bytes_of(json::to_canonical(changed_body))), kNow)};
    // The signature must be the one in the body.
    again.content = bundle.content;
    return check(again);
  };
  EXPECT_TRUE(relogged(body)) << describe(relogged(body));
  const std::string twice = encode_base64(bytes_of(encode_base64(bytes_of(file_statement()))));
  EXPECT_TRUE(relogged(with(body, "spec.content.envelope.payload", twice)));
  EXPECT_REFUSED(kEntryMismatch, relogged(with(body, "spec.content.envelope.payload", "")));
  EXPECT_REFUSED(kEntryMismatch,
                 relogged(with(body, "spec.content.payloadHash.value", sha256(bytes_of("x")).to_hex())));
  EXPECT_REFUSED(kEntryBody, relogged(without(body, "spec.content.payloadHash")));
}

// sigstore-conformance#403: a timestamp authority's validity is its own.
TEST_F(Advisories, sigstore_conformance_403_validity_of_another_authority) {
  instance.timestamp_authorities.push_back(
      make_timestamp_authority({.uri = "https://t2.example", .valid = instance.valid, .number = 2}));
  const BundleParts bundle = message(rekor_2());
  EXPECT_TRUE(check(bundle));
  instance.timestamp_authorities[0].valid = {instance.valid.start, kNow - std::chrono::seconds(1)};
  EXPECT_REFUSED(kTimestampTime, check(bundle));
}

// jans#14636: the media type is nobody's word; calling a bundle 0.1 must not spare it its proof.
TEST_F(Advisories, jans_14636_downgraded_media_type) {
  for (const Recipe& recipe : {rekor_1(), rekor_2()}) {
    EXPECT_REFUSED(kBundleNoInclusionProof, check(changed(message(recipe), [](BundleParts& b) {
                     b.media_type = kBundle01;
                     b.entries.front().proof.reset();
                   })));
    EXPECT_REFUSED(kBundleNoInclusionProof, check(changed(message(recipe), [](BundleParts& b) {
                     b.media_type = kBundle01;
                     b.entries.front().proof->checkpoint.clear();
                   })));
  }
}
TEST_F(Advisories, jans_14636_promise_only_is_opted_into) {
  Recipe recipe = rekor_1();
  recipe.proof = false;
  const VerifyOptions accepts{.accept_promise_only = true};
  EXPECT_REFUSED(kBundleNoInclusionProof, check(message(recipe)));
  const Result<Evidence> evidence = check(message(recipe), accepts);
  ASSERT_TRUE(evidence) << describe(evidence);
  EXPECT_FALSE(evidence->logs().front().included);
  // It never spares a wrong proof, nor both.
  BundleParts bundle = message();
  bundle.entries.front().proof->root = sha256(bytes_of("x"));
  EXPECT_REFUSED(kEntryRoot, check(bundle, accepts));
  recipe.promise = false;
  EXPECT_REFUSED(kBundleNoInclusionProof, check(message(recipe), accepts));
}

// The same review: trust anchors are judged at the time of signing, not at the time of looking.
TEST_F(Advisories, jans_14636_expired_authorities_still_prove_the_past) {
  Instance old = make_instance(time_from_unix(1'000'000'000));  // 2001: all its certificates have expired
  const BundleParts bundle = sign_message(old, certify(old, github("o/r")), bytes_of(kContent), rekor_2());
  EXPECT_TRUE(verify(old, bundle)) << describe(verify(old, bundle));
}

// sigstore-js: the checkpoint's name is compared as text.
TEST_F(Advisories, sigstore_js_checkpoint_name_is_no_pattern) {
  for (const std::string& name : {std::string("rekorXexample"), std::string("xrekor.example"),
                                  std::string("rekor.example.org"), std::string("REKOR.example")}) {
    Instance renamed = instance;
    renamed.logs[0].name = name;
    const BundleParts bundle = sign_message(renamed, signer, bytes_of(kContent), rekor_1());
    EXPECT_REFUSED(kLogCheckpointSignature, check(bundle));
  }
}

// sigstore-conformance#172: a statement about several files is about each of them.
TEST_F(Advisories, sigstore_conformance_172_any_subject) {
  json::Value statement = testing::must(json::parse(file_statement()));
  const json::Value mine = *find(statement, "subject.0");
  const json::Value others = with(mine, "digest.sha256", sha256(bytes_of("another file")).to_hex());
  EXPECT_TRUE(check(envelope_of(json::to_canonical(with(statement, "subject", json::Array{others, mine})))));
  EXPECT_REFUSED(
      kStatementSubject,
      check(envelope_of(json::to_canonical(with(statement, "subject", json::Array{others, others})))));
  // Every digest that we know must be the file's: one right, one wrong is not the file.
  const json::Value half = with(mine, "digest.sha512", std::string(128, '0'));
  EXPECT_REFUSED(kStatementSubject,
                 check(envelope_of(json::to_canonical(with(statement, "subject", json::Array{half})))));
}

// sigstore-python's keyring tried all keys where the id was unknown.
TEST_F(Advisories, keyring_tries_no_other_key) {
  EXPECT_REFUSED(
      kEntryUnknownLog,
      check(changed(message(rekor_2()), [](BundleParts& b) { b.entries.front().log_id.back() ^= 1; })));
  // The same for certificate logs: the right key under a wrong id.
  const BundleParts bundle = message();
  json::Value root = instance.trusted_root();
  EXPECT_TRUE(verify(root_of(root), bundle.to_text()));
  root = with(root, "ctlogs.0.logId.keyId", encode_base64(sha256(bytes_of("x")).view()));
  EXPECT_REFUSED(kSctSignature, verify(root_of(root), bundle.to_text()));
}

}  // namespace
}  // namespace tomme
