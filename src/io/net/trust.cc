#include "io/net/trust.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>

#include "core/encoding/text.h"
#include "io/net/errors.h"
#include "io/net/trust_places_internal.h"

namespace tomme::net {

namespace fs = std::filesystem;

namespace {

// Where distributions keep their authorities; the first that is there is taken.
constexpr std::string_view kDirectories[] = {"/etc/ssl/certs", "/etc/pki/tls/certs"};
constexpr std::string_view kBundles[] = {"/etc/ssl/certs/ca-certificates.crt",
                                         "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
                                         "/etc/ssl/cert.pem"};

/// "REQUESTS_CA_BUNDLE=/x" or, without a setting, "/x".
std::string place(const NamedAuthorities& named) {
  const std::string path = "\"" + printable(named.path) + "\"";
  return named.name.empty() ? path : printable(named.name) + ", " + path;
}

Result<void> add(TrustPlaces& places, const NamedAuthorities& named) {
  std::error_code error;
  if (!named.is_list) {
    if (fs::is_directory(named.path, error)) {
      places.folders.push_back(named.path);
    } else {
      places.files.push_back(named);
    }
    return {};
  }
  const std::size_t before = places.folders.size();
  std::string_view rest = named.path;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    if (const std::string folder(rest.substr(0, end)); fs::is_directory(folder, error)) {
      places.folders.push_back(folder);
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (places.folders.size() > before) return {};
  return fail(kNetTrustFile, "there is no folder at " + place(named));
}

Result<void> add_system(TrustPlaces& places) {
  std::error_code error;
  for (std::string_view bundle : kBundles) {
    if (fs::exists(bundle, error)) return add(places, {std::string(bundle)});
  }
  for (std::string_view directory : kDirectories) {
    if (!hashed_in(std::string(directory)).empty()) return add(places, {std::string(directory)});
  }
  return fail(kNetTrustFile, "this system has no folder of trusted TLS authorities (ca-certificates)");
}

}  // namespace

std::size_t count_certificates(std::string_view pem) {
  constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
  constexpr std::string_view kTrusted = "-----BEGIN TRUSTED CERTIFICATE-----";
  std::size_t count = 0;
  for (std::size_t at = pem.find("-----BEGIN"); at != std::string_view::npos;
       at = pem.find("-----BEGIN", at + 1)) {
    if (pem.substr(at).starts_with(kBegin) || pem.substr(at).starts_with(kTrusted)) ++count;
  }
  return count;
}

Result<std::string> read_certificates(const NamedAuthorities& named) {
  std::ifstream file(named.path, std::ios::binary);
  if (!file) return fail(kNetTrustFile, "cannot read the trusted authorities of " + place(named));
  std::ostringstream text;  // by blocks: byte by byte a bundle takes a millisecond
  text << file.rdbuf();
  std::string pem = std::move(text).str();
  if (count_certificates(pem) == 0) {
    return fail(kNetTrustFile, "there is no PEM certificate in " + place(named));
  }
  if (!pem.ends_with('\n')) pem += '\n';
  return pem;
}

std::vector<std::string> hashed_in(const std::string& directory) {
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    std::string name = at->path().filename().string();
    const bool hashed = name.size() >= 10 && name[8] == '.' &&
                        name.find_first_not_of("0123456789abcdef") == 8 &&
                        name.find_first_not_of("0123456789", 9) == std::string::npos;
    if (hashed) names.push_back(std::move(name));
  }
  std::ranges::sort(names);
  return names;
}

std::optional<std::string> directory_for(const std::string& bundle, std::size_t certificates) {
  std::error_code error;
  const fs::path real = fs::canonical(bundle, error);
  if (error) return std::nullopt;
  for (std::string_view known : kBundles) {
    if (fs::canonical(known, error) != real || error) continue;
    for (std::string_view directory : kDirectories) {
      if (hashed_in(std::string(directory)).size() >= certificates) return std::string(directory);
    }
  }
  return std::nullopt;
}

Result<TrustPlaces> places_of(const TrustSettings& settings) {
  TrustPlaces places;
  for (const NamedAuthorities& named : settings.named) TRY(add(places, named));
  if (settings.named.empty() || settings.system_too) TRY(add_system(places));
  return places;
}

std::string TrustSettings::describe() const {
  std::string text;
  for (const NamedAuthorities& each : named) {
    text += (text.empty() ? "the authorities of " : " and ") +
            (each.name.empty() ? printable(each.path) : printable(each.name));
  }
  if (named.empty() || system_too)
    text += (text.empty() ? "" : " and ") + std::string("the system's authorities");
  return text;
}

Result<TrustStore> TrustStore::find(const TrustSettings& settings) {
  TrustPlaces places = TRY(places_of(settings));
  TrustStore store;
  std::size_t taken = 0;
  for (const NamedAuthorities& named : places.files) {
    std::string pem = TRY(read_certificates(named));
    if (auto directory = directory_for(named.path, count_certificates(pem))) {
      places.folders.push_back(*std::move(directory));
      continue;
    }
    store.file = ++taken == 1 ? named.path : "";
    store.pem += pem;
  }
  if (taken == 1) store.pem.clear();
  std::ranges::sort(places.folders);
  const auto twice = std::ranges::unique(places.folders);
  places.folders.erase(twice.begin(), twice.end());
  for (const std::string& folder : places.folders) {
    store.directory += (store.directory.empty() ? "" : ":") + folder;
  }
  return store;
}

}  // namespace tomme::net
