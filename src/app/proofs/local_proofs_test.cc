#include "app/proofs/local_proofs.h"

#include <filesystem>
#include <gtest/gtest.h>

#include "core/encoding/errors.h"
#include "io/system/errors.h"
#include "testing/folder.h"
#include "testing/provenance.h"
#include "testing/verifying.h"

namespace tomme {
namespace {

namespace fs = std::filesystem;

constexpr char kWheel[] = "demo-1.0-py3-none-any.whl";

std::string provenance_text() {
  testing::Instance instance = testing::make_instance(kNow);
  const testing::Signer signer = testing::certify(instance, testing::github("owner/demo"));
  const auto attestation =
      testing::attestation_json(testing::attest(instance, signer, kWheel, bytes_of("x")));
  return json::to_canonical(testing::provenance_json(testing::github_publisher("owner/demo"), {attestation}));
}

std::vector<std::string> paths_in(const std::string& folder) {
  std::vector<std::string> paths;
  for (const LocalProof& proof : list_local_proofs(folder, kWheel)) paths.push_back(proof.path);
  return paths;
}

TEST(LocalProofs, AreThoseThatAreNamedAfterTheFile) {
  const testing::TestFolder folder;
  folder.write(std::string(kWheel) + ".provenance", provenance_text());
  for (const char* other :
       {"demo-1.0-py3-none-any.whl", "demo-1.0-py3-none-any.whl.asc",
        "demo-1.0-py3-none-any.whl.provenance.bak", "demo-1.0-py3-none-any.whl2.provenance",
        "demo-1.0-py3-none-any.whl.a.b.attestation", "demo-1.0-py3-none-any.provenance",
        "xdemo-1.0-py3-none-any.whl.provenance"}) {
    folder.write(other, "not read");
  }
  const auto proofs = find_local_proofs(folder.path(), kWheel);
  ASSERT_TRUE(proofs) << proofs.error().message();
  ASSERT_EQ(proofs->size(), 1U);
  EXPECT_TRUE(std::holds_alternative<Provenance>(proofs->front().document));
  EXPECT_TRUE(find_local_proofs(folder.path("absent"), kWheel)->empty());
}

TEST(LocalProofs, AreOfEveryKindThatPublishersWrite) {
  const testing::TestFolder folder;
  std::vector<std::string> names;
  for (const char* suffix : {".attestation", ".provenance", ".publish.attestation", ".sigstore",
                             ".sigstore.json", ".slsa.attestation"}) {
    names.push_back(folder.write(std::string(kWheel) + suffix, "x"));
  }
  EXPECT_EQ(paths_in(folder.path()), names);
  EXPECT_EQ(paths_in(folder.path() + "/"), names);
  for (const char* other : {"x", "x.sigstore.jsonl", "x.", "xpublish.attestation", "x.a.b.attestation",
                            "x.a/b.attestation", "y.sigstore"}) {
    EXPECT_FALSE(kind_of_proof(other, "x")) << other;
  }
  EXPECT_FALSE(kind_of_proof(".sigstore", ""));
}

TEST(LocalProofs, WithoutAFolderAreThoseOfTheCurrentOne) {
  const testing::TestFolder folder;
  folder.write(std::string(kWheel) + ".sigstore", "x");
  const fs::path before = fs::current_path();
  fs::current_path(folder.path());
  const std::vector<std::string> paths = paths_in("");
  fs::current_path(before);
  EXPECT_EQ(paths, std::vector<std::string>{std::string(kWheel) + ".sigstore"});
}

// One that is there and cannot be read is no absence: whoever took it away would be asked for none.
TEST(LocalProofs, ThatCannotBeReadAreErrors) {
  const testing::TestFolder folder;
  const std::string path = folder.write(std::string(kWheel) + ".attestation", "{");
  const auto damaged = find_local_proofs(folder.path(), kWheel);
  ASSERT_FALSE(damaged);
  EXPECT_TRUE(damaged.error().is(kJsonInvalid)) << damaged.error().message();
  fs::resize_file(path, 16 * 1024 * 1024 + 1);
  const auto large = find_local_proofs(folder.path(), kWheel);
  ASSERT_FALSE(large);
  EXPECT_TRUE(large.error().is(kFileTooLarge)) << large.error().message();
  fs::remove(path);
  fs::create_directory(path);
  EXPECT_FALSE(find_local_proofs(folder.path(), kWheel));
}

}  // namespace
}  // namespace tomme
