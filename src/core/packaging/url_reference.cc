#include "core/packaging/url_reference.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>

#include "core/encoding/text.h"
#include "core/packaging/ascii.h"
#include "core/packaging/errors.h"

namespace tomme {
namespace {

constexpr std::string_view kSubDelims = "!$&'()*+,;=";

bool is_unreserved(char c) {
  return ascii::is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

/// Only unreserved, sub-delims, whole percent escapes, and the characters of `more`.
bool holds_only(std::string_view text, std::string_view more) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      if (text.size() - i < 3 || ascii::hex_value(text[i + 1]) < 0 || ascii::hex_value(text[i + 2]) < 0)
        return false;
      i += 2;
    } else if (!is_unreserved(c) && !kSubDelims.contains(c) && !more.contains(c)) {
      return false;
    }
  }
  return true;
}

/// The text for a message: what stands before an `@` in its authority may be a password.
std::string shown(std::string_view text) {
  const std::size_t start = text.find("//");
  if (start == std::string_view::npos) return printable(text);
  const std::size_t at = text.substr(0, text.find('/', start + 2)).rfind('@');
  if (at == std::string_view::npos || at < start) return printable(text);
  return printable(std::string(text.substr(0, start + 2)) + "***" + std::string(text.substr(at)));
}

std::unexpected<Error> refuse(std::string_view text, std::string_view why) {
  return fail(kUrlInvalid, "\"" + shown(text) + "\" " + std::string(why));
}

/// A URI reference, split but not yet put together (RFC 3986 appendix B). Borrows.
struct Parts {
  std::optional<std::string_view> scheme;
  std::optional<std::string_view> authority;
  std::string_view path;
  std::optional<std::string_view> query;
  std::optional<std::string_view> fragment;
};

bool is_scheme(std::string_view text) {
  return !text.empty() && ascii::is_alpha(text.front()) && std::all_of(text.begin(), text.end(), [](char c) {
    return ascii::is_alnum(c) || c == '+' || c == '-' || c == '.';
  });
}

/// Cuts `text` at the first `mark` and gives what stood behind it.
std::optional<std::string_view> cut_behind(std::string_view& text, char mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view behind = text.substr(at + 1);
  text = text.substr(0, at);
  return behind;
}

// URI-reference = [scheme ":"] ["//" authority] path ["?" query] ["#" fragment]
Result<Parts> split(std::string_view text) {
  if (text.size() > Url::kMaxOctets) {
    return fail(kUrlInvalid, "a URL of " + std::to_string(text.size()) + " octets is longer than " +
                                 std::to_string(Url::kMaxOctets));
  }
  Parts parts;
  std::string_view rest = text;
  parts.fragment = cut_behind(rest, '#');
  parts.query = cut_behind(rest, '?');
  const std::size_t colon = rest.find(':');
  if (colon < rest.find('/')) {
    parts.scheme = rest.substr(0, colon);
    if (!is_scheme(*parts.scheme))
      return refuse(text, "has a colon in its first part, but no scheme before it");
    rest.remove_prefix(colon + 1);
  }
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    const std::size_t end = std::min(rest.find('/'), rest.size());
    parts.authority = rest.substr(0, end);
    rest.remove_prefix(end);
  }
  parts.path = rest;
  const bool well_formed = holds_only(parts.path, ":@/") && holds_only(parts.query.value_or(""), ":@/?") &&
                           holds_only(parts.fragment.value_or(""), ":@/?");
  if (!well_formed) return refuse(text, "holds a character that must be escaped in a URL");
  return parts;
}

/// Whether a segment means "." or ".." to those who decode `%2e` first, but not to those who do not.
bool has_hidden_dot_segment(std::string_view path) {
  for (std::size_t start = 0; start <= path.size();) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    const std::string_view segment = path.substr(start, end - start);
    if (segment.contains('%')) {
      const auto decoded = percent_decode(segment);
      if (decoded && (*decoded == "." || *decoded == "..")) return true;
    }
    start = end + 1;
  }
  return false;
}

/// RFC 3986 section 5.2.4.
std::string remove_dot_segments(std::string_view in) {
  std::string out;
  const auto drop_last = [&out] { out.erase(out.rfind('/') == std::string::npos ? 0 : out.rfind('/')); };
  while (!in.empty()) {
    if (in.starts_with("../")) {
      in.remove_prefix(3);
    } else if (in.starts_with("./") || in.starts_with("/./")) {
      in.remove_prefix(2);
    } else if (in == "/.") {
      in = "/";
    } else if (in.starts_with("/../")) {
      in.remove_prefix(3);
      drop_last();
    } else if (in == "/..") {
      in = "/";
      drop_last();
    } else if (in == "." || in == "..") {
      in = {};
    } else {
      const std::size_t end = std::min(in.find('/', 1), in.size());
      out += in.substr(0, end);
      in.remove_prefix(end);
    }
  }
  return out;
}

/// RFC 3986 section 6.2.2: `%7e` as `~`, `%3a` as `%3A`.
std::string normalize_escapes(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = ascii::hex_value(text[i + 1]);
    const int low = ascii::hex_value(text[i + 2]);
    const char c = static_cast<char>(high * 16 + low);
    if (is_unreserved(c)) {
      out += c;
    } else {
      out.append("%").append(kDigits.substr(static_cast<std::size_t>(high), 1));
      out += kDigits.substr(static_cast<std::size_t>(low), 1);
    }
    i += 2;
  }
  return out;
}

/// The one spelling of an IPv6 address (RFC 5952), as far as inet_ntop has it.
std::optional<std::string> canonical_ipv6(const std::string& text) {
  in6_addr address{};
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  if (inet_pton(AF_INET6, text.c_str(), &address) != 1) return std::nullopt;
  if (inet_ntop(AF_INET6, &address, buffer.data(), buffer.size()) == nullptr) return std::nullopt;
  return std::string(buffer.data());
}

bool is_ipv4(const std::string& text) {
  in_addr address{};
  return inet_pton(AF_INET, text.c_str(), &address) == 1;
}

/// Browsers' URL rules (which uv's library follows) read a host as a number when its last label looks like
/// one: "0x7f.1" and "2130706433" are 127.0.0.1 to them and names to others.
bool looks_like_number(std::string_view host) {
  const std::string_view last = host.substr(host.rfind('.') + 1);
  return ascii::is_digit(last.front()) &&
         (last.starts_with("0x") || std::all_of(last.begin(), last.end(), ascii::is_digit));
}

/// The lower-case host, or nothing.
std::optional<std::string> read_host(std::string_view text) {
  if (text.starts_with('[')) {
    if (!text.ends_with(']')) return std::nullopt;
    return canonical_ipv6(std::string(text.substr(1, text.size() - 2)));
  }
  std::string host = ascii::to_lower(text);
  if (host.size() > 253) return std::nullopt;
  char before = '.';
  for (char c : host) {
    if (!ascii::is_alnum(c) && c != '-' && c != '_' && c != '.') return std::nullopt;
    if (c == '.' && before == '.') return std::nullopt;
    before = c;
  }
  if (!host.empty() && before == '.') return std::nullopt;
  if (!host.empty() && looks_like_number(host) && !is_ipv4(host)) return std::nullopt;
  return host;
}

bool is_default_port(std::string_view scheme, std::uint16_t port) {
  return (scheme == "https" && port == 443) || (scheme == "http" && port == 80);
}

}  // namespace

class UrlParser {
 public:
  static Result<Url> absolute(std::string_view text) {
    const Parts parts = TRY(split(text));
    if (!parts.scheme) return refuse(text, "is not an absolute URL");
    Url url;
    url.scheme_ = ascii::to_lower(*parts.scheme);
    if (parts.authority) TRY(set_authority(url, *parts.authority, text));
    url.path_ = parts.path;
    set_tail(url, parts);
    TRY(check(url, text));
    return url;
  }

  // RFC 3986 section 5.2.2, strict.
  static Result<Url> resolve(const Url& base, std::string_view reference) {
    const Parts parts = TRY(split(reference));
    if (parts.scheme) {
      Url url = TRY(absolute(reference));
      url.path_ = remove_dot_segments(url.path_);
      TRY(check(url, reference));
      return url;
    }
    Url url = base;
    if (parts.authority) {
      TRY(set_authority(url, *parts.authority, reference));
      url.path_ = remove_dot_segments(parts.path);
    } else if (!parts.path.empty()) {
      url.path_ = remove_dot_segments(merge(base, parts.path));
    }
    const bool keeps_query = !parts.authority && parts.path.empty() && !parts.query;
    set_tail(url, parts);
    if (keeps_query) url.query_ = base.query_;
    TRY(check(url, reference));
    return url;
  }

 private:
  // authority = [userinfo "@"] host [":" port]
  static Result<void> set_authority(Url& url, std::string_view authority, std::string_view text) {
    url.userinfo_.reset();
    url.port_.reset();
    const std::size_t at = authority.rfind('@');
    if (at != std::string_view::npos) {
      url.userinfo_ = authority.substr(0, at);
      authority.remove_prefix(at + 1);
      // No echo: what stands there may be a password.
      if (!holds_only(*url.userinfo_, ":"))
        return fail(kUrlInvalid, "a URL has a user name that is not escaped");
    }
    const std::size_t colon =
        authority.find(':', authority.starts_with('[') ? std::min(authority.find(']'), authority.size()) : 0);
    if (colon != std::string_view::npos) {
      TRY(set_port(url, authority.substr(colon + 1), authority));
      authority = authority.substr(0, colon);
    }
    auto host = read_host(authority);
    if (!host) return refuse(authority, "is not a host name or address that all clients read alike");
    if (host->empty() && url.is_http()) return refuse(text, "has no host");
    url.host_ = *std::move(host);
    return {};
  }

  static Result<void> set_port(Url& url, std::string_view text, std::string_view authority) {
    if (text.empty()) return {};
    std::uint16_t port = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, port);
    if (error != std::errc{} || stop != end || port == 0)
      return refuse(authority, "has a port that is not 1 to 65535");
    url.port_ = port;
    return {};
  }

  static void set_tail(Url& url, const Parts& parts) {
    url.query_.reset();
    url.fragment_.reset();
    if (parts.query) url.query_ = std::string(*parts.query);
    if (parts.fragment) url.fragment_ = std::string(*parts.fragment);
  }

  /// RFC 3986 section 5.2.3.
  static std::string merge(const Url& base, std::string_view path) {
    if (path.starts_with('/')) return std::string(path);
    if (base.host_ && base.path_.empty()) return "/" + std::string(path);
    const std::size_t slash = base.path_.rfind('/');
    return base.path_.substr(0, slash == std::string::npos ? 0 : slash + 1) + std::string(path);
  }

  static Result<void> check(const Url& url, std::string_view text) {
    if (url.is_http() && !url.host_) return refuse(text, "has no host");
    if (!url.host_ && url.path_.starts_with("//")) return refuse(text, "has a path that reads as a host");
    if (url.is_http() && has_hidden_dot_segment(url.path_))
      return refuse(text, "hides a dot segment behind %2e");
    return {};
  }
};

Result<Url> Url::parse(std::string_view text) {
  return UrlParser::absolute(text);
}
Result<Url> Url::resolve(std::string_view reference) const {
  return UrlParser::resolve(*this, reference);
}

const std::string& Url::host() const {
  static const std::string kNone;
  return host_ ? *host_ : kNone;
}

std::optional<std::uint16_t> Url::effective_port() const {
  if (port_) return port_;
  if (scheme_ == "https") return 443;
  if (scheme_ == "http") return 80;
  return std::nullopt;
}

std::string Url::origin() const {
  std::string out = scheme_ + "://" + (host().contains(':') ? "[" + host() + "]" : host());
  if (port_ && !is_default_port(scheme_, *port_)) out += ":" + std::to_string(*port_);
  return out;
}

std::string Url::target() const {
  std::string out = path_.empty() ? "/" : path_;
  if (query_) out += "?" + *query_;
  return out;
}

std::string Url::to_string() const {
  std::string out = scheme_ + ":";
  if (host_) {
    out += "//";
    if (userinfo_) out += *userinfo_ + "@";
    out += host_->contains(':') ? "[" + *host_ + "]" : *host_;
    if (port_) out += ":" + std::to_string(*port_);
  }
  out += path_;
  if (query_) out += "?" + *query_;
  if (fragment_) out += "#" + *fragment_;
  return out;
}

Url Url::without_fragment() const {
  Url url = *this;
  url.fragment_.reset();
  return url;
}

Url Url::without_userinfo() const {
  Url url = *this;
  url.userinfo_.reset();
  return url;
}

Url Url::normalized() const {
  Url url = *this;
  url.path_ = normalize_escapes(path_);
  if (host_) url.path_ = remove_dot_segments(url.path_);
  if (is_http() && url.path_.empty()) url.path_ = "/";
  if (url.query_) url.query_ = normalize_escapes(*url.query_);
  if (url.fragment_) url.fragment_ = normalize_escapes(*url.fragment_);
  if (url.port_ && is_default_port(scheme_, *url.port_)) url.port_.reset();
  return url;
}

std::string Url::filename() const {
  const std::string_view path = path_;
  return percent_decode(path.substr(path.rfind('/') + 1)).value_or("");
}

bool Url::is_loopback() const {
  return host() == "localhost" || host() == "::1" || (host().starts_with("127.") && is_ipv4(host()));
}

Result<Url> resolve_url(std::string_view base, std::string_view reference) {
  const Url url = TRY(Url::parse(base));
  return url.resolve(reference);
}

Result<std::string> percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = text.size() - i < 3 ? -1 : ascii::hex_value(text[i + 1]);
    const int low = high < 0 ? -1 : ascii::hex_value(text[i + 2]);
    if (low < 0) return refuse(text, "has a % without two hexadecimal digits behind it");
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

}  // namespace tomme
