#include "io/net/forward_proxy.h"

#include <atomic>
#include <gtest/gtest.h>
#include <thread>

#include "io/net/errors.h"
#include "io/net/http_client.h"
#include "io/net/net_test_support.h"
#include "io/net/tls.h"

namespace tomme::net {
namespace {

using testing::FunctionHandler;
using testing::RawClient;
using testing::run_command;
using testing::TestAuthority;
using testing::TestFolder;
using namespace std::chrono_literals;

constexpr std::string_view kLogin = "Proxy-Authorization: Basic dG9tbWU6czNjcmV0\r\n";  // tomme:s3cret

/// The hosts tell what becomes of them: *.in.test is intercepted, refused.test refused, all else tunnelled.
Pass decide(Scheme, const Authority& to) {
  if (to.host.ends_with("in.test")) return Intercept{};
  if (to.host == "refused.test") return Refuse{"refused.test is not for you\r\nat all"};
  return Tunnel{};
}

class ForwardProxyTest : public ::testing::Test {
 protected:
  ForwardProxyOptions options() {
    return {.password = Secret<std::string>("s3cret"),
            .decide = &decide,
            .identity = [this](const std::string& host) -> Result<TlsIdentity> {
              ++identities_;
              if (host == "broken.in.test") return fail(kNetLocal, "no certificate today");
              return authority_.issue(host == "wrong.in.test" ? "other.test" : host);
            },
            .on_handshake_failed = [this](const Authority&, const Error&) { ++failed_handshakes_; }};
  }
  std::unique_ptr<ForwardProxy> start() { return start(options()); }
  std::unique_ptr<ForwardProxy> start(ForwardProxyOptions wanted) {
    return *ForwardProxy::start(std::move(wanted), handler_);
  }

  ProxySettings settings(const ForwardProxy& proxy) const {
    const auto parent = *ParentProxy::parse(proxy.url().reveal());
    return {.for_https = parent, .for_http = parent};
  }
  HttpClientOptions client_options(const ForwardProxy& proxy) const {
    return {.trust = {.named = {{folder_.write("ca.pem", authority_.pem())}}}, .proxy = settings(proxy)};
  }
  /// A TLS connection to `host` inside the proxy's tunnel; SNI and verification by `name`.
  Result<std::unique_ptr<Stream>> inside(RawClient& client, const std::string& host,
                                         const std::string& name) {
    client.send("CONNECT " + host + ":443 HTTP/1.1\r\nHost: " + host + ":443\r\n" + std::string(kLogin) +
                "\r\n");
    EXPECT_TRUE(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 200 "));
    const auto tls = *TlsClient::make({.file = folder_.write("ca.pem", authority_.pem())});
    return tls.connect(client.release()->release(), client.stop(), name,
                       std::chrono::steady_clock::now() + 5s);
  }
  static std::string exchange(Stream& stream, std::string_view text) {
    EXPECT_TRUE(stream.write(bytes_of(text), 5s));
    std::string all;
    std::array<std::uint8_t, 4096> piece;
    for (;;) {
      const auto got = stream.read(piece, std::chrono::steady_clock::now() + 5s);
      if (!got || *got == 0) return all;
      all += text_of(BytesView(piece).first(*got));
    }
  }

  TestFolder folder_;
  TestAuthority authority_;
  std::atomic<int> identities_ = 0;
  std::atomic<int> failed_handshakes_ = 0;
  FunctionHandler handler_{[](const Request& request, ResponseWriter& out) {
    [[maybe_unused]] const auto sent =
        out.respond(200, "", {}, request.method + " " + request.url.to_string());
  }};
};

TEST_F(ForwardProxyTest, WhoKeepsSilentTakesNoPlaceFromOthers) {
  ForwardProxyOptions wanted = options();
  wanted.limits.connections = 2;
  wanted.limits.strangers = 4;
  const auto proxy = start(std::move(wanted));
  std::vector<std::unique_ptr<RawClient>> silent;
  for (int i = 0; i < 12; ++i) silent.push_back(std::make_unique<RawClient>(proxy->port()));
  HttpClient client(client_options(*proxy));
  for (int i = 0; i < 3; ++i) {
    const auto response = client.fetch({.url = *Url::parse("https://a.in.test/x")});
    ASSERT_TRUE(response) << response.error().message();
    EXPECT_EQ(response->head.status, 200U);
  }
}

TEST_F(ForwardProxyTest, ASilentConnectionIsClosedSoon) {
  ForwardProxyOptions wanted = options();
  wanted.limits.stranger = 50ms;
  const auto proxy = start(std::move(wanted));
  RawClient silent(proxy->port());
  EXPECT_EQ(silent.read_all(), "");
}

TEST_F(ForwardProxyTest, AnswersForAnInterceptedHost) {
  const auto proxy = start();
  HttpClient client(client_options(*proxy));
  for (int i = 0; i < 3; ++i) {
    const auto response = client.fetch({.url = *Url::parse("https://a.in.test/x?y")});
    ASSERT_TRUE(response) << response.error().message();
    EXPECT_EQ(text_of(response->body), "GET https://a.in.test/x?y");
  }
  EXPECT_TRUE(client.fetch({.method = "HEAD", .url = *Url::parse("https://a.in.test:8443/")}));
  EXPECT_EQ(identities_, 1);
  const Request seen = handler_.requests().at(0);
  EXPECT_FALSE(seen.headers.has("proxy-authorization"));
  EXPECT_EQ(seen.url.authority().port, 443);
}

TEST_F(ForwardProxyTest, WantsThePassword) {
  const auto proxy = start();
  const auto first_line = [&](std::string_view login) {
    const std::string all =
        RawClient(proxy->port())
            .exchange("CONNECT a.in.test:443 HTTP/1.1\r\nHost: a.in.test\r\n" + std::string(login) + "\r\n");
    EXPECT_TRUE(all.contains("Proxy-Authenticate: Basic realm=\"tomme\"\r\n"));
    return all.substr(0, all.find("\r\n"));
  };
  for (const char* login :
       {"", "Proxy-Authorization: Basic dG9tbWU6d3Jvbmc=\r\n", "Proxy-Authorization: Basic\r\n",
        "Proxy-Authorization: Bearer dG9tbWU6czNjcmV0\r\n", "Authorization: Basic dG9tbWU6czNjcmV0\r\n",
        "Proxy-Authorization: Basic dG9tbWU6czNjcmV0\r\nProxy-Authorization: Basic x\r\n"}) {
    EXPECT_TRUE(first_line(login).starts_with("HTTP/1.1 407 this proxy serves one command")) << login;
  }
  auto other = client_options(*proxy);
  other.proxy.for_https->password = "wrong";
  const auto response = HttpClient(std::move(other)).fetch({.url = *Url::parse("https://a.in.test/")});
  EXPECT_TRUE(response.error().is(kNetProxy)) << response.error().message();
  EXPECT_TRUE(response.error().message().contains("407")) << response.error().message();
  EXPECT_TRUE(handler_.requests().empty());
}

TEST_F(ForwardProxyTest, RefusesWithAReason) {
  const auto proxy = start();
  const std::string all =
      RawClient(proxy->port())
          .exchange("CONNECT refused.test:443 HTTP/1.1\r\nHost: x\r\n" + std::string(kLogin) + "\r\n");
  EXPECT_TRUE(all.starts_with("HTTP/1.1 403 refused.test is not for you??at all\r\n")) << all;
  HttpClient client(client_options(*proxy));
  EXPECT_EQ(client.fetch({.url = *Url::parse("http://refused.test/")})->head.status, 403U);
}

TEST_F(ForwardProxyTest, TakesNothingThatIsNoProxyRequest) {
  const auto proxy = start();
  const auto status = [&](const std::string& line, std::string_view behind = "") {
    return RawClient(proxy->port())
        .exchange(line + " HTTP/1.1\r\nHost: h\r\n" + std::string(kLogin) + "\r\n" + std::string(behind))
        .substr(9, 3);
  };
  EXPECT_EQ(status("GET /"), "400");
  EXPECT_EQ(status("GET https://a.in.test/"), "400");
  EXPECT_EQ(status("GET ftp://a.in.test/"), "400");
  EXPECT_EQ(status("CONNECT a.in.test"), "400");
  EXPECT_EQ(status("CONNECT a.in.test:0"), "400");
  EXPECT_EQ(status("CONNECT user@a.in.test:443"), "400");
  EXPECT_EQ(status("CONNECT https://a.in.test:443"), "400");
  EXPECT_EQ(status("CONNECT a.in.test:443", "early"), "400");
  EXPECT_EQ(status("CONNECT broken.in.test:443"), "502");
}

TEST_F(ForwardProxyTest, HoldsATunnelToItsHost) {
  const auto proxy = start();
  const auto status = [&](const std::string& host_header, const std::string& target = "/") {
    RawClient client(proxy->port());
    auto stream = inside(client, "a.in.test", "a.in.test");
    EXPECT_TRUE(stream);
    const std::string all = exchange(
        **stream, "GET " + target + " HTTP/1.1\r\nHost: " + host_header + "\r\nConnection: close\r\n\r\n");
    return all.size() > 12 ? all.substr(9, 3) : all;
  };
  EXPECT_EQ(status("a.in.test"), "200");
  EXPECT_EQ(status("A.IN.test:443"), "200");
  EXPECT_EQ(status("a.in.test", "https://a.in.test/x"), "200");
  EXPECT_EQ(status("b.in.test"), "421");
  EXPECT_EQ(status("a.in.test:8443"), "421");
  EXPECT_EQ(status("a.in.test", "https://b.in.test/x"), "421");
  EXPECT_EQ(status("a.in.test", "http://a.in.test:443/x"), "421");
  EXPECT_EQ(status("a.in.test", "*"), "400");
}

TEST_F(ForwardProxyTest, RefusesAnotherServerName) {
  const auto proxy = start();
  RawClient client(proxy->port());
  const auto stream = inside(client, "a.in.test", "b.in.test");
  ASSERT_FALSE(stream);
  EXPECT_TRUE(stream.error().message().contains("unrecognized name")) << stream.error().message();
}

TEST_F(ForwardProxyTest, TellsOfAClientThatDoesNotTrustIt) {
  const auto proxy = start();
  auto wanted = client_options(*proxy);
  wanted.trust = {};
  EXPECT_TRUE(
      HttpClient(std::move(wanted)).fetch({.url = *Url::parse("https://a.in.test/")}).error().is(kNetTls));
  EXPECT_TRUE(HttpClient(client_options(*proxy))
                  .fetch({.url = *Url::parse("https://wrong.in.test/")})
                  .error()
                  .is(kNetTls));
  // The wrong name is seen by libcurl behind the handshake: it may end like any connection that is not used.
  for (int i = 0; i < 500 && failed_handshakes_ == 0; ++i) std::this_thread::sleep_for(2ms);
  EXPECT_GE(failed_handshakes_, 1);
  EXPECT_TRUE(handler_.requests().empty());
}

class ForwardProxyUpstreamTest : public ForwardProxyTest {
 protected:
  std::unique_ptr<HttpServer> origin(bool tls) {
    return *HttpServer::start({.identity = tls ? std::optional(authority_.issue("127.0.0.1")) : std::nullopt},
                              origin_handler_);
  }
  Url url_of(const HttpServer& server, Scheme scheme, std::string target = "/o") {
    return *Url::at({scheme, {"127.0.0.1", server.port()}}, target);
  }
  FunctionHandler origin_handler_{[](const Request& request, ResponseWriter& out) {
    if (request.url.target() == "/cut") {
      EXPECT_TRUE(out.head(200, "", {}, 100));
      EXPECT_TRUE(out.write(bytes_of("abc")));
      return;
    }
    const std::string body = request.url.target() == "/big" ? std::string(20'000'000, 'b') : "origin";
    [[maybe_unused]] const auto sent = out.respond(200, "", {}, body + std::string(text_of(request.body)));
  }};
};

TEST_F(ForwardProxyUpstreamTest, TunnelsTheRest) {
  const auto proxy = start();
  const auto server = origin(true);
  HttpClient client(client_options(*proxy));
  const auto response = client.fetch({.url = url_of(*server, Scheme::https)});
  ASSERT_TRUE(response) << response.error().message();
  EXPECT_EQ(text_of(response->body), "origin");
  EXPECT_EQ(client.fetch({.url = url_of(*server, Scheme::https, "/big")})->body.size(), 20'000'000U);
  const auto big =
      client.fetch({.method = "POST", .url = url_of(*server, Scheme::https), .body = Bytes(5'000'000)});
  ASSERT_TRUE(big) << big.error().message();
  EXPECT_EQ(big->body.size(), 5'000'006U);
  const auto cut = client.fetch({.url = url_of(*server, Scheme::https, "/cut")});
  EXPECT_TRUE(cut.error().is(kNetClosed)) << cut.error().message();
  EXPECT_TRUE(handler_.requests().empty());
}

TEST_F(ForwardProxyUpstreamTest, TellsWhyATunnelCannotBeHad) {
  const auto proxy = start();
  const std::string all =
      RawClient(proxy->port())
          .exchange("CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: x\r\n" + std::string(kLogin) + "\r\n");
  EXPECT_TRUE(all.starts_with("HTTP/1.1 502 no connection to 127.0.0.1:1: Connection refused\r\n")) << all;
}

TEST_F(ForwardProxyUpstreamTest, PassesPlainRequestsOn) {
  const auto proxy = start();
  const auto server = origin(false);
  HttpClient client(client_options(*proxy));
  const auto response =
      client.fetch({.method = "POST", .url = url_of(*server, Scheme::http), .body = Bytes(3, 'x')});
  ASSERT_TRUE(response) << response.error().message();
  EXPECT_EQ(text_of(response->body), "originxxx");
  EXPECT_FALSE(origin_handler_.requests().at(0).headers.has("proxy-authorization"));
  EXPECT_FALSE(client.fetch({.url = url_of(*server, Scheme::http, "/cut")}));

  // A second request on the same connection may be for someone else: it must not follow the first.
  const std::string to = "127.0.0.1:" + std::to_string(server->port());
  const std::string get =
      "GET http://" + to + "/1 HTTP/1.1\r\nHost: " + to + "\r\n" + std::string(kLogin) + "\r\n";
  const auto before = origin_handler_.requests().size();
  RawClient(proxy->port())
      .exchange(get + "GET http://refused.test/2 HTTP/1.1\r\nHost: r\r\n" + std::string(kLogin) + "\r\n");
  EXPECT_EQ(origin_handler_.requests().size(), before + 1);
}

TEST_F(ForwardProxyUpstreamTest, HandlesPlainRequestsOfInterceptedHosts) {
  const auto proxy = start();
  HttpClient client(client_options(*proxy));
  const auto response = client.fetch({.url = *Url::parse("http://a.in.test/p")});
  ASSERT_TRUE(response);
  EXPECT_EQ(text_of(response->body), "GET http://a.in.test/p");
}

TEST_F(ForwardProxyUpstreamTest, GoesThroughAParentProxy) {
  const auto parent = start();  // tunnels and passes on; wants a password
  auto chained = options();
  chained.upstream = settings(*parent);
  const auto proxy = start(std::move(chained));
  const auto secure = origin(true);
  const auto plain = origin(false);
  HttpClient client(client_options(*proxy));
  EXPECT_EQ(text_of(client.fetch({.url = url_of(*secure, Scheme::https)})->body), "origin");
  EXPECT_EQ(text_of(client.fetch({.url = url_of(*plain, Scheme::http)})->body), "origin");

  auto wrong = options();
  wrong.upstream = settings(*parent);
  wrong.upstream.for_https->password = "hunter2";
  const auto locked_out = start(std::move(wrong));
  const std::string all =
      RawClient(locked_out->port())
          .exchange("CONNECT 127.0.0.1:9 HTTP/1.1\r\nHost: x\r\n" + std::string(kLogin) + "\r\n");
  EXPECT_TRUE(all.starts_with("HTTP/1.1 502 the proxy http://127.0.0.1:")) << all;
  EXPECT_TRUE(all.contains("407 (Proxy Authentication Required)")) << all;
  EXPECT_FALSE(all.contains("hunter2"));
}

TEST_F(ForwardProxyUpstreamTest, GoesThroughAParentProxyThatSpeaksTls) {
  // A TLS front before a proxy: what the client sends inside TLS is relayed to the proxy's plain port.
  const auto parent = start();
  StopSignal stop;
  const auto listener = *listen_on("127.0.0.1", 0);
  std::jthread front([&] {
    const auto tls = *TlsServer::make(authority_.issue("127.0.0.1"));
    EXPECT_TRUE(wait_for(listener.socket.fd(), 1 /* POLLIN */, std::chrono::steady_clock::now() + 5s, stop));
    auto near = *tls.accept(*accept_from(listener), stop, "", std::chrono::steady_clock::now() + 5s);
    auto far = make_plain_stream(
        *dial({"127.0.0.1", parent->port()}, std::chrono::steady_clock::now() + 5s, stop), stop);
    std::array<std::uint8_t, 65536> piece;
    Stream* ends[] = {near.get(), far.get()};
    for (int idle = 0; idle < 300; ++idle) {
      for (int from : {0, 1}) {
        const IoStep step = ends[from]->try_read(piece);
        if (step.kind == IoStep::Kind::end || step.kind == IoStep::Kind::failed) return;
        if (step.kind != IoStep::Kind::done) continue;
        idle = 0;
        if (!ends[1 - from]->write(BytesView(piece).first(step.bytes), 5s)) return;
      }
      std::this_thread::sleep_for(1ms);
    }
  });
  auto chained = options();
  chained.upstream.for_https = settings(*parent).for_https;
  chained.upstream.for_https->scheme = Scheme::https;
  chained.upstream.for_https->authority.port = listener.port;
  chained.trust = {.named = {{folder_.write("parent.pem", authority_.pem())}}};
  const auto proxy = start(std::move(chained));
  const auto server = origin(true);
  const auto response = HttpClient(client_options(*proxy)).fetch({.url = url_of(*server, Scheme::https)});
  ASSERT_TRUE(response) << response.error().message();
  EXPECT_EQ(text_of(response->body), "origin");
}

TEST_F(ForwardProxyUpstreamTest, StopsAtOnce) {
  const auto proxy = start();
  const auto listener = *listen_on("127.0.0.1", 0);  // accepts by its backlog and says nothing
  RawClient tunnelled(proxy->port());
  tunnelled.send("CONNECT 127.0.0.1:" + std::to_string(listener.port) + " HTTP/1.1\r\nHost: x\r\n" +
                 std::string(kLogin) + "\r\n");
  tunnelled.read_until("\r\n\r\n");
  RawClient shaking(proxy->port());
  shaking.send("CONNECT a.in.test:443 HTTP/1.1\r\nHost: x\r\n" + std::string(kLogin) + "\r\n");
  shaking.read_until("\r\n\r\n");
  RawClient idle(proxy->port());
  const auto begin = std::chrono::steady_clock::now();
  proxy->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
  EXPECT_EQ(tunnelled.read_all(), "");
}

TEST_F(ForwardProxyUpstreamTest, ClosesATunnelThatDoesNothing) {
  auto wanted = options();
  wanted.limits.tunnel_idle = 100ms;
  const auto proxy = start(std::move(wanted));
  const auto listener = *listen_on("127.0.0.1", 0);
  RawClient client(proxy->port());
  client.send("CONNECT 127.0.0.1:" + std::to_string(listener.port) + " HTTP/1.1\r\nHost: x\r\n" +
              std::string(kLogin) + "\r\n");
  client.read_until("\r\n\r\n");
  client.read_all(2000);
  EXPECT_FALSE(client.timed_out());
}

TEST_F(ForwardProxyUpstreamTest, ServesCurl) {
  if (!testing::have_curl()) GTEST_SKIP() << "no curl on this machine";
  const auto proxy = start();
  const auto server = origin(true);
  const std::string curl = "curl -sS --max-time 10 --proxy " + proxy->url().reveal() + " --cacert " +
                           folder_.write("ca.pem", authority_.pem()) + " ";
  EXPECT_EQ(run_command(curl + "https://a.in.test/x https://a.in.test/y"),
            std::pair(0, std::string("GET https://a.in.test/xGET https://a.in.test/y")));
  EXPECT_EQ(run_command(curl + "--http2 -d abc https://a.in.test/x").second, "POST https://a.in.test/x");
  EXPECT_EQ(run_command(curl + "--tls-max 1.2 https://a.in.test/x").first, 0);
  EXPECT_NE(run_command(curl + "--tlsv1.0 --tls-max 1.1 https://a.in.test/x").first, 0);
  EXPECT_EQ(run_command(curl + url_of(*server, Scheme::https).to_string()).second, "origin");
  EXPECT_EQ(run_command(curl + "--head https://a.in.test/x").first, 0);
  EXPECT_TRUE(run_command(curl + "https://refused.test/").second.contains("403"));
  EXPECT_TRUE(run_command("curl -sS --proxy http://127.0.0.1:" + std::to_string(proxy->port()) +
                          " https://a.in.test/")
                  .second.contains("407"));
}

}  // namespace
}  // namespace tomme::net
