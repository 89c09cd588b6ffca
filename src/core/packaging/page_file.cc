#include "core/packaging/page_file.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "core/base/ascii.h"
#include "core/encoding/text.h"
#include "core/packaging/dist_filename.h"
#include "core/packaging/errors.h"

namespace tomme {
namespace {

constexpr std::size_t kMaxAddress = 8 * 1024;  // servers and installers take no more
constexpr std::size_t kMaxText = 4 * 1024;     // bytes of requires-python, a reason, a date

class CharSet {
 public:
  constexpr explicit CharSet(std::string_view besides) {
    for (std::size_t c = 0; c < 128; ++c) member_[c] = ascii::is_alnum(static_cast<char>(c));
    for (const char c : besides) member_[static_cast<unsigned char>(c)] = true;
  }
  constexpr bool contains(char c) const { return member_[static_cast<unsigned char>(c)]; }

 private:
  std::array<bool, 256> member_{};
};
constexpr CharSet kUnreserved("-._~");  // RFC 3986 section 2.3
/// May stand in a segment of a path and means the same escaped (RFC 3986 section 3.3), but for `;`, behind
/// which urllib sees parameters.
constexpr CharSet kInPath("-._~!$&'()*+,=:@");
/// May stand in a query; Poetry escapes all but these, and requests takes that back for `~` alone.
constexpr CharSet kInQuery("-._~$+,:;@=&");
constexpr CharSet kInName("-._+!~");

/// The value of the escape at `i`, or -1.
int escaped_at(std::string_view text, std::size_t i) {
  if (text.size() - i < 3 || text[i] != '%') return -1;
  const int high = ascii::hex_value(text[i + 1]);
  const int low = ascii::hex_value(text[i + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

void append_escape(std::string& out, int byte) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  out += '%';
  out += kDigits[static_cast<std::size_t>(byte) >> 4];
  out += kDigits[static_cast<std::size_t>(byte) & 15];
}

/// Characters of `plain` as they are, all others escaped in upper case.
void append_canonical(std::string& out, std::string_view text, const CharSet& plain, bool keeps_slashes) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int escaped = escaped_at(text, i);
    const char c = escaped < 0 ? text[i] : static_cast<char>(escaped);
    if (plain.contains(c) || (keeps_slashes && escaped < 0 && c == '/')) {
      out += c;
    } else {
      append_escape(out, static_cast<unsigned char>(c));
    }
    if (escaped >= 0) i += 2;
  }
}

/// As `append_canonical`, but an escaped `&`, `=` or `+` means something else than the bare one.
void append_query(std::string& out, std::string_view query) {
  for (std::size_t i = 0; i < query.size(); ++i) {
    const int escaped = escaped_at(query, i);
    const char c = escaped < 0 ? query[i] : static_cast<char>(escaped);
    if (escaped < 0 ? kInQuery.contains(c) : kUnreserved.contains(c)) {
      out += c;
    } else {
      append_escape(out, static_cast<unsigned char>(c));
    }
    if (escaped >= 0) i += 2;
  }
}

/// Whether each reader sees the same segments in it: escapes are whole, hide no control character, and are
/// UTF-8, for pip reads and writes them as such.
bool is_plain_path(std::string_view path) {
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '/' || kInPath.contains(path[i])) continue;
    const int escaped = escaped_at(path, i);
    if (escaped < 0x20 || escaped == 0x7f || escaped == '\\') return false;
    i += 2;
  }
  return is_utf8(percent_decode(path));
}

/// pip looks for a project's name and for hashes behind every `&` of an address, Poetry for hashes anywhere
/// in it.
bool has_field_of_fragment(std::string_view address) {
  constexpr std::array<std::string_view, 8> kFields{
      "&egg=", "&subdirectory=", "md5=", "sha1=", "sha224=", "sha256=", "sha384=", "sha512="};
  return address.contains('=') &&
         std::ranges::any_of(kFields, [&](std::string_view field) { return address.contains(field); });
}

constexpr const char* kOtherName = "its address has another name";

std::unexpected<Error> link(std::string why) {
  return fail(kPageLink, std::move(why));
}

Result<void> check_name(const IndexFile& file, const std::optional<ProjectName>& project) {
  const bool plain = std::ranges::all_of(file.filename, [](char c) { return kInName.contains(c); });
  if (!plain || file.filename.size() > DistFilename::kMaxBytes) return link("its name is no distribution's");
  if (!has_archive_name(file.filename)) return link("it is no distribution that an installer takes");
  if (project && !may_be_of(*project, file.filename))
    return link("it is no file of " + project->normalized());
  return {};
}

Result<void> check_address(const IndexFile& file, const Url& url) {
  if (!is_plain_path(url.path()) || url.path().contains(';')) {
    return link("its address is one that installers read differently");
  }
  if (url.filename() != file.filename) return link(kOtherName);
  return {};
}

/// A path that all of the above leave as it is: no escape, and no `@`.
bool is_plain_everywhere(std::string_view path) {
  return std::ranges::all_of(path, [](char c) { return c == '/' || (kInPath.contains(c) && c != '@'); });
}

bool is_last_segment(std::string_view path, std::string_view name) {
  return path.ends_with(name) && path.size() > name.size() && path[path.size() - name.size() - 1] == '/';
}

/// PDM takes what stands in front of a path's last `@` for the address of the file.
bool has_name_before_at(std::string_view path) {
  const std::size_t at = path.rfind('@');
  if (at == std::string_view::npos) return false;
  const std::string front = percent_decode(path.substr(0, at));
  return has_archive_name(std::string_view(front).substr(front.rfind('/') + 1));
}

/// "https://host/path": unchanged where it is canonical, but for an `@` behind which PDM would not look for
/// the name; a query in its canonical form.
std::string written(const Url& url) {
  std::string out = url.origin().to_string();
  const bool escapes_at = has_name_before_at(url.path());
  for (const char c : url.path()) c == '@' && escapes_at ? append_escape(out, c) : out.push_back(c);
  if (url.query() && !url.query()->empty()) {
    out += '?';
    append_query(out, *url.query());
  }
  return out;
}

/// Nothing for a text with control characters, or that is no UTF-8, or too long.
std::optional<std::string> clean(std::optional<std::string> text) {
  if (!text || text->size() > kMaxText || !is_utf8(*text)) return std::nullopt;
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::ranges::any_of(*text, control)) return std::nullopt;
  return text;
}

/// The number of so many digits at `at`, if it is at most `most`.
std::optional<int> number_at(std::string_view text, std::size_t at, std::size_t digits, int most) {
  int value = 0;
  for (const std::size_t end = at + digits; at < end; ++at) {
    if (!ascii::is_digit(text[at])) return std::nullopt;
    value = value * 10 + (text[at] - '0');
  }
  return value <= most ? std::optional(value) : std::nullopt;
}

/// "2026-01-02T03:04:05.120000Z" of a date-time of RFC 3339 (section 5.6) with any fraction; nothing where no
/// date is meant. Python before 3.11 reads fractions of three and six digits alone, and one date that an
/// installer cannot read takes the page with it.
std::optional<std::string> date_time(std::string text) {
  constexpr std::string_view kShape = "0000-00-00T00:00:00";
  if (text.size() <= kShape.size() || text.size() > 40) return std::nullopt;
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    if (kShape[i] != '0' && text[i] != kShape[i]) return std::nullopt;
  }
  const auto year = number_at(text, 0, 4, 9999), month = number_at(text, 5, 2, 12),
             day = number_at(text, 8, 2, 31);
  if (!year || !month || !day || !number_at(text, 11, 2, 23) || !number_at(text, 14, 2, 59) ||
      !number_at(text, 17, 2, 59)) {
    return std::nullopt;
  }
  // A day at the end of the calendar is one of another year in some time zone.
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *year < 1970 || *year == 9999) return std::nullopt;
  constexpr std::size_t kFraction = 7;  // bytes of ".120000"
  std::string_view rest = std::string_view(text).substr(kShape.size());
  std::size_t fraction = 0;
  if (rest.starts_with('.')) {
    fraction = std::min(rest.find_first_not_of("0123456789", 1), rest.size());
    if (fraction == 1) return std::nullopt;
    rest.remove_prefix(fraction);
  }
  const bool is_offset = rest.size() == 6 && (rest[0] == '+' || rest[0] == '-') && rest[3] == ':' &&
                         number_at(rest, 1, 2, 23) && number_at(rest, 4, 2, 59);
  if (rest != "Z" && !is_offset) return std::nullopt;
  if (fraction > kFraction) text.erase(kShape.size() + kFraction, fraction - kFraction);
  if (fraction > 0 && fraction < kFraction) text.insert(kShape.size() + fraction, kFraction - fraction, '0');
  return text;
}

}  // namespace

std::string address_key(const Url& url) {
  std::string key = url.origin().to_string(url.path().size() + 16);
  append_canonical(key, url.path(), kInPath, true);
  if (url.query() && !url.query()->empty()) {
    key += '?';
    append_query(key, *url.query());
  }
  return key;
}

Result<PageFile> PageFile::make(IndexFile& listed, const std::optional<Url>& base, UrlResolver& page,
                                const std::optional<ProjectName>& project) {
  TRY(check_name(listed, project));
  const auto resolve = [&](std::string_view text) { return base ? base->resolve(text) : page.resolve(text); };
  PageFile made(TRY(resolve(listed.url)).address());
  const Url& url = made.upstream_;
  // Most addresses need no second look: each of the steps below would leave them as they are.
  made.is_plain_ = !url.query() && is_plain_everywhere(url.path());
  if (made.is_plain_) {
    if (!is_last_segment(url.path(), listed.filename)) return link(kOtherName);
    made.address_ = url.to_string();
  } else {
    TRY(check_address(listed, url));
    made.address_ = written(url);
    made.key_ = address_key(url);
  }
  if (made.address_.size() > kMaxAddress) return link("its address is too long");
  if (has_field_of_fragment(made.address_))
    return link("its address holds what installers take for a hash or a name");
  if (listed.provenance && !listed.provenance->empty()) {
    Result<Url> at = resolve(*listed.provenance);
    if (at) made.provenance_ = std::move(*at).address();
  }
  IndexFile& file = made.file_ = std::move(listed);
  if (file.upload_time) file.upload_time = date_time(*std::move(file.upload_time));
  file.requires_python = clean(std::move(file.requires_python));
  // Poetry decodes references twice in HTML; no specifier has one.
  if (file.requires_python && file.requires_python->contains('&')) file.requires_python.reset();
  if (file.yanked) file.yanked = clean(std::move(file.yanked)).value_or("");
  return made;
}

Result<PageFile> PageFile::make(IndexFile& listed, const std::optional<Url>& base, const Url& page,
                                const std::optional<ProjectName>& project) {
  UrlResolver resolver(page);
  return make(listed, base, resolver, project);
}

bool PageFile::offers_metadata() const {
  return file_.core_metadata && file_.filename.ends_with(".whl") && !upstream_.query();
}

bool is_no_distribution(std::string_view name) {
  return !has_archive_name(name) || name.ends_with(".egg");
}

}  // namespace tomme
