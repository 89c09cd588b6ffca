#include <algorithm>
#include <map>

#include "core/base/ascii.h"
#include "core/crypto/hmac.h"
#include "core/encoding/text.h"
#include "io/store/s3_signing_internal.h"

namespace tomme::store {

namespace {

/// "20130524T000000Z"
std::string basic_time(Time time) {
  std::string text = to_rfc3339(time);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

Bytes keyed(BytesView key, std::string_view text) {
  return to_bytes(hmac_sha256(key, bytes_of(text)).view());
}

}  // namespace

// The canonical request of "Authenticating Requests: Using the Authorization Header (AWS Signature Version
// 4)":
//     method LF path LF query LF *( name ":" value LF ) LF names LF digest-of-body
void sign_s3_request(net::Request& request, const S3Credentials& credentials, std::string_view region,
                     Time now) {
  const std::string time = basic_time(now);
  const std::string digest = sha256(request.body).to_hex();
  request.headers.set("x-amz-date", time);
  request.headers.set("x-amz-content-sha256", digest);
  if (!credentials.session_token.reveal().empty()) {
    request.headers.set("x-amz-security-token", credentials.session_token.reveal());
  }
  std::map<std::string, std::string> fields = {{"host", request.url.origin().host_and_port()}};
  for (const net::Header& field : request.headers) fields[ascii::to_lower(field.name)] = field.value;
  std::string lines;
  std::string names;
  for (const auto& [name, value] : fields) {
    lines.append(name).append(":").append(value).append("\n");
    names.append(names.empty() ? "" : ";").append(name);
  }
  const std::string canonical = request.method + "\n" + request.url.path() + "\n" +
                                request.url.query().value_or("") + "\n" + lines + "\n" + names + "\n" +
                                digest;

  const std::string date = time.substr(0, 8);
  const std::string scope = date + "/" + std::string(region) + "/s3/aws4_request";
  const std::string to_sign =
      "AWS4-HMAC-SHA256\n" + time + "\n" + scope + "\n" + sha256(bytes_of(canonical)).to_hex();
  const Secret first("AWS4" + credentials.secret_key.reveal());
  Bytes key = keyed(bytes_of(first.reveal()), date);
  for (const std::string_view step : {region, std::string_view("s3"), std::string_view("aws4_request")}) {
    key = keyed(key, step);
  }
  request.headers.set("Authorization", "AWS4-HMAC-SHA256 Credential=" + credentials.access_key + "/" + scope +
                                           ",SignedHeaders=" + names +
                                           ",Signature=" + encode_hex(keyed(key, to_sign)));
}

}  // namespace tomme::store
