#include "core/policy/verdict.h"

#include <gtest/gtest.h>

#include "core/attestation/errors.h"
#include "core/policy/errors.h"
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
        .judge(testing::must(DistFilename::parse(file)), digest, proofs);
  }
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

TEST_F(VerdictTest, AnAttestationOfOtherOctetsIsDenied) {
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

}  // namespace
}  // namespace tomme
