#include <gtest/gtest.h>

#include "core/attestation/errors.h"
#include "core/attestation/provenance.h"
#include "core/crypto/errors.h"
#include "core/encoding/errors.h"
#include "core/encoding/text.h"

namespace tomme {
namespace {

constexpr std::string_view kDigest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

template <class T>
bool refused(const Result<T>& result, const ErrorCode& code) {
  return !result && result.error().is(code);
}

json::Value parsed(std::string_view text) {
  auto value = json::parse(text);
  EXPECT_TRUE(value) << text;
  return value ? *value : json::Value();
}

// --- DSSE ------------------------------------------------------------------------------------------------

TEST(Dsse, PreAuthenticationEncodingCountsBytes) {
  EXPECT_EQ(text_of(pre_authentication_encoding("http://example.com/HelloWorld", bytes_of("hello world"))),
            "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  EXPECT_EQ(text_of(pre_authentication_encoding("", {})), "DSSEv1 0  0 ");
  // "é" is two bytes.
  EXPECT_EQ(text_of(pre_authentication_encoding("\xc3\xa9", bytes_of("\xc3\xa9"))),
            "DSSEv1 2 \xc3\xa9 2 \xc3\xa9");
}

// --- statements ------------------------------------------------------------------------------------------

std::string statement(std::string_view subject_digest, std::string_view more = "") {
  return R"({"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a-1.0.tar.gz","digest":)" +
         std::string(subject_digest) +
         R"(}],"predicateType":"https://docs.pypi.org/attestations/publish/v1")" + std::string(more) + "}";
}
std::string sha256_set() {
  return R"({"sha256":")" + std::string(kDigest) + R"("})";
}
Result<Statement> parse_statement(std::string_view text, const Statement::Limits& limits = {}) {
  return Statement::parse(bytes_of(text), limits);
}

TEST(StatementParse, TakesBothVersionsAndMoreMembers) {
  const auto simple = parse_statement(statement(sha256_set()));
  ASSERT_TRUE(simple);
  EXPECT_EQ(simple->subjects.at(0).name, "a-1.0.tar.gz");
  EXPECT_EQ(simple->subjects.at(0).digests.at(0).to_hex(), kDigest);
  EXPECT_TRUE(simple->predicate.is_null());
  EXPECT_TRUE(
      parse_statement(statement(sha256_set(), R"(,"predicate":{"x":1},"other":[])"))->predicate.object());
  EXPECT_TRUE(parse_statement(statement(sha256_set(), R"(,"predicate":null)")));
  std::string old = statement(sha256_set());
  old.replace(old.find("/v1"), 3, "/v0.1");
  EXPECT_TRUE(parse_statement(old));
}

TEST(StatementParse, PassesOverAlgorithmsItDoesNotKnow) {
  const auto parsed_statement = parse_statement(
      statement(R"({"sha1":"not even hex","gitCommit":5,"sha256":")" + std::string(kDigest) + R"("})"));
  ASSERT_TRUE(parsed_statement);
  EXPECT_EQ(parsed_statement->subjects.at(0).digests.size(), 1U);
}

TEST(StatementParse, Refuses) {
  EXPECT_TRUE(refused(parse_statement("[]"), kJsonShape));
  EXPECT_TRUE(refused(parse_statement("{"), kJsonInvalid));
  EXPECT_TRUE(refused(parse_statement("\xff"), kJsonInvalid));
  EXPECT_TRUE(refused(parse_statement(R"({"a":1,"a":2})"), kJsonInvalid));
  std::string other = statement(sha256_set());
  other.replace(other.find("/v1"), 3, "/v2");
  EXPECT_TRUE(refused(parse_statement(other), kStatementInvalid));
  EXPECT_TRUE(refused(parse_statement(R"({"_type":"https://in-toto.io/Statement/v1","subject":[],)"
                                      R"("predicateType":"x"})"),
                      kStatementInvalid));
  EXPECT_TRUE(refused(parse_statement(R"({"_type":"https://in-toto.io/Statement/v1",)"
                                      R"("subject":[{"digest":{}}],"predicateType":""})"),
                      kStatementInvalid));
  EXPECT_TRUE(refused(parse_statement(statement("[]")), kStatementInvalid));
  EXPECT_TRUE(refused(parse_statement(statement(R"({"sha256":5})")), kStatementInvalid));
  EXPECT_TRUE(refused(parse_statement(statement(R"({"sha256":"ab"})")), kDigestInvalid));
  std::string upper(kDigest);
  upper[0] = 'E';
  EXPECT_TRUE(refused(parse_statement(statement(R"({"sha256":")" + upper + R"("})")), kEncodingHex));
  EXPECT_TRUE(refused(parse_statement(statement(sha256_set(), R"(,"predicate":[])")), kStatementInvalid));
}

TEST(StatementParse, Limits) {
  EXPECT_TRUE(parse_statement(statement(sha256_set()), {.subjects = 1, .digests = 1}));
  EXPECT_TRUE(refused(parse_statement(statement(sha256_set()), {.subjects = 0}), kStatementLimit));
  EXPECT_TRUE(refused(parse_statement(statement(sha256_set()), {.digests = 0}), kStatementLimit));
}

// --- what PEP 740 asks -----------------------------------------------------------------------------------

Result<void> check(std::string_view text, std::string_view filename) {
  return check_attested_statement(*parse_statement(text), filename);
}

TEST(AttestedStatement, NamesThisDistribution) {
  EXPECT_TRUE(check(statement(sha256_set()), "a-1.0.tar.gz"));
  EXPECT_TRUE(check(statement(sha256_set()), "A-1.0.0.tar.gz")) << "compared as parsed, not by bytes";
  for (const char* other : {"b-1.0.tar.gz", "a-1.1.tar.gz", "a-1.0-py3-none-any.whl", "a-1.0.zip"})
    EXPECT_TRUE(refused(check(statement(sha256_set()), other), kAttestationFilename)) << other;
  // A file that was given a name of its own is not the one that was attested.
  for (const char* other : {"b.whl", "a", "", "x/a-1.0.tar.gz"})
    EXPECT_TRUE(refused(check(statement(sha256_set()), other), kAttestationFilename)) << other;
  std::string unreadable = statement(sha256_set());
  unreadable.replace(unreadable.find("a-1.0.tar.gz"), 12, "../../passwd");
  EXPECT_TRUE(refused(check(unreadable, "a-1.0.tar.gz"), kAttestationFilename));
  EXPECT_TRUE(refused(check(unreadable, "../../passwd"), kAttestationFilename));
}

// pypi-attestations before 0.0.26 compared file names as texts.
TEST(AttestedStatement, pypi_attestations_0_0_26_wheel_tags_are_sets) {
  std::string text = statement(sha256_set());
  text.replace(text.find("a-1.0.tar.gz"), 12, "a-1.0-py2.py3-none-any.whl");
  EXPECT_TRUE(check(text, "a-1.0-py3.py2-none-any.whl"));
  EXPECT_TRUE(refused(check(text, "a-1.0-py3-none-any.whl"), kAttestationFilename));
  EXPECT_TRUE(refused(check(text, "a-1.0-1-py2.py3-none-any.whl"), kAttestationFilename));
}

TEST(AttestedStatement, IsAboutOneFileWithASha256) {
  std::string two = statement(sha256_set());
  two.insert(two.find("{\"name\""), R"({"name":"a-1.0.tar.gz","digest":{}},)");
  EXPECT_TRUE(refused(check(two, "a-1.0.tar.gz"), kAttestationInvalid));
  EXPECT_TRUE(refused(check(statement("{}"), "a-1.0.tar.gz"), kAttestationInvalid));
  EXPECT_TRUE(refused(check(statement(R"({"sha512":")" + std::string(128, 'a') + R"("})"), "a-1.0.tar.gz"),
                      kAttestationInvalid));
}

TEST(AttestedStatement, HasAPredicateOfPep740) {
  EXPECT_TRUE(check(statement(sha256_set(), R"(,"predicate":{})"), "a-1.0.tar.gz"));
  EXPECT_TRUE(refused(check(statement(sha256_set(), R"(,"predicate":{"x":1})"), "a-1.0.tar.gz"),
                      kAttestationPredicate));
  std::string text = statement(sha256_set(), R"(,"predicate":{"x":1})");
  text.replace(text.find(kPublishPredicate), kPublishPredicate.size(), kSlsaPredicate);
  EXPECT_TRUE(check(text, "a-1.0.tar.gz"));
  text.replace(text.find(kSlsaPredicate), kSlsaPredicate.size(), "https://slsa.dev/provenance/v2");
  EXPECT_TRUE(refused(check(text, "a-1.0.tar.gz"), kAttestationPredicate));
}

// --- attestations and provenance -------------------------------------------------------------------------

std::string attestation(std::string_view version = "1", std::string_view entries = "[{}]",
                        std::string_view more = "") {
  return R"({"version":)" + std::string(version) +
         R"(,"verification_material":{"certificate":"AAAA","transparency_entries":)" + std::string(entries) +
         std::string(more) + R"(},"envelope":{"statement":"e30=","signature":"AQID"}})";
}
std::string provenance(std::string_view publisher, std::string_view attestations) {
  return R"({"version":1,"attestation_bundles":[{"publisher":)" + std::string(publisher) +
         R"(,"attestations":[)" + std::string(attestations) + "]}]}";
}
constexpr std::string_view kGitHub =
    R"({"kind":"GitHub","repository":"o/r","workflow":"release.yml","environment":"pypi","claims":null})";

TEST(AttestationParse, TakesVersion1) {
  const auto simple = parse_attestation(parsed(attestation()));
  ASSERT_TRUE(simple);
  EXPECT_EQ(simple->certificate, (Bytes{0, 0, 0}));
  EXPECT_EQ(text_of(simple->envelope.payload), "{}");
  EXPECT_EQ(simple->envelope.payload_type, kInTotoPayloadType);
  EXPECT_EQ(simple->envelope.signature, (Bytes{1, 2, 3}));
  EXPECT_EQ(simple->transparency_entries.size(), 1U);
  EXPECT_EQ(
      parse_attestation(parsed(attestation("1", "[]", R"(,"timestamps":["AAAA"],"x":1)")))->timestamps.size(),
      1U);
}

TEST(AttestationParse, Refuses) {
  EXPECT_TRUE(refused(parse_attestation(parsed(attestation("2"))), kAttestationInvalid));
  EXPECT_TRUE(refused(parse_attestation(parsed(attestation("\"1\""))), kJsonShape));
  EXPECT_TRUE(refused(parse_attestation(parsed(attestation("1", "{}"))), kJsonShape));
  EXPECT_FALSE(parse_attestation(parsed(attestation("1", "[]", R"(,"timestamps":[5])"))));
  EXPECT_FALSE(parse_attestation(parsed(attestation("1", "[]", R"(,"timestamps":["?"])"))));
  for (const char* member : {"certificate", "transparency_entries", "statement", "signature", "envelope",
                             "verification_material", "version"}) {
    std::string text = attestation();
    text.replace(text.find(member), std::string_view(member).size(), "x");
    EXPECT_TRUE(refused(parse_attestation(parsed(text)), kJsonShape)) << member;
  }
}

TEST(AttestationParse, pypi_attestations_0_0_12_line_breaks_in_base64) {
  std::string broken = attestation();
  broken.replace(broken.find("AAAA"), 4, R"(AA\nAA)");
  EXPECT_TRUE(refused(parse_attestation(parsed(broken)), kEncodingBase64));
}

TEST(ProvenanceParse, KnowsPublishers) {
  const auto publisher = [](std::string_view text) {
    return Provenance::parse(parsed(provenance(text, attestation())))->bundles.at(0).publisher;
  };
  const TrustedPublisher github = publisher(kGitHub);
  EXPECT_EQ(github.kind, TrustedPublisher::Kind::github);
  EXPECT_EQ(github.repository, "o/r");
  EXPECT_EQ(github.workflow, "release.yml");
  EXPECT_EQ(github.environment, "pypi");
  // Claims of any shape are the index's own, and an older index leaves the environment out.
  EXPECT_EQ(publisher(R"({"kind":"GitHub","repository":"o/r","workflow":"w.yml","claims":{"ref":"x"}})")
                .environment,
            std::nullopt);
  const TrustedPublisher gitlab = publisher(
      R"({"kind":"GitLab","repository":"g/p","workflow_filepath":".gitlab-ci.yml","environment":""})");
  EXPECT_EQ(gitlab.kind, TrustedPublisher::Kind::gitlab);
  EXPECT_EQ(gitlab.workflow, ".gitlab-ci.yml");
  EXPECT_EQ(gitlab.environment, std::nullopt);
  const TrustedPublisher google = publisher(R"({"kind":"Google","email":"me@example.com"})");
  EXPECT_EQ(google.kind, TrustedPublisher::Kind::google);
  EXPECT_EQ(google.email, "me@example.com");
  const TrustedPublisher circleci = publisher(
      R"({"kind":"CircleCI","project_id":"0-1","pipeline_definition_id":"2-3","vcs_origin":"github.com/o/r","vcs_ref":null})");
  EXPECT_EQ(circleci.kind, TrustedPublisher::Kind::circleci);
  EXPECT_EQ(circleci.project_id, "0-1");
  EXPECT_EQ(circleci.pipeline_definition_id, "2-3");
  EXPECT_EQ(circleci.vcs_origin, "github.com/o/r");
  EXPECT_EQ(circleci.vcs_ref, std::nullopt);
  const TrustedPublisher other = publisher(R"({"kind":"Forge","x":1})");
  EXPECT_EQ(other.kind, TrustedPublisher::Kind::other);
  EXPECT_EQ(other.kind_name, "Forge");
}

TEST(ProvenanceParse, Refuses) {
  const auto parse = [](std::string_view text) { return Provenance::parse(parsed(text)); };
  EXPECT_TRUE(parse(provenance(kGitHub, attestation())));
  EXPECT_TRUE(refused(parse(provenance(kGitHub, "")), kAttestationInvalid));
  EXPECT_TRUE(refused(parse(R"({"version":1,"attestation_bundles":[]})"), kAttestationInvalid));
  EXPECT_TRUE(refused(parse(R"({"version":2,"attestation_bundles":[]})"), kAttestationInvalid));
  EXPECT_TRUE(refused(parse(R"({"version":1})"), kJsonShape));
  EXPECT_TRUE(
      refused(parse(provenance(R"({"kind":"GitHub","repository":"o/r"})", attestation())), kJsonShape));
  EXPECT_TRUE(refused(parse(provenance("{}", attestation())), kJsonShape));
  EXPECT_TRUE(refused(parse(provenance("null", attestation())), kJsonShape));
}

TEST(ProvenanceParse, Limits) {
  const json::Value two = parsed(provenance(kGitHub, attestation() + "," + attestation()));
  EXPECT_TRUE(Provenance::parse(two, {.bundles = 1, .attestations = 2, .entries = 1}));
  EXPECT_TRUE(refused(Provenance::parse(two, {.bundles = 0}), kAttestationLimit));
  EXPECT_TRUE(refused(Provenance::parse(two, {.attestations = 1}), kAttestationLimit));
  EXPECT_TRUE(refused(Provenance::parse(two, {.entries = 0}), kAttestationLimit));
  const json::Value stamped = parsed(attestation("1", "[]", R"(,"timestamps":["AAAA","AAAA"])"));
  EXPECT_TRUE(parse_attestation(stamped, {.timestamps = 2}));
  EXPECT_TRUE(refused(parse_attestation(stamped, {.timestamps = 1}), kAttestationLimit));
  // The limit of attestations is of all bundles together.
  const std::string bundle =
      R"({"publisher":)" + std::string(kGitHub) + R"(,"attestations":[)" + attestation() + "]}";
  const json::Value apart = parsed(R"({"version":1,"attestation_bundles":[)" + bundle + "," + bundle + "]}");
  EXPECT_TRUE(Provenance::parse(apart, {.attestations = 2}));
  EXPECT_TRUE(refused(Provenance::parse(apart, {.attestations = 1}), kAttestationLimit));
}

TEST(Dsse, AnEncodingIsToldFromWhatLooksLikeOne) {
  const auto is_one = [](std::string_view text) { return is_pre_authentication_encoding(bytes_of(text)); };
  EXPECT_TRUE(is_pre_authentication_encoding(pre_authentication_encoding("a/b", bytes_of("{}"))));
  EXPECT_TRUE(is_pre_authentication_encoding(pre_authentication_encoding("", bytes_of(""))));
  EXPECT_TRUE(is_one("DSSEv1 3 a/b 2 {}"));
  for (const char* text :
       {"", "DSSEv1", "DSSEv1 ", "DSSEv1 is a format", "DSSEv1 3 a/b 2 {", "DSSEv1 3 a/b 2 {}x",
        "DSSEv1 4 a/b 2 {}", "DSSEv2 3 a/b 2 {}", "DSSEv1 3 a/b2 {}", "DSSEv1 -3 a/b 2 {}",
        "DSSEv1 99999999999999999999 a/b 2 {}", " DSSEv1 3 a/b 2 {}"}) {
    EXPECT_FALSE(is_one(text)) << text;
  }
}

}  // namespace
}  // namespace tomme
