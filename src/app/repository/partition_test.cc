#include "app/repository/partition.h"

#include <filesystem>
#include <gtest/gtest.h>
#include <map>

#include "io/system/errors.h"
#include "testing/folder.h"

namespace tomme::repository {
namespace {

Change set(const std::string& path, std::uint64_t length) {
  return *Change::set(path, *TargetFile::make(length, sha256({})));
}

TEST(Partition, GivesEachBinItsChangesInOrder) {
  const testing::TestFolder folder;
  for (const unsigned bits : {1U, 8U, 14U}) {
    const BinLayout layout = *BinLayout::make("bins", bits);
    Partition partition = *Partition::make(folder.path(), layout);
    std::map<std::string, std::uint64_t> last;
    // Long enough that parts of 1 and 8 bits go through their files.
    for (std::uint64_t i = 0; i < 20'000; ++i) {
      const std::string path = std::string(200, 'p') + std::to_string(i % 15'000);
      ASSERT_TRUE(partition.add(set(path, i)));
      last[path] = i;
    }
    ASSERT_TRUE(partition.add(*Change::remove("gone")));
    ASSERT_TRUE(partition.finish());
    EXPECT_EQ(partition.size(), 20'001U);
    std::size_t seen = 0;
    for (std::size_t part = 0; part < partition.parts(); ++part) {
      const std::vector<Change> changes = *partition.read(part);
      for (std::size_t i = 0; i < changes.size(); ++i) {
        const std::uint32_t bin = layout.of(changes[i].path_digest());
        EXPECT_GE(bin, partition.first_bin(part));
        EXPECT_LT(bin, partition.first_bin(part) + partition.bins_of_a_part());
        if (i > 0) {
          const std::uint32_t before = layout.of(changes[i - 1].path_digest());
          EXPECT_TRUE(before < bin || (before == bin && changes[i - 1].path() < changes[i].path()));
        }
        if (changes[i].file()) {
          EXPECT_EQ(changes[i].file()->length(), last.at(changes[i].path()));
        } else {
          EXPECT_EQ(changes[i].path(), "gone");
        }
      }
      seen += changes.size();
    }
    EXPECT_EQ(seen, last.size() + 1);
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << "files for sorting have names";
}

TEST(Partition, SaysWhereItCannotWrite) {
  const Result<Partition> partition = Partition::make("/nowhere/at/all", *BinLayout::make("b", 1));
  ASSERT_FALSE(partition);
  EXPECT_EQ(partition.error().code().name, kFileWrite.name);
}

TEST(Partition, CarriesCustomObjects) {
  const testing::TestFolder folder;
  Partition partition = *Partition::make(folder.path(), *BinLayout::make("b", 1));
  const std::string custom = R"({"a":")" + std::string(16'000, 'x') + "\"}";
  ASSERT_TRUE(partition.add(*Change::set("a", *TargetFile::make(1, sha256({}), custom))));
  ASSERT_TRUE(partition.finish());
  std::vector<Change> all = *partition.read(0);
  if (all.empty()) all = *partition.read(1);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].file()->custom(), custom);
}

}  // namespace
}  // namespace tomme::repository
