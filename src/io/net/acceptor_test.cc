#include "io/net/acceptor.h"

#include <future>
#include <gtest/gtest.h>
#include <optional>

#include "io/net/net_test_support.h"

namespace tomme::net {
namespace {

using testing::RawClient;
using namespace std::chrono_literals;

/// One place; each connection keeps it until `go`.
class AcceptorTest : public ::testing::Test {
 protected:
  ~AcceptorTest() override {
    go_.set_value();
    acceptor_->stop();
  }
  void start(std::chrono::milliseconds patience) {
    acceptor_.emplace(
        *listen_on("127.0.0.1", 0), 1,
        Acceptor::Handlers{.admit = [this](int fd) { admitted_.push_back(fd); },
                           .serve = [this](Descriptor socket) { serve(std::move(socket)); },
                           .overflow = [this](Descriptor socket) { say(std::move(socket), "no"); }},
        patience);
    acceptor_->start();
  }
  void serve(Descriptor socket) {
    const auto gone = go_.get_future();
    ++served_;
    gone.wait();
    say(std::move(socket), "served");
  }
  void say(Descriptor socket, std::string_view word) {
    const auto stream = make_plain_stream(std::move(socket), acceptor_->stop_signal());
    EXPECT_TRUE(stream->write(bytes_of(word), 5s));
    stream->finish();
  }
  void let_go() { std::exchange(go_, std::promise<void>()).set_value(); }
  void wait_for_served(int count) {
    while (served_ < count) std::this_thread::sleep_for(1ms);
  }

  std::promise<void> go_;
  std::atomic<int> served_ = 0;
  std::vector<int> admitted_;  // of the accepting thread until `stop`
  std::optional<Acceptor> acceptor_;
};

TEST_F(AcceptorTest, TurnsAwayWhoIsOneTooMany) {
  start(1ms);
  RawClient first(acceptor_->port());
  wait_for_served(1);
  RawClient second(acceptor_->port());
  EXPECT_EQ(second.read_all(), "no");
  let_go();
  EXPECT_EQ(first.read_all(), "served");
  acceptor_->stop();
  EXPECT_EQ(admitted_.size(), 1U);
}

TEST_F(AcceptorTest, WhoComesWhileAPlaceBecomesFreeWaitsForIt) {
  start(30s);
  RawClient first(acceptor_->port());
  wait_for_served(1);
  RawClient second(acceptor_->port());
  std::this_thread::sleep_for(20ms);  // it stands before the door by now
  let_go();
  EXPECT_EQ(first.read_all(), "served");
  wait_for_served(2);
  let_go();
  EXPECT_EQ(second.read_all(), "served");
}

}  // namespace
}  // namespace tomme::net
