#include "claims.h"
#include "core/encoding/percent.h"
#include "io/store/blob_key.h"
#include "io/store/libpq_internal.h"
#include "io/store/local_host_internal.h"
#include "io/store/postgres_address_internal.h"
#include "io/store/s3_address_internal.h"
#include "io/store/s3_signing_internal.h"

namespace {

using namespace tomme;
using namespace tomme::store;

void check_s3(std::string_view text) {
  const auto address = S3Address::parse(text, "us-east-1");
  if (!address) return require_sentence(address.error());
  require(address->bucket.size() >= 3 && !address->region.empty());
  require(address->endpoint.scheme == Scheme::https || is_local_host(address->endpoint.authority.host));
  require(address->prefix.empty() || address->prefix.ends_with('/'));
  require(is_fit_to_show(address->describe()));
  const S3Address again = S3Address::parse(address->describe(), address->region).value();
  require(again.bucket == address->bucket && again.prefix == address->prefix);
}

void check_key(std::string_view text) {
  const auto key = BlobKey::parse(text);
  if (!key) return require_sentence(key.error());
  require(key->text() == text && text.size() <= 900 && !text.starts_with('/') && !text.ends_with('/'));
  require(!("/" + key->text()).contains("/."));
}

/// Nothing but what may stand in a URL, and different for different texts.
void check_escape(std::string_view text) {
  const std::string escaped = percent_encode(text);
  std::string back;
  for (std::size_t i = 0; i < escaped.size(); ++i) {
    require(escaped[i] > ' ' && escaped[i] < '\x7f' && escaped[i] != '/');
    if (escaped[i] != '%') {
      back.push_back(escaped[i]);
      continue;
    }
    back.push_back(static_cast<char>(std::stoi(escaped.substr(i + 1, 2), nullptr, 16)));
    i += 2;
  }
  require(back == text);
}

void check_postgres(std::string_view text) {
  static const auto kLibrary = PqLibrary::load();
  if (!kLibrary) return;
  const auto address = PostgresAddress::parse(**kLibrary, std::string(text));
  if (!address) return require_sentence(address.error());
  require(is_fit_to_show(address->description));
}

}  // namespace

// What --files and --database are given, and the names of stored files.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = text_of({data, size});
  check_s3(text);
  check_key(text);
  check_escape(text);
  check_postgres(text);
  return 0;
}
