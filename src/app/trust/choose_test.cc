#include "app/trust/choose.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "app/trust/errors.h"
#include "core/sigstore/builtin_roots.h"
#include "core/tuf/errors.h"
#include "core/tuf/repository_for_test.h"
#include "io/net/errors.h"
#include "io/net/http_server.h"
#include "io/net/net_test_support.h"
#include "io/remote/errors.h"
#include "io/system/errors.h"
#include "testing/folder.h"

namespace tomme::trust {
namespace {

using namespace std::chrono_literals;
using net::testing::FunctionHandler;
using tomme::testing::TestFolder;
using tuf::testing::kDay;
using tuf::testing::kNow;
using tuf::testing::Repository;

/// kNow is before the day of the built-in roots; what a person refreshes is after it.
const Time kLater = *parse_rfc3339("2037-01-01T00:00:00Z");

/// A mirror of a Sigstore instance on this machine: metadata of a repository in memory, targets by path.
class TrustTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (auto& [name, targets] : repository_.roles) targets.expires = kLater + 300 * kDay;
    repository_.timestamp.expires = kLater + 7 * kDay;
    repository_.snapshot.expires = kLater + 300 * kDay;
    repository_.root.expires = kLater + 300 * kDay;
    first_root_ = repository_.roots.front();
    repository_.publish_root();
    put("trusted_root.json", std::string(public_good_root_text()));
    server_ = *net::HttpServer::start({}, handler_);
  }
  void put(const std::string& name, std::string content) {
    repository_.add_target("targets", name, content);
    repository_.bump("targets");
    repository_.publish();
    targets_["/targets/" + sha256(bytes_of(content)).to_hex() + "." + name] = std::move(content);
  }
  Source source(bool known = true) {
    Source out = Source::of("http://127.0.0.1:" + std::to_string(server_->port())).value();
    if (known) {
      out.first_root = first_root_;
      out.built_in = &public_good_root;
    }
    return out;
  }
  Request request(Refresh refresh, Time now = kLater, bool known = true) {
    return {.source = source(known),
            .refresh = refresh,
            .cache_folder = folder_.path("cache"),
            .now = now,
            .network = []() -> Result<net::HttpClientOptions> { return net::HttpClientOptions{}; }};
  }
  /// "mirror", "kept", "built in", with "!" where there is a note; the code of the error.
  std::string choose_from(const Request& request) {
    const auto in_use = choose(request);
    if (!in_use) return std::string(in_use.error().code().name);
    note_ = in_use->note;
    const char* names[] = {"built in", "kept", "mirror"};
    return names[std::to_underlying(in_use->from)] + std::string(note_.empty() ? "" : "!");
  }
  std::size_t asked() {
    const std::size_t all = handler_.requests().size();
    return all - std::exchange(seen_, all);
  }
  std::string kept(const std::string& name) {
    return Store::folder_of(folder_.path("cache"), source()) + "/" + name;
  }
  Result<void> init(std::string_view root) {
    Store store = TRY(Store::open(folder_.path("cache"), source(false), {}));
    TRY(store.init(bytes_of(root)));
    return {};
  }

  Repository repository_;
  std::string first_root_;
  std::map<std::string, std::string> targets_;
  bool down_ = false;
  FunctionHandler handler_{[this](const net::Request& request, net::ResponseWriter& out) {
    const std::string path = request.url.target();
    if (down_) return static_cast<void>(out.respond(503, "", {}, ""));
    if (const auto target = targets_.find(path); target != targets_.end()) {
      return static_cast<void>(out.respond(200, "", {}, target->second));
    }
    const auto file = repository_.fetch(path.substr(1), 1'000'000);
    if (!file || !*file) return static_cast<void>(out.respond(404, "", {}, ""));
    static_cast<void>(out.respond(200, "", {}, **file));
  }};
  std::unique_ptr<net::HttpServer> server_;
  TestFolder folder_;
  std::string note_;
  std::size_t seen_ = 0;
};

TEST_F(TrustTest, OfflineTheBuiltInRootServesAndNothingIsMade) {
  EXPECT_EQ(choose_from(request(Refresh::never)), "built in");
  EXPECT_FALSE(exists(folder_.path("cache")));
  EXPECT_EQ(asked(), 0U);
  Request homeless = request(Refresh::never);
  homeless.cache_folder = fail(kFileWrite, "no home");
  EXPECT_EQ(choose_from(homeless), "built in");
}

TEST_F(TrustTest, ARefreshIsKeptForADay) {
  EXPECT_EQ(choose_from(request(Refresh::daily)), "mirror");
  EXPECT_EQ(asked(), 6U);  // two roots, one of them there, three roles, one target
  EXPECT_EQ(choose_from(request(Refresh::daily, kLater + 24h - 1s)), "kept");
  EXPECT_EQ(choose_from(request(Refresh::never, kLater + 24h)), "kept");
  EXPECT_EQ(asked(), 0U);
  EXPECT_EQ(choose_from(request(Refresh::daily, kLater + 24h)), "mirror");
  EXPECT_EQ(choose_from(request(Refresh::always, kLater + 24h)), "mirror");
  EXPECT_EQ(asked(), 4U);  // the root after the last and the timestamp, twice
  // A clock that was wrong must not keep the mirror from being asked.
  EXPECT_EQ(choose_from(request(Refresh::daily, kLater)), "mirror");
}

TEST_F(TrustTest, AFailureIsSaidOnceADayAndNotTriedAgainForAnHour) {
  down_ = true;
  EXPECT_EQ(choose_from(request(Refresh::daily)), "built in!");
  EXPECT_TRUE(note_.contains("trust show") && note_.contains("built in on")) << note_;
  EXPECT_FALSE(note_.contains('\n'));
  EXPECT_LE(note_.size(), 110U);
  EXPECT_EQ(asked(), 1U);
  EXPECT_EQ(choose_from(request(Refresh::daily, kLater + 1h - 1s)), "built in");
  EXPECT_EQ(asked(), 0U);
  EXPECT_EQ(choose_from(request(Refresh::daily, kLater + 1h)), "built in");
  EXPECT_EQ(asked(), 1U);
  EXPECT_EQ(choose_from(request(Refresh::daily, kLater + 24h)), "built in!");
  const auto in_use = choose(request(Refresh::never, kLater + 24h));
  ASSERT_TRUE(in_use);
  EXPECT_TRUE(in_use->asked.reason.contains("503")) << in_use->asked.reason;
  EXPECT_EQ(asked(), 1U);
  EXPECT_EQ(choose_from(request(Refresh::always)), kTufMirror.name);
  down_ = false;
  EXPECT_EQ(choose_from(request(Refresh::always)), "mirror");
  EXPECT_EQ(choose_from(request(Refresh::daily)), "kept");
}

TEST_F(TrustTest, AKeptRootServesWhenTheMirrorIsDownHoweverOld) {
  EXPECT_EQ(choose_from(request(Refresh::daily)), "mirror");
  down_ = true;
  EXPECT_EQ(choose_from(request(Refresh::daily, kLater + 400 * kDay)), "kept!");
  EXPECT_TRUE(note_.contains("that of 2037-01-01")) << note_;
  const auto in_use = choose(request(Refresh::never, kLater + 400 * kDay));
  ASSERT_TRUE(in_use);
  EXPECT_EQ(in_use->files->roles.at(1).stale, 393 * kDay);
}

TEST_F(TrustTest, AMirrorThatHoldsBackIsAFailureToo) {
  EXPECT_EQ(choose_from(request(Refresh::daily, kLater + 8 * kDay)), "built in!");
  const auto in_use = choose(request(Refresh::never, kLater + 8 * kDay));
  ASSERT_TRUE(in_use);
  EXPECT_TRUE(in_use->asked.reason.contains("expired at 2037-01-08")) << in_use->asked.reason;
  EXPECT_EQ(choose_from(request(Refresh::always, kLater + 8 * kDay)), tuf::kTufExpired.name);
}

TEST_F(TrustTest, TheBuiltInRootServesWhereItIsNewerThanWhatIsKept) {
  for (auto& [name, targets] : repository_.roles) targets.expires = kNow + 30 * kDay;
  EXPECT_EQ(choose_from(request(Refresh::always, kNow)), "mirror");  // before the built-in root's day
  EXPECT_EQ(choose_from(request(Refresh::never, kNow)), "built in");
  EXPECT_EQ(choose_from(request(Refresh::never, kNow, false)), "kept");  // no other there
}

TEST_F(TrustTest, AnotherInstanceNeedsARootToBeginWith) {
  for (const Refresh refresh : {Refresh::never, Refresh::daily, Refresh::always}) {
    EXPECT_EQ(choose_from(request(refresh, kLater, false)), kTrustNotBegun.name);
  }
  EXPECT_EQ(asked(), 0U);
  EXPECT_FALSE(init("{}"));
  ASSERT_TRUE(init(first_root_));
  EXPECT_EQ(choose_from(request(Refresh::never, kLater, false)), kTrustNotKept.name);
  EXPECT_EQ(choose_from(request(Refresh::daily, kLater, false)), "mirror");
  EXPECT_EQ(choose_from(request(Refresh::never, kLater, false)), "kept");
  // A bad root leaves all as it was; a good one begins anew.
  EXPECT_FALSE(init(tuf::testing::unsigned_file(first_root_)));
  EXPECT_EQ(choose_from(request(Refresh::never, kLater, false)), "kept");
  ASSERT_TRUE(init(first_root_));
  EXPECT_EQ(choose_from(request(Refresh::never, kLater, false)), kTrustNotKept.name);
}

TEST_F(TrustTest, DamagedFilesAreFetchedAgain) {
  for (const char* name : {"root.json", "timestamp.json", "snapshot.json", "targets.json", "asked",
                           "targets/trusted_root.json"}) {
    EXPECT_EQ(choose_from(request(Refresh::daily, kLater)).substr(0, 3),
              name == std::string("root.json") ? "mir" : "kep")
        << name;
    const std::string whole = read_file(kept(name), 1'000'000).value();
    ASSERT_TRUE(write_file(kept(name), whole.substr(0, whole.size() / 2)));
    EXPECT_EQ(choose_from(request(Refresh::daily, kLater)), "mirror") << name;
    EXPECT_EQ(read_file(kept(name), 1'000'000).value(), whole) << name;
  }
}

TEST_F(TrustTest, WhatSomebodyPutInPlaceOfTheTargetIsNotUsed) {
  EXPECT_EQ(choose_from(request(Refresh::daily)), "mirror");
  ASSERT_TRUE(write_file(kept("targets/trusted_root.json"), staging_root_text()));
  EXPECT_EQ(choose_from(request(Refresh::never)), "built in!");
  EXPECT_EQ(choose_from(request(Refresh::never, kLater, false)), kTrustNotKept.name);
}

TEST_F(TrustTest, ATargetThatIsNoTrustRootIsNotKept) {
  EXPECT_EQ(choose_from(request(Refresh::daily)), "mirror");
  put("trusted_root.json", "{}");
  EXPECT_EQ(choose_from(request(Refresh::daily, kLater + kDay)), "built in!");
  const auto in_use = choose(request(Refresh::never, kLater + kDay));
  ASSERT_TRUE(in_use);
  EXPECT_TRUE(in_use->asked.reason.contains("trusted_root.json")) << in_use->asked.reason;
}

TEST_F(TrustTest, ARepositoryOfSomethingElseIsNoInstance) {
  repository_.roles.at("targets").targets = {};
  repository_.bump("targets");
  repository_.publish();
  EXPECT_EQ(choose_from(request(Refresh::always)), kTrustNotListed.name);
  // One that lists a gigabyte is not fetched.
  repository_.add_target("targets", "trusted_root.json");
  tuf::TargetFile large = tuf::testing::target_file("x");
  large.length = 1'000'000'000;
  repository_.roles.at("targets").targets.set("trusted_root.json", large);
  repository_.bump("targets");
  repository_.publish();
  EXPECT_EQ(choose_from(request(Refresh::always)), tuf::kTufTooLong.name);
}

TEST_F(TrustTest, TheSigningConfigurationIsKeptButNotNeeded) {
  put("signing_config.v0.2.json", "{\"caUrls\":[]}");
  auto in_use = choose(request(Refresh::always));
  ASSERT_TRUE(in_use);
  EXPECT_EQ(in_use->files->signing_config, "{\"caUrls\":[]}");
  in_use = choose(request(Refresh::never));
  ASSERT_TRUE(in_use);
  EXPECT_EQ(in_use->files->signing_config, "{\"caUrls\":[]}");
  std::erase_if(targets_, [](const auto& target) { return target.first.contains("signing_config"); });
  ::unlink(kept("targets/signing_config.v0.2.json").c_str());
  in_use = choose(request(Refresh::always));
  ASSERT_TRUE(in_use) << in_use.error().message();
  EXPECT_FALSE(in_use->files->signing_config);
}

TEST_F(TrustTest, AFolderThatCannotBeUsedFallsBack) {
  folder_.write("cache", "a file");
  EXPECT_EQ(choose_from(request(Refresh::daily)), "built in!");
  EXPECT_FALSE(choose(request(Refresh::always)));
  Request unusable = request(Refresh::daily);
  unusable.network = []() -> Result<net::HttpClientOptions> { return fail(kNetProxySetting, "socks"); };
  unusable.cache_folder = folder_.path("other");
  EXPECT_EQ(choose_from(unusable), "built in!");
}

TEST(TrustAsked, IsReadBackAndTornLinesAreLeftOut) {
  const Asked asked{.refreshed = kNow, .failed = kNow + 1h, .reason = "no\nconnection"};
  const std::string text = to_text(asked);
  const Asked again = parse_asked(text);
  EXPECT_EQ(again.refreshed, kNow);
  EXPECT_EQ(again.failed, kNow + 1h);
  EXPECT_FALSE(again.reason.contains('\n'));
  EXPECT_TRUE(again.reason.starts_with("no"));
  EXPECT_FALSE(parse_asked(text.substr(0, 20)).refreshed);
  const Asked odd = parse_asked("refreshed\nfailed yesterday x\n\n \nother 2026-01-01T00:00:00Z\n");
  EXPECT_FALSE(odd.refreshed || odd.failed);
}

TEST(TrustSource, TheBuiltInRootsBeginAChain) {
  const TestFolder folder;
  for (const std::string_view mirror : {kPublicMirror, kStagingMirror}) {
    const Source source = Source::of(mirror).value();
    Store store = Store::open(folder.path("cache"), source, {}).value();
    const auto version = store.init(bytes_of(source.first_root));
    ASSERT_TRUE(version) << version.error().message();
    EXPECT_GE(version->value(), 14U);
  }
}

TEST(TrustSource, IsKnownByItsUrl) {
  EXPECT_NE(Source::of("https://tuf-repo-cdn.sigstore.dev//")->built_in, nullptr);
  EXPECT_NE(Source::of(kStagingMirror)->first_root, Source::of(kPublicMirror)->first_root);
  EXPECT_EQ(Source::of("https://tuf.example.org")->built_in, nullptr);
  EXPECT_FALSE(Source::of("http://tuf.example.org"));
  EXPECT_EQ(Source::of("https://a/../b")->folder_name(), "https%3A%2F%2Fa%2F..%2Fb");
}

}  // namespace
}  // namespace tomme::trust
