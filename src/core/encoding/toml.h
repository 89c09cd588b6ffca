#pragma once

#include <cstddef>
#include <string_view>

#include "core/base/result.h"
#include "core/encoding/json.h"

namespace tomme {

struct TomlLimits {
  std::size_t bytes = 64 * 1024 * 1024;  ///< a large project's uv.lock has a few million
};

/// A TOML 1.1 document as a JSON value: tables are objects, dates and times are strings, and so are numbers
/// that JSON has not (`inf`, `nan`, 2^63 and more with a fraction or exponent). `name` stands before the line
/// and column in messages.
Result<json::Value> parse_toml(std::string_view text, std::string_view name, const TomlLimits& limits = {});

}  // namespace tomme
