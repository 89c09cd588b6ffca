#include "app/repository/snapshot_text.h"

#include <gtest/gtest.h>

#include "app/repository/bins.h"
#include "app/repository/ceremony.h"
#include "app/repository/layout.h"
#include "core/tuf/canonical_snapshot.h"

namespace tomme::repository {
namespace {

SnapshotText full(unsigned bits, std::uint64_t version, const std::string& prefix = "bins") {
  const BinLayout layout = *BinLayout::make(prefix, bits);
  SnapshotText snapshot(SnapshotText::Kind::snapshot);
  snapshot.version = 3;
  snapshot.expires = time_from_unix(1'800'000'000);
  for (std::uint32_t bin = 0; bin < layout.count(); ++bin)
    snapshot.set(snapshot_entry(layout.name(bin)), version);
  snapshot.set("targets.json", 12, SnapshotText::Content::of("the file"));
  return snapshot;
}

TEST(SnapshotText, IsCanonicalAndReadBack) {
  const std::string text = full(10, 99'999).render();
  const tuf::Snapshot parsed = *tuf::Snapshot::parse(*json::parse(text));
  EXPECT_EQ(*parsed.to_canonical(), text);
  EXPECT_EQ(parsed.meta.size(), 1025U);
  const auto file = tuf::CanonicalSnapshot::read(R"({"signatures":[],"signed":)" + text + "}");
  ASSERT_TRUE(file);  // the form that clients read without a tree
  EXPECT_EQ(file->value.version, tuf::Version(3));
  EXPECT_EQ(file->value.meta.find("targets.json")->version, tuf::Version(12));
  EXPECT_TRUE(tuf::check_meta_file(*file->value.meta.find("targets.json"), bytes_of("the file")));
  EXPECT_FALSE(tuf::check_meta_file(*file->value.meta.find("targets.json"), bytes_of("The file")));
  EXPECT_EQ(file->value.meta.find("bins-3ff.json")->version, tuf::Version(99'999));
  EXPECT_FALSE(file->value.meta.find("bins-400.json"));
}

TEST(SnapshotText, ForgetsTheContentOfAnotherVersion) {
  SnapshotText snapshot(SnapshotText::Kind::snapshot);
  snapshot.version = 1;
  snapshot.set("a.json", 1, SnapshotText::Content::of("a"));
  snapshot.set("b.json", 1, SnapshotText::Content::of("b"));
  snapshot.set("a.json", 2);
  EXPECT_FALSE(snapshot.has_content("a.json"));
  const tuf::Snapshot read = *tuf::Snapshot::parse(*json::parse(snapshot.render()));
  EXPECT_TRUE(read.meta.find("a.json")->is_version_only());
  EXPECT_EQ(read.meta.find("b.json")->length, 1U);
}

TEST(SnapshotText, KeepsItsOrder) {
  SnapshotText snapshot(SnapshotText::Kind::snapshot);
  snapshot.version = 1;
  for (const char* role : {"b", "a-b", "a", "c", "a"}) snapshot.set(snapshot_entry(role), 1);
  snapshot.set("c.json", 2);
  ASSERT_EQ(snapshot.entries().size(), 4U);
  EXPECT_EQ(snapshot.entries()[0].file, "a-b.json");  // '-' goes before '.'
  EXPECT_EQ(snapshot.version_of("c.json"), 2U);
  EXPECT_EQ(*tuf::Snapshot::parse(*json::parse(snapshot.render()))->to_canonical(), snapshot.render());
}

TEST(SnapshotText, StaysUnderWhatClientsAccept) {
  // 500 million writes: a renewal of all bins twice a week for three centuries.
  EXPECT_LT(full(14, 500'000'000, kPrefixBehindBins).render().size(), 600'000U);
  EXPECT_LT(full(BinLayout::kMostBits, 9'999'999'999).render().size() + 4'096, 2'000'000U);
}

TEST(SnapshotText, IsATimestampToo) {
  SnapshotText timestamp(SnapshotText::Kind::timestamp);
  timestamp.version = 8;
  timestamp.set("snapshot.json", 3);
  const std::string text = timestamp.render();
  EXPECT_EQ(*tuf::Timestamp::parse(*json::parse(text))->to_canonical(), text);
  EXPECT_EQ(tuf::Timestamp::parse(*json::parse(text))->snapshot.version, tuf::Version(3));
}

}  // namespace
}  // namespace tomme::repository
