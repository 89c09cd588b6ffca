#include <algorithm>
#include <string>

#include "core/encoding/text.h"
#include "core/packaging/errors.h"
#include "core/packaging/html_text.h"
#include "core/packaging/page_hash.h"
#include "core/packaging/page_limits.h"
#include "core/packaging/project_name.h"
#include "core/packaging/simple_page.h"

namespace tomme {
namespace {

/// Calls `visit` with each start tag of the text that is markup to the HTML standard.
///
/// Why no HTML library: nobody sees this page but as it is written anew, so that any sound reading will do,
/// and start tags are all that a list of links needs; a tree of 64 MB of tags would be the larger risk.
Result<void> for_each_tag(std::string_view text,
                          const std::function<Result<void>(const html::StartTag&)>& visit) {
  for (std::size_t at = text.find('<'); at < text.size(); at = text.find('<', at)) {
    const std::string_view rest = text.substr(at);
    if (rest.starts_with("<!--")) {
      at += html::comment_length(rest);
      continue;
    }
    if (!html::begins_start_tag(rest)) {
      ++at;
      continue;
    }
    const auto tag = html::read_start_tag(rest);
    // A tag that never ends takes the rest of the text with it (13.2.5, "eof-in-tag"); so each byte is read
    // once.
    if (!tag) return {};
    TRY(visit(*tag));
    at += tag->length;
    if (html::holds_text_only(tag->name)) at += html::end_of_text(text.substr(at), tag->name);
  }
  return {};
}

std::string value_of(const html::Attribute& attribute) {
  return html::decode_references(attribute.value);
}

/// "true", "false" or "sha256=hex" (PEP 714); the old name counts where the new one is absent.
Result<void> read_core_metadata(const html::StartTag& tag, IndexFile& file) {
  const html::Attribute* attribute = tag.find("data-core-metadata");
  if (attribute == nullptr) attribute = tag.find("data-dist-info-metadata");
  if (attribute == nullptr) return {};
  const std::string value = value_of(*attribute);
  constexpr std::string_view kPrefix = "sha256=";
  file.core_metadata = value != "false";
  if (!value.starts_with(kPrefix)) return {};
  IndexFile metadata;
  metadata.filename = file.filename + ".metadata";
  TRY(add_page_hash(metadata, "sha256", std::string_view(value).substr(kPrefix.size())));
  file.core_metadata_sha256 = metadata.sha256;
  return {};
}

/// The last segment of the path of a link, decoded: what the link is called.
std::string name_in(std::string_view href) {
  const std::string_view path = href.substr(0, href.find_first_of("?#"));
  return percent_decode(path.substr(path.find_last_of("/\\") + 1));  // npos + 1 is 0
}

Result<IndexFile> read_link(const html::StartTag& tag, std::string href) {
  IndexFile file;
  file.url = std::move(href);
  file.filename = name_in(file.url);
  TRY(add_hashes_of_fragment(file));
  if (const auto* provenance = tag.find("data-provenance")) file.provenance = value_of(*provenance);
  if (const auto* yanked = tag.find("data-yanked")) file.yanked = value_of(*yanked);
  if (const auto* python = tag.find("data-requires-python")) file.requires_python = value_of(*python);
  TRY(read_core_metadata(tag, file));
  return file;
}

Result<void> read_meta(const html::StartTag& tag, PageHead& head) {
  const html::Attribute* name = tag.find("name");
  const html::Attribute* content = tag.find("content");
  if (name == nullptr || content == nullptr) return {};
  if (name->value == "pypi:repository-version") {
    head.api_version = value_of(*content);
    return page::check_api_version(*head.api_version);
  }
  if (name->value == "pypi:project-status") head.status = value_of(*content);
  if (name->value == "pypi:project-status-reason") head.status_reason = value_of(*content);
  return {};
}

/// The first one counts; one that is no web address moves nothing.
void read_base(const html::StartTag& tag, PageHead& head) {
  const html::Attribute* href = tag.find("href");
  if (head.base || href == nullptr) return;
  if (Result<Url> url = Url::parse(value_of(*href))) head.base = *std::move(url);
}

}  // namespace

Result<PageHead> read_simple_html(BytesView bytes, const PageFiles& files, const PageLimits& limits) {
  TRY(page::expect_size(bytes, limits));
  PageHead head;
  std::size_t count = 0;
  TRY(for_each_tag(text_of(bytes), [&](const html::StartTag& tag) -> Result<void> {
    if (tag.name == "base") read_base(tag, head);
    if (tag.name == "meta") return read_meta(tag, head);
    const html::Attribute* href = tag.name == "a" ? tag.find("href") : nullptr;
    if (href == nullptr || href->value.empty()) return {};
    TRY(page::expect_room(count++, limits));
    std::string target = value_of(*href);
    Result<IndexFile> file = read_link(tag, target);
    if (file) return files.file(*std::move(file), head);
    if (files.unreadable) files.unreadable(name_in(target), file.error());
    return {};
  }));
  return head;
}

Result<std::vector<std::string>> read_project_list_html(BytesView bytes, const PageLimits& limits) {
  TRY(page::expect_size(bytes, limits));
  std::vector<std::string> names;
  TRY(for_each_tag(text_of(bytes), [&](const html::StartTag& tag) -> Result<void> {
    const html::Attribute* href = tag.name == "a" ? tag.find("href") : nullptr;
    if (href == nullptr) return {};
    std::string target = value_of(*href);
    target.resize(std::min(target.find_first_of("?#"), target.size()));
    while (target.ends_with('/')) target.pop_back();
    std::string name = name_in(target);
    if (ProjectName::parse(name)) names.push_back(std::move(name));
    return {};
  }));
  return names;
}

}  // namespace tomme
