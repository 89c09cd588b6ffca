#pragma once

#include <chrono>
#include <cstddef>

namespace tomme::net {

struct ServerLimits {
  std::size_t connections = 128;  ///< at once; more get a 503 and are closed
  /// Of a proxy: those that have not shown its password yet, and how long each may take. The oldest has to go
  /// when one too many comes, so that whoever keeps silent takes no place from others.
  std::size_t strangers = 64;
  std::chrono::milliseconds stranger{5'000};
  std::size_t header_bytes = 64 * 1024;       ///< of a request: 431 above
  std::size_t body_bytes = 16 * 1024 * 1024;  ///< of a request: 413 above
  std::chrono::milliseconds idle{60'000};     ///< between two requests; closed without a word
  std::chrono::milliseconds request{20'000};  ///< from its first byte to the end of its body: 408 after
  std::chrono::milliseconds handshake{10'000};
  std::chrono::milliseconds write{60'000};  ///< without the client taking a single byte
  std::chrono::milliseconds dial{15'000};   ///< to open a tunnel's far end, name and parent proxy included
  std::chrono::milliseconds tunnel_idle{300'000};  ///< no byte either way
};

}  // namespace tomme::net
