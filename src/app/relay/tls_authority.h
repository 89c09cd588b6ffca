#pragma once

#include <memory>
#include <set>
#include <string>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/crypto/certificate.h"
#include "io/net/tls_identity.h"

namespace tomme::guard {

/// A certificate authority for the life of one run: its key is made in memory and never leaves it, and it can
/// vouch for the intercepted hosts alone (name constraints).
class TlsAuthority {
 public:
  /// `hosts`: DNS names and IP addresses as texts. Valid from an hour before `now` (clocks drift) to a day
  /// after.
  static Result<TlsAuthority> make(const std::set<std::string>& hosts, Time now);

  const Certificate& certificate() const { return certificate_; }
  /// A certificate for one of the hosts. All share one key: they live and die together.
  Result<net::TlsIdentity> identity_for(const std::string& host) const;

 private:
  TlsAuthority(PrivateKey key, PrivateKey leaf_key, Certificate certificate, TimeRange validity)
      : key_(std::move(key)),
        leaf_key_(std::move(leaf_key)),
        certificate_(std::move(certificate)),
        validity_(validity) {}
  PrivateKey key_;
  PrivateKey leaf_key_;
  Certificate certificate_;
  TimeRange validity_;
};

}  // namespace tomme::guard
