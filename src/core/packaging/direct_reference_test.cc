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
  EXPECT_EQ(found_in("Requires-Dist: not a name @ ../x\n"), "?=not a name @ ../x|");
  EXPECT_EQ(found_in("Requires-Dist: http://h/f.zip#egg=a ; os_name == 'posix'\n"),
            "?=http://h/f.zip#egg=a|");
  EXPECT_EQ(found_in("Requires-Dist: a @ http://h/f.zip;os_name == 'posix'\n"), "?=a @ http://h/f.zip|");
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

TEST(DirectReferences, MayBeInALineThatIsCutAgain) {
  EXPECT_EQ(found_in("Requires-Dist: a; os_name == '\u2028-e x'\n"), "?=a|");
  EXPECT_EQ(found_in("Requires-Dist: a\x1c>1\n"), "?=a\x1c>1|");
  EXPECT_EQ(found_in("Requires-Dist: a @ u\u0085\n"), "?=a @ u\u0085|");
  EXPECT_EQ(found_in("Summary: two\u2028lines\n"), "");
}

TEST(DirectReferences, TellWhetherTheyAreWantedForAnExtraAlone) {
  const auto needs_extra = [](std::string_view marker) {
    const auto found = direct_references("Requires-Dist: a @ file:///f " + std::string(marker) + "\n");
    return found.size() == 1 && found[0].address == "file:///f" && found[0].needs_extra;
  };
  for (const char* marker : {"; extra == \"dev\"", ";extra=='dev'", "; \"dev\" == extra",
                             "; python_version > '3' and extra == 'dev'",
                             "; (extra == 'a' or extra == 'b') and os_name == 'posix'",
                             "; (python_version in '3.8, 3.9') and (extra == 'x')",
                             "; extra == 'a' or (extra == 'b' and os_name not in 'nt')"}) {
    EXPECT_TRUE(needs_extra(marker)) << marker;
  }
  for (const char* marker :
       {"", ";", "; python_version > '3'", "; extra != 'dev'", "; extra == ''", "; extra == extra",
        "; extra == 'a' or os_name == 'posix'", "; os_name == 'posix' or extra == 'a'", "; extra in 'dev'",
        "; platform_version == 'extra == \"x\"'", "; extra == 'dev", "; (extra == 'dev'", "; extra == 'dev')",
        "; extra == 'dev' x", "; extra == 'dev' or", "; extra == 'dev' or '", "; extraextra == 'dev'",
        "extra == 'dev'"}) {
    EXPECT_FALSE(needs_extra(marker)) << marker;
  }
  EXPECT_FALSE(needs_extra("; " + std::string(100000, '(') + "extra == 'dev'"));
}

}  // namespace
}  // namespace tomme
