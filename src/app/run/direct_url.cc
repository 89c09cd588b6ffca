#include "app/run/direct_url.h"

#include "app/installers/tables.h"
#include "core/encoding/json.h"
#include "core/encoding/text.h"
#include "core/packaging/page_file.h"
#include "core/url/url.h"

namespace tomme::guard {

DirectUrl direct_url_in(const std::string& text) {
  const Result<json::Value> document = json::parse(text);
  const auto address = document ? text_at(*document, "url") : std::nullopt;
  if (!address) return {"an address that cannot be read"};
  DirectUrl direct{std::string(*address), at(*document, "dir_info") != nullptr};
  if (direct.is_folder || at(*document, "vcs_info") != nullptr) return direct;
  if (const Result<Url> url = Url::parse(*address)) direct.key = address_key(url->address());
  if (const auto hex = text_at(*document, "archive_info.hashes.sha256")) direct.digests.emplace(*hex);
  constexpr std::string_view kSha256 = "sha256=";
  const auto hash = text_at(*document, "archive_info.hash");
  if (hash && hash->starts_with(kSha256)) direct.digests.emplace(hash->substr(kSha256.size()));
  return direct;
}

std::optional<std::string> path_of(std::string_view url) {
  for (std::string_view scheme : {"file://localhost/", "file:///"}) {
    if (!url.starts_with(scheme)) continue;
    const Result<std::string> path = percent_decode(url.substr(scheme.size() - 1));
    if (path) return *path;
  }
  return std::nullopt;
}

}  // namespace tomme::guard
