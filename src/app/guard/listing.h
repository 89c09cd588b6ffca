#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/result.h"
#include "core/crypto/digest.h"
#include "core/packaging/page_file.h"
#include "core/url/url.h"

namespace tomme::guard {

/// What the pages of this run say about one address.
struct ListedFile {
  std::string filename;               ///< the last segment of the address
  Url upstream;                       ///< where it is asked for
  std::vector<std::string> indexes;   ///< whose pages list it, as canonical_index() writes them
  std::vector<Sha256> digests;        ///< each that some page names; more than one is a contradiction
  std::vector<Url> provenance;
  bool provenance_unusable = false;   ///< listed at something that is no http(s) URL
  std::vector<Sha256> metadata_digests;
};

/// All files of all pages that were written in this run, by `address_key`: what an installer asks for is what a page
/// gave it. What any page lists counts: a second page that leaves a proof out takes nothing away. Thread-safe.
class Listing {
 public:
  /// Digests, and proofs, that pages may name for one address.
  static constexpr std::size_t kMaxClaims = 8;
  /// Addresses of one run, some 500 bytes each.
  static constexpr std::size_t kMaxFiles = 400'000;

  /// Fails with kGuardElsewhere, and remembers nothing, where the file is not where files are judged (`is_judged`), or
  /// where there is no room for what is claimed of it.
  Result<void> add(const PageFile& file, const std::optional<Url>& index,
                   const std::function<bool(const Url&)>& is_judged);
  std::optional<ListedFile> find(const std::string& key) const;

 private:
  mutable std::mutex mutex_;  // guards files_
  std::unordered_map<std::string, ListedFile> files_;
};

}  // namespace tomme::guard
