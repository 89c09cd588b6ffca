#include "core/tuf/threshold.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "core/base/ascii.h"
#include "core/encoding/text.h"
#include "core/tuf/errors.h"

namespace tomme::tuf {

namespace {

/// The digest that ECDSA and RSA keys sign, made once per algorithm.
class MessageDigests {
 public:
  explicit MessageDigests(BytesView message) : message_(message) {}
  Digest operator()(HashAlgorithm algorithm) {
    auto& slot = digests_[static_cast<std::size_t>(algorithm)];
    if (!slot) slot = digest(algorithm, message_);
    return *slot;
  }

 private:
  BytesView message_;
  std::array<std::optional<Digest>, 3> digests_;
};

Result<void> verify_one(const Key& key, const Signature& signature, BytesView message,
                        MessageDigests& digests, const OidcVerifier& oidc) {
  if (const OidcSigner* signer = key.oidc_signer()) {
    const json::Value* bundle = signature.unknown.find("bundle");
    if (!oidc) return fail(kTufKeyUnusable, "keys of type sigstore-oidc are not switched on");
    if (bundle == nullptr) return fail(kTufKeyUnusable, "its signature has no bundle");
    return oidc(*signer, message, *bundle);
  }
  if (!key.why_unusable().empty()) return fail(kTufKeyUnusable, std::string(key.why_unusable()));
  if (signature.hex.empty()) return fail(kTufKeyUnusable, "its signature is empty");
  const Bytes bytes = TRY(decode_hex(ascii::to_lower(signature.hex)));
  return key.verify(message, std::ref(digests), bytes);
}

/// Up to the key with which there are `enough`.
std::vector<KeyReport> examine(const Keys& keys, const RoleKeys& role_keys, std::string_view canonical,
                               std::span<const Signature> signatures, const OidcVerifier& oidc,
                               std::uint64_t enough) {
  std::unordered_map<std::string_view, const Signature*> by_id;
  for (const Signature& signature : signatures) by_id.emplace(signature.keyid.value(), &signature);
  MessageDigests digests(bytes_of(canonical));
  std::set<std::string> good;
  std::vector<KeyReport> out;
  for (const KeyId& id : role_keys.keyids) {
    if (good.size() >= enough) break;
    std::string& trouble = out.emplace_back(KeyReport{id, {}}).trouble;
    const auto key = keys.find(id);
    const auto signature = by_id.find(id.value());
    if (key == keys.end()) {
      trouble = "not listed among the keys";
    } else if (signature == by_id.end()) {
      trouble = "no signature";
    } else if (auto verified =
                   verify_one(key->second, *signature->second, bytes_of(canonical), digests, oidc);
               !verified) {
      trouble = verified.error().message();
    } else if (!good.insert(key->second.counted_as()).second) {
      trouble = "the same key as another one";
    }
  }
  return out;
}

constexpr std::size_t kReasonsTold = 8;

std::string sentence(std::string_view role, std::string_view delegator, std::size_t good,
                     std::uint64_t threshold, const std::vector<KeyReport>& reports) {
  std::string out = printable(role, 120) + " has " + std::to_string(good) + " good signature" +
                    (good == 1 ? "" : "s") + " of the " + std::to_string(threshold) + " that " +
                    printable(delegator, 120) + " asks for";
  std::size_t told = 0;
  for (const KeyReport& report : reports) {
    if (report.trouble.empty()) continue;
    if (++told > kReasonsTold) continue;
    out += (told == 1 ? " (key " : "; key ") +
           printable(std::string_view(report.keyid.value()).substr(0, 12), 40) + ": " + report.trouble;
  }
  if (told > kReasonsTold) out += "; and " + std::to_string(told - kReasonsTold) + " more";
  return told == 0 ? out : out + ")";
}

}  // namespace

Result<void> verify_threshold(std::string_view role, std::string_view delegator, const Keys& keys,
                              const RoleKeys& role_keys, std::string_view canonical,
                              std::span<const Signature> signatures, const OidcVerifier& oidc) {
  const auto reports = examine(keys, role_keys, canonical, signatures, oidc, role_keys.threshold);
  const auto good = std::ranges::count_if(reports, [](const KeyReport& r) { return r.trouble.empty(); });
  // A threshold below one cannot be parsed; one that a program made up must not pass either.
  if (good > 0 && std::cmp_greater_equal(good, role_keys.threshold)) return {};
  return fail(kTufThreshold,
              sentence(role, delegator, static_cast<std::size_t>(good), role_keys.threshold, reports));
}

std::vector<KeyReport> examine_signatures(const Keys& keys, const RoleKeys& role_keys,
                                          std::string_view canonical, std::span<const Signature> signatures,
                                          const OidcVerifier& oidc) {
  return examine(keys, role_keys, canonical, signatures, oidc, std::numeric_limits<std::uint64_t>::max());
}

}  // namespace tomme::tuf
