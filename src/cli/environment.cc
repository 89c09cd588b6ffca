#include "cli/environment.h"

#include <pwd.h>
#include <unistd.h>

#include "cli/errors.h"
#include "io/remote/credentials.h"
#include "io/system/file.h"

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace tomme::cli {

namespace {

constexpr std::size_t kNetrcBytes = 1024 * 1024;

}  // namespace

net::Environment current_environment() {
  net::Environment environment;
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

std::string find_or_empty(const net::Environment& environment, const std::string& name) {
  const auto at = environment.find(name);
  return at == environment.end() ? std::string() : at->second;
}

std::string home_folder(const net::Environment& environment) {
  if (std::string home = find_or_empty(environment, "HOME"); !home.empty()) return home;
  const passwd* user = ::getpwuid(::getuid());  // NOLINT(concurrency-mt-unsafe): before any thread
  return user && user->pw_dir ? user->pw_dir : "";
}

Result<std::string> cache_folder(const net::Environment& environment) {
  if (std::string folder = find_or_empty(environment, "TOMME_CACHE_DIR"); !folder.empty()) return folder;
  if (std::string folder = find_or_empty(environment, "XDG_CACHE_HOME"); folder.starts_with('/')) {
    return folder + "/tomme";
  }
  // A folder that anybody could have made before us, as below /tmp, is none to keep packages in.
  const std::string home = home_folder(environment);
  if (home.empty()) return fail(kUsage, "there is no home folder to keep files in", "set TOMME_CACHE_DIR");
  return home + "/.cache/tomme";
}

AddressWithLogin address_with_login(const std::string& typed) {
  AddressWithLogin split = split_login(typed);
  const Result<Url> url = Url::parse(split.address);
  if (split.login || !url) return split;
  const net::Environment environment = current_environment();
  for (const std::string& place : netrc_places(environment, home_folder(environment))) {
    const Result<std::string> text = read_file(place, kNetrcBytes);
    if (!text) continue;
    const auto netrc = Netrc::parse(*text);
    if (netrc) split.login = netrc->of_named(url->host());
    break;
  }
  return split;
}

Result<net::HttpClientOptions> network_options(const std::vector<AddressWithLogin>& logins) {
  const net::Environment environment = current_environment();
  net::HttpClientOptions options;
  options.one_at_a_time = true;  // a verb asks for one thing after the other
  options.trust = net::trust_of(environment);
  options.proxy = TRY(net::proxies_of(environment));
  Credentials credentials;
  for (const AddressWithLogin& place : logins) {
    if (const Result<Url> url = Url::parse(place.address)) credentials.add(*url, place.login);
  }
  options.authorization = [credentials = std::move(credentials)](const Url& url) {
    return credentials.authorization_for(url);
  };
  return options;
}

}  // namespace tomme::cli
