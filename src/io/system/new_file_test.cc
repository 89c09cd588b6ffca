#include "io/system/new_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "io/system/errors.h"
#include "testing/folder.h"

namespace tomme {
namespace {

using testing::TestFolder;

TEST(NewFileTest, HasNoNameUntilItIsKept) {
  const TestFolder folder;
  auto file = NewFile::open(folder.path());
  ASSERT_TRUE(file) << file.error().message();
  ASSERT_TRUE(file->append(bytes_of("con")));
  ASSERT_TRUE(file->append(bytes_of("tent")));
  EXPECT_TRUE(list_folder(folder.path()).empty());
  ASSERT_TRUE(std::move(*file).keep("name"));
  EXPECT_EQ(list_folder(folder.path()), std::vector<std::string>{"name"});
  EXPECT_EQ(read_file(folder.path("name"), 100).value(), "content");
}

TEST(NewFileTest, ReplacesAndDoesNotFollow) {
  const TestFolder folder;
  const std::string victim = folder.write("victim", "whole");
  ASSERT_EQ(::symlink(victim.c_str(), folder.path("name").c_str()), 0);
  for (const char* content : {"one", "two"}) {
    auto file = NewFile::open(folder.path());
    ASSERT_TRUE(file->append(bytes_of(content)));
    ASSERT_TRUE(std::move(*file).keep("name"));
    EXPECT_EQ(read_file(folder.path("name"), 100).value(), content);
  }
  EXPECT_EQ(read_file(victim, 100).value(), "whole");
  EXPECT_EQ(list_folder(folder.path()), (std::vector<std::string>{"name", "victim"}));
}

TEST(NewFileTest, LeavesNothingWhereItComesToNothing) {
  const TestFolder folder;
  {
    auto file = NewFile::open(folder.path());
    ASSERT_TRUE(file->append(bytes_of("content")));
    EXPECT_FALSE(std::move(*file).keep("no/such/folder"));
  }
  EXPECT_TRUE(list_folder(folder.path()).empty());
  const auto none = NewFile::open(folder.path("missing"));
  ASSERT_FALSE(none);
  EXPECT_TRUE(none.error().is(kFileWrite));
}

}  // namespace
}  // namespace tomme
