#include "core/packaging/direct_reference.h"

#include <gtest/gtest.h>

namespace tomme {
namespace {

std::string found_in(std::string_view metadata) {
  std::string all;
  for (const DirectReference& reference : direct_references(metadata)) {
    all += (reference.project ? reference.project->normalized() : "?") + "=" + reference.address + "|";
  }
  return all;
}

TEST(DirectReferences, AreDependenciesByAddress) {
  EXPECT_EQ(found_in("Metadata-Version: 2.1\nName: a\nRequires-Dist: Some.Thing[x, y] @ https://h/f.whl ; "
                     "python_version > '3'\nRequires-Dist: other >=1.0\nRequires-Dist: third@file:///f\n\n"),
            "some-thing=https://h/f.whl|third=file:///f|");
  EXPECT_EQ(found_in("Requires-Dist: a ; platform_version == '@ x'\n"), "");
  EXPECT_EQ(found_in("Requires-Dist: not a name @ ../x\n"), "?=../x|");
  EXPECT_EQ(found_in(""), "");
}

TEST(DirectReferences, AreFoundHoweverTheFieldIsWritten) {
  for (const char* metadata :
       {"requires-dist:a@u", "REQUIRES-DIST: a @ u\r\n\r\n", "X: 1\rRequires-Dist: a @ u\r",
        "Name\nRequires-Dist: a @ u", "X: 1\n\rRequires-Dist: a @ u", "Requires-Dist:\n a\n\t@\n  u\n",
        " \nRequires-Dist: a @ u", "Requires-Dist: a @\n u"}) {
    EXPECT_EQ(found_in(metadata), "a=u|") << metadata;
  }
}

TEST(DirectReferences, AreNotLookedForInTheDescription) {
  EXPECT_EQ(found_in("Name: a\n\nRequires-Dist: a @ u\n"), "");
  EXPECT_EQ(found_in("Name: a\r\n\r\nRequires-Dist: a @ u\n"), "");
  EXPECT_EQ(found_in("Description: x\n  Requires-Dist: a @ u\n"), "");
}

}  // namespace
}  // namespace tomme
