#include "core/packaging/dist_filename.h"

#include <gtest/gtest.h>

#include "core/packaging/errors.h"

namespace tomme {
namespace {

DistFilename file(std::string_view name) {
  return DistFilename::parse(name).value();
}
ProjectName project(std::string_view name) {
  return ProjectName::parse(name).value();
}

TEST(ProjectName, IsComparedAsPep503NormalisesIt) {
  EXPECT_EQ(project("Foo.Bar__baz-.-q").normalized(), "foo-bar-baz-q");
  EXPECT_EQ(project("Foo.Bar").as_written(), "Foo.Bar");
  EXPECT_EQ(project("foo_bar"), project("FOO--bar"));
  EXPECT_NE(project("foobar"), project("foo-bar"));
  EXPECT_EQ(project("a").normalized(), "a");
}

TEST(ProjectName, RefusesWhatPep508DoesNotAllow) {
  for (std::string_view name :
       {"", "-a", "a-", ".a", "a_", "a b", "a/b", "a\n", "\xc3\xa9", "a\xe2\x84\xaa", "a+b"}) {
    EXPECT_TRUE(ProjectName::parse(name).error().is(kNameInvalid)) << name;
  }
  EXPECT_TRUE(ProjectName::parse(std::string(255, 'a')));
  EXPECT_FALSE(ProjectName::parse(std::string(256, 'a')));
}

TEST(DistFilename, ReadsAWheel) {
  const DistFilename wheel = file("Foo_Bar-1.0.0-2b-cp311.py3-abi3-manylinux_2_17_x86_64.linux_x86_64.whl");
  EXPECT_TRUE(wheel.is_wheel());
  EXPECT_EQ(wheel.project().normalized(), "foo-bar");
  EXPECT_EQ(wheel.version().to_string(), "1.0.0");
  EXPECT_EQ(wheel.build(), (BuildTag{Digits("2"), "b"}));
  EXPECT_EQ(wheel.tags().python, (std::vector<std::string>{"cp311", "py3"}));
  EXPECT_EQ(wheel.tags().abi, std::vector<std::string>{"abi3"});
  EXPECT_EQ(wheel.tags().platform, (std::vector<std::string>{"linux_x86_64", "manylinux_2_17_x86_64"}));
}

TEST(DistFilename, ReadsNamesOfOldTools) {
  EXPECT_EQ(file("shelf-reader-0.1.tar.gz").project().normalized(), "shelf-reader");
  EXPECT_EQ(file("shelf-reader-0.1.tar.gz").version().to_string(), "0.1");
  EXPECT_EQ(file("shelf_reader-0.1-py2-none-any.whl").project().normalized(), "shelf-reader");
  EXPECT_EQ(file("foo-1.0-beta.tar.gz").version().to_string(), "1.0b0");
  EXPECT_EQ(file("foo-2-bar-1.0.zip").project().normalized(), "foo-2-bar");
  EXPECT_EQ(file("foo-1.0-018446744073709551616x-py3-none-any.whl").build(),
            (BuildTag{Digits("18446744073709551616"), "x"}));
}

TEST(DistFilename, ComparesWhatIsMeant) {
  EXPECT_EQ(file("foo_bar-1.0-py2.py3-none-any.whl"), file("Foo.Bar-1-PY3.py2.py3-none-any.whl"));
  EXPECT_EQ(file("foo-bar-1.0.tar.gz"), file("foo_bar-1.0.0.tar.gz"));
  EXPECT_NE(file("foo-1.0.tar.gz"), file("foo-1.0.zip"));
  EXPECT_NE(file("foo-1.0.tar.gz"), file("foo-1.0-py3-none-any.whl"));
  EXPECT_NE(file("foo-1.0-py3-none-any.whl"), file("foo-1.0-1-py3-none-any.whl"));
  EXPECT_NE(file("foo-1.0-1-py3-none-any.whl"), file("foo-1.0-1a-py3-none-any.whl"));
  EXPECT_NE(file("foo-1.0-py3-none-any.whl"), file("foo-1.0-py2.py3-none-any.whl"));
  EXPECT_NE(file("foo-1.0-py3-none-any.whl"), file("foo-1.1-py3-none-any.whl"));
  EXPECT_NE(file("foo-1.0-py3-none-any.whl"), file("fo-1.0-py3-none-any.whl"));
  EXPECT_NE(file("foo-1.0-py3-none-any.whl"), file("foo-1.0+local-py3-none-any.whl"));
}

TEST(DistFilename, KnowingTheProjectSettlesASourceDistributionsName) {
  EXPECT_EQ(file("foo-1-1.zip").project().normalized(), "foo-1");
  const auto of_foo = DistFilename::parse_for(project("foo"), "foo-1-1.zip");
  ASSERT_TRUE(of_foo);
  EXPECT_EQ(of_foo->version().to_string(), "1.post1");
  EXPECT_EQ(DistFilename::parse_for(project("foo-1"), "foo-1-1.zip")->version().to_string(), "1");
  EXPECT_FALSE(DistFilename::parse_for(project("bar"), "foo-1-1.zip"));
  EXPECT_TRUE(DistFilename::parse_for(project("Foo"), "foo-1-py3-none-any.whl"));
  EXPECT_FALSE(DistFilename::parse_for(project("bar"), "foo-1-py3-none-any.whl"));
}

TEST(DistFilename, RefusesEverythingElse) {
  for (std::string_view name : {"",
                                ".whl",
                                ".tar.gz",
                                "-1.0.tar.gz",
                                "foo.tar.gz",
                                "foo-.tar.gz",
                                "foo-bar.tar.gz",
                                "foo-1.0.tar.bz2",
                                "foo-1.0.egg",
                                "foo-1.0.TAR.GZ",
                                "foo-1.0-py3-none.whl",
                                "foo-1.0-1-2-py3-none-any.whl",
                                "foo-1.0-b1-py3-none-any.whl",
                                "foo-1.0--py3-none-any.whl",
                                "foo-1.0-py3--any.whl",
                                "foo-1.0-py3.-none-any.whl",
                                "foo-1.0-py3-none-any+.whl",
                                "foo-x-py3-none-any.whl",
                                "-1.0-py3-none-any.whl",
                                "a/foo-1.0.tar.gz",
                                "a\\foo-1.0.tar.gz",
                                "foo-1.0.tar.gz ",
                                "foo-1.0.zip\n",
                                "f\xc3\xb6-1.0.zip"}) {
    const auto result = DistFilename::parse(name);
    ASSERT_FALSE(result) << name;
    EXPECT_TRUE(result.error().is(kFilenameInvalid)) << name;
  }
  EXPECT_TRUE(DistFilename::parse(std::string(247, 'a') + "-1.0.zip"));
  EXPECT_FALSE(DistFilename::parse(std::string(248, 'a') + "-1.0.zip"));
}

TEST(ArchiveNames, AreThoseOfAnyAge) {
  for (const char* name :
       {"a.whl", "a.tar.gz", "A.ZIP", "a.tgz", "a.tar.bz2", "a.egg", "a.tar.xz", "a.tar", "a.tar.Z"}) {
    EXPECT_TRUE(has_archive_name(name)) << name;
  }
  for (const char* name : {"", "a", "a.whl.metadata", "a.whl.asc", "a.gz", "a.exe", "whl"}) {
    EXPECT_FALSE(has_archive_name(name)) << name;
  }
}

bool may_be_of_demo(std::string_view filename) {
  return may_be_of(project("demo"), filename);
}

TEST(MayBeOf, IsYesWhereverAnInstallerCouldCutTheName) {
  for (const char* name : {
           "demo-1.0.tar.gz",
           "Demo-1.0.zip",
           "demo-1-1.tar.gz",
           "demo-99999999999999999999-1.tar.gz",
           "demo-99999999999999999999.zip",
           "demo-V1.0-1.tgz",
           "demo-v1.tar.bz2",
           "demo-evil-1.0.tar.gz",
           "demo-.zip",
           "demo--1.0.tar",
           "demo_1.0.tar.gz",  // PDM with UNEARTH_LOOSE_FILENAME, and the first versions of uv
           "demo.v1.0.zip",
           "demo_.1.0.tar.gz",
           "demox1.0.zip",
           "demo.tar.gz",  // whatever it was asked for as
           "demo",
           "demo-1.0-py3.11.egg",
       }) {
    EXPECT_TRUE(may_be_of_demo(name)) << name;
  }
  EXPECT_TRUE(may_be_of(project("foo-bar"), "Foo.__Bar-1.0.zip"));
  EXPECT_TRUE(may_be_of(project("demo-1"), "demo-1-1.tar.gz"));
}

TEST(MayBeOf, IsNoForAnotherProjects) {
  for (const char* name :
       {"other-1.0.tar.gz", "my-demo-1.0.tar.gz", "demo22-1.0.tar.gz", "demos-1.0.tar.gz",
        "demo_evil-1.0.tar.gz", "demo.evil-1.0.tar.gz", "dem-o-1.0.tar.gz", "d", "", "-demo-1.0.zip"}) {
    EXPECT_FALSE(may_be_of_demo(name)) << name;
  }
  EXPECT_FALSE(may_be_of(project("foo-bar"), "foobar-1.0.zip"));
}

TEST(MayBeOf, AWheelOfOneReadingIsOneProjects) {
  EXPECT_TRUE(may_be_of_demo("Demo-1.0-py3-none-any.whl"));
  EXPECT_TRUE(may_be_of_demo("demo-1-1-py3-none-any.whl"));
  EXPECT_FALSE(may_be_of(project("demo-1"), "demo-1-1-py3-none-any.whl"));
  EXPECT_FALSE(may_be_of_demo("demo_1-1-py3-none-any.whl"));
  EXPECT_FALSE(may_be_of_demo("demo.1-1-py3-none-any.whl"));
  EXPECT_TRUE(may_be_of_demo("demo-99999999999999999999-py3-none-any.whl"));
  // Not strictly one: for Poetry this is version 2 of demo-v1.
  EXPECT_TRUE(may_be_of_demo("demo-v1-2-py3-none-any.whl"));
  EXPECT_TRUE(may_be_of(project("demo-v1"), "demo-v1-2-py3-none-any.whl"));
  for (const char* name :
       {"demo-evil-1-py3-none-any.whl", "demo-1.0-py3-none-any.WHL", "demo-1.0-py3-none.whl",
        "demo-V99999999999999999999-1-py3-none-any.whl", "demo_1.0-x-py3-none-any.whl"}) {
    EXPECT_TRUE(may_be_of_demo(name)) << name;
  }
}

TEST(MayBeOf, WhatIsNoPlainNameMayBeAnybodys) {
  for (const char* name :
       {"oth%65r-1.0.tar.gz", "%64emo-1.0.tar.gz",
        "\xe2\x84\xaa"
        "afka-1.0.tar.gz",
        "other 1.0.zip", "a/other-1.0.zip", "other-1.0.zip?x", "other-1.0.zip#egg=demo", "other-1.0\n.zip"}) {
    EXPECT_TRUE(may_be_of_demo(name)) << name;
  }
}

TEST(MayBeOfRelease, UnlessItIsSurelyAnotherVersions) {
  const auto may_be = [](const char* name) {
    return may_be_of_release(project("demo"), *Version::parse("1.0"), name);
  };
  for (const char* name :
       {"demo-1.0.tar.bz2", "demo-1.0-py2.7.egg", "demo-1.0.win32.exe", "Demo_1.0.zip", "demo-1.tgz",
        "demo-1.0-1.noarch.rpm", "demo-v1.0.tar.xz", "demo-1.0.0-py3-none-any.whl2", "demo-1.0"}) {
    EXPECT_TRUE(may_be(name)) << name;
  }
  for (const char* name : {"demo-2.0.tar.bz2", "demo-1.1.win32.exe", "demo-10-py2.7.egg", "other-1.0.tar.bz2",
                           "demo-1.0.tar.gz.asc", "demo-1.0.tar.gz.sig", "README"}) {
    EXPECT_FALSE(may_be(name)) << name;
  }
}

TEST(TellsAProject, WhereAHyphenStandsBehindAName) {
  EXPECT_TRUE(tells_a_project("demo-1.0.tgz"));
  EXPECT_TRUE(tells_a_project("demo-.tgz"));
  for (const char* name : {"", "blob", "blob.tgz", "-1.0.tgz", "+x-1.tgz"})
    EXPECT_FALSE(tells_a_project(name)) << name;
}

}  // namespace
}  // namespace tomme
