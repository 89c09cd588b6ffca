#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/base/strong.h"
#include "core/crypto/digest.h"

/// The Update Framework, specification 1.0.34: https://theupdateframework.github.io/specification/v1.0.34
namespace tomme::tuf {

/// Of one metadata file: 1 to 2^63-2, so that there is always a next one.
using Version = Strong<std::uint64_t, struct VersionTag>;
inline constexpr std::uint64_t kMaxVersion = (std::uint64_t{1} << 63) - 2;

/// How a file that delegates names a key. Opaque: nobody recomputes it (TAP 12), and the same text may mean
/// different keys in different delegating files.
using KeyId = Strong<std::string, struct KeyIdTag>;

/// Any text that is UTF-8, not empty and at most 1,024 bytes. It may hold slashes and dots: file names and
/// request paths are made from it by tuf/paths.h only.
class RoleName {
 public:
  static constexpr std::size_t kMaxBytes = 1024;
  static Result<RoleName> parse(std::string_view text);  ///< kTufShape

  static const RoleName& root();
  static const RoleName& timestamp();
  static const RoleName& snapshot();
  static const RoleName& targets();

  const std::string& text() const { return text_; }
  bool is_top_level() const;  ///< one of the four above, which nobody can delegate to
  friend auto operator<=>(const RoleName&, const RoleName&) = default;

 private:
  explicit RoleName(std::string_view text) : text_(text) {}
  std::string text_;
};

/// The path of a target file as metadata spells it: UTF-8, not empty, nothing normalised.
class TargetPath {
 public:
  static Result<TargetPath> parse(std::string_view text);  ///< kTufTargetPath

  const std::string& text() const { return text_; }
  /// Of the path, for hash bins (section 4.5, TAP 15).
  const Sha256& sha256() const { return sha256_; }
  const std::string& sha256_hex() const { return sha256_hex_; }

 private:
  explicit TargetPath(std::string_view text);
  std::string text_;
  Sha256 sha256_;
  std::string sha256_hex_;
};

}  // namespace tomme::tuf
