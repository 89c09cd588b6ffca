// What the fuzz targets say of what they have read.
#pragma once

#include <cstdlib>
#include <string_view>

#include "core/base/result.h"
#include "core/encoding/text.h"

namespace tomme {

/// A claim that does not hold is a finding.
inline void require(bool claim) {
  if (!claim) std::abort();
}

/// Outside text has gone through printable(): a terminal shows it as it is.
inline bool is_fit_to_show(std::string_view text) {
  return printable(text, text.size()) == text;
}

inline void require_sentence(const Error& error) {
  require(!error.message().empty() && is_fit_to_show(error.message()));
}

/// The input before the first byte of zeros, which no text has, and what is behind it.
inline std::pair<std::string_view, std::string_view> two_texts(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = text_of({data, size});
  const auto zero = text.find('\0');
  if (zero == std::string_view::npos) return {text, {}};
  return {text.substr(0, zero), text.substr(zero + 1)};
}

}  // namespace tomme
