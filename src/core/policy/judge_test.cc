#include "core/policy/judge.h"

#include <gtest/gtest.h>

#include "core/attestation/errors.h"
#include "core/policy/errors.h"
#include "core/sigstore/builtin_roots.h"
#include "testing/provenance.h"
#include "testing/verifying.h"

namespace tomme {
namespace {

constexpr std::string_view kFile = "demo-1.0-py3-none-any.whl";

struct VerdictTest : ::testing::Test {
  testing::Instance instance = testing::make_instance(kNow);
  Sha256 digest = sha256(bytes_of(kContent));

  json::Value attestation(const testing::LeafSpec& leaf, const std::string& filename = std::string(kFile)) {
    const testing::Signer signer = testing::certify(instance, leaf);
    return testing::attestation_json(testing::attest(instance, signer, filename, bytes_of(kContent)));
  }

  Proof provenance(const json::Value& publisher, const std::vector<json::Value>& attestations) {
    const std::string text = json::to_canonical(testing::provenance_json(publisher, attestations));
    return testing::must(Proof::parse(Proof::Kind::provenance, "provenance", text));
  }
  Proof honest() {
    return provenance(testing::github_publisher("owner/demo"), {attestation(testing::github("owner/demo"))});
  }

  Verdict judge(const std::vector<Proof>& proofs, bool required = false, const char* expected = nullptr,
                std::string_view file = kFile) {
    DistributionPolicy policy;
    policy.require_attested = required;
    if (expected) testing::must(policy.expected.add(expected));
    auto verifier = std::make_shared<const Verifier>(instance.root(), VerifyOptions{});
    return DistributionJudge(std::move(verifier), std::move(policy))
        .judge(testing::must(DistFilename::parse(file)), digest, proofs, {.also_named = also_named});
  }
  std::vector<std::string> also_named;
};

void expect_denied(const Verdict& verdict, const ErrorCode& code) {
  EXPECT_EQ(verdict.decision(), Decision::deny);
  EXPECT_FALSE(verdict.attested());
  ASSERT_TRUE(verdict.refusal());
  EXPECT_TRUE(verdict.refusal()->is(code))
      << verdict.refusal()->code().name << ": " << verdict.refusal()->message();
}

TEST_F(VerdictTest, AnAttestationWithoutAnExpectationIsOnlyAName) {
  const Verdict verdict = judge({honest()});
  EXPECT_EQ(verdict.decision(), Decision::warn);
  EXPECT_TRUE(verdict.attested());
  EXPECT_FALSE(verdict.expected());
  ASSERT_EQ(verdict.signers().size(), 1u);
  EXPECT_EQ(verdict.signers()[0].who(), "github:owner/demo (.github/workflows/release.yml)");
}

TEST_F(VerdictTest, TheExpectedSignerIsAllowed) {
  const Verdict verdict = judge({honest()}, true, "demo=owner/demo");
  EXPECT_EQ(verdict.decision(), Decision::allow);
  EXPECT_TRUE(verdict.expected());
}

TEST_F(VerdictTest, AnyOtherSignerIsDenied) {
  expect_denied(judge({honest()}, false, "demo=owner/other"), kPolicyIdentity);
}

TEST_F(VerdictTest, EverySignerMustBeExpected) {
  const Proof mixed =
      provenance(testing::github_publisher("owner/demo"),
                 {attestation(testing::github("owner/demo")), attestation(testing::github("evil/demo"))});
  expect_denied(judge({mixed}), kPolicyPublisher);
  const Proof stranger =
      provenance(testing::github_publisher("evil/demo"), {attestation(testing::github("evil/demo"))});
  expect_denied(judge({honest(), stranger}, false, "demo=owner/demo"), kPolicyIdentity);
}

TEST_F(VerdictTest, NoProofPassesUnlessItIsAskedFor) {
  EXPECT_EQ(judge({}).decision(), Decision::warn);
  EXPECT_FALSE(judge({}).attested());
  expect_denied(judge({}, true), kPolicyUnattested);
  expect_denied(judge({}, false, "demo=owner/demo"), kPolicyUnattested);
  EXPECT_EQ(judge({}, false, "other=owner/other").decision(), Decision::warn);
}

TEST_F(VerdictTest, AnAttestationOfAnotherNameIsDenied) {
  expect_denied(judge({honest()}, false, nullptr, "demo-1.1-py3-none-any.whl"), kAttestationFilename);
  expect_denied(judge({honest()}, false, nullptr, "demo-1.0.tar.gz"), kAttestationFilename);
}

TEST_F(VerdictTest, AnAttestationOfOtherBytesIsDenied) {
  const Proof proof = honest();
  digest = sha256(bytes_of("changed on the way"));
  expect_denied(judge({proof}), kStatementSubject);
}

TEST_F(VerdictTest, APublisherThatTheCertificateContradictsIsDenied) {
  expect_denied(judge({provenance(testing::github_publisher("famous/demo"),
                                  {attestation(testing::github("owner/demo"))})}),
                kPolicyPublisher);
}

TEST_F(VerdictTest, APublisherOfAKindNobodyKnowsDoesNotPassInSilence) {
  const json::Value forgejo = testing::object({{"kind", "Forgejo"}, {"repository", "owner/demo"}});
  expect_denied(judge({provenance(forgejo, {attestation(testing::github("owner/demo"))})}), kPolicyPublisher);
  const Verdict verdict = judge(
      {provenance(forgejo, {attestation(testing::email("ci@forge.example", "https://forge.example"))})});
  EXPECT_EQ(verdict.decision(), Decision::warn);
  EXPECT_TRUE(std::ranges::any_of(verdict.trail(), [](const std::string& step) {
    return step.contains("kind Forgejo, which this tomme");
  }));
}

TEST_F(VerdictTest, AFileThatNothingCanAttestIsAsOneWithoutProof) {
  auto verifier = std::make_shared<const Verifier>(instance.root(), VerifyOptions{});
  EXPECT_EQ(DistributionJudge(verifier, {}).judge_unattestable("demo-1.0.egg").decision(), Decision::warn);
  expect_denied(DistributionJudge(verifier, {.require_attested = true}).judge_unattestable("demo-1.0.egg"),
                kPolicyUnattested);
}

TEST_F(VerdictTest, WhatIsAllowedPassesWithoutAnAttestationAndSaysSo) {
  DistributionPolicy policy{.require_attested = true};
  testing::must(policy.allowed.add_project("demo==1.0"));
  testing::must(policy.allowed.add_index("https://in.test/simple/"));
  const auto file = testing::must(DistFilename::parse(kFile));
  const DistributionJudge judging(std::make_shared<const Verifier>(instance.root(), VerifyOptions{}), policy);
  const Verdict verdict = judging.judge(file, digest, {});
  EXPECT_EQ(verdict.decision(), Decision::warn);
  EXPECT_EQ(verdict.allowed_by(), "--allow demo==1.0");
  EXPECT_EQ(judging.judge_unattestable("other-1.egg", {.indexes = {"https://in.test/simple/"}}).allowed_by(),
            "--allow-index https://in.test/simple/");
  expect_denied(judging.judge_unattestable("other-1.egg", {.indexes = {"https://out.test/simple/"}}),
                kPolicyUnattested);
}

TEST_F(VerdictTest, AnAllowanceHidesNoBadProof) {
  DistributionPolicy policy{.require_attested = true};
  testing::must(policy.allowed.add_project("demo"));
  const auto file = testing::must(DistFilename::parse(kFile));
  const DistributionJudge judging(std::make_shared<const Verifier>(instance.root(), VerifyOptions{}), policy);
  expect_denied(judging.judge(file, sha256(bytes_of("another file")), {honest()}), kStatementSubject);
  EXPECT_FALSE(judging.judge(file, digest, {honest()}).allowed_by());
  EXPECT_TRUE(judging.judge(file, digest, {honest()}).attested());
}

TEST_F(VerdictTest, AnAllowanceDoesNotReplaceAnExpectedSigner) {
  DistributionPolicy policy{.require_attested = true};
  testing::must(policy.allowed.add_index("https://in.test/"));
  testing::must(policy.expected.add("demo=owner/demo"));
  const auto file = testing::must(DistFilename::parse(kFile));
  const DistributionJudge judging(std::make_shared<const Verifier>(instance.root(), VerifyOptions{}), policy);
  expect_denied(judging.judge(file, digest, {}, {{"https://in.test/"}}), kPolicyUnattested);
}

TEST_F(VerdictTest, WhatIsKnownOfAMissingProofIsKept) {
  EXPECT_EQ(judge({}).no_proof(), NoProof::not_listed);
  EXPECT_FALSE(judge({honest()}).no_proof());
  const DistributionJudge judging(std::make_shared<const Verifier>(instance.root(), VerifyOptions{}), {});
  EXPECT_EQ(judging.judge_unattestable("demo-1.egg").no_proof(), NoProof::impossible);
  const auto file = testing::must(DistFilename::parse(kFile));
  const Verdict verdict = judging.judge(file, digest, {}, {.no_proof = NoProof::none_elsewhere});
  EXPECT_EQ(verdict.no_proof(), NoProof::none_elsewhere);
  EXPECT_EQ(verdict.trail().back(), describe(NoProof::none_elsewhere));
}

TEST(Proof, IsToldByItsMembers) {
  EXPECT_FALSE(Proof::parse_any("x", "{}"));
  EXPECT_FALSE(Proof::parse_any("x", "[]"));
  EXPECT_FALSE(Proof::parse_any("x", "not JSON"));
}

// Installers take what we take for another project, or for none, for the one they asked for.
TEST_F(VerdictTest, AnExpectationHoldsForEveryReadingOfAName) {
  EXPECT_EQ(judge({}, false, "demo=owner/demo", "demo-1.0-2.tar.gz").decision(), Decision::deny);
  DistributionPolicy policy;
  testing::must(policy.expected.add("demo=owner/demo"));
  const DistributionJudge with_demo(std::make_shared<const Verifier>(instance.root(), VerifyOptions{}),
                                    policy);
  EXPECT_EQ(with_demo.judge_unattestable("demo-2.0.tar.bz2").decision(), Decision::deny);
  EXPECT_EQ(with_demo.judge_unattestable("other-2.0.tar.bz2").decision(), Decision::warn);
  EXPECT_EQ(with_demo.judge_unattestable("blob.tgz").decision(), Decision::deny);
}

// Attested as version 1 of a project with a long number in its name, and for pip version 9…9.post1 of demo.
TEST_F(VerdictTest, ANumberAbove64BitsInANameHidesNoProject) {
  const std::string file = "demo-99999999999999999999-1.tar.gz";
  const Proof proof = provenance(testing::github_publisher("attacker/other"),
                                 {attestation(testing::github("attacker/other"), file)});
  expect_denied(judge({proof}, true, "demo=owner/demo", file), kPolicyIdentity);
  EXPECT_EQ(judge({proof}, true, nullptr, file).decision(), Decision::warn);
}

// One hyphen in the name that is judged, two in the address by which pip goes.
TEST_F(VerdictTest, ATwinNameInTheAddressOrInTheStatementCounts) {
  const std::string file = "demo_1-1.tar.gz", twin = "demo-1-1.tar.gz";
  const auto by_attacker = [&](const std::string& name) {
    return provenance(testing::github_publisher("attacker/other"),
                      {attestation(testing::github("attacker/other"), name)});
  };
  EXPECT_EQ(judge({by_attacker("blob_1-1.tar.gz")}, true, "demo=owner/demo", "blob_1-1.tar.gz").decision(),
            Decision::warn);
  expect_denied(judge({by_attacker(twin)}, true, "demo=owner/demo", file), kPolicyIdentity);
  also_named = {"demo-7.0.tar.gz"};
  expect_denied(judge({by_attacker("blob_1-1.tar.gz")}, true, "demo=owner/demo", "blob_1-1.tar.gz"),
                kPolicyIdentity);
  expect_denied(judge({}, false, "demo=owner/demo", "blob_1-1.tar.gz"), kPolicyUnattested);
}

TEST_F(VerdictTest, AFileOfTwoExpectedProjectsNeedsASignerOfEach) {
  const std::string file = "demo-1-1.tar.gz";
  const Proof proof =
      provenance(testing::github_publisher("owner/demo"), {attestation(testing::github("owner/demo"), file)});
  const auto judge_for = [&](const char* demo_1) {
    DistributionPolicy policy;
    testing::must(policy.expected.add("demo=owner/demo"));
    testing::must(policy.expected.add("demo=owner/old"));
    testing::must(policy.expected.add(demo_1));
    return DistributionJudge(std::make_shared<const Verifier>(instance.root(), VerifyOptions{}), policy)
        .judge(testing::must(DistFilename::parse(file)), digest, {proof});
  };
  EXPECT_EQ(judge_for("demo-1=owner/demo").decision(), Decision::allow);
  expect_denied(judge_for("demo-1=owner/other"), kPolicyIdentity);
}

TEST_F(VerdictTest, AVersionThatIsNoneHidesNoProject) {
  for (const char* file : {"demo-V1.0-1.tgz", "demo-V1.0-1.tar.bz2", "demo-x.tar.gz",
                           "demo-V99999999999999999999-1-py3-none-any.whl", "DEMO_.1.0.zip"}) {
    DistributionPolicy policy;
    testing::must(policy.expected.add("demo=owner/demo"));
    const DistributionJudge with_demo(std::make_shared<const Verifier>(instance.root(), VerifyOptions{}),
                                      policy);
    expect_denied(with_demo.judge_unattestable(file), kPolicyUnattested);
    EXPECT_EQ(with_demo.judge_unattestable("other-V1.0-1.tgz").decision(), Decision::warn);
    expect_denied(with_demo.judge_unattestable("other-V1.0-1.tgz", {.also_named = {file}}),
                  kPolicyUnattested);
  }
}

// Poetry takes it for a wheel of other-x, and nobody has read what that brings.
TEST_F(VerdictTest, AWheelWhoseNameNotAllCanReadIsNobodys) {
  auto verifier = std::make_shared<const Verifier>(instance.root(), VerifyOptions{});
  DistributionPolicy policy;
  testing::must(policy.expected.add("demo=owner/demo"));
  const DistributionJudge with_demo(verifier, policy);
  for (const char* file : {"other-x-1.0-py3-none-any.whl", "other-1.0-py3-none-any.WHL"}) {
    expect_denied(with_demo.judge_unattestable(file), kPolicyUnattested);
    expect_denied(with_demo.judge_unattestable("other-1.0.tgz", {.also_named = {file}}), kPolicyUnattested);
    EXPECT_EQ(DistributionJudge(verifier, {}).judge_unattestable(file).decision(), Decision::warn);
  }
}

struct SignatureJudgeTest : VerdictTest {
  std::shared_ptr<const Verifier> verifier =
      std::make_shared<const Verifier>(instance.root(), VerifyOptions{});
  Expectation owner = expected("owner/demo");

  static Expectation expected(const char* repository) {
    Expectation expectation;
    expectation.repository = Pattern(repository);
    return expectation;
  }
  Proof bundle(const char* repository, std::string_view predicate_type) {
    const testing::Signer signer = testing::certify(instance, testing::github(repository));
    const std::string statement = testing::make_statement(std::string(kFile), bytes_of(kContent),
                                                          predicate_type, json::Value(json::Object{}));
    const std::string text =
        testing::sign_statement(instance, signer, statement, testing::rekor_1("dsse")).to_text();
    return testing::must(Proof::parse(Proof::Kind::bundle, repository, text));
  }
  Verdict judge_signatures(const ProofChoice& choice, const Demand& demand) {
    BytesArtifact artifact(bytes_of(kContent));
    return SignatureJudge({verifier}).judge({choice}, std::nullopt, artifact, [&](const auto&) {
      return demand;
    });
  }
  Demand by_owner(bool any_statement = false) {
    return {.signer = [this](const VerifiedSignature& one) { return expect_signer_of_each(one, {{&owner}}); },
            .any_statement = any_statement};
  }
};

constexpr std::string_view kTestResult = "https://in-toto.io/attestation/test-result/v0.1";

TEST_F(SignatureJudgeTest, AStatementOfAnotherKindIsNoAttestation) {
  const Proof failed_tests = bundle("owner/demo", kTestResult);
  expect_denied(judge_signatures({failed_tests}, by_owner()), kPolicyPredicate);
  expect_denied(judge_signatures({failed_tests}, {}), kPolicyPredicate);
  EXPECT_EQ(judge_signatures({failed_tests}, by_owner(true)).decision(), Decision::allow);
  // `run` finds such a bundle beside other attestations.
  expect_denied(judge({failed_tests}, false, "demo=owner/demo"), kPolicyPredicate);
  expect_denied(judge({failed_tests}), kPolicyPredicate);
}

TEST_F(SignatureJudgeTest, OfSeveralBundlesInOneFileOneHasToHold) {
  const Proof honest_one = bundle("owner/demo", kSlsaPredicate);
  const Proof other = bundle("other/demo", kSlsaPredicate);
  const Verdict held = judge_signatures({other, honest_one}, by_owner());
  EXPECT_EQ(held.decision(), Decision::allow);
  EXPECT_TRUE(held.expected());
  ASSERT_EQ(held.signers().size(), 1U);
  ASSERT_EQ(held.notes().size(), 2U);
  EXPECT_TRUE(held.notes()[0].starts_with("other/demo was passed over: "));
  EXPECT_EQ(held.notes()[1], "owner/demo holds");
  const Verdict none = judge_signatures({other, bundle("third/demo", kSlsaPredicate)}, by_owner());
  expect_denied(none, kPolicyIdentity);
  EXPECT_TRUE(none.refusal()->message().starts_with("none of its 2 bundles holds: "));
  ASSERT_EQ(none.strangers().size(), 1U);
  EXPECT_TRUE(none.strangers()[0].who().contains("other/demo"));
}

TEST_F(SignatureJudgeTest, AnyTrustRootMayVerify) {
  testing::Instance another = testing::make_instance(kNow);
  const auto foreign = std::make_shared<const Verifier>(testing::must(public_good_root()), VerifyOptions{});
  BytesArtifact artifact(bytes_of(kContent));
  const std::vector<ProofChoice> proofs{{bundle("owner/demo", kSlsaPredicate)}};
  const auto nobody = [](const auto&) { return Demand{}; };
  EXPECT_EQ(SignatureJudge({foreign, verifier}).judge(proofs, std::nullopt, artifact, nobody).decision(),
            Decision::warn);
  EXPECT_EQ(SignatureJudge({foreign}).judge(proofs, std::nullopt, artifact, nobody).decision(),
            Decision::deny);
}

}  // namespace
}  // namespace tomme
