#include "io/remote/login.h"

#include <algorithm>

#include "core/base/bytes.h"
#include "core/encoding/text.h"
#include "core/url/url.h"

namespace tomme {

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
    login = make_login(percent_decode(userinfo.substr(0, colon)),
                       percent_decode(userinfo.substr(std::min(colon + 1, userinfo.size()))));
  }
  return {std::string(url.substr(0, start)) + std::string(url.substr(start + at + 1)), std::move(login)};
}

}  // namespace tomme
