#include "app/guard/look_up.h"

#include <algorithm>

#include "core/packaging/dist_filename.h"
#include "io/remote/errors.h"
#include "io/remote/simple_client.h"

namespace tomme::guard {

namespace {

constexpr std::string_view kPypiHost = "pypi.org";
constexpr std::string_view kPypiFileHost = "files.pythonhosted.org";

}  // namespace

IndexLookUp::IndexLookUp(net::HttpClient& client, Listing& listing, std::function<bool(const Url&)> is_judged,
                         std::vector<Url> indexes)
    : client_(client), listing_(listing), is_judged_(std::move(is_judged)), indexes_(std::move(indexes)) {}

/// It is looked up on the project's page of each index; listed there under this very URL, its digest and
/// proof count.
Result<std::optional<ListedFile>> IndexLookUp::find(const Url& url, const std::string& filename,
                                                    std::stop_token stop) {
  const std::string key = address_key(url);
  if (auto listed = listing_.find(key)) return listed;
  const Result<DistFilename> distribution = DistFilename::parse(filename);
  if (!distribution) return std::nullopt;
  std::optional<Error> unanswered;
  for (const Url& index : indexes_for(url)) {
    const Result<std::optional<ListedFile>> listed = find_on(index, distribution->project(), key, stop);
    if (!listed && listed.error().outcome() == Outcome::refused) return listed;
    if (!listed) unanswered = listed.error();
    if (listed && *listed) return listed;
  }
  // An index that did not answer might have known the proof.
  if (unanswered) return std::unexpected(*unanswered);
  return std::nullopt;
}

/// The indexes that may list a file at this address, its own host's first. PyPI lists files of its own file
/// host alone, so it is not told what a company fetches from elsewhere.
std::vector<Url> IndexLookUp::indexes_for(const Url& file) const {
  std::vector<Url> indexes;
  for (const Url& index : indexes_) {
    if (!is_judged_(index)) continue;
    if (index.host() == kPypiHost && file.host() != kPypiFileHost) continue;
    indexes.push_back(index);
  }
  std::ranges::stable_partition(indexes, [&](const Url& index) {
    return index.authority() == file.authority() || file.host() == kPypiFileHost;
  });
  return indexes;
}

Result<std::optional<ListedFile>> IndexLookUp::find_on(const Url& index, const ProjectName& project,
                                                       const std::string& key, std::stop_token stop) {
  Result<FetchedPage> page =
      fetch_project_page(client_, index, project, authorization_for(index.authority()), is_judged_, std::move(stop));
  if (!page && page.error().is(kIndexNoProject)) return std::nullopt;
  if (!page) return std::unexpected(page.error());
  for (IndexFile& listed : page->page.files) {
    const Result<PageFile> file = PageFile::make(listed, page->page, page->url, project);
    // What cannot be listed is no other file's concern.
    if (file) [[maybe_unused]] const Result<void> added = listing_.add(*file, index, is_judged_);
  }
  return listing_.find(key);
}

void IndexLookUp::learn_authorization(const net::Request& request) {
  const auto value = request.headers.find("Authorization");
  if (!value) return;
  const std::lock_guard lock(mutex_);
  authorizations_[request.url.authority().to_string()] = std::string(*value);
}

std::string IndexLookUp::authorization_for(const Authority& authority) const {
  const std::lock_guard lock(mutex_);
  const auto at = authorizations_.find(authority.to_string());
  return at == authorizations_.end() ? std::string() : at->second;
}

}  // namespace tomme::guard
