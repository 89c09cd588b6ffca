#include "app/run/shared_sight.h"

#include <gtest/gtest.h>
#include <map>

namespace tomme::guard {
namespace {

using Order = SharedSight::Order;

class SharedSightTest : public ::testing::Test {
 protected:
  SharedSightTest() {
    invocation_.home = "/home/a";
    invocation_.directory = "/w";
    invocation_.read = [this](const std::string& path, std::size_t) -> std::optional<std::string> {
      const auto file = files_.find(path);
      return file == files_.end() ? std::nullopt : std::optional(file->second);
    };
  }

  Order of(const std::string& first, const std::string& second) {
    return SharedSight(invocation_, sites_, cache_).of(first, second);
  }

  const std::string venv_ = "/w/.venv/lib/python3.11/site-packages";
  const std::string other_ = "/w/other/lib/python3.11/site-packages";
  const std::string user_ = "/home/a/.local/lib/python3.11/site-packages";
  const std::string local_ = "/usr/local/lib/python3.11/dist-packages";
  const std::string debian_ = "/usr/lib/python3/dist-packages";
  const std::string cache_ = "/c";
  const std::vector<std::string> sites_{venv_, other_, user_, local_, debian_, "/w/out"};
  std::map<std::string, std::string> files_{{"/w/.venv/pyvenv.cfg", "include-system-site-packages = false\n"},
                                            {"/w/other/pyvenv.cfg", "Include-System-Site-Packages=true\n"}};
  Invocation invocation_;
};

TEST_F(SharedSightTest, IsOfOneFolder) {
  EXPECT_EQ(of(venv_, venv_), Order::same);
}

TEST_F(SharedSightTest, OfAnEnvironmentEndsThere) {
  EXPECT_EQ(of(venv_, other_), Order::never);
  EXPECT_EQ(of(venv_, user_), Order::never);
  EXPECT_EQ(of(local_, venv_), Order::never);
  EXPECT_EQ(of("/w/out", venv_), Order::never);
}

TEST_F(SharedSightTest, OfOneThatSeesTheSystemGoesOn) {
  EXPECT_EQ(of(other_, user_), Order::before);
  EXPECT_EQ(of(local_, other_), Order::behind);
}

TEST_F(SharedSightTest, OfTheSystemIsTheUsersFirst) {
  EXPECT_EQ(of(user_, debian_), Order::before);
  EXPECT_EQ(of(local_, user_), Order::behind);
  EXPECT_EQ(of(local_, debian_), Order::before);
  EXPECT_EQ(of(user_, "/usr/local/lib/python3.12/dist-packages"), Order::before) << "no folder of a Python";
}

TEST_F(SharedSightTest, OfAnotherVersionIsNone) {
  const std::vector<std::string> sites{user_, "/usr/local/lib/python3.12/dist-packages"};
  SharedSight sight(invocation_, sites, cache_);
  EXPECT_EQ(sight.of(user_, sites[1]), Order::never);
}

TEST_F(SharedSightTest, OfAnOverlayGoesOverAll) {
  const std::string overlay = "/c/uv/environments-v2/a/lib/python3.11/site-packages";
  EXPECT_EQ(of(overlay, venv_), Order::before);
  EXPECT_EQ(of(venv_, overlay), Order::behind);
}

TEST_F(SharedSightTest, OfWhatAPathFileLeadsToIsBehind) {
  EXPECT_EQ(of("/w/src", venv_), Order::behind);
  EXPECT_EQ(of(venv_, "/w/src"), Order::before);
}

TEST_F(SharedSightTest, OfPythonsPathIsFirst) {
  invocation_.environment["PYTHONPATH"] = "/x:out";
  EXPECT_EQ(of("/w/out", venv_), Order::before);
  EXPECT_EQ(of(venv_, "/w/out"), Order::behind);
}

}  // namespace
}  // namespace tomme::guard
