#include "app/proofs/gate.h"

#include <filesystem>
#include <gtest/gtest.h>

#include "core/sigstore/builtin_roots.h"
#include "io/net/http_client.h"
#include "io/remote/errors.h"
#include "io/system/file.h"
#include "testing/folder.h"
#include "testing/provenance.h"
#include "testing/verifying.h"

namespace tomme {
namespace {

namespace fs = std::filesystem;
using testing::TestFolder;

constexpr char kWheel[] = "demo-1.0-py3-none-any.whl";
class GateTest : public ::testing::Test {
 protected:
  void put(const std::string& name, std::string_view content) {
    ASSERT_TRUE(write_file(folder_ + "/" + name, content));
  }
  void put_provenance() {
    testing::Instance instance = testing::make_instance(kNow);
    const testing::Signer signer = testing::certify(instance, testing::github("owner/demo"));
    const auto attestation =
        testing::attestation_json(testing::attest(instance, signer, kWheel, bytes_of("x")));
    put(std::string(kWheel) + ".provenance",
        json::to_canonical(testing::provenance_json(testing::github_publisher("owner/demo"), {attestation})));
  }
  Gate gate(std::string folder, MayVisit may_visit = [](const Url&) { return true; }) {
    auto verifier = std::make_shared<const Verifier>(*public_good_root(), VerifyOptions{});
    return {client_, DistributionJudge(std::move(verifier), {}), std::move(folder), std::move(may_visit)};
  }
  static Candidate candidate() { return {*DistFilename::parse(kWheel)}; }

  const TestFolder place_;
  const std::string folder_ = place_.path();
  net::HttpClient client_{{}};
};

TEST_F(GateTest, RefusesADocumentThatCannotBeRead) {
  for (const char* suffix : {".provenance", ".attestation", ".publish.attestation", ".slsa.attestation",
                             ".sigstore.json", ".sigstore"}) {
    const std::string name = std::string(kWheel) + suffix;
    put(name, "{");
    const auto proofs = gate(folder_).find_proofs(candidate(), {});
    ASSERT_FALSE(proofs) << suffix;
    EXPECT_EQ(proofs.error().outcome(), Outcome::refused);
    EXPECT_EQ(gate(folder_).judge(candidate(), sha256({}), proofs).decision(), Decision::deny);
    fs::remove(folder_ + "/" + name);
  }
}

TEST_F(GateTest, TakesTheFoldersWordBeforeTheIndexs) {
  put_provenance();
  Candidate asked = candidate();
  asked.provenance_unusable = true;
  EXPECT_TRUE(gate(folder_).find_proofs(asked, {}));
  const auto without = gate("").find_proofs(asked, {});
  ASSERT_FALSE(without);
  EXPECT_TRUE(without.error().is(kProvenanceUnavailable));
}

TEST_F(GateTest, AListedProofThatCannotBeHadIsARefusal) {
  Candidate asked = candidate();
  asked.provenance = {*Url::parse("http://127.0.0.1:1/proof")};
  for (const bool may : {true, false}) {
    const auto proofs = gate("", [may](const Url&) { return may; }).find_proofs(asked, {});
    ASSERT_FALSE(proofs);
    EXPECT_TRUE(proofs.error().is(kProvenanceUnavailable)) << proofs.error().message();
    EXPECT_EQ(proofs.error().outcome(), Outcome::refused);
  }
}

TEST_F(GateTest, TellsOfProofsElsewhereWhereAMirrorListsNone) {
  Candidate asked = candidate();
  asked.address = *Url::parse("https://files.pythonhosted.org/demo-1.0-py3-none-any.whl");
  const Gate pypi = gate("");
  ASSERT_TRUE(pypi.find_proofs(asked, {}));
  EXPECT_TRUE(pypi.notes().empty());
  asked.address = *Url::parse("https://mirror.test/demo-1.0-py3-none-any.whl");
  const Gate mirror = gate("");
  ASSERT_TRUE(mirror.find_proofs(asked, {}));
  ASSERT_EQ(mirror.notes().size(), 1U);
  EXPECT_TRUE(mirror.notes().front().contains("--proofs pypi"));
}

TEST_F(GateTest, NoProofIsAWarning) {
  const auto proofs = gate("").find_proofs(candidate(), {});
  ASSERT_TRUE(proofs && proofs->proofs.empty());
  EXPECT_EQ(gate("").judge(candidate(), sha256({}), proofs).decision(), Decision::warn);
}

}  // namespace
}  // namespace tomme
