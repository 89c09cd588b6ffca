#include "io/system/loaded_library.h"

#include <dlfcn.h>
#include <string>

#include "core/encoding/text.h"

namespace tomme {

Result<void*> load_library(const char* name, const ErrorCode& code) {
  // All names at once: one that is missing is a refusal here, and not the end of the process at a call.
  if (void* library = ::dlopen(name, RTLD_NOW | RTLD_LOCAL)) return library;
  const char* why = ::dlerror();
  return fail(
      code, printable(name) + " could not be loaded: " + printable(why != nullptr ? why : "no reason given"));
}

void* find_in_library(void* library, const char* name) {
  return ::dlsym(library, name);
}

}  // namespace tomme
