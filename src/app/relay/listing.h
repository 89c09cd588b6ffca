#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/crypto/digest.h"
#include "core/packaging/page_file.h"
#include "core/url/url.h"

namespace tomme::guard {

/// What the pages of this run say about one address.
struct ListedFile {
  std::string filename;              ///< the last segment of the address
  Url upstream;                      ///< where it is asked for
  std::vector<std::string> indexes;  ///< whose pages list it, as canonical_index() writes them
  std::vector<Sha256> digests;       ///< each that some page names; more than one is a contradiction
  std::vector<Url> provenance;
  bool provenance_unusable = false;  ///< listed at something that is no http(s) URL
  std::vector<Sha256> metadata_digests;
};

/// All files of all pages that were written in this run, by `address_key`: what an installer asks for is what
/// a page gave it. What any page lists counts: a second page that leaves a proof out takes nothing away.
/// Thread-safe.
class Listing {
 public:
  /// Digests, proofs and indexes that pages may name for one address.
  static constexpr std::size_t kMaxClaims = 8;
  /// Addresses of one run, some 200 bytes each, and what is attested its attestation's address.
  static constexpr std::size_t kMaxFiles = 1'000'000;

  /// kGuardElsewhere where the file is not where files are judged.
  static Result<void> expect_judged(const PageFile& file, const std::function<bool(const Url&)>& is_judged);
  /// The same, also where there is no room for what is claimed of it; remembers nothing then.
  Result<void> add(const PageFile& file, const std::optional<Url>& index,
                   const std::function<bool(const Url&)>& is_judged);
  std::optional<ListedFile> find(const std::string& key) const;

  /// Remembers why a page was written without the file at this address; of so many as an installer that knows
  /// them from elsewhere may ask for.
  static constexpr std::size_t kMaxLeftOut = 10'000;
  void leave_out(const Url& address, const Error& why);
  /// Nothing where some page lists it after all.
  std::optional<Error> why_left_out(const std::string& key) const;

 private:
  /// What few files have.
  struct More {
    std::string upstream;  ///< where it is another text than the key
    std::vector<std::uint32_t> indexes;
    std::vector<Sha256> digests;
    std::vector<Sha256> metadata_digests;
    std::vector<std::string> provenance;
    bool provenance_unusable = false;
  };
  /// Small, for there are as many as the pages of a run have files.
  struct Entry {
    std::optional<Sha256> digest;
    std::uint32_t index = 0;  ///< in `indexes_`, from 1; 0 for none
    std::unique_ptr<More> more;
    More& have_more();
  };
  /// Of a digest any part is as good as another.
  struct FirstBytes {
    using is_avalanching = void;
    std::size_t operator()(const Sha256& key) const;
  };
  std::uint32_t number_of(const std::optional<Url>& index);
  static Result<void> merge(Entry& into, const PageFile& file, std::uint32_t index);

  mutable std::mutex mutex_;  // guards all below
  // By the digest of the key, which is shorter. Flat: a page adds ten thousands at once.
  boost::unordered_flat_map<Sha256, Entry, FirstBytes> files_;
  boost::unordered_flat_map<Sha256, Error, FirstBytes> left_out_;
  std::vector<std::string> indexes_;
  std::optional<Url> last_index_;  // and its number: one page's files come one behind the other
  std::uint32_t last_number_ = 0;
};

}  // namespace tomme::guard
