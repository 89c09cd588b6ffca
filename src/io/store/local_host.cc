#include "io/store/local_host_internal.h"

namespace tomme::store {

namespace {

bool is_local_one(std::string_view host) {
  return host.empty() || host.starts_with('/') || host.starts_with('@') || host == "localhost" ||
         host == "::1" ||
         (host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string_view::npos);
}

}  // namespace

bool is_local_host(std::string_view hosts) {
  for (;;) {
    const auto comma = hosts.find(',');
    if (!is_local_one(hosts.substr(0, comma))) return false;
    if (comma == std::string_view::npos) return true;
    hosts.remove_prefix(comma + 1);
  }
}

}  // namespace tomme::store
