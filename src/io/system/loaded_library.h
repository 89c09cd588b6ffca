#pragma once

#include <string_view>

#include "core/base/result.h"

/// Libraries that are loaded on first use, so that a program that does not need them does not pay for them.
namespace tomme {

/// Never unloaded. Nothing of it becomes visible to the rest of the process. `code` where it cannot be
/// loaded.
Result<void*> load_library(const char* name, const ErrorCode& code);

/// nullptr where it has none of this name.
void* find_in_library(void* library, const char* name);

template <class Function>
bool find_function(void* library, const char* name, Function& out) {
  out = reinterpret_cast<Function>(find_in_library(library, name));
  return out != nullptr;
}

}  // namespace tomme
