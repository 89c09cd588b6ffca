#pragma once

#include <vector>

#include "core/crypto/certificate.h"
#include "core/crypto/key.h"

namespace tomme::net {

/// What a TLS server shows: its certificate first, then those that lead to (and need not include) the anchor.
struct TlsIdentity {
  std::vector<Certificate> chain;
  PrivateKey key;
};

}  // namespace tomme::net
