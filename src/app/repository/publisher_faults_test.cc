#include <array>
#include <gtest/gtest.h>

#include "app/repository/publisher.h"
#include "app/repository/repository_for_test.h"
#include "io/store/memory_blobs_test_support.h"

/// Each call of a publication that writes a file goes wrong once: what clients see is the state before or the
/// state after, and the next publication does what is left.
namespace tomme::repository {
namespace {

using namespace testing;
using store::testing::FaultyBlobs;
using store::testing::MemoryBlobs;

class FaultsTest : public RepositoryTest, public ::testing::WithParamInterface<FaultyBlobs::Fault> {
 protected:
  MemoryBlobs memory_;
  FaultyBlobs faulty_{memory_};
  Place faulty_place_{faulty_, *database_, folder_.path("lock"), folder_.path()};

  Result<Publication> publish_faulty() {
    Publisher publisher = TRY(Publisher::open(faulty_place_, signers()));
    return publisher.publish(kNow);  // without close(): the process is gone
  }
  /// That many targets for the strictest client.
  std::uint64_t seen() {
    const auto found = verify_published(memory_, {.now = kNow});
    if (!found) ADD_FAILURE() << found.error().message();
    if (found) {
      for (const Error& problem : found->problems) ADD_FAILURE() << problem.message();
    }
    return found ? found->targets : 0;
  }
};

std::string name_of(const ::testing::TestParamInfo<FaultyBlobs::Fault>& test) {
  constexpr std::array<const char*, 3> kNames{"refused", "lost_answer", "half"};
  return kNames[static_cast<std::size_t>(test.param)];
}

INSTANTIATE_TEST_SUITE_P(, FaultsTest,
                         ::testing::Values(FaultyBlobs::Fault::refused, FaultyBlobs::Fault::lost_answer,
                                           FaultyBlobs::Fault::half),
                         &name_of);

TEST_P(FaultsTest, NoFaultOfAWriteIsSeenByClients) {
  ASSERT_TRUE(memory_.put(staged_key("root"), bytes_of(signed_file(root(), root_role_.keys))));
  tuf::Targets first = targets();
  first.role = *tuf::RoleName::parse("targets");
  ASSERT_TRUE(memory_.put(staged_key("targets"), bytes_of(signed_file(first, targets_role_.keys))));
  ASSERT_TRUE(publish_faulty());
  std::uint64_t listed = 0;
  bool failed = true;
  for (std::size_t calls = 0; failed; ++calls) {
    ASSERT_LT(calls, 100U) << "a publication of two targets writes no hundred times";
    add({set("a/" + std::to_string(calls)), set("b/" + std::to_string(calls))});
    faulty_.fail_after(calls, GetParam());
    const std::uint64_t before = listed;
    const auto broken = publish_faulty();
    failed = !broken.has_value();
    faulty_.heal();
    listed = before + 2;
    const std::uint64_t there = seen();
    EXPECT_TRUE(there == before || there == listed) << there;
    EXPECT_TRUE(failed || there == listed);
    const auto next = publish_faulty();
    ASSERT_TRUE(next) << "after a fault of call " << calls << ": " << next.error().message();
    EXPECT_EQ(seen(), listed) << "after a fault of call " << calls;
  }
  EXPECT_TRUE(faulty_.has_failed());
}

}  // namespace
}  // namespace tomme::repository
