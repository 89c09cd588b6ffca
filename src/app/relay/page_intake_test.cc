#include "app/relay/page_intake.h"

#include <gtest/gtest.h>

#include "app/relay/errors.h"
#include "testing/folder.h"

namespace tomme::guard {
namespace {

bool always(const net::ResponseHead&) {
  return true;
}

/// Bytes that differ from their neighbours, so that an exchanged piece is seen.
std::string long_text(std::size_t size) {
  std::string text;
  while (text.size() < size) text += std::to_string(text.size()) + ",";
  text.resize(size);
  return text;
}

/// What a server would send, in blocks of 16 KiB.
Result<void> send(PageIntake& intake, std::string_view text) {
  TRY(intake.head({}));
  for (; !text.empty(); text.remove_prefix(std::min<std::size_t>(text.size(), 16 * 1024))) {
    TRY(intake.body(bytes_of(text.substr(0, 16 * 1024))));
  }
  return {};
}

TEST(PageIntake, HasALongPageReadWhileItComes) {
  const testing::TestFolder folder;
  for (const std::size_t size :
       {Scratch::kInMemory + 1, Scratch::kInMemory + 256 * 1024, std::size_t{5'000'001}}) {
    const std::string text = long_text(size);
    std::string read;
    PageIntake intake(folder.path(), always, [&](BytesView piece) -> Result<void> {
      read += text_of(piece);
      return {};
    });
    ASSERT_TRUE(send(intake, text));
    EXPECT_TRUE(*intake.was_read());
    EXPECT_TRUE(read == text) << size;
  }
}

TEST(PageIntake, KeepsWhatIsShortOrNotFollowed) {
  const testing::TestFolder folder;
  const auto never = [](const net::ResponseHead&) { return false; };
  const auto read = [](BytesView) -> Result<void> { return fail(kGuardRequest, "was read"); };
  PageIntake brief(folder.path(), always, read);
  ASSERT_TRUE(send(brief, "short"));
  EXPECT_FALSE(*brief.was_read());
  EXPECT_EQ(std::move(brief).take().size(), 5U);
  PageIntake kept(folder.path(), never, read);
  ASSERT_TRUE(send(kept, long_text(3'000'000)));
  EXPECT_FALSE(*kept.was_read());
  EXPECT_EQ(std::move(kept).take().size(), 3'000'000U);
  PageIntake plain(folder.path());
  ASSERT_TRUE(send(plain, long_text(3'000'000)));
  EXPECT_FALSE(*plain.was_read());
}

TEST(PageIntake, EndsWithTheReadersError) {
  const testing::TestFolder folder;
  PageIntake intake(folder.path(), always,
                    [](BytesView) -> Result<void> { return fail(kGuardRequest, "no page"); });
  const Result<void> sent = send(intake, long_text(2'000'000));
  EXPECT_TRUE(sent || sent.error().is(kGuardRequest));
  EXPECT_TRUE(intake.was_read().error().is(kGuardRequest));
}

TEST(PageIntake, IsGoneWithoutAnEnd) {
  const testing::TestFolder folder;
  PageIntake intake(folder.path(), always, [](BytesView) -> Result<void> { return {}; });
  ASSERT_TRUE(send(intake, long_text(2'000'000)));
}

}  // namespace
}  // namespace tomme::guard
