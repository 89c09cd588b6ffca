#include <cstdlib>
#include <string_view>

#include "core/base/bytes.h"
#include "io/net/response_head.h"

// Header lines as libcurl hands them over: what was read can stand in a message again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tomme::net::ResponseHeadReader reader(4096);
  std::string_view rest = tomme::text_of({data, size});
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end == std::string_view::npos ? rest.size() : end + 1);
    if (!reader.line(line)) return 0;
    rest.remove_prefix(line.size());
  }
  if (!reader.final()) return 0;
  const tomme::net::ResponseHead& head = reader.head();
  if (head.status < 200 || head.status > 599) std::abort();
  for (const auto& field : head.headers) {
    if (!tomme::net::is_token(field.name) || !tomme::net::is_field_value(field.value)) std::abort();
  }
  [[maybe_unused]] const auto length = head.content_length();
  [[maybe_unused]] const auto encoding = head.content_encoding();
  [[maybe_unused]] const auto reason = tomme::net::reason_phrase(head.reason);
  return 0;
}
