#include "io/net/http_server.h"

#include <atomic>
#include <fcntl.h>
#include <gtest/gtest.h>

#include "io/net/net_test_support.h"

namespace tomme::net {
namespace {

using testing::FunctionHandler;
using testing::RawClient;
using testing::TestFolder;
using namespace std::chrono_literals;

std::unique_ptr<HttpServer> serve(Handler& handler, ServerLimits limits = {}) {
  return *HttpServer::start({.limits = limits}, handler);
}

constexpr std::string_view kGet = "GET /x HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::string_view kGetClose = "GET /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

TEST(HttpServer, AnswersAndKeepsTheConnection) {
  FunctionHandler handler([](const Request& request, ResponseWriter& out) {
    EXPECT_EQ(request.url.to_string(), "http://h/x");
    EXPECT_TRUE(out.respond(200, "", {{"X-A", "b"}}, "hello"));
  });
  const auto server = serve(handler);
  RawClient client(server->port());
  for (int i = 0; i < 3; ++i) {
    client.send(kGet);
    EXPECT_EQ(client.read_until("hello"), "HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 5\r\n\r\nhello");
  }
  EXPECT_EQ(handler.requests().size(), 3U);
}

TEST(HttpServer, AnswersPipelinedRequestsInOrder) {
  FunctionHandler handler([](const Request& request, ResponseWriter& out) {
    EXPECT_TRUE(out.respond(200, "", {}, request.url.target()));
  });
  const auto server = serve(handler);
  RawClient client(server->port());
  const std::string all = client.exchange(
      "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nPOST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
      "GET /3 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_LT(all.find("/1"), all.find("/2"));
  EXPECT_LT(all.find("/2"), all.find("/3"));
  EXPECT_TRUE(all.ends_with("Connection: close\r\n\r\n/3")) << all;
}

TEST(HttpServer, CleansTheReasonAndTheHeaders) {
  FunctionHandler handler([](const Request&, ResponseWriter& out) {
    EXPECT_TRUE(out.respond(403, "no\r\nEvil: 1",
                            {{"Bad", "a\r\nEvil: 2"}, {"Content-Length", "99"}, {"Good", "g"}}, "x"));
  });
  const auto server = serve(handler);
  const std::string all = RawClient(server->port()).exchange(kGetClose);
  EXPECT_EQ(all, "HTTP/1.1 403 no??Evil: 1\r\nGood: g\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx");
}

TEST(HttpServer, SendsNoBodyForHead) {
  FunctionHandler handler(
      [](const Request&, ResponseWriter& out) { EXPECT_TRUE(out.respond(200, "", {}, "hello")); });
  const auto server = serve(handler);
  RawClient client(server->port());
  client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
  client.send("HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(client.read_all().ends_with("close\r\n\r\n"));
}

TEST(HttpServer, ChunksWhatHasNoLength) {
  FunctionHandler handler([](const Request&, ResponseWriter& out) {
    EXPECT_TRUE(out.head(200, "", {}, std::nullopt));
    EXPECT_TRUE(out.write(bytes_of("abc")));
    EXPECT_TRUE(out.write(bytes_of("defg")));
  });
  const auto server = serve(handler);
  EXPECT_TRUE(
      RawClient(server->port()).exchange(kGetClose).ends_with("\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n"));
  EXPECT_TRUE(RawClient(server->port()).exchange("GET / HTTP/1.0\r\n\r\n").ends_with("\r\n\r\nabcdefg"));
}

TEST(HttpServer, SendsRegionsOfAFile) {
  const TestFolder folder;
  std::string content;
  for (int i = 0; i < 100'000; ++i) content += std::to_string(i);
  const Descriptor file(::open(folder.write("f", content).c_str(), O_RDONLY));
  FunctionHandler handler([&](const Request&, ResponseWriter& out) {
    EXPECT_TRUE(out.head(200, "", {}, content.size() - 10));
    EXPECT_TRUE(out.write_file(file.fd(), 10, content.size() - 10));
  });
  const auto server = serve(handler);
  const std::string all = RawClient(server->port()).exchange(kGetClose);
  EXPECT_EQ(all.substr(all.find("\r\n\r\n") + 4), content.substr(10));
}

TEST(HttpServer, CutsWhatIsNotWhatWasAnnounced) {
  FunctionHandler handler([](const Request& request, ResponseWriter& out) {
    if (request.url.target() == "/short") {
      EXPECT_TRUE(out.head(200, "", {}, 10));
      EXPECT_TRUE(out.write(bytes_of("12345")));
    } else if (request.url.target() == "/long") {
      EXPECT_TRUE(out.head(200, "", {}, 3));
      EXPECT_FALSE(out.write(bytes_of("12345")));
    } else if (request.url.target() == "/abort") {
      EXPECT_TRUE(out.head(200, "", {}, std::nullopt));
      EXPECT_TRUE(out.write(bytes_of("12345")));
      out.abort();
    }
  });
  const auto server = serve(handler);
  for (const char* path : {"/short", "/long", "/abort"}) {
    RawClient client(server->port());
    const std::string all = client.exchange("GET " + std::string(path) + " HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_TRUE(client.was_cut()) << path << all;
    EXPECT_FALSE(all.contains("\r\n0\r\n\r\n")) << path;
  }
  EXPECT_TRUE(RawClient(server->port()).exchange(kGet).starts_with("HTTP/1.1 500 "));
}

TEST(HttpServer, SaysContinueToWhoWaitsForIt) {
  FunctionHandler handler([](const Request& request, ResponseWriter& out) {
    EXPECT_TRUE(out.respond(200, "", {}, request.body));
  });
  const auto server = serve(handler);
  RawClient client(server->port());
  client.send(
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_TRUE(client.exchange("body").ends_with("\r\n\r\nbody"));
}

TEST(HttpServer, AnswersBadRequestsAndCloses) {
  FunctionHandler handler(
      [](const Request&, ResponseWriter& out) { EXPECT_TRUE(out.respond(200, "", {}, "")); });
  const auto server = serve(handler, {.header_bytes = 1000, .body_bytes = 10});
  const auto status = [&](const std::string& text) {
    return RawClient(server->port()).exchange(text).substr(9, 3);
  };
  EXPECT_EQ(
      status("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
             "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n"),
      "400");
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(2000, 'x')), "431");
  EXPECT_EQ(status("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n"), "413");
  EXPECT_EQ(status("GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n"), "400");
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: h@x\r\n\r\n"), "400");
  EXPECT_EQ(status("\x16\x03\x01"), "400");
  EXPECT_TRUE(handler.requests().empty());
}

TEST(HttpServer, WaitsForNobodyForEver) {
  FunctionHandler handler(
      [](const Request&, ResponseWriter& out) { EXPECT_TRUE(out.respond(200, "", {}, "")); });
  const auto server = serve(handler, {.idle = 100ms, .request = 200ms});
  EXPECT_EQ(RawClient(server->port()).read_all(2000), "");  // says nothing
  EXPECT_EQ(RawClient(server->port()).exchange("GET / HT").substr(9, 3), "408");

  RawClient slow(server->port());  // a byte at a time
  const auto start = std::chrono::steady_clock::now();
  std::string all;
  for (int i = 0; i < 40 && all.empty(); ++i) {
    slow.send(i == 0 ? "GET / HTTP/1.1\r\nX:" : "x");
    all = slow.read_until("\r\n", 25);
  }
  EXPECT_EQ(all.substr(9, 3), "408");
  EXPECT_LT(std::chrono::steady_clock::now() - start, 900ms);
}

TEST(HttpServer, GivesUpOnAClientThatDoesNotRead) {
  std::atomic<bool> failed = false;
  FunctionHandler handler([&](const Request&, ResponseWriter& out) {
    const Bytes big(64 * 1024 * 1024);
    if (!out.respond(200, "", {}, big)) failed = true;
  });
  const auto server = serve(handler, {.write = 200ms});
  RawClient client(server->port());
  client.send(kGet);
  for (int i = 0; i < 200 && !failed; ++i) std::this_thread::sleep_for(10ms);
  EXPECT_TRUE(failed);
  client.read_all();
  EXPECT_TRUE(client.was_cut());
}

TEST(HttpServer, HasALimitOfConnections) {
  FunctionHandler handler(
      [](const Request&, ResponseWriter& out) { EXPECT_TRUE(out.respond(200, "", {}, "")); });
  const auto server = serve(handler, {.connections = 2});
  auto first = std::make_unique<RawClient>(server->port());
  RawClient second(server->port());
  first->send(kGet);
  second.send(kGet);
  first->read_until("\r\n\r\n");
  second.read_until("\r\n\r\n");
  EXPECT_FALSE(RawClient(server->port()).exchange(kGet).starts_with("HTTP/1.1 200"));
  first.reset();
  bool again = false;
  for (int i = 0; i < 100 && !again; ++i) {
    std::this_thread::sleep_for(5ms);
    again = RawClient(server->port()).exchange(kGetClose).starts_with("HTTP/1.1 200");
  }
  EXPECT_TRUE(again);
}

TEST(HttpServer, StopsAtOnce) {
  std::atomic<bool> inside = false;
  FunctionHandler handler([&](const Request&, ResponseWriter& out) {
    inside = true;
    const std::stop_token stop = out.stop_token();
    while (!stop.stop_requested()) std::this_thread::sleep_for(1ms);
  });
  const auto server = serve(handler);
  RawClient idle(server->port());
  RawClient half(server->port());
  half.send("GET / HT");
  RawClient busy(server->port());
  busy.send(kGet);
  while (!inside) std::this_thread::sleep_for(1ms);
  const auto start = std::chrono::steady_clock::now();
  server->stop();
  server->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - start, 1s);
  EXPECT_FALSE(dial({"127.0.0.1", server->port()}, std::chrono::steady_clock::now() + 1s, idle.stop()));
}

TEST(HttpServer, SeesAClientLeave) {
  std::atomic<int> seen = 0;
  FunctionHandler handler([&](const Request&, ResponseWriter& out) {
    seen = out.client_gone() ? 9 : 1;
    for (int i = 0; i < 1000 && !out.client_gone(); ++i) std::this_thread::sleep_for(1ms);
    if (seen == 1 && out.client_gone()) seen = 2;
  });
  const auto server = serve(handler);
  auto client = std::make_unique<RawClient>(server->port());
  client->send(kGet);
  while (seen == 0) std::this_thread::sleep_for(1ms);
  client.reset();
  for (int i = 0; i < 1000 && seen == 1; ++i) std::this_thread::sleep_for(1ms);
  EXPECT_EQ(seen, 2);
}

TEST(HttpServer, RefusesAnAddressItCannotHave) {
  FunctionHandler handler([](const Request&, ResponseWriter&) {});
  EXPECT_FALSE(HttpServer::start({.address = "not an address"}, handler));
  EXPECT_FALSE(HttpServer::start({.address = "192.0.2.1"}, handler));
}

}  // namespace
}  // namespace tomme::net
