#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/crypto/digest.h"
#include "core/encoding/json_list.h"
#include "core/url/url.h"

namespace tomme {

/// One file of a project as an index lists it. Nothing here is proven: it is what the index says. What an
/// installer may see of it is a `PageFile`.
struct IndexFile {
  /// JSON: the `filename` member; HTML: the last segment of the URL's path, decoded.
  std::string filename;
  std::string url;  ///< as written, with its fragment; may be relative
  std::optional<Sha256> sha256;
  /// Other algorithms in the one spelling that the PyPI API uses ("sha512", "blake2b_256"), in lower-case hex
  /// of the right length. Those that nobody knows are left out.
  std::map<std::string, std::string> other_hashes;
  std::optional<std::uint64_t> size;           ///< bytes
  std::optional<std::string> upload_time;      ///< RFC 3339, as written
  std::optional<std::string> requires_python;  ///< as written: a specifier, or what the index takes for one
  /// The URL of the PEP 740 provenance as written; an empty text is still "listed".
  std::optional<std::string> provenance;
  bool core_metadata = false;                  ///< a `.metadata` file is offered (PEP 658, 714)
  std::optional<Sha256> core_metadata_sha256;  ///< only with `core_metadata`
  std::optional<std::string> yanked;           ///< the reason, which may be empty (PEP 592)

  friend bool operator==(const IndexFile&, const IndexFile&) = default;
};

/// What a project page says besides its files.
struct PageHead {
  std::string name;                          ///< JSON only, as written; empty in HTML
  std::optional<std::string> api_version;    ///< "1.4"; HTML pages may lack it
  std::optional<std::string> status;         ///< PEP 792: "active", "archived", "quarantined", "deprecated"
  std::optional<std::string> status_reason;  ///< PEP 792
  std::vector<std::string> versions;         ///< PEP 700, JSON only, as written
  std::optional<Url> base;                   ///< HTML: the href of the first <base>
  friend bool operator==(const PageHead&, const PageHead&) = default;
};

struct PageLimits {
  std::size_t bytes = 64 * 1024 * 1024;  ///< of the page
  std::size_t files = 250'000;           ///< listed, whether they can be read or not
};

/// Takes the files of a page in its order, while it is read.
struct PageFiles {
  /// `head` is what is known so far: of an HTML page its <base>; an error ends the reading.
  std::function<Result<void>(IndexFile&& file, const PageHead& head)> file;
  /// An entry that nobody could make a file of: what it is called, and why not.
  std::function<void(std::string_view name, const Error& why)> unreadable;
};

/// PEP 691 with 700, 714, 740 and 792. Unknown members are ignored, as PEP 691 asks; another major version
/// than 1 is refused, and so is what is no JSON page at all. Fails with kPageInvalid, kPageTooLarge,
/// kJsonInvalid.
Result<PageHead> read_simple_json(BytesView page, const PageFiles& files, const PageLimits& limits = {});

/// The same for a page that comes in pieces of any length.
class SimpleJsonReader {
 public:
  SimpleJsonReader(PageFiles files, const PageLimits& limits = {});
  Result<void> read(BytesView piece);  ///< borrowed for the call
  Result<PageHead> finish();

 private:
  Result<void> take(const json::Item& entry);
  const PageFiles files_;
  const PageLimits limits_;
  PageHead head_;
  std::size_t count_ = 0;
  std::string name_;
  json::ListReader list_;
};

/// PEP 503 with 592, 629, 658, 714, 740 and 792: every `<a href>` of the text that is in no comment, script,
/// style, title or text field, read as the HTML standard has it. Other readers may see other links: nobody
/// gets this page, only one that is written from what was read here. Fails with kPageInvalid for another
/// major version than 1 of the API, and with kPageTooLarge.
Result<PageHead> read_simple_html(BytesView page, const PageFiles& files, const PageLimits& limits = {});

/// A page as one value; entries that cannot be read are left out.
struct SimplePage : PageHead {
  std::vector<IndexFile> files;  ///< in the page's order; one name may stand several times
  /// Every entry of this name.
  std::vector<const IndexFile*> named(std::string_view filename) const;
};
Result<SimplePage> parse_simple_json(BytesView page, const PageLimits& limits = {});
Result<SimplePage> parse_simple_html(BytesView page, const PageLimits& limits = {});

/// The names of an index's list of all projects ("/simple/"), in JSON (PEP 691) or HTML; what is no name is
/// left out. Fails as the functions above.
Result<std::vector<std::string>> read_project_list_json(BytesView page, const PageLimits& limits = {});
Result<std::vector<std::string>> read_project_list_html(BytesView page, const PageLimits& limits = {});

}  // namespace tomme
