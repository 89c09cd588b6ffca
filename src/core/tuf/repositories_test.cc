// The client against real repositories, from files.
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

#include "core/crypto/vectors_for_test.h"
#include "core/tuf/errors.h"
#include "core/tuf/repository_for_test.h"

namespace tomme::tuf {
namespace {

using testing::MemoryStore;

/// Serves the files of folders, the first that has it, as a mirror does.
struct Folders : Fetcher {
  std::vector<std::filesystem::path> folders;
  std::vector<std::pair<std::string, std::string>> renamed;  ///< asked, file
  std::vector<std::string> requests;

  Result<std::optional<Bytes>> fetch(const std::string& asked, std::size_t) override {
    requests.push_back(asked);
    std::string name = asked;
    for (const auto& [from, to] : renamed) {
      if (asked == from) name = to;
    }
    for (const auto& folder : folders) {
      if (!std::filesystem::exists(folder / name)) continue;
      return to_bytes(bytes_of(vectors::read(folder / name)));
    }
    return std::nullopt;
  }
};

struct Real {
  Folders mirror = {};
  MemoryStore store = {};
  UpdaterOptions options;

  Result<FoundTarget> find(std::string_view target) {
    Updater updater = TRY(Updater::open(store, mirror, options));
    std::optional<FoundTarget> found = TRY(updater.find_target(testing::path(target)));
    if (!found) return fail(kTufUnavailable, "not found");
    return *std::move(found);
  }
};

Real public_good(int first_root) {
  Real real{.options = {.now = *parse_rfc3339("2026-08-21T12:00:00Z")}};
  const auto folder = vectors::folder() / "public-good/metadata";
  real.mirror.folders = {folder / "root_history", folder};
  real.mirror.renamed = {{"165.snapshot.json", "snapshot.json"}, {"14.targets.json", "targets.json"}};
  EXPECT_OK(real.store.store(
      RoleName::root(),
      bytes_of(vectors::read(folder / "root_history" / (std::to_string(first_root) + ".root.json")))));
  return real;
}

TEST(TufRepositories, PublicGoodFromEveryUsableRoot) {
  if (!vectors::present()) GTEST_SKIP() << "needs the real repositories in " << vectors::folder();
  for (int first = 2; first <= 15; ++first) {
    Real real = public_good(first);
    const auto found = real.find("trusted_root.json");
    ASSERT_TRUE(found) << first << ": " << found.error().message();
    const std::string content = vectors::read("public-good/targets/trusted_root.json");
    EXPECT_OK(check_target(found->file, bytes_of(content)));
    EXPECT_EQ(found->request_path, sha256(bytes_of(content)).to_hex() + ".trusted_root.json");
    EXPECT_EQ(real.store.trusted(), "root 15, snapshot 165, targets 14, timestamp 762");
    EXPECT_EQ(real.mirror.requests.size(), static_cast<std::size_t>(16 - first) + 3);
    for (const char* target : {"artifact.pub", "ctfe.pub", "ctfe_2022.pub", "fulcio.crt.pem", "rekor.pub",
                               "signing_config.v0.2.json", "signing_config_rekor_v2.v0.2.json"}) {
      const auto other = real.find(target);
      ASSERT_TRUE(other) << target;
      EXPECT_OK(
          check_target(other->file, bytes_of(vectors::read(std::string("public-good/targets/") + target))));
    }
  }
}

TEST(TufRepositories, APublicGoodRootWhoseDateHasAnOffsetIsRefused) {
  if (!vectors::present()) GTEST_SKIP() << "needs the real repositories in " << vectors::folder();
  Real real = public_good(1);
  EXPECT_REFUSED(kTufShape, real.find("trusted_root.json"));
  EXPECT_TRUE(real.mirror.requests.empty());
}

TEST(TufRepositories, PublicGoodAfterItsTime) {
  if (!vectors::present()) GTEST_SKIP() << "needs the real repositories in " << vectors::folder();
  Real real = public_good(10);
  real.options.now = *parse_rfc3339("2026-11-22T00:00:00Z");
  const auto found = real.find("trusted_root.json");
  EXPECT_REFUSED(kTufExpired, found);
  EXPECT_TRUE(
      found.error().message().starts_with("root version 15 expired at 2026-11-20T13:58:18Z, 34 hours before"))
      << found.error().message();
}

TEST(TufRepositories, StaticOnes) {
  if (!vectors::present()) GTEST_SKIP() << "needs the real repositories in " << vectors::folder();
  struct Case {
    const char* folder;
    const char* time;
    const char* target;
    const char* role;
  };
  for (const Case& c :
       {Case{"tuf-on-ci-0.11", "2025-02-09T09:17:23Z", "delegatedrole/artifact", "delegatedrole"},
        Case{"sigstore-root-signing", "2025-02-09T12:02:08Z", "trusted_root.json", "targets"}}) {
    const auto folder = vectors::folder() / "tuf-static" / c.folder;
    Real real{.options = {.now = *parse_rfc3339(c.time)}};
    real.mirror.folders = {folder / "metadata"};
    EXPECT_OK(init_store(real.store, bytes_of(vectors::read(folder / "initial_root.json"))));
    const auto found = real.find(c.target);
    ASSERT_TRUE(found) << c.folder << ": " << found.error().message();
    EXPECT_EQ(found->role.text(), c.role);
    EXPECT_OK(check_target(found->file, bytes_of(vectors::read(folder / "targets" / found->request_path))));
    real.options.offline.emplace();
    const std::size_t requests = real.mirror.requests.size();
    EXPECT_OK(real.find(c.target));
    EXPECT_EQ(real.mirror.requests.size(), requests);
  }
}

}  // namespace
}  // namespace tomme::tuf
