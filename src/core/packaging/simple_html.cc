#include <algorithm>
#include <string>

#include "core/encoding/text.h"
#include "core/packaging/errors.h"
#include "core/packaging/html_text.h"
#include "core/packaging/simple_page.h"
#include "core/packaging/simple_page_internal.h"

namespace tomme {
namespace {

std::unexpected<Error> ambiguous(std::string why) {
  return fail(kPageAmbiguous, std::move(why));
}

/// Why no HTML library: what matters is the links that pip and uv see, and neither builds the tree of the
/// HTML standard. Every parser needs the octets `<a` for a link, so this reader stops at each of them: it is
/// a link with attributes that all read alike, or the page is refused. It may so list a link that a client
/// does not see (in a <script>), but never misses one. For <base>, which moves links, both directions are
/// closed.
class HtmlReader {
 public:
  HtmlReader(std::string_view text, const PageLimits& limits) : text_(text), limits_(limits) {}

  Result<SimplePage> read() {
    for (std::size_t at = text_.find('<'); at != std::string_view::npos; at = text_.find('<', at)) {
      at += TRY(read_at(text_.substr(at)));
    }
    return std::move(page_);
  }

 private:
  /// Reads what begins at this `<`; gives the octets it took, at least 1.
  Result<std::size_t> read_at(std::string_view rest) {
    if (rest.starts_with("<!--")) return read_comment(rest);
    if (html::begins_tag(rest, "a")) return read_link(rest);
    if (html::begins_tag(rest, "base")) return read_base(rest);
    if (html::begins_tag(rest, "meta")) return read_meta(rest);
    note_head(rest);
    return 1;
  }

  /// Parsers disagree where an odd comment ends ("--!>", "-- >"), but none goes on behind the first "-->"
  /// that is not part of its beginning. A comment without links may be skipped up to there.
  static Result<std::size_t> read_comment(std::string_view rest) {
    const std::size_t end = rest.find("-->", 4);
    const std::string_view comment = rest.substr(0, end);
    if (html::holds_link_tag(comment.substr(1)))
      return ambiguous("the index page has a link inside a comment");
    return end == std::string_view::npos ? rest.size() : end + 3;
  }

  static Result<html::StartTag> strict_tag(std::string_view rest) {
    const auto tag = html::read_start_tag(rest, html::Values::quoted_only);
    const std::string_view shown = rest.substr(0, std::min<std::size_t>(rest.size(), 120));
    if (!tag)
      return ambiguous("the index page has a tag that parsers read differently: \"" + printable(shown) +
                       "\"");
    if (html::holds_link_tag(rest.substr(1, tag->length - 1))) {
      return ambiguous("the index page has a link inside of a link's attribute: \"" + printable(shown) +
                       "\"");
    }
    return *tag;
  }

  static Result<std::string> decoded(const html::Attribute& attribute) {
    auto value = html::decode_references(attribute.value);
    if (value) return *std::move(value);
    return ambiguous("the index page has a character reference that parsers decode differently: \"" +
                     printable(attribute.value) + "\"");
  }

  Result<std::size_t> read_link(std::string_view rest) {
    base_may_come_ = false;
    const html::StartTag tag = TRY(strict_tag(rest));
    for (const html::Attribute& attribute : tag.attributes) {
      // uv's parser loses the first letter of the attribute after one without a value.
      if (attribute.name != "href" && attribute.name.ends_with("href")) {
        return ambiguous("a link of the index page has an attribute \"" + attribute.name +
                         "\" that uv takes for its href");
      }
    }
    const html::Attribute* href = tag.find("href");
    if (href == nullptr || href->value.empty()) return tag.length;
    if (page_.files.size() == limits_.files) return page::too_many_files(limits_);
    page_.files.push_back(TRY(read_file(tag, TRY(decoded(*href)))));
    return tag.length;
  }

  Result<IndexFile> read_file(const html::StartTag& tag, std::string href) const {
    IndexFile file;
    file.url = std::move(href);
    file.filename = TRY(page::settle_url(file, base_ ? &*base_ : nullptr));
    if (const auto* provenance = tag.find("data-provenance")) file.provenance = TRY(decoded(*provenance));
    if (const auto* yanked = tag.find("data-yanked")) {
      file.yanked = html::decode_references(yanked->value).value_or(std::string(yanked->value));
    }
    TRY(read_core_metadata(tag, file));
    return file;
  }

  /// "true", "false" or "sha256=hex" (PEP 714); the old name counts where the new one is absent.
  static Result<void> read_core_metadata(const html::StartTag& tag, IndexFile& file) {
    const html::Attribute* attribute = tag.find("data-core-metadata");
    if (attribute == nullptr) attribute = tag.find("data-dist-info-metadata");
    if (attribute == nullptr) return {};
    const std::string value = TRY(decoded(*attribute));
    constexpr std::string_view kPrefix = "sha256=";
    file.core_metadata = value != "false";
    if (value.starts_with(kPrefix)) {
      file.core_metadata_sha256 = TRY(page::parse_sha256(value.substr(kPrefix.size())));
    }
    return {};
  }

  /// Where every client sees the one <base>: in lower case, before all other tags but those of an ordinary
  /// head.
  Result<std::size_t> read_base(std::string_view rest) {
    const html::StartTag tag = TRY(strict_tag(rest));
    const html::Attribute* href = tag.find("href");
    if (!base_may_come_ || in_title_ || base_ || !rest.starts_with("<base") || href == nullptr) {
      return ambiguous("the index page has a <base> where clients treat it differently");
    }
    page_.base = TRY(decoded(*href));
    base_ = TRY(in("<base>", Url::parse(*page_.base)));
    if (!base_->is_http()) return ambiguous("the <base> of the index page is not a web address");
    return tag.length;
  }

  Result<std::size_t> read_meta(std::string_view rest) {
    const auto tag = html::read_start_tag(rest, html::Values::quoted_or_bare);
    if (!tag || html::holds_link_tag(rest.substr(1, tag->length - 1))) {
      base_may_come_ = false;
      return 1;
    }
    const html::Attribute* name = tag->find("name");
    const html::Attribute* content = tag->find("content");
    if (name == nullptr || content == nullptr) return tag->length;
    if (name->value == "pypi:repository-version") {
      page_.api_version = TRY(decoded(*content));
      TRY(page::check_api_version(*page_.api_version));
    } else if (name->value == "pypi:project-status") {
      page_.status = TRY(decoded(*content));
    }
    return tag->length;
  }

  /// Follows the head of the page as far as all parsers agree on it.
  void note_head(std::string_view rest) {
    if (rest.starts_with("</title>")) {
      in_title_ = false;
    } else if (rest.starts_with("<!DOCTYPE html>") || rest.starts_with("<!doctype html>") ||
               rest.starts_with("</head>")) {
      return;
    } else if (html::begins_tag(rest, "html") || html::begins_tag(rest, "head") ||
               html::begins_tag(rest, "title")) {
      in_title_ = in_title_ || html::begins_tag(rest, "title");
      const auto tag = html::read_start_tag(rest, html::Values::quoted_or_bare);
      if (!tag || rest.substr(1, tag->length - 1).contains('<')) base_may_come_ = false;
    } else {
      base_may_come_ = false;
    }
  }

  std::string_view text_;
  const PageLimits& limits_;
  SimplePage page_;
  std::optional<Url> base_;
  bool base_may_come_ = true;
  bool in_title_ = false;
};

}  // namespace

Result<SimplePage> parse_simple_html(BytesView bytes, const PageLimits& limits) {
  if (bytes.size() > limits.bytes) return page::too_large(bytes.size(), limits);
  const std::string_view text = text_of(bytes);
  if (text.contains('\0') || !is_utf8(text)) return fail(kPageInvalid, "the index page is not UTF-8 text");
  return HtmlReader(text, limits).read();
}

}  // namespace tomme
