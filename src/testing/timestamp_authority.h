#pragma once

#include <optional>
#include <string>
#include <vector>

#include "testing/certificates.h"

namespace tomme::testing {

/// A timestamp authority: root, and a leaf that signs.
struct TimestampAuthority {
  std::string uri;
  Certificate root;
  Certificate leaf;
  PrivateKey key;
  TimeRange valid;
  std::string operator_name = {};
  bool root_names_leaf = true;  ///< the trusted root's chain starts with the leaf
};

/// What a token says. A test breaks one of them.
struct TokenSpec {
  Time time = {};
  HashAlgorithm imprint_hash = HashAlgorithm::sha256;
  std::optional<HashAlgorithm> digest = {};  ///< of the content; absent: what the key signs with
  bool embed = false;                        ///< the leaf is in the token
  std::vector<Bytes> embedded_before = {};   ///< certificates that stand before it
  std::optional<Bytes> imprint = {};         ///< in place of the message's digest
  std::optional<std::uint64_t> nonce = {};
  std::int64_t status = 0;  ///< PKIStatus
  bool broken_signature = false;
  bool broken_message_digest = false;
};

/// TimeStampResp (RFC 3161) over `message`.
Bytes make_timestamp(const TimestampAuthority& authority, BytesView message, const TokenSpec& spec);

struct TimestampAuthoritySpec {
  std::string uri;
  TimeRange valid;
  KeyType type = KeyType::ecdsa_p256;
  unsigned number = 0;  ///< of its keys
  std::optional<TimeRange> leaf_valid = {};
  std::optional<TimeRange> root_valid = {};
  std::vector<std::string> usages = {"1.3.6.1.5.5.7.3.8"};
  bool usage_critical = true;
};
TimestampAuthority make_timestamp_authority(const TimestampAuthoritySpec& spec);

}  // namespace tomme::testing
