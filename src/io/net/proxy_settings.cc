#include "io/net/proxy_settings.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <cstring>

#include "core/base/bytes.h"
#include "core/encoding/percent.h"
#include "core/encoding/text.h"
#include "io/net/errors.h"
#include "io/net/message.h"

namespace tomme::net {

namespace {

/// Nothing where it is no escape, or hides a control character.
std::optional<std::string> unescape(std::string_view text) {
  std::optional<std::string> out = percent_decode_exact(text);
  if (!out) return std::nullopt;
  const bool fine = std::ranges::none_of(*out, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
  if (!fine) return std::nullopt;
  return out;
}

/// An address as bytes: 4 or 16 of them, or none.
std::string address_bytes(const std::string& host) {
  std::array<char, 16> bytes{};
  if (::inet_pton(AF_INET, host.c_str(), bytes.data()) == 1) return {bytes.data(), 4};
  if (::inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1) return {bytes.data(), 16};
  return {};
}

bool in_network(const std::string& address, const std::string& network, unsigned prefix) {
  if (address.size() != network.size() || prefix > 8 * address.size()) return false;
  const std::size_t whole = prefix / 8;
  if (address.compare(0, whole, network, 0, whole) != 0) return false;
  if (prefix % 8 == 0) return true;
  const unsigned shift = 8 - prefix % 8;
  return (static_cast<unsigned char>(address[whole]) >> shift) ==
         (static_cast<unsigned char>(network[whole]) >> shift);
}

bool covers_address(std::string_view entry, const std::string& address) {
  const std::size_t slash = entry.find('/');
  std::string_view network_text = entry.substr(0, slash);
  if (network_text.starts_with('[') && network_text.ends_with(']')) {
    network_text = network_text.substr(1, network_text.size() - 2);
  }
  const std::string network = address_bytes(std::string(network_text));
  if (network.empty()) return false;
  unsigned prefix = static_cast<unsigned>(8 * network.size());
  if (slash != std::string_view::npos) {
    const std::string_view digits = entry.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    if (error != std::errc{} || end != digits.data() + digits.size()) return false;
  }
  return in_network(address, network, prefix);
}

bool covers_name(std::string_view entry, std::string_view host) {
  if (entry.starts_with("*.")) entry.remove_prefix(1);
  if (entry.starts_with('.')) entry.remove_prefix(1);
  if (entry.ends_with('.')) entry.remove_suffix(1);
  if (entry.empty() || host.size() < entry.size()) return false;
  if (!equal_ignoring_case(host.substr(host.size() - entry.size()), entry)) return false;
  return host.size() == entry.size() || host[host.size() - entry.size() - 1] == '.';
}

bool covers(std::string_view entry, const Authority& to, const std::string& address) {
  if (entry == "*") return true;
  if (covers_address(entry, address)) return true;
  const std::size_t colon = entry.rfind(':');
  const bool with_port =
      colon != std::string_view::npos &&
      (entry.find(':') == colon || (entry.starts_with('[') && entry.find(']') == colon - 1));
  if (with_port) {
    if (entry.substr(colon + 1) != std::to_string(to.port)) return false;
    entry = entry.substr(0, colon);
    if (covers_address(entry, address)) return true;
  }
  return address.empty() && covers_name(entry, to.host);
}

}  // namespace

Result<ParentProxy> ParentProxy::parse(std::string_view text) {
  // The text may hold a password: messages say what is wrong, never what it was.
  ParentProxy proxy;
  const std::size_t scheme_end = text.find("://");
  if (scheme_end != std::string_view::npos) {
    const std::string_view scheme = text.substr(0, scheme_end);
    if (equal_ignoring_case(scheme, "https")) {
      proxy.scheme = Scheme::https;
    } else if (!equal_ignoring_case(scheme, "http")) {
      return fail(kNetProxySetting, "a proxy of kind \"" + printable(scheme, 20) +
                                        "\" cannot be gone through: only http and https proxies can");
    }
    text.remove_prefix(scheme_end + 3);
  }
  text = text.substr(0, text.find('/'));
  const std::size_t at = text.rfind('@');
  if (at != std::string_view::npos) {
    const std::string_view credentials = text.substr(0, at);
    const std::size_t colon = credentials.find(':');
    const auto user = unescape(credentials.substr(0, colon));
    const auto password = unescape(colon == std::string_view::npos ? "" : credentials.substr(colon + 1));
    if (!user || !password || user->contains(':')) {
      return fail(kNetProxySetting,
                  "the user name or password of a proxy is not percent-encoded as it should be");
    }
    proxy.user = *user;
    proxy.password = *password;
    text.remove_prefix(at + 1);
  }
  // Without a port: the scheme's own. (curl alone would take 1080.)
  auto authority = Authority::parse(text, default_port(proxy.scheme));
  if (!authority)
    return fail(kNetProxySetting, "\"" + printable(text) + "\" is not the host and port of a proxy");
  proxy.authority = *std::move(authority);
  return proxy;
}

std::string ParentProxy::describe() const {
  return std::string(name_of(scheme)) + "://" + authority.to_string();
}

std::string ParentProxy::authorization() const {
  if (!has_credentials()) return {};
  return "Basic " + encode_base64(bytes_of(user + ":" + password));
}

std::vector<std::string> ProxySettings::parse_no_proxy(std::string_view text) {
  std::vector<std::string> entries;
  std::string entry;
  for (char c : text) {
    if (c != ',' && c != ' ' && c != '\t') {
      entry.push_back(c);
    } else if (!entry.empty()) {
      entries.push_back(std::exchange(entry, {}));
    }
  }
  if (!entry.empty()) entries.push_back(entry);
  return entries;
}

bool ProxySettings::is_direct(const Authority& to) const {
  const std::string address = address_bytes(to.host);
  return std::ranges::any_of(direct, [&](const std::string& entry) { return covers(entry, to, address); });
}

const ParentProxy* ProxySettings::choose(Scheme scheme, const Authority& to) const {
  const auto& proxy = scheme == Scheme::https ? for_https : for_http;
  return proxy && !is_direct(to) ? &*proxy : nullptr;
}

}  // namespace tomme::net
