#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace tomme {

enum class HashAlgorithm : std::uint8_t { sha256, sha384, sha512 };

constexpr std::size_t digest_size(HashAlgorithm algorithm) {
  return algorithm == HashAlgorithm::sha256 ? 32 : algorithm == HashAlgorithm::sha384 ? 48 : 64;
}
/// "sha256", "sha384", "sha512".
std::string_view name_of(HashAlgorithm algorithm);
std::optional<HashAlgorithm> parse_hash_algorithm(std::string_view name);

/// 32 bytes, never a string.
struct Sha256 {
  std::array<std::uint8_t, 32> bytes{};

  static Result<Sha256> from_bytes(BytesView bytes);      ///< exactly 32
  static Result<Sha256> parse_hex(std::string_view hex);  ///< 64 lower-case digits
  BytesView view() const { return bytes; }
  std::string to_hex() const;
  friend auto operator<=>(const Sha256&, const Sha256&) = default;
};

/// A digest whose algorithm is data: artifact hashes, message imprints, in-toto subjects.
class Digest {
 public:
  /// `bytes` must have the algorithm's size.
  static Result<Digest> make(HashAlgorithm algorithm, BytesView bytes);
  explicit Digest(const Sha256& sha256);

  HashAlgorithm algorithm() const { return algorithm_; }
  BytesView view() const { return BytesView(bytes_).first(digest_size(algorithm_)); }
  std::string to_hex() const;
  std::string to_string() const;  ///< "sha256:ab…"
  friend bool operator==(const Digest&, const Digest&) = default;

 private:
  friend class Hasher;
  Digest() = default;
  HashAlgorithm algorithm_ = HashAlgorithm::sha256;
  std::array<std::uint8_t, 64> bytes_{};
};

Sha256 sha256(BytesView bytes);
/// Of the concatenation, without making it.
Sha256 sha256(std::initializer_list<BytesView> parts);
Digest digest(HashAlgorithm algorithm, BytesView bytes);

/// A running digest. Movable; one at a time per thread; restarts after `finish`.
class Hasher {
 public:
  explicit Hasher(HashAlgorithm algorithm);
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  ~Hasher();

  void update(BytesView bytes);
  Digest finish();
  Sha256 finish_sha256();  ///< only for a sha256 hasher

 private:
  struct State;
  std::unique_ptr<State> state_;
  HashAlgorithm algorithm_;
};

}  // namespace tomme
