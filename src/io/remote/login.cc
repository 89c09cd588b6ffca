#include "io/remote/login.h"

#include <algorithm>

#include "core/base/bytes.h"
#include "core/encoding/text.h"

namespace tomme {

namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string unquoted(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool may = text[i] == '%' && i + 2 < text.size();
    const int high = may ? hex_value(text[i + 1]) : -1;
    const int low = may ? hex_value(text[i + 2]) : -1;
    if (high >= 0 && low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

std::string Login::authorization() const {
  return "Basic " + encode_base64(bytes_of(user + ":" + password.reveal()));
}

SharedLogin make_login(std::string user, std::string password) {
  return std::make_shared<const Login>(Login{std::move(user), Secret<std::string>(std::move(password))});
}

AddressWithLogin split_login(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {std::string(url), nullptr};
  const std::size_t start = scheme + 3;
  const std::size_t end = std::min(url.find_first_of("/?#", start), url.size());
  const std::size_t at = url.substr(start, end - start).rfind('@');
  if (at == std::string_view::npos) return {std::string(url), nullptr};
  const std::string_view userinfo = url.substr(start, at);
  const std::size_t colon = std::min(userinfo.find(':'), userinfo.size());
  SharedLogin login;
  if (!userinfo.empty()) {
    login = make_login(unquoted(userinfo.substr(0, colon)),
                       unquoted(userinfo.substr(std::min(colon + 1, userinfo.size()))));
  }
  return {std::string(url.substr(0, start)) + std::string(url.substr(start + at + 1)), std::move(login)};
}

}  // namespace tomme
