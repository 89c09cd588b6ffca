#include "io/net/tls.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <thread>

#include "io/net/net_test_support.h"

namespace tomme::net {
namespace {

using testing::TestAuthority;
using testing::TestFolder;

struct Ends {
  std::unique_ptr<Stream> server, client;
};

class TlsTest : public ::testing::Test {
 protected:
  static Instant soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(5); }

  Ends connect() {
    std::array<int, 2> pair{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair.data()), 0);
    const TlsServer server = *TlsServer::make(authority_.issue("a.test"));
    const std::string file = folder_.write("ca.pem", authority_.pem());
    const TlsClient client = *TlsClient::make(*TrustStore::find({.named = {{file}}}));
    Ends ends;
    {
      const std::jthread accepting(
          [&] { ends.server = *server.accept(Descriptor(pair[0]), stop_, "a.test", soon()); });
      ends.client = *client.connect(Descriptor(pair[1]), stop_, "a.test", soon());
    }
    return ends;
  }

  StopSignal stop_;
  TestAuthority authority_;
  TestFolder folder_;
};

TEST_F(TlsTest, CarriesBytesAndTheEnd) {
  const Ends ends = connect();
  ASSERT_TRUE(ends.client->write(bytes_of("hello"), std::chrono::seconds(5)));
  std::array<std::uint8_t, 16> into{};
  ASSERT_EQ(ends.server->read(into, soon()), 5U);
  ends.client->finish();
  EXPECT_EQ(ends.server->read(into, soon()), 0U);
}

// libssl keeps the number of its descriptor. Once that is closed, the next file that is opened has it: an
// alert written then would stand in that file.
TEST_F(TlsTest, TouchesNothingOnceItIsCut) {
  const Ends ends = connect();
  const int number = ends.server->fd();
  ends.server->cut();
  const Descriptor file(::memfd_create("victim", MFD_CLOEXEC));
  ASSERT_EQ(file.fd(), number) << "the number was not given out again: this test shows nothing";
  ends.server->finish();
  EXPECT_FALSE(ends.server->write(bytes_of("bytes"), std::chrono::milliseconds(100)));
  std::array<std::uint8_t, 16> into{};
  EXPECT_FALSE(ends.server->read(into, soon()));
  struct stat status{};
  ASSERT_EQ(::fstat(file.fd(), &status), 0);
  EXPECT_EQ(status.st_size, 0);
}

}  // namespace
}  // namespace tomme::net
