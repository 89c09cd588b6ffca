// Real PEP 740 attestations and bundles of real distributions, as PyPI has them.
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>

#include "core/sigstore/builtin_roots.h"
#include "testing/verifying.h"

namespace tomme {
namespace {

namespace fs = std::filesystem;

fs::path folder() {
  return fs::path(TOMME_SHARED_DIR) / "vectors/pypi";
}
std::string read(const std::string& name) {
  std::ifstream file(folder() / name, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << name;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

struct Real {
  std::string distribution;
  std::string proof;  ///< file name behind the distribution's
  bool staging;
  std::string subject;  ///< of the signer: where it starts
  std::string issuer;
  std::string_view predicate;
};

const Real kReal[] = {
    {"abi3info-2024.10.3-py3-none-any.whl", ".provenance", false,
     "https://github.com/woodruffw/abi3info/.github/workflows/release.yml@", std::string(kGithubIssuer),
     kPublishPredicate},
    {"abi3info-2024.10.8.tar.gz", ".provenance", false,
     "https://github.com/woodruffw/abi3info/.github/workflows/release.yml@", std::string(kGithubIssuer),
     kPublishPredicate},
    {"pypi_attestations-0.0.19.tar.gz", ".provenance", false,
     "https://github.com/trailofbits/pypi-attestations/.github/workflows/release.yml@refs/tags/v0.0.19",
     std::string(kGithubIssuer), ""},
    {"pypi_attestations-0.0.19.tar.gz", ".publish.attestation", false,
     "https://github.com/trailofbits/pypi-attestations/.github/workflows/release.yml@refs/tags/v0.0.19",
     std::string(kGithubIssuer), kPublishPredicate},
    {"pypi_attestations-0.0.19.tar.gz", ".slsa.attestation", false,
     "https://github.com/trailofbits/pypi-attestations/.github/workflows/release.yml@refs/tags/v0.0.19",
     std::string(kGithubIssuer), kSlsaPredicate},
    {"sampleproject-3.0.0.tar.gz", ".publish.attestation", false,
     "919436158236-compute@developer.gserviceaccount.com", std::string(kGoogleIssuer), kPublishPredicate},
    {"rfc8785-0.1.2-py3-none-any.whl", ".attestation", true, "william@yossarian.net",
     "https://github.com/login/oauth", kPublishPredicate},
    {"rfc8785-0.1.2-py3-none-any.whl", ".publish.attestation", true, "william@yossarian.net",
     "https://github.com/login/oauth", kPublishPredicate},
};

Result<std::vector<Attestation>> attestations_of(const Real& real) {
  const json::Value value = TRY(json::parse(read(real.distribution + real.proof)));
  if (real.proof != ".provenance") return std::vector{TRY(parse_attestation(value))};
  std::vector<Attestation> all;
  for (AttestationBundle& bundle : TRY(Provenance::parse(value)).bundles) {
    EXPECT_EQ(bundle.publisher.kind, TrustedPublisher::Kind::github);
    EXPECT_EQ(bundle.publisher.workflow, "release.yml");
    for (Attestation& each : bundle.attestations) all.push_back(std::move(each));
  }
  return all;
}

Result<Evidence> verify_real(const Attestation& attestation, bool staging, std::string_view content) {
  BytesArtifact artifact(bytes_of(content));
  return Verifier(TRY(staging ? staging_root() : public_good_root()), {})
      .verify(TRY(Bundle::from_attestation(attestation)), artifact);
}

class Pypi : public ::testing::TestWithParam<Real> {
 protected:
  void SetUp() override {
    if (!fs::is_directory(folder())) GTEST_SKIP() << "needs the real attestations in " << folder();
  }
};

TEST_P(Pypi, Verifies) {
  const Real& real = GetParam();
  const Result<std::vector<Attestation>> attestations = attestations_of(real);
  ASSERT_TRUE(attestations) << describe(attestations);
  ASSERT_FALSE(attestations->empty());
  const std::string content = read(real.distribution);
  for (const Attestation& attestation : *attestations) {
    const Result<Evidence> evidence = verify_real(attestation, real.staging, content);
    ASSERT_TRUE(evidence) << describe(evidence);
    EXPECT_TRUE(evidence->identity()->subject().value.starts_with(real.subject));
    EXPECT_EQ(evidence->identity()->issuer(), real.issuer);
    ASSERT_TRUE(evidence->statement());
    EXPECT_TRUE(check_attested_statement(*evidence->statement(), real.distribution));
    if (!real.predicate.empty()) {
      EXPECT_EQ(evidence->statement()->predicate_type, real.predicate);
    }

    EXPECT_FALSE(verify_real(attestation, !real.staging, content)) << "with the other instance's root";
    EXPECT_REFUSED(kStatementSubject, verify_real(attestation, real.staging, content + "x"));
    EXPECT_REFUSED(kAttestationFilename,
                   check_attested_statement(*evidence->statement(), "other-1.0.tar.gz"));
  }
}
INSTANTIATE_TEST_SUITE_P(Real, Pypi, ::testing::ValuesIn(kReal), [](const auto& each) {
  std::string name = each.param.distribution + each.param.proof;
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
});

TEST(PypiBundle, OfTheStagingInstance) {
  if (!fs::is_directory(folder())) GTEST_SKIP() << "needs the real attestations in " << folder();
  const std::string content = read("rfc8785-0.1.2-py3-none-any.whl");
  const std::string bundle = read("rfc8785-0.1.2-py3-none-any.whl.sigstore");
  const Result<Evidence> evidence = verify(testing::must(staging_root()), bundle, content);
  ASSERT_TRUE(evidence) << describe(evidence);
  EXPECT_EQ(evidence->identity()->subject().value, "william@yossarian.net");
  EXPECT_FALSE(verify(testing::must(public_good_root()), bundle, content));
}

// The distributions of these are not at hand, so only the digest in the statement can be used.
TEST(PypiNames, AreComparedAsParsed) {
  if (!fs::is_directory(folder())) GTEST_SKIP() << "needs the real attestations in " << folder();
  for (const auto& [proof, filename] :
       {std::pair{"shelf-reader-0.1.tar.gz.publish.attestation", "shelf_reader-0.1.tar.gz"},
        std::pair{"shelf_reader-0.1-py2-none-any.whl.publish.attestation",
                  "shelf_reader-0.1-py2-none-any.whl"}}) {
    const Attestation attestation = testing::must(parse_attestation(testing::must(json::parse(read(proof)))));
    const Statement statement = testing::must(Statement::parse(attestation.envelope.payload));
    DigestArtifact artifact(statement.subjects.at(0).digests.at(0));
    const Result<Evidence> evidence =
        Verifier(testing::must(staging_root()), {})
            .verify(testing::must(Bundle::from_attestation(attestation)), artifact);
    EXPECT_TRUE(evidence) << describe(evidence);
    EXPECT_TRUE(check_attested_statement(statement, filename));
  }
}

}  // namespace
}  // namespace tomme
