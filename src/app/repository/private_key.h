#pragma once

#include <string>

#include "core/base/bytes.h"
#include "core/base/result.h"

/// Private keys among what is about to be published.
namespace tomme::repository {

/// Whether a file of this content is a private key: PEM of any kind, encrypted or not, alone or in a text
/// (also quoted in a letter, in UTF-16, in JSON with "\n" for the ends of lines), the formats of PuTTY, age
/// and minisign, a JSON Web Key, a key as TUF's tools of earlier kept it, or the DER of PKCS #8,
/// EncryptedPrivateKeyInfo, RFC 8017 A.1.2 (RSA), RFC 5915 (EC), DSA or PKCS #12, as it is, in base64 or in
/// hexadecimal digits. Archives are not looked into: what they hold is theirs to say.
bool is_private_key(BytesView content);

/// Longer files are not read: no key comes near, and few texts do that one could be in.
inline constexpr std::uint64_t kLongestPrivateKey = 4 * 1024 * 1024;  // bytes

/// kRepositoryPrivateKey where the file is one; errors of reading.
Result<void> expect_no_private_key(const std::string& file);

}  // namespace tomme::repository
