#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/crypto/digest.h"
#include "core/packaging/url_reference.h"

namespace tomme {

/// One file of a project as an index lists it. Nothing here is proven: it is what the index says.
struct IndexFile {
  /// JSON: the `filename` member; HTML: the last segment of the URL's path, decoded.
  std::string filename;
  std::string url;  ///< as written, without its fragment; may be relative, see `SimplePage::url_of`
  std::optional<Sha256> sha256;
  std::map<std::string, std::string> other_hashes;  ///< algorithm in lower case to digest in lower-case hex
  std::optional<std::uint64_t> size;                ///< octets
  /// The URL of the PEP 740 provenance as written; an empty text is still "listed".
  std::optional<std::string> provenance;
  bool core_metadata = false;                  ///< a `.metadata` file is offered (PEP 658, 714)
  std::optional<Sha256> core_metadata_sha256;  ///< only with `core_metadata`
  std::optional<std::string> yanked;           ///< the reason, which may be empty (PEP 592)

  friend bool operator==(const IndexFile&, const IndexFile&) = default;
};

/// A project page of the Simple API.
struct SimplePage {
  std::string name;                        ///< JSON only, as written; empty in HTML
  std::optional<std::string> api_version;  ///< "1.4"; HTML pages may lack it
  std::optional<std::string> status;       ///< PEP 792: "active", "archived", "quarantined", "deprecated"
  std::optional<std::string> base;         ///< HTML: the href of <base>, an absolute URL
  /// In the page's order. Other links than distributions ("../") are kept. One name may stand several times.
  std::vector<IndexFile> files;

  /// Every entry of this name. More than one: the page offers rival files, and which one an installer
  /// takes is unknown.
  std::vector<const IndexFile*> named(std::string_view filename) const;
  /// Where the file is, seen from the URL the page was finally fetched from.
  Result<Url> url_of(const IndexFile& file, const Url& page) const;
};

struct PageLimits {
  std::size_t bytes = 64 * 1024 * 1024;  ///< of the page
  std::size_t files = 250'000;
};

/// PEP 691 with 700, 714, 740 and 792. Unknown members are ignored, as PEP 691 asks; another major version
/// than 1 is refused. A URL that names another distribution than `filename` is refused: pip
/// goes by the one, uv by the other. Fails with kPageInvalid, kPageAmbiguous, kPageTooLarge or kJsonInvalid.
Result<SimplePage> parse_simple_json(BytesView page, const PageLimits& limits = {});

/// PEP 503 with 592, 629, 658, 714, 740 and 792. pip, uv and browsers each read HTML in their own way, so
/// every place where the octets `<a` could begin a tag must be a link that all of them read alike, else the
/// page is refused (kPageAmbiguous). No client sees a link that is not in `files`; the other way round one of
/// them may miss a link (uv reads lower-case tags only).
/// The caller makes sure that the answer's charset is absent, UTF-8 or ASCII: in another one this does not
/// hold.
Result<SimplePage> parse_simple_html(BytesView page, const PageLimits& limits = {});

}  // namespace tomme
