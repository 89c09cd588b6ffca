#include "io/system/loaded_library.h"

#include <gtest/gtest.h>

#include "io/system/errors.h"

namespace tomme {
namespace {

TEST(LoadedLibrary, FindsFunctionsOrSaysWhatIsMissing) {
  const Result<void*> library = load_library("libz.so.1", kFileRead);
  ASSERT_TRUE(library);
  const char* (*version)() = nullptr;
  ASSERT_TRUE(find_function(*library, "zlibVersion", version));
  EXPECT_EQ(version()[0], '1');
  EXPECT_FALSE(find_function(*library, "no_such_function", version));
  const Result<void*> none = load_library("libnone-of-this-name.so.1", kFileRead);
  ASSERT_FALSE(none);
  EXPECT_TRUE(none.error().is(kFileRead));
  EXPECT_NE(none.error().message().find("libnone-of-this-name.so.1"), std::string::npos);
}

}  // namespace
}  // namespace tomme
