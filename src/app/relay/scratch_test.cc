#include "app/relay/scratch.h"

#include <gtest/gtest.h>

#include "app/relay/page_intake.h"
#include "io/net/net_test_support.h"
#include "io/system/errors.h"
#include "testing/folder.h"

namespace tomme::guard {
namespace {

namespace fs = std::filesystem;

std::string text_in(const Scratch& scratch) {
  std::string text;
  const Result<void> read = scratch.read([&](BytesView bytes) -> Result<void> {
    text = text_of(bytes);
    return {};
  });
  return read ? text : read.error().message();
}

std::size_t entries_of(const std::string& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}));
}

TEST(Scratch, IsInMemoryWhileItIsShort) {
  Scratch scratch("/nowhere");
  EXPECT_EQ(text_in(scratch), "");
  ASSERT_TRUE(scratch.append("a"));
  ASSERT_TRUE(scratch.append(std::string(Scratch::kInMemory - 1, 'b')));
  EXPECT_FALSE(scratch.is_large());
  EXPECT_EQ(text_in(scratch), "a" + std::string(Scratch::kInMemory - 1, 'b'));
}

TEST(Scratch, GoesOnInAFileThatHasNoName) {
  const testing::TestFolder folder;
  Scratch scratch(folder.path());
  std::string all;
  for (const std::size_t size : {Scratch::kInMemory, std::size_t{1}, std::size_t{0}, Scratch::kInMemory}) {
    const std::string piece(size, static_cast<char>('a' + all.size() % 26));
    ASSERT_TRUE(scratch.append(piece));
    all += piece;
    EXPECT_EQ(scratch.size(), all.size());
    EXPECT_TRUE(text_in(scratch) == all) << all.size();
  }
  EXPECT_TRUE(scratch.is_large());
  EXPECT_EQ(entries_of(folder.path()), 0U);
}

TEST(Scratch, IsSentAsItCame) {
  const testing::TestFolder folder;
  for (const std::size_t size : {std::size_t{3}, Scratch::kInMemory + 3}) {
    Scratch scratch(folder.path());
    const std::string text(size, 'x');
    ASSERT_TRUE(scratch.append(text));
    net::testing::FunctionHandler handler([&](const net::Request&, net::ResponseWriter& out) {
      EXPECT_TRUE(out.head(200, "", {}, scratch.size()));
      EXPECT_TRUE(scratch.send(out));
    });
    const auto server = *net::HttpServer::start({}, handler);
    net::HttpClient client({});
    PageIntake sink(folder.path());
    const auto url = Url::parse("http://127.0.0.1:" + std::to_string(server->port()) + "/");
    ASSERT_TRUE(client.fetch({"GET", *url}, sink, {}, {}));
    EXPECT_TRUE(text_in(std::move(sink).take()) == text) << size;
  }
}

TEST(Scratch, SaysThatThereIsNoRoom) {
  Scratch scratch("/nowhere");
  const Result<void> refused = scratch.append(std::string(Scratch::kInMemory + 1, 'x'));
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(kFileWrite)) << refused.error().message();
  // What was lost in between would make another text of it.
  EXPECT_FALSE(scratch.append("y"));
}

}  // namespace
}  // namespace tomme::guard
