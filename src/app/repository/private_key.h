#pragma once

#include <string>

#include "core/base/bytes.h"
#include "core/base/result.h"

/// Private keys among what is about to be published.
namespace tomme::repository {

/// Whether a file of this content is a private key: PEM of any kind, encrypted or not, alone or in a text
/// (also JSON, with "\n" for the ends of lines), PuTTY's format, or the DER of PKCS #8,
/// EncryptedPrivateKeyInfo, RFC 8017 A.1.2 (RSA), RFC 5915 (EC), DSA or PKCS #12. Archives are not looked
/// into: what they hold is theirs to say.
bool is_private_key(BytesView content);

/// Longer files are not read: no key comes near.
inline constexpr std::uint64_t kLongestPrivateKey = 256 * 1024;  // bytes

/// kRepositoryPrivateKey where the file is one; errors of reading.
Result<void> expect_no_private_key(const std::string& file);

}  // namespace tomme::repository
