// The public conformance suite (sigstore/sigstore-conformance, test_verify): every folder of its
// bundle-verify assets, once with the artifact's bytes and once with its digest alone.
// The contract of the folders: a name that ends in `_fail` must be refused; `artifact`, `identity`, `issuer`,
// `key.pub` and `trusted_root.json` replace the defaults.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "core/sigstore/builtin_roots.h"
#include "core/sigstore/verify.h"

namespace tomme {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDefaultIdentity =
    "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/"
    "extremely-dangerous-oidc-beacon.yml@refs/heads/main";
constexpr std::size_t kFolders = 70;

fs::path assets() {
  return fs::path(TOMME_SHARED_DIR) / "vectors/sigstore-conformance";
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << path;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string first_line(const fs::path& path, std::string_view otherwise) {
  if (!fs::exists(path)) return std::string(otherwise);
  const std::string text = read(path);
  return text.substr(0, text.find_first_of("\r\n"));
}

fs::path file_or(const fs::path& path, const fs::path& otherwise) {
  return fs::exists(path) ? path : otherwise;
}

struct Case {
  std::string folder;
  bool by_digest;
  bool must_fail() const { return folder.ends_with("_fail"); }
};

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  std::error_code absent;
  for (const auto& entry : fs::directory_iterator(assets() / "bundle-verify", absent)) {
    if (!entry.is_directory()) continue;
    for (const bool by_digest : {false, true}) cases.push_back({entry.path().filename().string(), by_digest});
  }
  std::ranges::sort(cases, {}, [](const Case& c) { return c.folder + (c.by_digest ? "_d" : "_p"); });
  return cases;
}

std::string test_name(const ::testing::TestParamInfo<Case>& info) {
  std::string name = info.param.folder + (info.param.by_digest ? "_digest" : "_path");
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
}

/// What the suite's verify-bundle command is asked to do: verify, then compare who signed.
Result<void> verify_case(const Case& c) {
  const fs::path folder = assets() / "bundle-verify" / c.folder;
  const std::string content = read(file_or(folder / "artifact", assets() / "bundle-verify" / "a.txt"));
  VerifyOptions options;
  if (fs::exists(folder / "key.pub"))
    options.key = ManagedKey{TRY(PublicKey::parse_pem(read(folder / "key.pub")))};

  const fs::path root = folder / "trusted_root.json";
  const Verifier verifier(fs::exists(root)
                              ? std::make_shared<const TrustedRoot>(TRY(TrustedRoot::parse(read(root))))
                              : TRY(public_good_root()),
                          options);
  const Bundle bundle = TRY(Bundle::parse(read(folder / "bundle.sigstore.json")));
  BytesArtifact bytes(bytes_of(content));
  DigestArtifact digest(Digest(sha256(bytes_of(content))));
  const Evidence evidence =
      TRY(verifier.verify(bundle, c.by_digest ? static_cast<Artifact&>(digest) : bytes));

  static constexpr ErrorCode kOtherSigner{"test/other-signer", Outcome::refused, "", ""};
  if (options.key) {
    if (!evidence.key()) return fail(kOtherSigner, "the evidence names no key");
    return {};
  }
  const std::string identity = first_line(folder / "identity", kDefaultIdentity);
  const std::string issuer = first_line(folder / "issuer", kGithubIssuer);
  if (!evidence.identity() || evidence.identity()->subject().value != identity ||
      evidence.identity()->issuer() != issuer) {
    return fail(kOtherSigner, "signed by somebody else");
  }
  return {};
}

/// Refused is not enough: a folder that is refused for another reason than the one it was made for proves
/// nothing. (Two of them are damaged before they come to their subject: the timestamp of
/// rekor2-timestamp-with-incorrect-time and the key of managed-key-wrong-key are not base64. Those two
/// subjects are tested with generated bundles.)
struct Reason {
  std::string_view folder;
  std::string_view code;
};
constexpr Reason kReasons[] = {
    {"bundle-empty-certificate-chain_fail", "bundle/shape"},
    {"bundle-from-wrong-instance_fail", "log/unknown"},
    {"bundle-invalid-base64-signature_fail", "encoding/base64"},
    {"bundle-malformed-json_fail", "json/invalid"},
    {"bundle-negative-log-index_fail", "bundle/shape"},
    {"bundle-unknown-version_fail", "bundle/media-type"},
    {"bundle-with-root-cert_fail", "bundle/shape"},
    {"checkpoint-bad-keyhint_fail", "log/checkpoint-signature"},
    {"checkpoint-wrong-roothash_fail", "log/root-mismatch"},
    {"dsse-invalid-sig_fail", "log/entry-mismatch"},
    {"dsse-mismatch-envelope_fail", "log/entry-mismatch"},
    {"dsse-mismatch-sig_fail", "log/entry-mismatch"},
    {"inclusion-proof-corrupted-hash_fail", "log/inclusion-proof"},
    {"incorrect-public-key_fail", "log/promise"},
    {"integrated-time-in-future_fail", "certificate/time"},
    {"intoto-expired-certificate_fail", "certificate/time"},
    {"intoto-log-entry-mismatch_fail", "log/body"},
    {"intoto-missing-inclusion-proof_fail", "bundle/no-inclusion-proof"},
    {"intoto-set-outside-signing-cert-validity_fail", "certificate/time"},
    {"intoto-tsa-timestamp-outside-cert-validity_fail", "certificate/time"},
    {"invalid-checkpoint-signature_fail", "signature/invalid"},
    {"invalid-ct-key_fail", "sct/signature"},
    {"invalid-inclusion-proof_fail", "bundle/no-inclusion-proof"},
    {"managed-key-no-key_fail", "bundle/key-material"},
    {"managed-key-wrong-key_fail", "pem/invalid"},
    {"message-digest-mismatch_fail", "artifact/mismatch"},
    {"rekor2-checkpoint-missing-log-signature_fail", "log/checkpoint"},
    {"rekor2-checkpoint-missing-origin_fail", "log/checkpoint"},
    {"rekor2-checkpoint-missing-root-hash_fail", "log/checkpoint"},
    {"rekor2-checkpoint-missing-size_fail", "log/checkpoint"},
    {"rekor2-checkpoint-no-matching-signature_fail", "log/checkpoint-signature"},
    {"rekor2-dsse-invalid-sig_fail", "log/entry-mismatch"},
    {"rekor2-dsse-mismatch-envelope_fail", "log/entry-mismatch"},
    {"rekor2-dsse-mismatch-sig_fail", "log/entry-mismatch"},
    {"rekor2-no-inclusion-proof_fail", "bundle/no-inclusion-proof"},
    {"rekor2-no-timestamp_fail", "bundle/no-time"},
    {"rekor2-timestamp-outside-trust-root-tsa-validity_fail", "timestamp/time"},
    {"rekor2-timestamp-outside-tsa-cert-validity_fail", "timestamp/time"},
    {"rekor2-timestamp-payload-mismatch_fail", "timestamp/imprint"},
    {"rekor2-timestamp-untrusted-tsa-with-embedded-cert_fail", "timestamp/authority"},
    {"rekor2-timestamp-untrusted-tsa-without-embedded-cert_fail", "timestamp/authority"},
    {"rekor2-timestamp-with-incorrect-time_fail", "encoding/base64"},
    {"set-invalid-signature_fail", "log/promise"},
    {"signature-mismatch_fail", "log/entry-mismatch"},
    {"trust-root-tlog-missing-validity-start_fail", "json/shape"},
    {"wrong-hashedrekord-artifact_fail", "log/entry-mismatch"},
    {"wrong-hashedrekord-cert-and-sig_fail", "log/entry-mismatch"},
    {"wrong-hashedrekord-entry_fail", "log/entry-mismatch"},
    {"wrong-material_fail", "artifact/mismatch"},
};

std::string_view reason_of(std::string_view folder) {
  const auto* found = std::ranges::find(kReasons, folder, &Reason::folder);
  return found == std::end(kReasons) ? std::string_view("(none)") : found->code;
}

class Conformance : public ::testing::TestWithParam<Case> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Conformance);

TEST_P(Conformance, Verify) {
  const Result<void> result = verify_case(GetParam());
  if (GetParam().must_fail()) {
    ASSERT_FALSE(result) << "was accepted";
    EXPECT_EQ(result.error().code().name, reason_of(GetParam().folder)) << result.error().message();
    EXPECT_FALSE(result.error().message().empty());
    EXPECT_EQ(result.error().outcome(), Outcome::refused) << result.error().code().name;
  } else {
    ASSERT_TRUE(result) << result.error().code().name << ": " << result.error().message();
  }
}

INSTANTIATE_TEST_SUITE_P(Suite, Conformance, ::testing::ValuesIn(all_cases()), test_name);

TEST(ConformanceAssets, AreAllThere) {
  if (!fs::is_directory(assets())) GTEST_SKIP() << "needs the suite's assets in " << assets();
  EXPECT_EQ(all_cases().size(), 2 * kFolders);
}

}  // namespace
}  // namespace tomme
