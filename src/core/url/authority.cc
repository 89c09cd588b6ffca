#include "core/url/authority.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <vector>

#include "core/base/ascii.h"
#include "core/encoding/text.h"
#include "core/url/errors.h"
#include "core/url/url.h"

namespace tomme {
namespace {

constexpr std::size_t kMaxHost = 253;  // bytes of a DNS name (RFC 1035 section 2.3.4), without its final dot
constexpr std::size_t kMaxLabel = 63;

/// RFC 5952 as inet_ntop has it: an address within ::ffff:0:0/96 is written with its last half dotted there,
/// and in hexadecimal by the URL standard.
std::optional<std::string> canonical_ipv6(const std::string& text) {
  in6_addr address{};
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  if (text.contains('\0')) return std::nullopt;  // where inet_pton would stop
  if (::inet_pton(AF_INET6, text.c_str(), &address) != 1) return std::nullopt;
  if (::inet_ntop(AF_INET6, &address, buffer.data(), buffer.size()) == nullptr) return std::nullopt;
  std::string out(buffer.data());
  const std::size_t colon = out.rfind(':');
  in_addr dotted{};
  if (::inet_pton(AF_INET, out.c_str() + colon + 1, &dotted) != 1) return out;
  const std::uint32_t low = ntohl(dotted.s_addr);
  std::array<char, 16> hex{};
  char* end = std::to_chars(hex.data(), hex.data() + 8, low >> 16, 16).ptr;
  *end++ = ':';
  end = std::to_chars(end, hex.data() + hex.size(), low & 0xffff, 16).ptr;
  return out.substr(0, colon + 1) + std::string(hex.data(), end);
}

// ipv4-number = ["0" / "0x" / "0X"] digits: decimal, octal or hexadecimal. Nothing where it is none; what
// does not fit 32 bits is the largest number.
std::optional<std::uint64_t> ipv4_number(std::string_view text) {
  int base = 10;
  if (text.size() >= 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() >= 2 && text[0] == '0') {
    base = 8;
    text.remove_prefix(1);
  }
  if (text.empty()) return 0;
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, base);
  if (stop != end || text.front() == '-') return std::nullopt;
  if (error == std::errc::result_out_of_range) return ~std::uint64_t{0};
  return error == std::errc{} ? std::optional(value) : std::nullopt;
}

std::vector<std::string_view> labels_of(std::string_view host) {
  std::vector<std::string_view> labels;
  for (std::size_t start = 0;;) {
    const std::size_t end = host.find('.', start);
    labels.push_back(host.substr(start, end - start));
    if (end == std::string_view::npos) return labels;
    start = end + 1;
  }
}

/// The standard's "ends in a number" checker, of a host without a dot at its end.
bool ends_in_number(std::string_view host) {
  const std::string_view last = host.substr(host.rfind('.') + 1);
  if (last.empty()) return false;
  if (std::ranges::all_of(last, ascii::is_digit)) return true;
  return last.size() >= 2 && last[0] == '0' && last[1] == 'x' && ipv4_number(last).has_value();
}

/// One to four numbers, the last of which fills what is left: "127.1" is 127.0.0.1.
std::optional<std::string> canonical_ipv4(std::string_view host) {
  const std::vector<std::string_view> labels = labels_of(host);
  if (labels.size() > 4) return std::nullopt;
  std::uint64_t address = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto number = labels[i].empty() ? std::nullopt : ipv4_number(labels[i]);
    if (!number) return std::nullopt;
    const bool is_last = i + 1 == labels.size();
    const std::uint64_t limit = is_last ? std::uint64_t{1} << (8 * (5 - labels.size())) : 256;
    if (*number >= limit) return std::nullopt;
    address += is_last ? *number : *number << (8 * (3 - i));
  }
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) {
    out += (out.empty() ? "" : ".") + std::to_string((address >> shift) & 0xff);
  }
  return out;
}

bool is_dns_name(std::string_view host) {
  if (host.empty() || host.size() > kMaxHost) return false;
  const auto fine = [](char c) { return ascii::is_alnum(c) || c == '-' || c == '_'; };
  return std::ranges::all_of(labels_of(host), [&](std::string_view label) {
    return !label.empty() && label.size() <= kMaxLabel && std::ranges::all_of(label, fine);
  });
}

/// What is canonical already, as nearly all hosts of a page are: lower-case labels, the last of which begins
/// with a letter, so that it is no number.
bool is_plain_name(std::string_view host) {
  if (host.empty() || host.size() > kMaxHost) return false;
  std::size_t label = 0;
  bool is_letter = false;  // the first character of the label
  for (const char c : host) {
    if (c == '.') {
      if (label == 0) return false;
      label = 0;
      continue;
    }
    const bool lower = c >= 'a' && c <= 'z';
    if ((!lower && !ascii::is_digit(c) && c != '-' && c != '_') || ++label > kMaxLabel) return false;
    if (label == 1) is_letter = lower;
  }
  return label > 0 && is_letter;
}

std::unexpected<Error> no_host(std::string_view text, std::string_view why, std::string_view hint = {}) {
  std::string message = "\"" + printable(text) + "\" is not a host: " + std::string(why);
  return hint.empty() ? fail(kUrlInvalid, std::move(message))
                      : fail(kUrlInvalid, std::move(message), std::string(hint));
}

/// Leading zeros are the standard's; nothing for what is above 65535, or 0, where nobody can be asked.
std::optional<std::uint16_t> parse_port(std::string_view text) {
  while (text.size() > 1 && text.front() == '0') text.remove_prefix(1);
  std::uint16_t port = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc{} || stop != end || port == 0) return std::nullopt;
  return port;
}

}  // namespace

std::string_view name_of(Scheme scheme) {
  return scheme == Scheme::https ? "https" : "http";
}

Result<std::string> parse_host(std::string_view text) {
  if (is_plain_name(text)) return std::string(text);
  if (text.starts_with('[')) {
    auto address =
        text.ends_with(']') ? canonical_ipv6(std::string(text.substr(1, text.size() - 2))) : std::nullopt;
    if (!address) return no_host(text, "what is in brackets is no IPv6 address");
    return *std::move(address);
  }
  const std::string host = ascii::to_lower(percent_decode(text));
  if (host.empty()) return no_host(text, "it is empty");
  if (!std::ranges::all_of(host, ascii::is_printable)) {
    return no_host(text, "it holds something else than ASCII letters, digits and hyphens",
                   "write names in other letters in their ASCII form (xn--...)");
  }
  if (host.ends_with('.')) {
    return no_host(text, "it ends in a dot, and certificates know hosts by their names without it",
                   "leave the dot out");
  }
  if (ends_in_number(host)) {
    auto address = canonical_ipv4(host);
    if (!address) return no_host(text, "its last part is a number, and it is no IPv4 address");
    return *std::move(address);
  }
  if (!is_dns_name(host)) return no_host(text, "it is neither a DNS name nor an address");
  return host;
}

// authority = host [":" port]     (RFC 3986 section 3.2, without userinfo)
Result<Authority> Authority::parse(std::string_view text, std::optional<std::uint16_t> fallback_port) {
  const std::size_t bracket = text.rfind(']');
  const std::size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  std::optional<std::uint16_t> port = fallback_port;
  if (colon < text.size()) {
    const std::string_view digits = text.substr(colon + 1);
    if (!digits.empty() || !fallback_port) port = parse_port(digits);
    text = text.substr(0, colon);
  }
  if (!port) return fail(kUrlInvalid, "\"" + printable(text) + "\" has no port from 1 to 65535 after it");
  return Authority{TRY(parse_host(text)), *port};
}

bool Authority::is_ip() const {
  in_addr v4{};
  in6_addr v6{};
  return ::inet_pton(AF_INET, host.c_str(), &v4) == 1 || ::inet_pton(AF_INET6, host.c_str(), &v6) == 1;
}

bool Authority::is_loopback() const {
  // RFC 6761 section 6.3 for the names.
  if (host == "localhost" || host.ends_with(".localhost") || host == "::1") return true;
  if (host.contains(':')) return host.starts_with("::ffff:7f") && host.find(':', 7) == 11;
  in_addr v4{};
  return host.starts_with("127.") && ::inet_pton(AF_INET, host.c_str(), &v4) == 1;
}

namespace {

void append_host(std::string& out, const std::string& host) {
  if (!host.contains(':')) {
    out += host;
  } else {
    out.append("[").append(host).append("]");
  }
}

void append_host_and_port(std::string& out, const Origin& origin) {
  append_host(out, origin.authority.host);
  if (origin.authority.port == default_port(origin.scheme)) return;
  out += ':';
  out += std::to_string(origin.authority.port);
}

}  // namespace

std::string Authority::to_string() const {
  std::string text;
  append_host(text, host);
  return text.append(":").append(std::to_string(port));
}

std::string Origin::host_and_port() const {
  std::string text;
  append_host_and_port(text, *this);
  return text;
}

std::string Origin::to_string(std::size_t room) const {
  constexpr std::size_t kRest = sizeof "https://[]:65535";
  std::string text;
  text.reserve(kRest + authority.host.size() + room);
  text.append(name_of(scheme)).append("://");
  append_host_and_port(text, *this);
  return text;
}

}  // namespace tomme
