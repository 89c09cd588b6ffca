#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

#include "core/attestation/errors.h"
#include "core/crypto/errors.h"
#include "core/encoding/errors.h"
#include "core/sigstore/errors.h"
#include "core/sigstore/verify.h"
#include "core/transparency/errors.h"
#include "testing/instance.h"
#include "testing/keys.h"
#include "testing/must.h"

/// For tests of what judges bundles: one file, one moment, and short ways to verify what testing/ signed.
namespace tomme {

inline constexpr Time kNow{std::chrono::seconds(1'780'000'000)};  // 2026-05-28
inline constexpr std::string_view kContent = "the file that was signed\n";

inline std::string file_statement() {
  return testing::make_statement("file.txt", bytes_of(kContent));
}

inline testing::LeafSpec leaf_of(KeyType type) {
  testing::LeafSpec leaf = testing::github("owner/repo");
  leaf.type = type;
  return leaf;
}

inline std::shared_ptr<const TrustedRoot> root_of(const json::Value& value) {
  return std::make_shared<const TrustedRoot>(testing::must(TrustedRoot::parse(json::to_canonical(value))));
}

inline Result<Evidence> verify(std::shared_ptr<const TrustedRoot> root, std::string_view bundle,
                               std::string_view content = kContent, const VerifyOptions& options = {}) {
  BytesArtifact artifact(bytes_of(content));
  return Verifier(std::move(root), options).verify(TRY(Bundle::parse(bundle)), artifact);
}
inline Result<Evidence> verify(const testing::Instance& instance, const testing::BundleParts& bundle,
                               const VerifyOptions& options = {}) {
  return verify(instance.root(), bundle.to_text(), kContent, options);
}

/// " <code>: <message>", or that it was accepted.
template <class T>
std::string describe(const Result<T>& result) {
  if (result) return " was accepted";
  return " " + std::string(result.error().code().name) + ": " + result.error().message();
}

}  // namespace tomme

/// The result is an error of this code.
#define EXPECT_REFUSED(error_code, ...)                                            \
  do {                                                                             \
    const auto refused_ = (__VA_ARGS__);                                           \
    EXPECT_TRUE(!refused_ && refused_.error().is(error_code))                      \
        << "expected " << (error_code).name << "," << ::tomme::describe(refused_); \
  } while (false)
