#include <algorithm>

#include "core/encoding/percent.h"
#include "core/encoding/text.h"
#include "io/store/blob_key.h"
#include "io/store/errors.h"
#include "io/store/local_host_internal.h"
#include "io/store/s3_address_internal.h"

namespace tomme::store {

namespace {

constexpr std::size_t kPrefixBytes = 100;

std::unexpected<Error> wrong(std::string why) {
  return fail(kStoreAddress, "the address of the S3 storage " + std::move(why));
}

bool is_label(std::string_view text, std::size_t least, std::size_t most, std::string_view also) {
  return text.size() >= least && text.size() <= most && std::ranges::all_of(text, [&](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || also.contains(c);
         });
}

Result<Origin> parse_endpoint(std::string_view text) {
  const auto url = Url::parse(text);
  if (!url || url->target() != "/" || url->login() || url->fragment())
    return wrong("has an endpoint that is not https://HOST");
  if (!url->origin().is_secure()) {
    return wrong("has a plain http endpoint, which only this machine's own may be: " + url->shown());
  }
  return url->origin();
}

/// One `name=value` of the query.
Result<void> take_setting(S3Address& address, std::string& endpoint, std::string_view setting) {
  const auto sign = setting.find('=');
  const std::string_view name = setting.substr(0, sign);
  // What stands behind an unknown name is not shown: it may be a secret.
  if (sign == std::string_view::npos || (name != "endpoint" && name != "region")) {
    return wrong("has a setting other than endpoint=URL and region=NAME: " + printable(name, 40));
  }
  std::optional<std::string> decoded = percent_decode_exact(setting.substr(sign + 1));
  if (!decoded) return wrong("has a percent sign that is no escape");
  std::string value = *std::move(decoded);
  (name == "endpoint" ? endpoint : address.region) = std::move(value);
  return {};
}

}  // namespace

Result<S3Address> S3Address::parse(std::string_view text, std::string_view default_region) {
  if (!text.starts_with("s3://")) return wrong("does not start with s3://");
  text.remove_prefix(5);
  S3Address address{.endpoint = {}, .bucket = {}, .prefix = {}, .region = std::string(default_region)};
  std::string endpoint;
  const auto mark = text.find('?');
  for (std::string_view rest = mark == std::string_view::npos ? "" : text.substr(mark + 1); !rest.empty();) {
    const auto end = std::min(rest.find('&'), rest.size());
    TRY(take_setting(address, endpoint, rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  text = text.substr(0, mark);
  const auto slash = std::min(text.find('/'), text.size());
  address.bucket = text.substr(0, slash);
  if (!is_label(address.bucket, 3, 63, ".-") || address.bucket.contains("..")) {
    return wrong("names no bucket (3 to 63 lower-case letters, digits, dots and dashes)");
  }
  std::string_view prefix = text.substr(std::min(slash + 1, text.size()));
  if (prefix.ends_with('/')) prefix.remove_suffix(1);
  if (!prefix.empty()) {
    const auto key = BlobKey::parse(prefix);
    if (!key || prefix.size() > kPrefixBytes)
      return wrong("has a prefix that cannot be: " + printable(prefix));
    address.prefix = key->text() + "/";
  }
  if (!is_label(address.region, 1, 40, "-")) return wrong("has a region that cannot be");
  address.endpoint =
      TRY(parse_endpoint(endpoint.empty() ? "https://s3." + address.region + ".amazonaws.com" : endpoint));
  return address;
}

std::string S3Address::describe() const {
  return "s3://" + bucket + "/" + prefix.substr(0, prefix.empty() ? 0 : prefix.size() - 1);
}

}  // namespace tomme::store
