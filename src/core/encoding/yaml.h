#pragma once

#include <cstddef>
#include <string_view>

#include "core/base/result.h"
#include "core/encoding/json.h"

namespace tomme {

struct YamlLimits {
  std::size_t bytes = 4 * 1024 * 1024;
  std::size_t values = 20'000;  ///< with those that aliases stand for
};

/// The first document of a YAML text as a JSON value. Plain scalars are as YAML 1.2's core schema has them,
/// so far as true, false and null go; numbers stay texts. Keys are texts, and a key that is there twice is
/// refused. Aliases are followed, tags and merge keys are not understood. An empty text is null. `name`
/// stands before the line and column in messages.
Result<json::Value> parse_yaml(std::string_view text, std::string_view name, const YamlLimits& limits = {});

}  // namespace tomme
