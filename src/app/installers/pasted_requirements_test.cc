#include "app/installers/pasted_requirements.h"

#include <gtest/gtest.h>

namespace tomme::guard {
namespace {

TEST(PastedRequirements, OneRequirementIsPlain) {
  for (const char* text : {"", "demo", " demo>=1,<2 ", "demo[a,b]==1.0; python_version < '4'", "a-b",
                           "demo @ file:///x#egg=a", "demo ; sys_platform == 'win-32'"})
    EXPECT_TRUE(is_plain_requirement(text)) << text;
}

TEST(PastedRequirements, WhatIsMoreInALineOfItsOwnIsNot) {
  for (const char* text : {"demo\n--find-links v", "demo\n", "demo\r-f v", "demo\f-f v",
                           "demo\xe2\x80\xa8-f v", "--find-links v", " -e v", "demo --pre", "demo\t-f v",
                           "demo # x", "# x", "demo \\", "demo @ file:///${X}/d", "\xc2\xa0-f v"})
    EXPECT_FALSE(is_plain_requirement(text)) << text;
}

}  // namespace
}  // namespace tomme::guard
