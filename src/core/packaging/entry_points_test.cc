#include "core/packaging/entry_points.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tomme {
namespace {

using ::testing::IsEmpty;

TEST(EntryPoints, NameScripts) {
  EXPECT_THAT(script_names_in("[console_scripts]\ndemo = demo:main\n# no = x\n\n demo-2=demo:main [x]\r\n"
                              "[pytest11]\nplugin = demo\n[ GUI_scripts ]\nwindow : main\n"),
              ::testing::UnorderedElementsAre("demo", "demo-2", "window"));
  EXPECT_THAT(script_names_in("[console_scripts]\na:b = c:d\n"), ::testing::UnorderedElementsAre("a", "a:b"));
  EXPECT_FALSE(script_names_in("[console_scripts]\n[pytest11]\nplugin = demo\n").contains("plugin"));
  EXPECT_THAT(script_names_in("demo = demo\n[console_scripts\n[]\n"), IsEmpty());
  EXPECT_THAT(scripts_in("[console_scripts]\na = b:c [d]\nx = y:z\nx = z:y\n"),
              ::testing::UnorderedElementsAre(::testing::Pair("a", "b:c [d]"), ::testing::Pair("x", "")));
  EXPECT_THAT(script_names_in("[console_scripts]\n= x\nx\n[other]\ny = z"), IsEmpty());
}

TEST(EntryPoints, StandForOldKindsOfScripts) {
  EXPECT_EQ(wrapped_name("demo-script.py"), "demo");
  EXPECT_EQ(wrapped_name("demo.exe"), "demo");
  EXPECT_EQ(wrapped_name("demo.py"), "demo.py");
}

}  // namespace
}  // namespace tomme
