#include "io/net/request_parser.h"

#include <gtest/gtest.h>

namespace tomme::net {
namespace {

using State = RequestParser::State;

RequestParser parse(std::string_view text) {
  RequestParser parser(4096, 100);
  parser.feed(bytes_of(text));
  return parser;
}

TEST(RequestParser, ReadsAGet) {
  auto parser = parse("GET /a?b HTTP/1.1\r\nHost: h\r\nX-Y:  z \r\n\r\n");
  ASSERT_EQ(parser.state(), State::complete);
  const ParsedRequest request = parser.take();
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.target, "/a?b");
  EXPECT_TRUE(request.keep_alive);
  EXPECT_EQ(request.headers.find("x-y"), "z");
  EXPECT_TRUE(request.body.empty());
  EXPECT_EQ(parser.state(), State::idle);
}

TEST(RequestParser, TakesAnySlicing) {
  const std::string text =
      "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
      "chunked\r\n\r\n3;e=1\r\nabc\r\n2\r\nde\r\n0\r\nHost: evil\r\n\r\n";
  for (std::size_t cut = 1; cut < text.size(); ++cut) {
    RequestParser parser(4096, 100);
    parser.feed(bytes_of(std::string_view(text).substr(0, cut)));
    ASSERT_NE(parser.state(), State::bad) << cut << parser.bad().reason;
    ASSERT_EQ(parser.feed(bytes_of(std::string_view(text).substr(cut))), State::complete) << cut;
    const ParsedRequest request = parser.take();
    EXPECT_EQ(text_of(request.body), "abcde");
    EXPECT_EQ(request.headers.find("host"), "h");  // the trailer is dropped
    EXPECT_EQ(parser.left_over(), 0U);
  }
}

TEST(RequestParser, ReadsPipelinedRequests) {
  auto parser = parse(
      "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nabGET /2 HTTP/1.1\r\nHost: h\r\n\r\nGET /3");
  EXPECT_EQ(parser.take().target, "/1");
  ASSERT_EQ(parser.state(), State::complete);
  EXPECT_EQ(parser.take().target, "/2");
  EXPECT_EQ(parser.state(), State::head);
}

TEST(RequestParser, KnowsWhoWaitsForContinue) {
  EXPECT_TRUE(parse("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
                  .expects_continue());
  EXPECT_FALSE(parse("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n").expects_continue());
}

TEST(RequestParser, ClosesBehindHttp10) {
  auto parser = parse("GET / HTTP/1.0\r\n\r\n");
  ASSERT_EQ(parser.state(), State::complete);
  const auto request = parser.take();
  EXPECT_TRUE(request.http_1_0);
  EXPECT_FALSE(request.keep_alive);
}

struct Bad {
  const char* name;
  std::string text;
  unsigned status;
};
void PrintTo(const Bad& bad, std::ostream* out) {
  *out << bad.name;
}

class RequestParserRefuses : public ::testing::TestWithParam<Bad> {};
TEST_P(RequestParserRefuses, It) {
  const auto parser = parse(GetParam().text);
  ASSERT_EQ(parser.state(), State::bad);
  EXPECT_EQ(parser.bad().status, GetParam().status) << parser.bad().reason;
  EXPECT_FALSE(parser.bad().reason.empty());
}
INSTANTIATE_TEST_SUITE_P(
    Texts, RequestParserRefuses,
    ::testing::Values(
        Bad{"both",
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400},
        Bad{"both_reversed",
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", 400},
        Bad{"two_lengths", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
            400},
        Bad{"same_length_twice",
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", 400},
        Bad{"length_list", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5, 5\r\n\r\n", 400},
        Bad{"length_plus", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +5\r\n\r\n", 400},
        Bad{"length_negative", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -5\r\n\r\n", 400},
        Bad{"length_hex", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0x5\r\n\r\n", 400},
        Bad{"length_empty", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length:\r\n\r\n", 400},
        Bad{"length_huge", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999999\r\n\r\n",
            400},
        Bad{"length_over_limit", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 101\r\n\r\n", 413},
        Bad{"chunks_over_limit",
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n" + std::string(101, 'a'),
            413},
        Bad{"other_coding", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501},
        Bad{"identity_coding", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: identity\r\n\r\n", 501},
        Bad{"two_codings",
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
            400},
        Bad{"chunked_1_0", "POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        Bad{"no_host", "GET / HTTP/1.1\r\n\r\n", 400},
        Bad{"two_hosts", "GET / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n", 400},
        Bad{"folded", "GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n", 400},
        Bad{"folded_first", "GET / HTTP/1.1\r\n X: a\r\nHost: h\r\n\r\n", 400},
        Bad{"bare_lf", "GET / HTTP/1.1\nHost: h\r\n\r\n", 400},
        Bad{"bare_cr", "GET / HTTP/1.1\r\nHost: h\rX: y\r\n\r\n", 400},
        Bad{"nul", std::string("GET / HTTP/1.1\r\nHost: h\0\r\n\r\n", 28), 400},
        Bad{"blank_before_colon", "GET / HTTP/1.1\r\nHost : h\r\n\r\n", 400},
        Bad{"no_colon", "GET / HTTP/1.1\r\nHost: h\r\nabc\r\n\r\n", 400},
        Bad{"no_name", "GET / HTTP/1.1\r\nHost: h\r\n: abc\r\n\r\n", 400},
        Bad{"http_2", "PRI * HTTP/2.0\r\n\r\n", 505}, Bad{"http_0_9", "GET /\r\n\r\n", 400},
        Bad{"http_1_2", "GET / HTTP/1.2\r\nHost: h\r\n\r\n", 505},
        Bad{"blank_in_target", "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", 505}, Bad{"tls", "\x16\x03\x01", 400},
        Bad{"line_end_first", "\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        Bad{"bad_chunk", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400},
        Bad{"chunk_too_big",
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n", 400},
        Bad{"header_limit", "GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(5000, 'a'), 431},
        Bad{"header_limit_complete", "GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(5000, 'a') + "\r\n\r\n",
            431},
        Bad{"chunk_extension_limit",
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(5000, 'a'),
            400}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace tomme::net
