#include <algorithm>
#include <cstdlib>
#include <string>

#include "io/net/request_parser.h"

namespace {

using tomme::net::RequestParser;

/// All requests and the last state, as one text.
std::string outcome(tomme::BytesView bytes, std::size_t piece) {
  RequestParser parser(1024, 512);
  std::string out;
  while (!bytes.empty() && parser.state() != RequestParser::State::bad) {
    const std::size_t n = std::min(piece, bytes.size());
    parser.feed(bytes.first(n));
    bytes = bytes.subspan(n);
    while (parser.state() == RequestParser::State::complete) {
      const auto request = parser.take();
      out += request.method + " " + request.target + "\n";
      for (const auto& field : request.headers) out += field.name + ":" + field.value + "\n";
      out += std::string(tomme::text_of(request.body)) + "\n";
      if (request.headers.count("host") > 1 || request.headers.count("content-length") > 1) std::abort();
      if (request.body.size() > 512) std::abort();
    }
  }
  return out;
}

}  // namespace

// The same requests come out however the bytes are cut; where they end badly, none is lost before that.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const tomme::BytesView bytes(data, size);
  if (outcome(bytes, size) != outcome(bytes, 7)) std::abort();
  return 0;
}
