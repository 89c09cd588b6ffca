#pragma once

#include <string_view>

#include "core/base/result.h"
#include "core/crypto/digest.h"
#include "core/sigstore/bundle.h"
#include "io/net/http_client.h"

namespace tomme {

inline constexpr std::string_view kPublicRekor = "https://rekor.sigstore.dev";
inline constexpr std::string_view kStagingRekor = "https://rekor.sigstage.dev";

/// Asks Rekor v1 for the entry of a detached signature by its full content (hashedrekord 0.0.1). The answer
/// is only a candidate: the verifier binds it to the signature, the key and the file again, since a log may
/// answer with an entry that shares only one of them (GHSA-8pmp-678w-c8xx).
Result<LogEntry> find_log_entry(net::HttpClient& client, const Bundle& bundle, const Digest& artifact,
                                std::string_view rekor_url);

}  // namespace tomme
