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

void Credentials::add(const net::Url& index, SharedLogin login) {
  if (!login) return;
  net::Url folder = index;
  if (!folder.target.ends_with('/')) folder.target += '/';
  given_.push_back({std::move(folder), std::move(login)});
}

const Credentials::Given* Credentials::find(const net::Url& url) const {
  const Given* nearest = nullptr;
  std::size_t most = 0;
  for (const Given& given : given_) {
    if (given.index.scheme != url.scheme || given.index.authority != url.authority) continue;
    const std::size_t common = common_folders(given.index.target, url.target);
    if (nearest != nullptr && common <= most) continue;
    nearest = &given;
    most = common;
  }
  return nearest;
}

std::size_t Credentials::nearness(const net::Url& url) const {
  const Given* nearest = find(url);
  return nearest != nullptr ? common_folders(nearest->index.target, url.target) : 0;
}

std::string Credentials::authorization_for(const net::Url& url) const {
  const Given* nearest = find(url);
  const SharedLogin given = nearest != nullptr ? nearest->login : nullptr;
  SharedLogin login = given;
  // A name alone is completed by the netrc's entry for that very name.
  if (netrc_ && (!given || given->password.reveal().empty())) {
    const SharedLogin entry = netrc_->of(url.authority.host);
    if (entry && (!given || given->user == entry->user)) login = entry;
  }
  return login ? login->authorization() : std::string();
}

}  // namespace tomme
