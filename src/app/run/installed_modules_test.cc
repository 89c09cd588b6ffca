#include "app/run/installed_modules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tomme::guard {
namespace {

ProjectName project(std::string_view name) {
  return *ProjectName::parse(name);
}

/// "instead of FILE", "beside", "".
std::string judged(const std::string& name, std::initializer_list<const char*> own, std::string_view path,
                   ProjectModules::Where where = ProjectModules::Where::same) {
  ProjectModules modules;
  modules.add(7, project(name), {own.begin(), own.end()});
  const auto found = modules.judge(path, where);
  if (found.empty()) return "";
  EXPECT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().number, 7U);
  return found.front().may_be_instead ? "instead of " + found.front().file : "beside";
}

TEST(InstalledModules, AreNamedByTheirFiles) {
  for (const char* path :
       {"demo/x.py", "demo/x/__init__.py", "demo/x.abi3.so", "demo/x.cp311-win_amd64.pyd", "demo/x.pyc",
        "demo/__pycache__/x.cpython-311.pyc", "demo/x/__pycache__/__init__.cpython-311.opt-1.pyc"}) {
    EXPECT_EQ(module_of(path), "demo/x") << path;
  }
  EXPECT_EQ(module_of("demo.py"), "demo");
  for (const char* path :
       {"demo/x.pyi", "demo/x.json", "demo/py.typed", "lib/libx.so.5", "__init__.py", ""}) {
    EXPECT_EQ(module_of(path), std::nullopt) << path;
  }
}

TEST(InstalledModules, MayBearTheNameOfTheirProject) {
  EXPECT_EQ(own_part_of("demo.py", project("Demo")), "demo");
  EXPECT_EQ(own_part_of("my_demo/x/y.py", project("my-demo")), "my_demo");
  EXPECT_EQ(own_part_of("zope/interface/x.py", project("zope.interface")), "zope/interface");
  EXPECT_EQ(own_part_of("__pycache__/demo.cpython-311.pyc", project("demo")), "demo");
  EXPECT_EQ(own_part_of("other/demo.py", project("demo")), std::nullopt);
}

TEST(InstalledModules, AreShadowedByWhatPythonTakesFirst) {
  for (const char* path : {"demo/__init__.py", "demo.abi3.so", "demo.pyc", "__pycache__/demo.cpython-311.pyc",
                           "demo/__init__.cpython-311-x86_64-linux-gnu.so"}) {
    EXPECT_EQ(judged("demo", {"demo.py"}, path), "instead of demo.py") << path;
  }
  for (const char* path : {"demo/x.so", "demo/__pycache__/x.cpython-311.pyc", "demo/x/__init__.py"}) {
    EXPECT_EQ(judged("demo", {"demo/__init__.py", "demo/x.py"}, path), "instead of demo/x.py") << path;
  }
  EXPECT_EQ(judged("zope.interface", {"zope/interface/__init__.py"}, "zope/interface.py"),
            "instead of zope/interface/__init__.py");
}

// pip lists the bytecode that it has made, at the very path where another wheel may bring some.
TEST(InstalledModules, AreShadowedByBytecodeThatTheirRecordListsAsWell) {
  EXPECT_EQ(
      judged("demo", {"demo.py", "__pycache__/demo.cpython-311.pyc"}, "__pycache__/demo.cpython-311.pyc"),
      "instead of demo.py");
}

TEST(InstalledModules, LeavePlaceForPlugins) {
  for (const char* path : {"demo/plugins/y.py", "demo/y.so", "demo/data/y.json", "demo/libs/liby.so.5"}) {
    EXPECT_EQ(judged("demo", {"demo/__init__.py", "demo/plugins/x.py"}, path), "beside") << path;
  }
  EXPECT_EQ(judged("beautifulsoup4", {"bs4/__init__.py"}, "bs4.py"), "beside") << "not by its own name";
}

TEST(InstalledModules, AreShadowedByWhatMakesTheirNamespaceAPackage) {
  using enum ProjectModules::Where;
  for (const char* path : {"demo/__init__.py", "demo.py", "demo.abi3.so", "demo.pyc"}) {
    for (const auto where : {same, before, behind}) {
      EXPECT_EQ(judged("demo", {"demo/x.py", "demo/y/z.py"}, path, where), "instead of demo/") << path;
    }
  }
  for (const char* path : {"zope/interface.py", "zope/interface/__init__.py", "zope.py"}) {
    EXPECT_NE(judged("zope.interface", {"zope/interface/x.py"}, path), "") << path;
    EXPECT_NE(judged("zope.interface", {"zope/interface/x.py"}, path), "beside") << path;
  }
  EXPECT_EQ(judged("zope.interface", {"zope/interface/__init__.py"}, "zope/__init__.py"), "beside")
      << "old namespace packages bring it";
}

TEST(InstalledModules, AreShadowedFromAFolderThatPythonLooksIntoBefore) {
  using enum ProjectModules::Where;
  for (const char* path : {"demo/__init__.py", "demo.py", "demo/x.py"}) {
    EXPECT_THAT(judged("demo", {"demo/__init__.py", "demo/x.py"}, path, before),
                ::testing::StartsWith("instead of demo/"))
        << path;
    EXPECT_EQ(judged("demo", {"demo/__init__.py", "demo/x.py"}, path, behind), "") << path;
  }
  EXPECT_EQ(judged("demo", {"demo/__init__.py"}, "demo/plugins/y.py", before), "");
  EXPECT_EQ(judged("demo", {"demo/__init__.py", "tests/a.py"}, "tests/a.py", before), "");
}

TEST(InstalledModules, LeaveANamespaceToAll) {
  EXPECT_EQ(judged("demo", {"demo/x.py"}, "demo/y.py"), "");
  EXPECT_EQ(judged("google-auth", {"google/auth/__init__.py"}, "google/cloud/storage.py"), "");
  EXPECT_EQ(judged("demo", {"demo/__init__.py"}, "demo_more/x.py"), "");
  EXPECT_EQ(judged("demo", {"demo/__init__.py"}, "demo/__init__.py"), "") << "one of the two is there";
}

}  // namespace
}  // namespace tomme::guard
