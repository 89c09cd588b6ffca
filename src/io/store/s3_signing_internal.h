#pragma once

#include <string>

#include "core/base/secret.h"
#include "core/base/time.h"
#include "io/net/message.h"

namespace tomme::store {

struct S3Credentials {
  std::string access_key;  ///< names the key; no secret
  Secret<std::string> secret_key;
  Secret<std::string> session_token;  ///< empty: none
};

/// Signs `request` by AWS Signature Version 4, with the digest of its body. Adds the headers x-amz-date,
/// x-amz-content-sha256, x-amz-security-token and Authorization; every header that is there before is signed.
/// The query of its target has to be sorted and escaped already.
void sign_s3_request(net::Request& request, const S3Credentials& credentials, std::string_view region,
                     Time now);

}  // namespace tomme::store
