#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/crypto/digest.h"
#include "core/packaging/simple_page.h"
#include "io/net/url.h"

namespace tomme::guard {

/// What the pages of this run say about one URL.
struct ListedFile {
  std::string filename;
  std::vector<Sha256> digests;  ///< each that some page names; more than one is a contradiction
  std::vector<net::Url> provenance;
  bool provenance_unusable = false;  ///< listed at something that is no http(s) URL
  std::vector<Sha256> metadata_digests;
  /// Some page names the file otherwise: installers go by the name on the page that they read.
  bool rival_names = false;
  std::vector<std::string> indexes;  ///< whose pages list it, as canonical_index() writes them
};

/// The spelling under which URLs are compared: normalised, without fragment and user information.
Result<std::string> url_key(std::string_view url);

/// What is where, as it was fixed before the run.
struct Addresses {
  std::function<bool(const net::Url&)> is_judged;  ///< files and pages there are judged
  std::function<bool(const Url&)> is_page;         ///< only a page may be there
};

/// All pages that passed through, by file URL. What any page lists counts: a second page that leaves a proof
/// out takes nothing away. Thread-safe.
class Listing {
 public:
  /// kGuardElsewhere, and nothing remembered, where one of the page's distributions is anywhere else than
  /// where files are judged.
  Result<void> remember(const SimplePage& page, const Url& page_url, const Addresses& addresses);
  std::optional<ListedFile> find(const std::string& key) const;

 private:
  mutable std::mutex mutex_;  // guards files_
  std::map<std::string, ListedFile> files_;
};

/// The last segment of the path, decoded; slashes behind it do not count, as for pip.
std::string last_name_of(const Url& url);

}  // namespace tomme::guard
