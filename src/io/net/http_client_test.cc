#include "io/net/http_client.h"

#include <atomic>
#include <gtest/gtest.h>
#include <set>
#include <thread>

#include "io/net/errors.h"
#include "io/net/net_test_support.h"

namespace tomme::net {
namespace {

using testing::FunctionHandler;
using testing::TestAuthority;
using testing::TestFolder;
using namespace std::chrono_literals;

Url url_of(const HttpServer& server, std::string target = "/", Scheme scheme = Scheme::http) {
  return *Url::at({scheme, {"127.0.0.1", server.port()}}, target);
}

class HttpClientTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"}) {
      ::setenv(name, "http://127.0.0.1:1", 1);  // nobody listens there: the environment must not count
    }
  }
  FunctionHandler echo_{[](const Request& request, ResponseWriter& out) {
    EXPECT_TRUE(out.respond(200, "Fine", {{"X-Method", request.method}},
                            request.url.target() + text_of_body(request)));
  }};
  static std::string text_of_body(const Request& request) { return std::string(text_of(request.body)); }
  TestFolder folder_;
  TestAuthority authority_;
};

TEST_F(HttpClientTest, Gets) {
  const auto server = *HttpServer::start({}, echo_);
  HttpClient client({.user_agent = "me/1"});
  const auto response =
      client.fetch({.url = url_of(*server, "/a?b=%20"), .headers = {{"X-A", ""}, {"Range", "bytes=0-1"}}});
  ASSERT_TRUE(response) << response.error().message();
  EXPECT_EQ(response->head.status, 200U);
  EXPECT_EQ(response->head.reason, "Fine");
  EXPECT_EQ(text_of(response->body), "/a?b=%20");
  const Request seen = echo_.requests().at(0);
  EXPECT_EQ(seen.headers.find("user-agent"), "me/1");
  EXPECT_EQ(seen.headers.find("accept-encoding"), "identity");
  EXPECT_EQ(seen.headers.find("range"), "bytes=0-1");
  EXPECT_EQ(seen.headers.find("x-a"), "");
}

TEST_F(HttpClientTest, DecodesOnceWhatItWasToldToDecode) {
  // printf 'some text' | gzip -n9
  const std::string_view kGzip(
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\x2b\xce\xcf\x4d\x55\x28\x49"
      "\xad\x28\x01\x00\xba\xbd\xba\x4f\x09\x00\x00\x00",
      29);
  FunctionHandler encoded([&](const Request& request, ResponseWriter& out) {
    const unsigned status = request.url.target() == "/404" ? 404 : 200;
    const std::string_view body = request.url.target() == "/bad" ? kGzip.substr(0, 20) : kGzip;
    EXPECT_TRUE(out.respond(status, "", {{"Content-Encoding", "gzip"}}, body));
  });
  const auto server = *HttpServer::start({}, encoded);
  HttpClient client({});
  const auto fetch = [&](const std::string& path, FetchLimits limits) {
    return client.fetch({.url = url_of(*server, path)}, limits);
  };
  const auto plain = fetch("/", {.decode = true});
  ASSERT_TRUE(plain) << plain.error().message();
  EXPECT_EQ(text_of(plain->body), "some text");
  EXPECT_EQ(plain->head.content_encoding(), "");
  EXPECT_FALSE(plain->head.headers.has("content-length"));
  EXPECT_EQ(text_of(fetch("/", {})->body), kGzip);
  EXPECT_EQ(text_of(fetch("/404", {.decode = true})->body), kGzip);
  const auto bad = fetch("/bad", {.decode = true});
  ASSERT_FALSE(bad);
  EXPECT_TRUE(bad.error().is(kNetProtocol));
  const auto large = fetch("/", {.body_bytes = 8, .decode = true});
  ASSERT_FALSE(large);
  EXPECT_TRUE(large.error().is(kNetTooLarge));
}

TEST_F(HttpClientTest, AddsTheAuthorizationOfAnAddress) {
  const auto server = *HttpServer::start({}, echo_);
  HttpClient client({.authorization = [](const Url& url) {
    return url.target() == "/mine" ? std::string("Basic x") : "";
  }});
  ASSERT_TRUE(client.fetch({.url = url_of(*server, "/mine")}));
  ASSERT_TRUE(client.fetch({.url = url_of(*server, "/other")}));
  ASSERT_TRUE(client.fetch({.url = url_of(*server, "/mine"), .headers = {{"Authorization", "Basic y"}}}));
  EXPECT_EQ(echo_.requests().at(0).headers.find("authorization"), "Basic x");
  EXPECT_FALSE(echo_.requests().at(1).headers.has("authorization"));
  EXPECT_EQ(echo_.requests().at(2).headers.find("authorization"), "Basic y");
}

TEST_F(HttpClientTest, HeadsAndPosts) {
  const auto server = *HttpServer::start({}, echo_);
  HttpClient client({});
  const auto head = client.fetch({.method = "HEAD", .url = url_of(*server, "/h")});
  ASSERT_TRUE(head) << head.error().message();
  EXPECT_EQ(head->head.headers.find("x-method"), "HEAD");
  EXPECT_TRUE(head->body.empty());
  EXPECT_EQ(head->head.content_length(), 2U);
  const auto post = client.fetch({.method = "POST", .url = url_of(*server, "/p"), .body = Bytes(3, 'x')});
  ASSERT_TRUE(post);
  EXPECT_EQ(text_of(post->body), "/pxxx");
  EXPECT_TRUE(client.fetch({.method = "POST", .url = url_of(*server, "/p")}));
  EXPECT_TRUE(client.fetch({.method = "GET", .url = url_of(*server, "/p")}));
  EXPECT_TRUE(client.fetch({.method = "PATCH", .url = url_of(*server)}).error().is(kNetRequest));
}

TEST_F(HttpClientTest, PutsAndDeletes) {
  const auto server = *HttpServer::start({}, echo_);
  HttpClient client({});
  const auto put = client.fetch({.method = "PUT", .url = url_of(*server, "/p"), .body = Bytes(3, 'x')});
  ASSERT_TRUE(put) << put.error().message();
  EXPECT_EQ(put->head.headers.find("x-method"), "PUT");
  EXPECT_EQ(text_of(put->body), "/pxxx");
  const auto removed = client.fetch({.method = "DELETE", .url = url_of(*server, "/p")});
  ASSERT_TRUE(removed) << removed.error().message();
  EXPECT_EQ(removed->head.headers.find("x-method"), "DELETE");
  // The next request over the same handle is a plain one again.
  EXPECT_EQ(client.fetch({.url = url_of(*server, "/p")})->head.headers.find("x-method"), "GET");
  for (const Request& seen : echo_.requests()) EXPECT_FALSE(seen.headers.has("content-type"));
}

TEST_F(HttpClientTest, RefusesHeadersThatWouldSmuggle) {
  const auto server = *HttpServer::start({}, echo_);
  HttpClient client({});
  EXPECT_TRUE(
      client.fetch({.url = url_of(*server), .headers = {{"A", "b\r\nC: d"}}}).error().is(kNetRequest));
  EXPECT_TRUE(client.fetch({.url = url_of(*server), .headers = {{"A b", "c"}}}).error().is(kNetRequest));
  EXPECT_TRUE(echo_.requests().empty());
}

TEST_F(HttpClientTest, FollowsNoRedirect) {
  FunctionHandler handler([](const Request&, ResponseWriter& out) {
    EXPECT_TRUE(out.respond(302, "", {{"Location", "http://127.0.0.1:1/"}}, ""));
  });
  const auto server = *HttpServer::start({}, handler);
  EXPECT_EQ(HttpClient({}).fetch({.url = url_of(*server)})->head.status, 302U);
}

TEST_F(HttpClientTest, LeavesEncodedContentAsItIs) {
  FunctionHandler handler([](const Request&, ResponseWriter& out) {
    EXPECT_TRUE(out.respond(200, "", {{"Content-Encoding", "gzip"}}, "not gzip"));
  });
  const auto server = *HttpServer::start({}, handler);
  const auto response = HttpClient({}).fetch({.url = url_of(*server)});
  EXPECT_EQ(response->head.content_encoding(), "gzip");
  EXPECT_EQ(text_of(response->body), "not gzip");
}

TEST_F(HttpClientTest, HasALimitOfTheBody) {
  FunctionHandler handler([](const Request& request, ResponseWriter& out) {
    const bool told = request.url.target() == "/told";
    if (out.head(200, "", {}, told ? std::optional<std::uint64_t>(11) : std::nullopt)) {
      [[maybe_unused]] const auto sent = out.write(bytes_of("hello world"));
    }
  });
  const auto server = *HttpServer::start({}, handler);
  HttpClient client({});
  for (const char* path : {"/told", "/untold"}) {
    EXPECT_TRUE(client.fetch({.url = url_of(*server, path)}, {.body_bytes = 11}));
    EXPECT_TRUE(client.fetch({.url = url_of(*server, path)}, {.body_bytes = 10}).error().is(kNetTooLarge));
  }
  EXPECT_TRUE(client.fetch({.method = "HEAD", .url = url_of(*server, "/told")}, {.body_bytes = 1}));
}

TEST_F(HttpClientTest, HasALimitOfTheHeader) {
  FunctionHandler handler([](const Request&, ResponseWriter& out) {
    [[maybe_unused]] const auto sent = out.respond(200, "", {{"X", std::string(2000, 'x')}}, "");
  });
  const auto server = *HttpServer::start({}, handler);
  EXPECT_TRUE(
      HttpClient({}).fetch({.url = url_of(*server)}, {.header_bytes = 1000}).error().is(kNetTooLarge));
  EXPECT_TRUE(HttpClient({}).fetch({.url = url_of(*server)}));
}

struct AbortingSink : BodySink {
  bool at_head = false;
  Result<void> head(const ResponseHead&) override {
    return at_head ? Result<void>(fail(kNetRequest, "enough")) : Result<void>();
  }
  Result<void> body(BytesView) override { return fail(kNetRequest, "enough"); }
};

TEST_F(HttpClientTest, EndsWhenTheSinkHasEnough) {
  const auto server = *HttpServer::start({}, echo_);
  HttpClient client({});
  for (bool at_head : {false, true}) {
    AbortingSink sink;
    sink.at_head = at_head;
    EXPECT_EQ(client.fetch({.url = url_of(*server)}, sink).error().message(), "enough");
  }
  EXPECT_TRUE(client.fetch({.url = url_of(*server)}));
}

TEST_F(HttpClientTest, TellsACutBodyFromAWholeOne) {
  FunctionHandler handler([](const Request& request, ResponseWriter& out) {
    const bool told = request.url.target() == "/told";
    EXPECT_TRUE(out.head(200, "", {}, told ? std::optional<std::uint64_t>(11) : std::nullopt));
    EXPECT_TRUE(out.write(bytes_of("hello")));
    out.abort();
  });
  const auto server = *HttpServer::start({}, handler);
  for (const char* path : {"/told", "/untold"}) {
    const auto response = HttpClient({}).fetch({.url = url_of(*server, path)});
    ASSERT_FALSE(response);
    EXPECT_TRUE(response.error().is(kNetClosed)) << response.error().message();
  }
}

TEST_F(HttpClientTest, HasTimeLimits) {
  FunctionHandler handler([](const Request&, ResponseWriter& out) {
    const std::stop_token stop = out.stop_token();
    while (!stop.stop_requested() && !out.client_gone()) std::this_thread::sleep_for(1ms);
  });
  const auto server = *HttpServer::start({}, handler);
  const auto total = HttpClient({}).fetch({.url = url_of(*server)}, {.total = 100ms});
  EXPECT_TRUE(total.error().is(kNetTimeout)) << total.error().message();
  const auto slow = HttpClient({}).fetch({.url = url_of(*server)}, {.low_speed_time = 1s});
  EXPECT_TRUE(slow.error().is(kNetTimeout)) << slow.error().message();
  EXPECT_TRUE(slow.error().message().contains("127.0.0.1:" + std::to_string(server->port())));
}

TEST_F(HttpClientTest, IsNotHeldByAByteNowAndThen) {
  FunctionHandler handler([](const Request&, ResponseWriter& out) {
    EXPECT_TRUE(out.head(200, "", {}, 1'000'000));
    while (!out.client_gone() && out.write(bytes_of("x"))) std::this_thread::sleep_for(10ms);
  });
  const auto server = *HttpServer::start({}, handler);
  const auto slow = HttpClient({}).fetch({.url = url_of(*server)}, {.low_speed_time = 1s});
  ASSERT_FALSE(slow);
  EXPECT_TRUE(slow.error().is(kNetTimeout)) << slow.error().message();
}

TEST_F(HttpClientTest, IsCalledOffAtOnce) {
  FunctionHandler handler([](const Request&, ResponseWriter& out) {
    while (!out.client_gone()) std::this_thread::sleep_for(1ms);
  });
  const auto server = *HttpServer::start({}, handler);
  for (const bool one_at_a_time : {false, true}) {
    std::stop_source stop;
    std::jthread later([&] {
      std::this_thread::sleep_for(50ms);
      stop.request_stop();
    });
    const auto start = std::chrono::steady_clock::now();
    HttpClient client({.one_at_a_time = one_at_a_time});
    EXPECT_TRUE(client.fetch({.url = url_of(*server)}, {}, stop.get_token()).error().is(kNetCancelled));
    EXPECT_LT(std::chrono::steady_clock::now() - start, 500ms);
    stop = std::stop_source();
    stop.request_stop();
    EXPECT_TRUE(client.fetch({.url = url_of(*server)}, {}, stop.get_token()).error().is(kNetCancelled));
  }
}

TEST_F(HttpClientTest, NamesWhatCannotBeReached) {
  HttpClient client({});
  const auto closed = client.fetch({.url = *Url::parse("http://127.0.0.1:1/")});
  EXPECT_TRUE(closed.error().is(kNetUnreachable));
  EXPECT_TRUE(closed.error().message().starts_with("no connection to 127.0.0.1:1"))
      << closed.error().message();
  const auto unknown = client.fetch({.url = *Url::parse("http://no-such-host.invalid/")});
  EXPECT_TRUE(unknown.error().is(kNetUnreachable));
  EXPECT_TRUE(unknown.error().message().contains("no-such-host.invalid")) << unknown.error().message();
  EXPECT_EQ(unknown.error().outcome(), Outcome::could_not_tell);
}

TEST_F(HttpClientTest, UsesAConnectionAgain) {
  std::mutex mutex;
  std::set<std::thread::id> threads;  // of the server: one for each connection
  FunctionHandler handler([&](const Request&, ResponseWriter& out) {
    {
      const std::lock_guard lock(mutex);
      threads.insert(std::this_thread::get_id());
    }
    EXPECT_TRUE(out.respond(200, "", {}, ""));
  });
  const auto first = *HttpServer::start({.identity = authority_.issue("127.0.0.1")}, handler);
  const auto second = *HttpServer::start({}, handler);
  HttpClient client({.trust = {.named = {{folder_.write("ca.pem", authority_.pem())}}}});
  for (int i = 0; i < 5; ++i) {
    const auto response = client.fetch({.url = url_of(*first, "/", Scheme::https)});
    ASSERT_TRUE(response) << response.error().message();
    ASSERT_TRUE(client.fetch({.url = url_of(*second)}));
  }
  EXPECT_EQ(threads.size(), 2U);
}

TEST_F(HttpClientTest, OutlivesAConnectionThatDied) {
  const auto server = *HttpServer::start({.limits = {.idle = 50ms}}, echo_);
  HttpClient client({});
  ASSERT_TRUE(client.fetch({.url = url_of(*server)}));
  std::this_thread::sleep_for(120ms);
  EXPECT_TRUE(client.fetch({.url = url_of(*server)}));
}

TEST_F(HttpClientTest, BelievesOnlyTheGivenAuthority) {
  const auto server = *HttpServer::start({.identity = authority_.issue("127.0.0.1")}, echo_);
  const Url url = url_of(*server, "/", Scheme::https);
  const std::string ours = folder_.write("ours.pem", authority_.pem());
  const std::string other = folder_.write("other.pem", TestAuthority().pem());
  EXPECT_TRUE(HttpClient({.trust = {.named = {{ours}}}}).fetch({.url = url}));
  EXPECT_TRUE(HttpClient({.trust = {.named = {{ours}}, .system_too = true}})
                  .fetch({.url = url}));  // beside the system's
  EXPECT_TRUE(HttpClient({.trust = {.named = {{other}, {ours}}}}).fetch({.url = url}));
  for (const TrustSettings& trust : {TrustSettings{.named = {{other}}}, TrustSettings{}}) {
    const auto response = HttpClient({.trust = trust}).fetch({.url = url});
    ASSERT_FALSE(response);
    EXPECT_TRUE(response.error().is(kNetTls)) << response.error().message();
    EXPECT_TRUE(response.error().message().starts_with("the TLS certificate of 127.0.0.1"))
        << response.error().message();
  }
}

TEST_F(HttpClientTest, WantsTheNameInTheCertificate) {
  const auto server = *HttpServer::start({.identity = authority_.issue("other.test")}, echo_);
  HttpClient client({.trust = {.named = {{folder_.write("ca.pem", authority_.pem())}}}});
  const auto response = client.fetch({.url = url_of(*server, "/", Scheme::https)});
  ASSERT_FALSE(response);
  EXPECT_TRUE(response.error().is(kNetTls)) << response.error().message();
}

TEST_F(HttpClientTest, NamesATrustFileThatIsNone) {
  for (const TrustSettings& trust :
       {TrustSettings{.named = {{folder_.path("absent")}}},
        TrustSettings{.named = {{folder_.write("empty", "no certificate")}}},
        TrustSettings{.named = {{folder_.path("absent"), "SSL_CERT_DIR", true}}},
        TrustSettings{.named = {{folder_.write("ours.pem", authority_.pem())}, {folder_.path("absent")}}}}) {
    const auto response = HttpClient({.trust = trust}).fetch({.url = *Url::parse("https://127.0.0.1:1/")});
    EXPECT_TRUE(response.error().is(kNetTrustFile)) << response.error().message();
  }
}

TEST_F(HttpClientTest, LooksForAuthoritiesWhereTlsIsSpokenOnly) {
  const auto server = *HttpServer::start({}, echo_);
  HttpClient client({.trust = {.named = {{folder_.path("absent")}}}});
  EXPECT_TRUE(client.fetch({.url = url_of(*server, "/")}));
  const auto response = client.fetch({.url = url_of(*server, "/", Scheme::https)});
  EXPECT_TRUE(response.error().is(kNetTrustFile)) << response.error().message();
  HttpClientOptions by_tls{.trust = {.named = {{folder_.path("absent")}}}};
  by_tls.proxy.for_http = *ParentProxy::parse("https://127.0.0.1:1");
  const auto proxied = HttpClient(by_tls).fetch({.url = *Url::parse("http://index.example/")});
  EXPECT_TRUE(proxied.error().is(kNetTrustFile)) << proxied.error().message();
}

TEST_F(HttpClientTest, TellsPlainHttpFromTls) {
  const auto server = *HttpServer::start({}, echo_);
  const auto response = HttpClient({}).fetch({.url = url_of(*server, "/", Scheme::https)});
  EXPECT_TRUE(response.error().is(kNetTls)) << response.error().message();
}

TEST_F(HttpClientTest, TakesFetchesFromManyThreads) {
  const auto server = *HttpServer::start({.identity = authority_.issue("127.0.0.1")}, echo_);
  const TrustSettings trust{.named = {{folder_.write("ca.pem", authority_.pem())}}};
  for (const bool one_at_a_time : {false, true}) {
    HttpClient client({.trust = trust, .idle_connections = 3, .one_at_a_time = one_at_a_time});
    std::atomic<int> good = 0;
    std::vector<std::jthread> threads;
    threads.emplace_back([&] { client.prepare(); });
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 10; ++i) {
          const std::string target = "/" + std::to_string(t) + "/" + std::to_string(i);
          const auto response = client.fetch({.url = url_of(*server, target, Scheme::https)});
          if (response && text_of(response->body) == target) ++good;
        }
      });
    }
    threads.clear();
    EXPECT_EQ(good, 80);
  }
}

TEST(TrustStore, PrefersTheSystemsDirectory) {
  std::error_code error;
  if (!std::filesystem::exists("/etc/ssl/certs/ca-certificates.crt", error))
    GTEST_SKIP() << "no ca-certificates here";
  const auto named = TrustStore::find({.named = {{"/etc/ssl/certs/ca-certificates.crt"}}});
  const auto system = TrustStore::find({});
  ASSERT_TRUE(named && system);
  EXPECT_EQ(named->directory, system->directory);
  EXPECT_EQ(named->file.empty(), !named->directory.empty());
  const TestFolder folder;
  std::filesystem::create_symlink("/etc/ssl/certs/ca-certificates.crt", folder.path("link"));
  EXPECT_EQ(TrustStore::find({.named = {{folder.path("link")}}})->directory, named->directory);
  std::filesystem::copy_file("/etc/ssl/certs/ca-certificates.crt", folder.path("copy"));
  EXPECT_EQ(TrustStore::find({.named = {{folder.path("copy")}}})->file, folder.path("copy"));
}

}  // namespace
}  // namespace tomme::net
