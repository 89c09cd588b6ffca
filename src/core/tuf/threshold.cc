#include "core/tuf/threshold.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

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

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

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
  const Bytes octets = TRY(decode_hex(lower(signature.hex)));
  return key.verify(message, std::ref(digests), octets);
}

constexpr std::size_t kReasonsTold = 8;

std::string sentence(std::string_view role, std::string_view delegator, std::size_t good,
                     const RoleKeys& role_keys, const std::vector<std::string>& reasons) {
  std::string out = printable(role, 80) + " has " + std::to_string(good) + " good signature" +
                    (good == 1 ? "" : "s") + " of the " + std::to_string(role_keys.threshold) + " that " +
                    printable(delegator, 120) + " asks for";
  for (std::size_t i = 0; i < std::min(reasons.size(), kReasonsTold); ++i) {
    out += (i == 0 ? " (" : "; ") + reasons[i];
  }
  if (reasons.size() > kReasonsTold)
    out += "; and " + std::to_string(reasons.size() - kReasonsTold) + " more";
  return reasons.empty() ? out : out + ")";
}

}  // namespace

Result<void> verify_threshold(std::string_view role, std::string_view delegator, const Keys& keys,
                              const RoleKeys& role_keys, std::string_view canonical,
                              std::span<const Signature> signatures, const OidcVerifier& oidc) {
  std::unordered_map<std::string_view, const Signature*> by_id;
  for (const Signature& signature : signatures) by_id.emplace(signature.keyid.value(), &signature);
  MessageDigests digests(bytes_of(canonical));
  std::set<std::string> good;
  std::vector<std::string> reasons;
  for (const KeyId& id : role_keys.keyids) {
    const auto told = [&](std::string_view why) {
      reasons.push_back("key " + printable(std::string_view(id.value()).substr(0, 12), 40) + ": " +
                        std::string(why));
    };
    const auto key = keys.find(id);
    const auto signature = by_id.find(id.value());
    if (key == keys.end() || signature == by_id.end()) {
      told(key == keys.end() ? "not listed among the keys" : "no signature");
      continue;
    }
    const Result<void> verified =
        verify_one(key->second, *signature->second, bytes_of(canonical), digests, oidc);
    if (!verified) {
      told(verified.error().message());
    } else if (!good.insert(key->second.counted_as()).second) {
      told("the same key as another one");
    }
    if (good.size() >= role_keys.threshold) return {};
  }
  return fail(kTufThreshold, sentence(role, delegator, good.size(), role_keys, reasons));
}

}  // namespace tomme::tuf
