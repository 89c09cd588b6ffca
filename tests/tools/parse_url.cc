// Reads lines "TEXT [BASE]", both in hexadecimal and the base an absolute address, and writes for each what
// `Url` makes of it: for tests/differential/url_test.py, which compares it with the URL parser of the Ada
// library.
//
//   answer = "+" address fragment user password     separated by tabs; login and fragment in hexadecimal
//          / "-" why it is refused
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

#include "core/encoding/text.h"
#include "core/url/url.h"

namespace {

using namespace tomme;

Result<Url> read(std::string_view line) {
  const std::size_t space = std::min(line.find(' '), line.size());
  const Bytes text = TRY(decode_hex(line.substr(0, space)));
  if (space == line.size()) return Url::parse(text_of(text));
  const Bytes base = TRY(decode_hex(line.substr(space + 1)));
  return TRY(Url::parse(text_of(base))).resolve(text_of(text));
}

}  // namespace

int main() {
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);) {
    const Result<Url> url = read(line);
    if (!url) {
      std::cout << "-" << url.error().message() << "\n";
      continue;
    }
    const auto login = url->login();
    std::cout << "+" << url->to_string() << "\t" << encode_hex(bytes_of(url->fragment().value_or(""))) << "\t"
              << encode_hex(bytes_of(login ? login->user : "")) << "\t"
              << encode_hex(bytes_of(login ? login->password.reveal() : "")) << "\n";
  }
  return std::cout.flush() ? 0 : 3;
}
