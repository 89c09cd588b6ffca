#include "io/net/url.h"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>

#include "core/encoding/text.h"
#include "io/net/errors.h"

namespace tomme::net {

namespace {

constexpr std::size_t kMaxUrl = 8192;
constexpr std::size_t kMaxHost = 253;

bool is_ipv4(const std::string& host) {
  in_addr address{};
  return ::inet_pton(AF_INET, host.c_str(), &address) == 1;
}

bool is_ipv6(const std::string& host) {
  in6_addr address{};
  return ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Labels of 1 to 63 octets (RFC 1035 section 2.3.4), with the underscore that people use in practice.
bool is_dns_name(std::string_view host) {
  if (host.empty() || host.size() > kMaxHost) return false;
  std::size_t label = 0;
  for (char c : host) {
    if (c == '.') {
      if (label == 0) return false;
      label = 0;
      continue;
    }
    const bool fine = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (!fine || ++label > 63) return false;
  }
  if (label == 0) return false;
  // A name whose last label is a number is an IPv4 address or nothing (the WHATWG rule): "1.2.3" is read
  // as 1.2.0.3 by some resolvers.
  const std::string_view last = host.substr(host.rfind('.') + 1);
  return !std::ranges::all_of(last, [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  if (text.empty() || text.size() > 5 || text.front() == '0') return std::nullopt;
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return port;
}

std::optional<std::string> parse_host(std::string_view text) {
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']') {
    std::string host(text.substr(1, text.size() - 2));
    std::ranges::transform(host, host.begin(), lower);
    if (!is_ipv6(host)) return std::nullopt;
    return host;
  }
  std::string host(text);
  std::ranges::transform(host, host.begin(), lower);
  if (!is_ipv4(host) && !is_dns_name(host)) return std::nullopt;
  return host;
}

bool is_visible_ascii(char c) {
  return c > 0x20 && c < 0x7f;
}

}  // namespace

std::string_view name_of(Scheme scheme) {
  return scheme == Scheme::https ? "https" : "http";
}

// RFC 3986 section 3.2 without userinfo:
//   authority = host [ ":" port ]    host = "[" IPv6address "]" / IPv4address / reg-name
Result<Authority> Authority::parse(std::string_view text, std::optional<std::uint16_t> fallback_port) {
  std::string_view host_text = text;
  std::optional<std::uint16_t> port = fallback_port;
  const std::size_t bracket = text.rfind(']');
  const std::size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    host_text = text.substr(0, colon);
    port = parse_port(text.substr(colon + 1));
  }
  const auto host = parse_host(host_text);
  if (!host || !port) return fail(kNetAddress, "\"" + printable(text) + "\" is not a host and a port");
  return Authority{*host, *port};
}

bool Authority::is_ip() const {
  return is_ipv4(host) || is_ipv6(host);
}

std::string Authority::to_string() const {
  const bool bracketed = host.contains(':');
  return (bracketed ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

bool is_request_target(std::string_view text) {
  if (!text.starts_with('/')) return false;
  return std::ranges::all_of(text,
                             [](char c) { return is_visible_ascii(c) && c != '#' && c != '\\' && c != '"'; });
}

Result<Url> Url::parse(std::string_view text) {
  const auto refuse = [&](std::string_view why) {
    return fail(kNetAddress, "\"" + printable(text) + "\" " + std::string(why));
  };
  if (text.size() > kMaxUrl) return refuse("is longer than an address may be");
  Url url;
  std::string_view rest = text;
  const std::size_t colon = text.find("://");
  std::string scheme(text.substr(0, colon == std::string_view::npos ? 0 : colon));
  std::ranges::transform(scheme, scheme.begin(), lower);
  if (scheme == "https") {
    url.scheme = Scheme::https;
  } else if (scheme == "http") {
    url.scheme = Scheme::http;
  } else {
    return refuse("does not start with https:// or http://");
  }
  rest.remove_prefix(colon + 3);
  const std::size_t end = std::min(rest.find_first_of("/?#"), rest.size());
  const std::string_view authority = rest.substr(0, end);
  if (authority.contains('@')) return fail(kNetAddress, "an address carries a user name or password");
  url.authority = TRY(Authority::parse(authority, default_port(url.scheme)));
  url.target = std::string(rest.substr(end));
  if (!url.target.starts_with('/')) url.target.insert(0, "/");
  if (!is_request_target(url.target))
    return refuse("has a character in its path that must be escaped, or a fragment");
  return url;
}

std::string Url::host_header() const {
  std::string text = authority.to_string();
  if (authority.port == default_port(scheme)) text.resize(text.rfind(':'));
  return text;
}

std::string Url::to_string() const {
  return std::string(name_of(scheme)) + "://" + host_header() + target;
}

}  // namespace tomme::net
