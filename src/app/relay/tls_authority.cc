#include "app/relay/tls_authority.h"

#include <arpa/inet.h>
#include <array>
#include <optional>

#include "core/crypto/certificate_builder.h"

namespace tomme::guard {

namespace {

/// 4 or 16 bytes of an IP address' text; nothing for a name.
std::optional<std::string> ip_octets(const std::string& host) {
  std::array<char, 16> bytes{};
  if (::inet_pton(AF_INET, host.c_str(), bytes.data()) == 1) return std::string(bytes.data(), 4);
  if (::inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1) return std::string(bytes.data(), 16);
  return std::nullopt;
}

}  // namespace

Result<TlsAuthority> TlsAuthority::make(const std::set<std::string>& hosts, Time now) {
  PrivateKey key = TRY(PrivateKey::generate(KeyType::ecdsa_p256));
  PrivateKey leaf_key = TRY(PrivateKey::generate(KeyType::ecdsa_p256));
  const TimeRange validity{now - std::chrono::hours{1}, now + std::chrono::hours{24}};
  CertificateRequest request{
      .key = key.public_key(), .common_name = "tomme, for this command only", .validity = validity};
  request.is_ca = true;
  request.path_length = 0;
  for (const std::string& host : hosts) {
    if (auto bytes = ip_octets(host)) {
      request.permitted_ips.push_back(std::move(*bytes));
    } else {
      request.permitted_dns.push_back(host);
    }
  }
  Certificate certificate = TRY(issue_certificate(request, key, nullptr));
  return TlsAuthority(std::move(key), std::move(leaf_key), std::move(certificate), validity);
}

Result<net::TlsIdentity> TlsAuthority::identity_for(const std::string& host) const {
  CertificateRequest request{.key = leaf_key_.public_key(), .common_name = "", .validity = validity_};
  request.extended_key_usages = {std::string(kEkuServerAuth)};
  if (auto bytes = ip_octets(host)) {
    request.subject_names = {{SubjectName::Kind::ip, std::move(*bytes)}};
  } else {
    request.subject_names = {{SubjectName::Kind::dns, host}};
  }
  return net::TlsIdentity{{TRY(issue_certificate(request, key_, &certificate_))}, leaf_key_};
}

}  // namespace tomme::guard
