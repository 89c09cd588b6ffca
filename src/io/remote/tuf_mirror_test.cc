#include "io/remote/tuf_mirror.h"

#include <gtest/gtest.h>
#include <thread>

#include "core/tuf/errors.h"
#include "io/net/errors.h"
#include "io/net/http_server.h"
#include "io/net/net_test_support.h"
#include "io/remote/errors.h"

namespace tomme {
namespace {

using namespace std::chrono_literals;
using net::testing::FunctionHandler;

/// A mirror that answers as the test has it.
class TufMirrorTest : public ::testing::Test {
 protected:
  void serve(FunctionHandler::Function function) {
    server_.reset();  // before what answers for it: a connection that was left may still be written to
    handler_ = std::make_unique<FunctionHandler>(std::move(function));
    server_ = *net::HttpServer::start({}, *handler_);
  }
  void answer(unsigned status, std::string body, net::Headers headers = {}) {
    serve([=](const net::Request&, net::ResponseWriter& out) {
      static_cast<void>(out.respond(status, "", headers, body));
    });
  }
  std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(server_->port()) + path;
  }
  Result<std::optional<Bytes>> fetch(const std::string& path, std::size_t most,
                                     const TufMirrorLimits& limits = {}) {
    TufMirror mirror = TRY(TufMirror::open(client_, url("/m"), limits));
    return mirror.fetch(path, most);
  }
  std::string code_of(const std::string& path, std::size_t most, const TufMirrorLimits& limits = {}) {
    const auto got = fetch(path, most, limits);
    if (!got) return std::string(got.error().code().name);
    return *got ? "there" : "not there";
  }
  std::vector<std::string> asked() const {
    std::vector<std::string> targets;
    for (const net::Request& request : handler_->requests())
      targets.push_back(request.method + " " + request.url.target());
    return targets;
  }

  net::HttpClient client_{{}};
  std::unique_ptr<FunctionHandler> handler_;
  std::unique_ptr<net::HttpServer> server_;
};

TEST_F(TufMirrorTest, AsksForPathsAsTheyAreQuoted) {
  answer(200, "file");
  TufMirror mirror = TufMirror::open(client_, url("/a%5Bb%5d//c/")).value();
  EXPECT_EQ(text_of(*mirror.fetch("1.%2E%2F.json", 4).value()), "file");
  EXPECT_TRUE(fetch("1..%2Fx.json", 4));
  EXPECT_EQ(asked(), (std::vector<std::string>{"GET /a%5Bb%5d//c/1.%2E%2F.json", "GET /m/1..%2Fx.json"}));
}

TEST_F(TufMirrorTest, OnlyThereAndNotThereAreAnswers) {
  for (const unsigned status : {404U, 403U}) {
    answer(status, "page");
    EXPECT_EQ(code_of("2.root.json", 1), "not there") << status;
    answer(status, std::string(1'000'000, 'x'));
    EXPECT_EQ(code_of("2.root.json", 1), "not there") << status;
    EXPECT_EQ(asked().size(), 1U);  // nothing is tried again
  }
  for (const unsigned status : {204U, 206U, 304U, 400U, 401U, 410U, 429U, 500U, 503U}) {
    answer(status, "");
    EXPECT_EQ(code_of("2.root.json", 100), kTufMirror.name) << status;
  }
  server_->stop();
  EXPECT_EQ(code_of("2.root.json", 100), kNetUnreachable.name);
}

TEST_F(TufMirrorTest, ABodyIsAsLongAsAllowedAndNoLonger) {
  answer(200, "12345");
  EXPECT_EQ(code_of("x", 5), "there");
  EXPECT_EQ(code_of("x", 4), tuf::kTufTooLong.name);
  EXPECT_EQ(code_of("x", 0), tuf::kTufTooLong.name);
  // Endless, without a length.
  serve([](const net::Request&, net::ResponseWriter& out) {
    static_cast<void>(out.head(200, "", {}, std::nullopt));
    const Bytes more(1000, 'x');
    while (out.write(more)) {
    }
  });
  EXPECT_EQ(code_of("x", 100'000), tuf::kTufTooLong.name);
}

TEST_F(TufMirrorTest, AnEncodedAnswerIsNone) {
  answer(200, "file", {{"Content-Encoding", "gzip"}});
  EXPECT_EQ(code_of("x", 100), kTufMirror.name);
}

TEST_F(TufMirrorTest, FollowsToSecureOriginsOnly) {
  const auto redirect = [&](const std::string& to) {
    serve([=](const net::Request& request, net::ResponseWriter& out) {
      if (request.url.target() == "/there") return static_cast<void>(out.respond(200, "", {}, "file"));
      static_cast<void>(out.respond(302, "", {{"Location", to}}, ""));
    });
  };
  redirect("/there");
  EXPECT_EQ(code_of("x", 4), "there");
  redirect("http://mirror.example/there");
  EXPECT_EQ(code_of("x", 4), kTufMirror.name);
  redirect("/again");
  EXPECT_EQ(code_of("x", 4), kTufMirror.name);
  EXPECT_EQ(asked().size(), 6U);
}

TEST_F(TufMirrorTest, SlowRetrievalEnds) {
  serve([](const net::Request&, net::ResponseWriter& out) {
    static_cast<void>(out.head(200, "", {}, 1'000'000));
    while (out.write(bytes_of("x"))) std::this_thread::sleep_for(10ms);
  });
  EXPECT_EQ(code_of("x", 1'000'000, {.file = 200ms}), kNetTimeout.name);
  EXPECT_EQ(code_of("x", 1'000'000, {.metadata = 200ms}), kNetTimeout.name);
  EXPECT_EQ(code_of("x", 1'000'000, {.stall = 1s}), kNetTimeout.name);
}

TEST_F(TufMirrorTest, AllMetadataTogetherHasABound) {
  serve([](const net::Request&, net::ResponseWriter& out) {
    std::this_thread::sleep_for(200ms);
    static_cast<void>(out.respond(200, "", {}, "x"));
  });
  TufMirror mirror = TufMirror::open(client_, url("/"), {.metadata = 700ms}).value();
  EXPECT_TRUE(mirror.fetch("a", 1));
  static_cast<void>(mirror.fetch("b", 1));
  static_cast<void>(mirror.fetch("c", 1));
  const auto fourth = mirror.fetch("d", 1);
  ASSERT_FALSE(fourth);
  EXPECT_TRUE(fourth.error().is(kNetTimeout)) << fourth.error().message();
}

TEST_F(TufMirrorTest, AddressesThatAreNone) {
  for (const char* bad :
       {"http://mirror.example/", "ftp://mirror.example/", "mirror.example", "", "https://mirror.example/?a",
        "https://u@mirror.example/", "https://mirror.example/#a", "file:///srv/mirror"}) {
    const auto mirror = TufMirror::open(client_, bad);
    ASSERT_FALSE(mirror) << bad;
    EXPECT_TRUE(mirror.error().is(kTufMirrorAddress)) << mirror.error().message();
  }
  EXPECT_TRUE(TufMirror::open(client_, "https://mirror.example"));
}

tuf::FoundTarget target_of(std::string_view content, std::string request_path) {
  tuf::TargetFile file;
  file.length = content.size();
  file.hashes.known.push_back(digest(HashAlgorithm::sha256, bytes_of(content)));
  return {tuf::TargetPath::parse("dir/name").value(), file, tuf::RoleName::targets(),
          std::move(request_path)};
}

TEST_F(TufMirrorTest, ATargetIsWhatIsListed) {
  answer(200, "content");
  TufTargets targets = TufTargets::open(client_, url("/t")).value();
  std::string got;
  const auto keep = [&](BytesView bytes) -> Result<void> {
    got += text_of(bytes);
    return {};
  };
  ASSERT_TRUE(targets.fetch(target_of("content", "dir/ab.name"), keep));
  EXPECT_EQ(got, "content");
  EXPECT_EQ(asked(), std::vector<std::string>{"GET /t/dir/ab.name"});
  const auto code = [&](std::string_view content, std::string path) {
    const auto fetched = targets.fetch(target_of(content, std::move(path)), keep);
    return fetched ? "there" : std::string(fetched.error().code().name);
  };
  EXPECT_EQ(code("Content", "x"), tuf::kTufHash.name);
  EXPECT_EQ(code("content, and more", "x"), tuf::kTufHash.name);
  EXPECT_EQ(code("conten", "x"), tuf::kTufTooLong.name);
  EXPECT_EQ(code("content", ""), tuf::kTufTargetPath.name);
  answer(404, "");
  targets = TufTargets::open(client_, url("/t")).value();
  EXPECT_EQ(code("content", "x"), tuf::kTufUnavailable.name);
}

TEST_F(TufMirrorTest, StopsWhenAsked) {
  serve([](const net::Request&, net::ResponseWriter& out) {
    static_cast<void>(out.head(200, "", {}, 1'000'000));
    while (out.write(bytes_of("x"))) std::this_thread::sleep_for(10ms);
  });
  std::stop_source stop;
  TufMirror mirror = TufMirror::open(client_, url("/"), {}, stop.get_token()).value();
  std::jthread stopper([&] {
    std::this_thread::sleep_for(50ms);
    stop.request_stop();
  });
  const auto got = mirror.fetch("x", 1'000'000);
  ASSERT_FALSE(got);
  EXPECT_TRUE(got.error().is(kNetCancelled)) << got.error().message();
}

}  // namespace
}  // namespace tomme
