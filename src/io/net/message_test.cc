#include "io/net/message.h"

#include <gtest/gtest.h>

#include "io/net/errors.h"
#include "io/net/proxy_settings.h"
#include "io/net/response_head.h"

namespace tomme::net {
namespace {

TEST(Headers, AreFoundByNameInAnyCase) {
  Headers headers{{"Content-Length", "5"}, {"X", "1"}, {"x", "2"}};
  EXPECT_EQ(headers.find("content-length"), "5");
  EXPECT_EQ(headers.find("X"), std::nullopt);  // two: no single value
  EXPECT_EQ(headers.count("X"), 2U);
  headers.set("x", "3");
  EXPECT_EQ(headers.find("X"), "3");
}

TEST(Headers, FindTokensInLists) {
  const Headers headers{{"Connection", "keep-alive, Upgrade"}, {"connection", "close"}};
  EXPECT_TRUE(headers.has_token("connection", "upgrade"));
  EXPECT_TRUE(headers.has_token("connection", "close"));
  EXPECT_FALSE(headers.has_token("connection", "keep"));
}

TEST(ReasonPhrase, IsOnePrintableLine) {
  EXPECT_EQ(reason_phrase("no\r\nX-Evil: 1\tend"), "no??X-Evil: 1?end");
  EXPECT_EQ(reason_phrase("  a  "), "a");
  EXPECT_EQ(reason_phrase(std::string(500, 'a')).size(), 400U);
  EXPECT_EQ(reason_phrase("\xe9\x80\x7f"), "\xe9??");
}

TEST(ParentProxy, ReadsTheUsualForms) {
  const auto proxy = ParentProxy::parse("http://us%40er:p%3Aw@proxy.example:3128/");
  ASSERT_TRUE(proxy);
  EXPECT_EQ(proxy->user, "us@er");
  EXPECT_EQ(proxy->password, "p:w");
  EXPECT_EQ(proxy->describe(), "http://proxy.example:3128");
  EXPECT_EQ(proxy->authorization(), "Basic dXNAZXI6cDp3");
  const auto raw = ParentProxy::parse("http://CORP%5Cann:p@ss@proxy:3128");  // as people write them
  ASSERT_TRUE(raw);
  EXPECT_EQ(raw->user, "CORP\\ann");
  EXPECT_EQ(raw->password, "p@ss");
  EXPECT_EQ(ParentProxy::parse("proxy:3128")->describe(), "http://proxy:3128");
  EXPECT_EQ(ParentProxy::parse("https://proxy")->authority.port, 443);
  EXPECT_EQ(ParentProxy::parse("http://proxy")->authorization(), "");
}

TEST(ParentProxy, RefusesOthersWithoutTellingThePassword) {
  for (const char* text : {"socks5://u:secret@h:1080", "http://u:secret%zz@h:1", "http://u:secret@h:x",
                           "http://", "http://u:secret%0a@h:1", "http://a%3ab:secret@h:1"}) {
    const auto proxy = ParentProxy::parse(text);
    ASSERT_FALSE(proxy) << text;
    EXPECT_TRUE(proxy.error().is(kNetProxySetting));
    EXPECT_FALSE(proxy.error().message().contains("secret"));
  }
}

TEST(ProxySettings, KnowWhoNeedsNoProxy) {
  ProxySettings settings;
  settings.direct = ProxySettings::parse_no_proxy(
      "example.org, .dot.example,*.star.example, port.example:8080,10.0.0.0/8,"
      "127.0.0.1,[::1],fd00::/8");
  const auto direct = [&](const char* text) { return settings.is_direct(*Authority::parse(text, 443)); };
  EXPECT_TRUE(direct("example.org"));
  EXPECT_TRUE(direct("a.example.org"));
  EXPECT_FALSE(direct("badexample.org"));
  EXPECT_TRUE(direct("dot.example"));
  EXPECT_TRUE(direct("a.star.example"));
  EXPECT_TRUE(direct("port.example:8080"));
  EXPECT_FALSE(direct("port.example:443"));
  EXPECT_TRUE(direct("10.1.2.3"));
  EXPECT_FALSE(direct("11.1.2.3"));
  EXPECT_TRUE(direct("127.0.0.1"));
  EXPECT_TRUE(direct("[::1]:8443"));
  EXPECT_TRUE(direct("[fd12::1]"));
  EXPECT_FALSE(direct("[fe80::1]"));
  settings.direct = {"*"};
  EXPECT_TRUE(direct("anything.test"));
  settings.direct = {"10.0.0.0/33", "10.0.0.0/x", "", "."};
  EXPECT_FALSE(direct("10.0.0.1"));
}

TEST(ProxySettings, ChooseByScheme) {
  ProxySettings settings;
  settings.for_https = *ParentProxy::parse("http://p:1");
  settings.direct = {"in.example"};
  EXPECT_NE(settings.choose(Scheme::https, {"out.example", 443}), nullptr);
  EXPECT_EQ(settings.choose(Scheme::https, {"in.example", 443}), nullptr);
  EXPECT_EQ(settings.choose(Scheme::http, {"out.example", 80}), nullptr);
}

Result<void> read_lines(ResponseHeadReader& reader, std::initializer_list<const char*> lines) {
  for (const char* line : lines) TRY(reader.line(line));
  return {};
}

TEST(ResponseHead, IsReadBehindInterimAnswers) {
  ResponseHeadReader reader(1000);
  ASSERT_TRUE(read_lines(reader, {"HTTP/1.1 103 Early Hints\r\n", "Link: x\r\n", "\r\n", "HTTP/2 404 \r\n",
                                  "A:  b \r\n", "content-length: 3\r\n", "\r\n", "Trailer: x\r\n"}));
  EXPECT_TRUE(reader.final());
  EXPECT_EQ(reader.head().status, 404U);
  EXPECT_EQ(reader.head().headers.size(), 2U);
  EXPECT_EQ(reader.head().headers.find("a"), "b");
  EXPECT_EQ(reader.head().content_length(), 3U);
}

TEST(ResponseHead, RefusesWhatIsNoHttp) {
  for (const char* line : {"HTTP/1.1\r\n", "HTTP/1.1 20\r\n", "HTTP/1.1 2000 OK\r\n", "HTTP/1.1 600 \r\n",
                           "HTP/1.1 200 \r\n", "HTTP/1.1 099 \r\n", "\r\n"}) {
    ResponseHeadReader reader(1000);
    const auto read = reader.line(line);
    ASSERT_FALSE(read) << line;
    EXPECT_TRUE(read.error().is(kNetProtocol));
  }
  for (const char* line : {" folded\r\n", "no colon\r\n", "name : x\r\n", ": x\r\n", "a: b\x01\r\n"}) {
    ResponseHeadReader reader(1000);
    EXPECT_FALSE(read_lines(reader, {"HTTP/1.1 200 OK\r\n", line})) << line;
  }
}

TEST(ResponseHead, RefusesTwoWaysToEnd) {
  for (auto lines :
       {std::initializer_list<const char*>{"HTTP/1.1 200 OK\r\n", "Content-Length: 1\r\n",
                                           "Content-Length: 1\r\n", "\r\n"},
        {"HTTP/1.1 200 OK\r\n", "Content-Length: 1\r\n", "Transfer-Encoding: chunked\r\n", "\r\n"},
        {"HTTP/1.1 200 OK\r\n", "Content-Length: -1\r\n", "\r\n"}}) {
    ResponseHeadReader reader(1000);
    EXPECT_FALSE(read_lines(reader, lines));
  }
}

TEST(ResponseHead, HasALimit) {
  ResponseHeadReader reader(20);
  ASSERT_TRUE(reader.line("HTTP/1.1 200 OK\r\n"));
  EXPECT_TRUE(reader.line("abcd: efg\r\n").error().is(kNetTooLarge));
}

TEST(ResponseHead, NamesAnEncoding) {
  EXPECT_EQ((ResponseHead{200, "", {{"Content-Encoding", "gzip"}}}.content_encoding()), "gzip");
  EXPECT_EQ((ResponseHead{200, "", {{"content-encoding", "identity"}}}.content_encoding()), "");
}

}  // namespace
}  // namespace tomme::net
