#include "core/packaging/core_metadata.h"

#include <gtest/gtest.h>

namespace tomme {
namespace {

TEST(CoreMetadata, SaysNameAndVersion) {
  for (const char* text :
       {"Metadata-Version: 2.1\nName: Demo.Pkg\nVersion: 1.0\n\nName: other\n",
        "metadata-version: 2.1\r\nname:Demo.Pkg\r\nVERSION:  1.0 \r\n\r\nVersion: 2",
        "Name: Demo.Pkg\nVersion: 1.0\nName: other\nVersion: 2", "Version: 1.0\nName: Demo.Pkg"}) {
    const CoreMetadata found = core_metadata_of(text);
    EXPECT_EQ(found.name, "Demo.Pkg") << text;
    EXPECT_EQ(found.version, "1.0") << text;
  }
}

TEST(CoreMetadata, IsEmptyWhereNothingIsSaid) {
  for (const char* text :
       {"", "\nName: x\nVersion: 1\n", "Naming: x\nVersions: 1\n", "Name\nVersion\n", "Name:\n"}) {
    const CoreMetadata found = core_metadata_of(text);
    EXPECT_EQ(found.name + found.version, "") << text;
  }
}

}  // namespace
}  // namespace tomme
