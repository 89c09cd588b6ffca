#pragma once

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "core/base/result.h"

namespace tomme::testing {

/// The value of something that cannot fail unless the test itself is wrong.
template <class T>
T must(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "a test's own material is wrong: %s\n", result.error().message().c_str());
    std::abort();
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace tomme::testing
