#include "app/guard/listing.h"

#include <algorithm>

#include "app/guard/errors.h"
#include "core/encoding/text.h"
#include "core/packaging/dist_filename.h"
#include "core/policy/allowance.h"

namespace tomme::guard {

namespace {

template <class T>
void add_once(std::vector<T>& list, T value) {
  if (std::ranges::find(list, value) == list.end()) list.push_back(std::move(value));
}

void merge(ListedFile& into, ListedFile from) {
  into.rival_names |= !into.filename.empty() && into.filename != from.filename;
  if (into.filename.empty()) into.filename = std::move(from.filename);
  into.provenance_unusable |= from.provenance_unusable;
  for (Sha256& digest : from.digests) add_once(into.digests, digest);
  for (Sha256& digest : from.metadata_digests) add_once(into.metadata_digests, digest);
  for (std::string& index : from.indexes) add_once(into.indexes, std::move(index));
  for (net::Url& url : from.provenance) add_once(into.provenance, std::move(url));
}

Result<net::Url> to_net(const Url& url) {
  return net::Url::parse(url.without_userinfo().without_fragment().to_string());
}

/// "<index>/<project>/" is the page of a project of <index>.
std::vector<std::string> index_of(const Url& page_url) {
  const Result<Url> index = page_url.resolve(page_url.path().ends_with('/') ? "../" : "./");
  const Result<std::string> text = index ? canonical_index(index->to_string()) : fail(kGuardRequest, "");
  return text ? std::vector{*text} : std::vector<std::string>();
}

ListedFile listed(const IndexFile& file, const Url& page_url) {
  ListedFile out;
  out.indexes = index_of(page_url);
  out.filename = file.filename;
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

/// pip writes some characters of a path as escapes that the page has as they are ("+" as "%2B"), uv does not:
/// in keys those that may stand in a segment (RFC 3986 section 3.3) are never escaped.
std::string key_of(const Url& url) {
  constexpr std::string_view kMayStand = "!$&'()*+,;=:@";
  const std::string text = url.normalized().without_userinfo().without_fragment().to_string();
  const std::size_t query = std::min(text.find('?'), text.size());
  std::string key;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto octet = i < query && text[i] == '%' ? percent_decode(std::string_view(text).substr(i, 3))
                                                   : Result<std::string>(std::string());
    if (octet && octet->size() == 1 && kMayStand.contains(octet->front())) {
      key += *octet;
      i += 2;
    } else {
      key += text[i];
    }
  }
  return key;
}

}  // namespace

Result<std::string> url_key(std::string_view url) {
  const Url parsed = TRY(Url::parse(url));
  return key_of(parsed);
}

std::string last_name_of(const Url& url) {
  std::string_view path = url.path();
  while (path.ends_with('/')) path.remove_suffix(1);
  const std::string_view last = path.substr(path.rfind('/') + 1);
  const auto decoded = percent_decode(last);
  return decoded ? *decoded : std::string(last);
}

// A link that no installer takes for a distribution ("../", a home page) is not remembered: whoever asks for
// it gets a page, and pages are read. A distribution at the address of a page would slip between the two:
// what is read as a page must never be installed, and what is installed never read as a page.
Result<void> Listing::remember(const SimplePage& page, const Url& page_url, const Addresses& addresses) {
  std::vector<std::pair<std::string, ListedFile>> found;
  found.reserve(page.files.size());
  for (const IndexFile& file : page.files) {
    const Result<Url> url = page.url_of(file, page_url);
    const bool is_file = has_archive_name(file.filename) || (url && has_archive_name(last_name_of(*url)));
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
    found.emplace_back(key_of(*url), listed(file, page_url));
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
