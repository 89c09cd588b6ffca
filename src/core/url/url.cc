#include "core/url/url.h"

#include <algorithm>
#include <array>

#include "core/base/ascii.h"
#include "core/encoding/text.h"
#include "core/url/errors.h"

namespace tomme {
namespace {

constexpr std::size_t kMaxShown = 300;

/// A set of bytes that are escaped where they stand (URL standard, section 1.3).
class EscapeSet {
 public:
  constexpr explicit EscapeSet(std::string_view besides) {
    for (std::size_t c = 0; c < 256; ++c) member_[c] = c <= 0x20 || c >= 0x7f;
    for (const char c : besides) member_[static_cast<unsigned char>(c)] = true;
  }
  constexpr bool contains(char c) const { return member_[static_cast<unsigned char>(c)]; }

 private:
  std::array<bool, 256> member_{};
};
constexpr EscapeSet kFragment("\"<>`");
constexpr EscapeSet kQuery("\"#<>'");  // "special-query"
constexpr EscapeSet kPath("\"#<>?^`{}");
constexpr EscapeSet kUserinfo("\"#<>?^`{}/:;=@[\\]|");

void append_escaped(std::string& out, std::string_view text, const EscapeSet& set) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (const char c : text) {
    if (!set.contains(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
}

std::string escaped(std::string_view text, const EscapeSet& set) {
  std::string out;
  append_escaped(out, text, set);
  return out;
}

/// "." or "..", also with their dots as `%2e`: the number of dots, else 0.
int dots_of(std::string_view segment) {
  int dots = 0;
  while (!segment.empty()) {
    if (segment.front() == '.') {
      segment.remove_prefix(1);
    } else if (segment.size() >= 3 && segment[0] == '%' && segment[1] == '2' && (segment[2] | 0x20) == 'e') {
      segment.remove_prefix(3);
    } else {
      return 0;
    }
    if (++dots > 2) return 0;
  }
  return dots;
}

constexpr bool is_slash(char c) {
  return c == '/' || c == '\\';
}

/// Whether a path that begins with a slash is canonical as it stands: nothing to escape, no other slash, and
/// no segment that begins as a dot segment does.
bool is_canonical_path(std::string_view path) {
  char before = 'x';
  for (const char c : path) {
    if (kPath.contains(c) || c == '\\') return false;
    if (before == '/' && (c == '.' || c == '%')) return false;
    before = c;
  }
  return path.starts_with('/');
}

/// The scheme in front of a ":", or nothing.
std::optional<std::string_view> scheme_in(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || !ascii::is_alpha(text.front())) return std::nullopt;
  const std::string_view scheme = text.substr(0, colon);
  const auto fine = [](char c) { return ascii::is_alnum(c) || c == '+' || c == '-' || c == '.'; };
  return std::ranges::all_of(scheme, fine) ? std::optional(scheme) : std::nullopt;
}

std::optional<Scheme> known_scheme(std::string_view text) {
  const std::string lower = ascii::to_lower(text);
  if (lower == "https") return Scheme::https;
  if (lower == "http") return Scheme::http;
  return std::nullopt;
}

/// Where the first of these characters stands, or the end: `find_first_of` looks through the set for each
/// character of the text, and pages have ten thousands of addresses.
template <char... kAny>
std::size_t end_at(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && ((text[at] != kAny) && ...)) ++at;
  return at;
}

constexpr std::size_t kMaxLoginBytes = 64 * 1024;  // tokens of tens of thousands of bytes are in use

std::unexpected<Error> refuse(std::string_view text, std::string_view why) {
  return fail(kUrlInvalid, "\"" + shown_address(text) + "\" " + std::string(why));
}

/// Blanks and controls at both ends, tabs and line ends anywhere: none of them is part of the address.
std::string_view without_blanks(std::string_view text, std::string& storage) {
  const auto outer = [](char c) { return static_cast<unsigned char>(c) <= 0x20; };
  while (!text.empty() && outer(text.front())) text.remove_prefix(1);
  while (!text.empty() && outer(text.back())) text.remove_suffix(1);
  if (end_at<'\t', '\r', '\n'>(text) == text.size()) return text;
  storage.clear();
  std::ranges::copy_if(text, std::back_inserter(storage),
                       [](char c) { return c != '\t' && c != '\r' && c != '\n'; });
  return storage;
}

}  // namespace

/// The basic URL parser (URL standard, section 4.4) for the schemes http and https, part by part.
class UrlParser {
 public:
  static Result<Url> parse(std::string_view given, const Url* base) {
    // The limit is that of what is left without a login, which only an authority has.
    TRY(expect_size("an address", given.size(), Url::kMaxBytes + kMaxLoginBytes));
    std::string storage;
    const std::string_view text = without_blanks(given, storage);
    const auto scheme = scheme_in(text);
    if (!scheme) {
      if (base == nullptr) return refuse(given, "does not begin with https:// or http://");
      return relative(*base, text);
    }
    const auto known = known_scheme(*scheme);
    if (!known) return refuse(given, "is neither https nor http");
    std::string_view rest = text.substr(scheme->size() + 1);
    const bool has_host = rest.size() >= 2 && is_slash(rest[0]) && is_slash(rest[1]);
    if (base != nullptr && base->scheme() == *known && !has_host) return relative(*base, rest);
    return absolute(*known, rest, given);
  }

  static Result<Url> at(const Origin& origin, std::string_view target) {
    if (!target.starts_with('/')) return fail(kUrlInvalid, "a path that is asked for does not begin with /");
    Url url;
    url.origin_ = origin;
    set_path_and_tail(url, target);
    return url;
  }

 private:
  static Result<void> expect_size(std::string_view what, std::size_t size, std::size_t limit) {
    if (size <= limit) return {};
    return fail(kUrlInvalid, std::string(what) + " of " + std::to_string(size) + " bytes is longer than " +
                                 std::to_string(limit));
  }

  static Result<Url> absolute(Scheme scheme, std::string_view rest, std::string_view given) {
    while (!rest.empty() && is_slash(rest.front())) rest.remove_prefix(1);
    const std::size_t end = end_at<'/', '\\', '?', '#'>(rest);
    Url url;
    url.origin_.scheme = scheme;
    TRY(set_authority(url, rest.substr(0, end), given));
    set_path_and_tail(url, rest.substr(end));
    return url;
  }

  // authority = [userinfo "@"] host [":" port]
  static Result<void> set_authority(Url& url, std::string_view text, std::string_view given) {
    const std::size_t at = text.rfind('@');
    const std::size_t login_size = at == std::string_view::npos ? 0 : at;
    TRY(expect_size("the login in an address", login_size, kMaxLoginBytes));
    TRY(expect_size("an address", given.size() - login_size, Url::kMaxBytes));
    if (at != std::string_view::npos) {
      const std::string_view login = text.substr(0, at);
      const std::size_t colon = std::min(login.find(':'), login.size());
      append_escaped(url.userinfo_, login.substr(0, colon), kUserinfo);
      if (colon + 1 < login.size()) {
        url.userinfo_ += ':';
        append_escaped(url.userinfo_, login.substr(colon + 1), kUserinfo);
      }
      text.remove_prefix(at + 1);
    }
    if (text.empty()) return refuse(given, "has no host");
    url.origin_.authority = TRY(Authority::parse(text, default_port(url.origin_.scheme)));
    return {};
  }

  static Result<Url> relative(const Url& base, std::string_view text) {
    if (text.size() >= 2 && is_slash(text[0]) && is_slash(text[1])) {
      return absolute(base.scheme(), text, text);
    }
    TRY(expect_size("an address", text.size(), Url::kMaxBytes));
    Url url = base;
    url.fragment_.reset();
    const std::size_t end = end_at<'?', '#'>(text);
    const std::string_view path = text.substr(0, end);
    if (!path.empty()) {
      if (is_slash(path.front())) {
        url.path_.clear();
      } else {
        url.path_.resize(url.path_.rfind('/'));
      }
      append_path(url.path_, path);
      url.query_.reset();
    }
    set_tail(url, text.substr(end));
    return url;
  }

  static void set_path_and_tail(Url& url, std::string_view text) {
    const std::size_t end = end_at<'?', '#'>(text);
    const std::string_view path = text.substr(0, end);
    if (is_canonical_path(path)) {
      url.path_ = path;
    } else {
      url.path_.clear();
      append_path(url.path_, path);
    }
    set_tail(url, text.substr(end));
  }

  /// `out` is a path without its last segment: "", or "/a/b" where "/a/b/" is meant.
  static void append_path(std::string& out, std::string_view text) {
    if (!text.empty() && is_slash(text.front())) text.remove_prefix(1);
    while (true) {
      const std::size_t end = end_at<'/', '\\'>(text);
      const bool is_last = end == text.size();
      const int dots = dots_of(text.substr(0, end));
      if (dots == 2 && !out.empty()) out.resize(out.rfind('/'));
      if (dots == 0) {
        out += '/';
        append_escaped(out, text.substr(0, end), kPath);
      } else if (is_last) {
        out += '/';
      }
      if (is_last) return;
      text.remove_prefix(end + 1);
    }
  }

  // tail = ["?" query] ["#" fragment]
  static void set_tail(Url& url, std::string_view text) {
    const std::size_t hash = text.find('#');
    if (text.starts_with('?')) url.query_ = escaped(text.substr(1, hash - 1), kQuery);
    if (hash != std::string_view::npos) url.fragment_ = escaped(text.substr(hash + 1), kFragment);
  }
};

Result<Url> Url::parse(std::string_view text) {
  return UrlParser::parse(text, nullptr);
}
Result<Url> Url::at(const Origin& origin, std::string_view target) {
  return UrlParser::at(origin, target);
}
Result<Url> Url::resolve(std::string_view reference) const {
  return UrlParser::parse(reference, this);
}

std::optional<Url::Login> Url::login() const {
  if (userinfo_.empty()) return std::nullopt;
  const std::size_t colon = std::min(userinfo_.find(':'), userinfo_.size());
  const std::string_view password = std::string_view(userinfo_).substr(std::min(colon + 1, userinfo_.size()));
  return Login{percent_decode(userinfo_.substr(0, colon)), Secret<std::string>(percent_decode(password))};
}

std::string Url::target() const {
  return query_ ? path_ + "?" + *query_ : path_;
}

std::string Url::to_string() const {
  std::string text = origin_.to_string(path_.size() + (query_ ? query_->size() + 1 : 0));
  text += path_;
  if (query_) text.append("?").append(*query_);
  return text;
}

std::string Url::shown() const {
  return printable(origin_.to_string() + path_, kMaxShown);
}

Url Url::address() const& {
  return Url(*this).address();
}

Url Url::address() && {
  userinfo_.clear();
  fragment_.reset();
  return std::move(*this);
}

Url Url::without_query() const {
  Url url = *this;
  url.query_.reset();
  return url;
}

Url Url::child(std::string_view segment) const {
  Url url = address().without_query();
  if (!url.path_.ends_with('/')) url.path_ += '/';
  append_escaped(url.path_, segment, kPath);
  url.path_ += '/';
  return url;
}

std::string Url::filename() const {
  return percent_decode(std::string_view(path_).substr(path_.rfind('/') + 1));
}

namespace {

/// "six @ " of "six @ https://…": a name, and no login.
std::size_t size_of_name(std::string_view text) {
  const std::size_t at = text.find(" @ ");
  constexpr std::string_view kMore = "._-[],";
  const auto is_byte = [&](char c) { return ascii::is_alnum(c) || kMore.contains(c); };
  return at != text.npos && std::ranges::all_of(text.substr(0, at), is_byte) ? at + 3 : 0;
}

}  // namespace

std::string shown_address(std::string_view text) {
  text = text.substr(0, text.find_first_of("?#"));
  const std::string_view name = text.substr(0, size_of_name(text));
  text.remove_prefix(name.size());
  const std::size_t slashes = text.find("//");
  const std::size_t start = slashes == std::string_view::npos ? 0 : slashes + 2;
  const std::string_view front = text.substr(0, start);
  std::string_view rest = text.substr(start);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/\\"));
  // "https://ann:pass/word@host" and "git@host:path": what stands before an `@` is taken for a login wherever
  // the part before the first slash is no plain host and port.
  const std::size_t colon = authority.find(':');
  const bool is_odd =
      colon != std::string_view::npos && !std::ranges::all_of(authority.substr(colon + 1), ascii::is_digit);
  const std::size_t at = authority.contains('@') ? authority.rfind('@')
                         : is_odd                ? rest.rfind('@')
                                                 : rest.npos;
  if (at != rest.npos) rest.remove_prefix(at + 1);
  while (at != rest.npos && rest.starts_with(' ')) rest.remove_prefix(1);
  return printable(std::string(name) + std::string(front) + std::string(rest), kMaxShown);
}

std::string percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && text.size() - i >= 3 ? ascii::hex_value(text[i + 1]) : -1;
    const int low = high < 0 ? -1 : ascii::hex_value(text[i + 2]);
    if (low < 0) {
      out += text[i];
      continue;
    }
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

}  // namespace tomme
