#include "app/guard/listing.h"

#include <algorithm>
#include <array>

#include "app/guard/errors.h"
#include "core/encoding/text.h"

namespace tomme::guard {

namespace {

template <class T>
void add_once(std::vector<T>& list, T value) {
  if (std::ranges::find(list, value) == list.end()) list.push_back(std::move(value));
}

void merge(ListedFile& into, ListedFile from) {
  into.filename = std::move(from.filename);
  into.provenance_unusable |= from.provenance_unusable;
  for (Sha256& digest : from.digests) add_once(into.digests, digest);
  for (Sha256& digest : from.metadata_digests) add_once(into.metadata_digests, digest);
  for (net::Url& url : from.provenance) add_once(into.provenance, std::move(url));
}

Result<net::Url> to_net(const Url& url) {
  return net::Url::parse(url.without_userinfo().without_fragment().to_string());
}

ListedFile listed(const IndexFile& file, const Url& page_url) {
  ListedFile out{file.filename, {}, {}, false, {}};
  if (file.sha256) out.digests.push_back(*file.sha256);
  if (file.core_metadata_sha256) out.metadata_digests.push_back(*file.core_metadata_sha256);
  if (file.provenance) {
    const Result<Url> url = page_url.resolve(*file.provenance);
    const Result<net::Url> address =
        url && url->is_http() ? to_net(*url) : Result<net::Url>(fail(kGuardRequest, ""));
    if (address && !file.provenance->empty()) {
      out.provenance.push_back(*address);
    } else {
      out.provenance_unusable = true;
    }
  }
  return out;
}

}  // namespace

Result<std::string> url_key(std::string_view url) {
  const Url parsed = TRY(Url::parse(url));
  return parsed.normalized().without_userinfo().without_fragment().to_string();
}

// What pip and uv accept besides wheels and .tar.gz: formats of the past that carry no attestation.
bool has_archive_name(std::string_view filename) {
  static constexpr std::array<std::string_view, 14> kEndings = {
      ".whl", ".tar.gz", ".zip", ".tgz",      ".tar.bz2", ".tbz", ".tar.xz",
      ".txz", ".tar.lz", ".tlz", ".tar.lzma", ".tar",     ".egg", ".tar.zst"};
  std::string lower(filename);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return std::ranges::any_of(kEndings, [&](std::string_view ending) { return lower.ends_with(ending); });
}

// A link that no installer takes for a distribution ("../", a home page) is not remembered: whoever asks for
// it gets a page, and pages are read. A distribution at the address of a page would slip between the two:
// what is read as a page must never be installed, and what is installed never read as a page.
Result<void> Listing::remember(const SimplePage& page, const Url& page_url, const Addresses& addresses) {
  std::vector<std::pair<std::string, ListedFile>> found;
  found.reserve(page.files.size());
  for (const IndexFile& file : page.files) {
    const Result<Url> url = page.url_of(file, page_url);
    const bool is_file = has_archive_name(file.filename) || (url && has_archive_name(url->filename()));
    if (!is_file) continue;
    const Result<net::Url> address =
        url && url->is_http() ? to_net(*url) : Result<net::Url>(fail(kGuardElsewhere, ""));
    if (!address || addresses.is_page(*url)) {
      return fail(kGuardElsewhere,
                  "the page lists " + printable(file.filename) + " at an address that is no file's");
    }
    if (!addresses.is_judged(*address)) {
      return fail(kGuardElsewhere, "the page lists " + printable(file.filename) + " on " +
                                       printable(address->authority.to_string()) +
                                       ", whose files are not judged");
    }
    found.emplace_back(url->normalized().without_userinfo().without_fragment().to_string(),
                       listed(file, page_url));
  }
  const std::lock_guard lock(mutex_);
  for (auto& [key, file] : found) merge(files_[key], std::move(file));
  return {};
}

std::optional<ListedFile> Listing::find(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  const auto at = files_.find(key);
  if (at == files_.end()) return std::nullopt;
  return at->second;
}

}  // namespace tomme::guard
