#include "app/relay/route.h"

#include <gtest/gtest.h>

namespace tomme::guard {
namespace {

const std::vector<Url> kIndexes{*Url::parse("https://index.test/root/dev/"),
                                *Url::parse("https://index.test/root"),
                                *Url::parse("https://pypi.test/simple/")};

std::string route(std::string_view address) {
  const Route found = route_of(*Url::parse(address), kIndexes);
  if (const auto* page = std::get_if<PageRoute>(&found)) {
    return "page " + page->project.normalized() + " of " + page->index.path();
  }
  if (const auto* list = std::get_if<ListRoute>(&found)) return "list of " + list->index.path();
  if (const auto* legacy = std::get_if<LegacyRoute>(&found)) return "legacy " + legacy->project.normalized();
  if (const auto* file = std::get_if<FileRoute>(&found)) return "file " + file->name;
  if (const auto* metadata = std::get_if<MetadataRoute>(&found)) return "metadata of " + metadata->file;
  return "other";
}

TEST(Route, KnowsPagesByTheIndexThatHasThem) {
  EXPECT_EQ(route("https://pypi.test/simple/Foo.Bar/"), "page foo-bar of /simple/");
  EXPECT_EQ(route("https://pypi.test/simple/foo"), "page foo of /simple/");
  EXPECT_EQ(route("https://pypi.test/simple/%66oo/"), "page foo of /simple/");
  EXPECT_EQ(route("https://pypi.test/x/../simple/foo/"), "page foo of /simple/");
  EXPECT_EQ(route("https://index.test/root/dev/foo/"), "page foo of /root/dev/");
  EXPECT_EQ(route("https://index.test/root/foo/"), "page foo of /root");
  EXPECT_EQ(route("https://pypi.test/simple//foo/"), "page foo of /simple/");
  EXPECT_EQ(route("https://pypi.test/simple/"), "list of /simple/");
  EXPECT_EQ(route("https://index.test/root"), "list of /root");
  EXPECT_EQ(route("https://pypi.test/pypi/foo/json"), "legacy foo");
  EXPECT_EQ(route("https://pypi.test/pypi/foo/1.0/json"), "legacy foo");
}

TEST(Route, KnowsFilesByTheirNames) {
  EXPECT_EQ(route("https://pypi.test/a/foo-1.0.tar.gz?x"), "file foo-1.0.tar.gz");
  EXPECT_EQ(route("https://pypi.test/simple/foo-1.0.whl"), "file foo-1.0.whl");
  EXPECT_EQ(route("https://pypi.test/a/foo-1.0-py3-none-any.whl.metadata"),
            "metadata of https://pypi.test/a/foo-1.0-py3-none-any.whl");
  EXPECT_EQ(route("https://pypi.test/a/foo-1.0.tgz.metadata?x=/y"),
            "metadata of https://pypi.test/a/foo-1.0.tgz");
}

TEST(Route, TakesNothingElseForAPage) {
  for (const char* address :
       {"https://other.test/simple/foo/", "https://pypi.test/simplex/foo/",
        "https://pypi.test/simple/foo/bar/", "https://pypi.test/simple/foo-1.0.tar.gz/",
        "https://pypi.test/simple/foo/?x", "https://pypi.test/simple///foo/",
        "https://pypi.test/files/blob.metadata", "https://pypi.test/files/blob",
        "https://pypi.test/pypi/foo/1.0/2/json", "https://pypi.test/pypi/json",
        "https://other.test/pypi/foo/json", "https://pypi.test/info/refs", "https://pypi.test/simple/-foo/",
        "http://pypi.test/simple/foo/", "https://pypi.test/"}) {
    EXPECT_EQ(route(address), "other") << address;
  }
}

TEST(Route, KnowsWhatPipToolsAsksForDigests) {
  const auto is_json = [](const char* address) {
    const Route found = route_of(*Url::parse(address), kIndexes);
    const auto* other = std::get_if<OtherRoute>(&found);
    return other != nullptr && other->is_project_json;
  };
  EXPECT_TRUE(is_json("https://pypi.test/foo/json"));
  EXPECT_TRUE(is_json("https://pypi.test/simple/foo/json"));
  for (const char* address :
       {"https://other.test/foo/json", "https://pypi.test/json", "https://pypi.test/-/json",
        "https://pypi.test/foo-1.0.whl/json", "https://pypi.test/foo/json?x"}) {
    EXPECT_FALSE(is_json(address)) << address;
  }
}

}  // namespace
}  // namespace tomme::guard
