#include "io/remote/credentials.h"

#include <algorithm>

namespace tomme {

std::size_t common_folders(std::string_view a, std::string_view b) {
  std::size_t same = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()) && a[i] == b[i]; ++i) {
    if (a[i] == '/') same = i + 1;
  }
  return same;
}

void Credentials::add(const Url& index, SharedLogin login) {
  if (!login) return;
  std::string folder = index.path();
  if (!folder.ends_with('/')) folder += '/';
  std::string address = index.origin().to_string() + folder;
  given_.push_back({index.origin(), std::move(folder), std::move(address), std::move(login)});
}

const Credentials::Given* Credentials::find(const Url& url) const {
  const Given* nearest = nullptr;
  std::size_t most = 0;
  for (const Given& given : given_) {
    if (given.origin != url.origin()) continue;
    const std::size_t common = common_folders(given.folder, url.path());
    if (nearest != nullptr && common <= most) continue;
    nearest = &given;
    most = common;
  }
  return nearest;
}

std::size_t Credentials::nearness(const Url& url) const {
  const Given* nearest = find(url);
  return nearest != nullptr ? common_folders(nearest->folder, url.path()) : 0;
}

/// By the index's address, then by its host, as uv and pip ask.
SharedLogin Credentials::login_in_keyring(const Given& given) const {
  const std::string& user = given.login->user;
  if (!ask_keyring_ || user.empty()) return given.login;
  for (const std::string& service :
       {given.index, given.index.substr(0, given.index.size() - 1), given.origin.host_and_port()}) {
    std::string password = ask_keyring_(service, user);
    if (!password.empty()) return make_login(user, std::move(password));
  }
  return given.login;
}

std::string Credentials::authorization_for(const Url& url) const {
  const Given* nearest = find(url);
  const SharedLogin given = nearest != nullptr ? nearest->login : nullptr;
  SharedLogin login = given;
  // A name alone is completed by the netrc's entry for that very name.
  if (netrc_ && (!given || given->password.reveal().empty())) {
    const SharedLogin entry = netrc_->of(url.host());
    if (entry && (!given || given->user == entry->user)) login = entry;
  }
  if (login && login == given && login->password.reveal().empty()) login = login_in_keyring(*nearest);
  return login ? login->authorization() : std::string();
}

}  // namespace tomme
