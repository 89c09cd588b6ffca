#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/packaging/project_name.h"
#include "core/packaging/simple_page.h"
#include "core/url/url_resolver.h"

namespace tomme {

/// The one spelling by which an address of a file is looked up, however an installer escapes what it was
/// given: pip asks for "%2B" where the page has "+", uv does not. Only what may never be escaped differently
/// is kept as it is. Two addresses with one key are one file to Tomme.
std::string address_key(const Url& url);

/// A file of an index page as every installer reads it: what Tomme hands on is written from this.
///
///  * Its name holds letters, digits and `._+!~-` only, has an archive's ending, and may be of the page's
///  project.
///  * The last segment of its address, decoded, is that name, byte for byte.
///  * The address is http(s), and every character of it is one that all installers leave alone or escape in
///  the
///    one way that `address_key` undoes. A query keeps its meaning in canonical form; there is no fragment.
///  * Digests have one spelling; texts are UTF-8 without control characters.
class PageFile {
 public:
  /// `page` is where the page was finally fetched from, `base` its <base>. Without `project`, files of any
  /// are taken (pages that are named as a whole: --find-links). Fails with kPageLink ("its address has
  /// another name") or kUrlInvalid; `listed` is left as it was then.
  static Result<PageFile> make(IndexFile& listed, const std::optional<Url>& base, UrlResolver& page,
                               const std::optional<ProjectName>& project);
  static Result<PageFile> make(IndexFile& listed, const std::optional<Url>& base, const Url& page,
                               const std::optional<ProjectName>& project);

  const std::string& name() const { return file_.filename; }
  const std::string& address() const {
    return address_;
  }  ///< absolute; the upstream's own where it is canonical
  const std::string& key() const {
    return key_.empty() ? address_ : key_;
  }  ///< `address_key` of the upstream
  /// Whether address, key and the upstream's text are one.
  bool is_plain() const { return is_plain_; }
  const Url& upstream() const { return upstream_; }  ///< what to ask for; without fragment and login
  const IndexFile& listed() const { return file_; }
  const std::optional<Url>& provenance() const { return provenance_; }
  bool provenance_unusable() const { return file_.provenance && !provenance_; }
  /// A wheel's METADATA may be asked for beside it; never where a query makes "beside" ambiguous.
  bool offers_metadata() const;

 private:
  explicit PageFile(Url upstream) : upstream_(std::move(upstream)) {}
  IndexFile file_;
  Url upstream_;
  std::string address_;
  std::string key_;  ///< empty where it is the address
  bool is_plain_ = false;
  std::optional<Url> provenance_;
};

/// Whether no installer of today would take a link with this name for a distribution, so that it need not be
/// spoken of: "../", a signature, an installer for Windows.
bool is_no_distribution(std::string_view name);

}  // namespace tomme
