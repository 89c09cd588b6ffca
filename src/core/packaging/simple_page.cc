#include "core/packaging/simple_page.h"

#include <algorithm>

#include "core/encoding/text.h"
#include "core/packaging/ascii.h"
#include "core/packaging/dist_filename.h"
#include "core/packaging/errors.h"
#include "core/packaging/simple_page_internal.h"

namespace tomme {

std::vector<const IndexFile*> SimplePage::named(std::string_view filename) const {
  std::vector<const IndexFile*> found;
  for (const IndexFile& file : files) {
    if (file.filename == filename) found.push_back(&file);
  }
  return found;
}

Result<Url> SimplePage::url_of(const IndexFile& file, const Url& page) const {
  if (base) return resolve_url(*base, file.url);
  return page.resolve(file.url);
}

namespace page {
namespace {

std::unexpected<Error> ambiguous(std::string_view url, std::string_view why) {
  return fail(kPageAmbiguous, "the link \"" + printable(url) + "\" " + std::string(why));
}

// fragment = field *("&" field) ; field = algorithm "=" hex, or something installers do not look at
Result<void> read_fragment(IndexFile& file, std::string_view fragment) {
  while (!fragment.empty()) {
    const std::size_t end = std::min(fragment.find('&'), fragment.size());
    const std::string_view field = fragment.substr(0, end);
    fragment.remove_prefix(std::min(end + 1, fragment.size()));
    const std::size_t equals = std::min(field.find('='), field.size());
    const std::string name = ascii::to_lower(field.substr(0, equals));
    // With "#egg=" pip takes project and version from here and not from the file name.
    if (name == "egg") return ambiguous(file.url, "names its project in its fragment");
    const bool hash = name == "md5" || name.starts_with("sha") || name.starts_with("blake2");
    if (hash && equals < field.size()) TRY(add_hash(file, name, field.substr(equals + 1)));
  }
  return {};
}

/// The last segment of the path, as pip and uv both find it, or a refusal where they would not agree.
Result<std::string> name_in(const Url& url, std::string_view as_written) {
  const std::string name = url.filename();
  // pip decodes twice and before it looks for the slash, uv once and after it.
  if (name.contains('/') || name.contains('%'))
    return ambiguous(as_written, "has an escaped / or % in its file name");
  std::string_view path = url.path();
  if (name.empty()) {
    while (path.ends_with('/')) path.remove_suffix(1);
    const auto before = percent_decode(path.substr(path.rfind('/') + 1));
    if (before && has_archive_name(*before))
      return ambiguous(as_written, "has a slash behind a distribution's name");
  }
  const std::string_view query = url.query() ? std::string_view(*url.query()) : std::string_view();
  if (const std::size_t slash = query.rfind('/'); slash != std::string_view::npos) {
    const std::string_view tail = query.substr(slash + 1);
    const auto decoded = percent_decode(tail.substr(0, tail.find('?')));
    if (decoded && has_archive_name(*decoded))
      return ambiguous(as_written, "has a distribution's name in its query");
  }
  return name;
}

}  // namespace

std::unexpected<Error> too_large(std::size_t bytes, const PageLimits& limits) {
  return fail(kPageTooLarge, "the index page has " + std::to_string(bytes) + " octets, more than " +
                                 std::to_string(limits.bytes));
}

std::unexpected<Error> too_many_files(const PageLimits& limits) {
  return fail(kPageTooLarge, "the index page lists more than " + std::to_string(limits.files) + " files");
}

Result<void> check_api_version(std::string_view version) {
  if (version.starts_with("1.")) return {};
  return fail(kPageInvalid,
              "the index page is of version \"" + printable(version) + "\" of the Simple API, not 1");
}

Result<Sha256> parse_sha256(std::string_view hex) {
  return Sha256::parse_hex(ascii::to_lower(hex));
}

Result<void> add_hash(IndexFile& file, std::string_view algorithm, std::string_view hex) {
  const std::string name = ascii::to_lower(algorithm);
  const std::string digits = ascii::to_lower(hex);
  bool agrees = true;
  if (name == "sha256") {
    const Sha256 digest = TRY(in("the hash of \"" + printable(file.filename) + "\"", parse_sha256(digits)));
    agrees = !file.sha256 || *file.sha256 == digest;
    file.sha256 = digest;
  } else {
    agrees = file.other_hashes.emplace(name, digits).first->second == digits;
  }
  if (!agrees) return ambiguous(file.url, "has two hashes that contradict each other");
  return {};
}

Result<std::string> settle_url(IndexFile& file, const Url* base) {
  // Only the path of the page's own address is unknown here; relative links end the same way below any.
  static const Url kAnywhere = *Url::parse("https://index.invalid/simple/project/");
  const Url url = TRY(in("a link of the index page", (base ? *base : kAnywhere).resolve(file.url)));
  if (url.fragment()) {
    file.url.resize(file.url.find('#'));
    const auto fragment = TRY(percent_decode(*url.fragment()));
    TRY(read_fragment(file, fragment));
  }
  return name_in(url, file.url);
}

Result<void> expect_same_file(std::string_view declared, std::string_view in_url) {
  const auto led_by_url = DistFilename::parse(in_url);
  if (declared == in_url || !led_by_url) return {};
  const auto led_by_name = DistFilename::parse(declared);
  if (led_by_name && *led_by_name == *led_by_url) return {};
  return fail(kPageAmbiguous,
              "the file \"" + printable(declared) + "\" is linked as \"" + printable(in_url) + "\"");
}

}  // namespace page
}  // namespace tomme
