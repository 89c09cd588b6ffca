#include "io/net/trust.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <string_view>

#include "core/encoding/text.h"
#include "io/net/errors.h"

namespace tomme::net {

namespace fs = std::filesystem;

namespace {

// Where distributions keep their authorities; the first that is there is taken.
constexpr std::string_view kDirectories[] = {"/etc/ssl/certs", "/etc/pki/tls/certs"};
constexpr std::string_view kBundles[] = {"/etc/ssl/certs/ca-certificates.crt",
                                         "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
                                         "/etc/ssl/cert.pem"};

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

/// "REQUESTS_CA_BUNDLE=/x" or, without a setting, "/x".
std::string place(const NamedAuthorities& named) {
  const std::string path = "\"" + printable(named.path) + "\"";
  return named.name.empty() ? path : printable(named.name) + ", " + path;
}

Result<std::string> read_certificates(const NamedAuthorities& named) {
  std::ifstream file(named.path, std::ios::binary);
  if (!file) return fail(kNetTrustFile, "cannot read the trusted authorities of " + place(named));
  std::ostringstream text;  // by blocks: octet by octet a bundle takes a millisecond
  text << file.rdbuf();
  std::string pem = std::move(text).str();
  if (count_certificates(pem) == 0) {
    return fail(kNetTrustFile, "there is no PEM certificate in " + place(named));
  }
  if (!pem.ends_with('\n')) pem += '\n';
  return pem;
}

/// Names by hash ("002c0b4f.0") in a folder; none where it cannot be read.
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

/// The system's directory instead of `bundle`, where the one stands for the other. A certificate that was put
/// into the bundle by hand is in no directory: then the bundle stays.
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

/// Certificates as PEM, each once: settings often name one bundle four times, and an installer reads it three
/// times at some 30 ms.
class Certificates {
 public:
  // block = "-----BEGIN " label "-----" body "-----END " label "-----"
  void add(std::string_view pem) {
    constexpr std::string_view kEnd = "-----END ";
    constexpr std::string_view kDashes = "-----";
    for (std::size_t at = pem.find("-----BEGIN "); at != std::string_view::npos;
         at = pem.find("-----BEGIN ", at)) {
      const std::size_t end = pem.find(kEnd, at);
      const std::size_t dashes = end == std::string_view::npos ? end : pem.find(kDashes, end + kEnd.size());
      if (dashes == std::string_view::npos) return;
      std::string block(pem.substr(at, dashes + kDashes.size() - at));
      at = dashes + kDashes.size();
      const auto [added, is_new] = seen_.insert(std::move(block));
      if (is_new) pem_.append(*added).append("\n");
    }
  }
  std::string pem() && { return std::move(pem_); }

 private:
  std::string pem_;
  std::set<std::string> seen_;
};

/// What a setting names, file by file and folder by folder.
struct Places {
  std::vector<NamedAuthorities> files = {};
  std::vector<std::string> folders = {};
};

Result<void> add(Places& places, const NamedAuthorities& named) {
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

Result<void> add_system(Places& places) {
  std::error_code error;
  for (std::string_view bundle : kBundles) {
    if (fs::exists(bundle, error)) return add(places, {std::string(bundle)});
  }
  for (std::string_view directory : kDirectories) {
    if (!hashed_in(std::string(directory)).empty()) return add(places, {std::string(directory)});
  }
  return fail(kNetTrustFile, "this system has no folder of trusted TLS authorities (ca-certificates)");
}

Result<Places> places_of(const TrustSettings& settings) {
  Places places;
  for (const NamedAuthorities& named : settings.named) TRY(add(places, named));
  if (settings.named.empty() || settings.system_too) TRY(add_system(places));
  return places;
}

}  // namespace

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
  Places places = TRY(places_of(settings));
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

Result<std::string> authorities_as_pem(const TrustSettings& settings) {
  const Places places = TRY(places_of(settings));
  Certificates all;
  for (const NamedAuthorities& named : places.files) all.add(TRY(read_certificates(named)));
  for (const std::string& folder : places.folders) {
    for (const std::string& name : hashed_in(folder)) {
      // A link that leads nowhere is passed over, as OpenSSL does.
      if (const auto pem = read_certificates({folder + "/" + name})) all.add(*pem);
    }
  }
  return std::move(all).pem();
}

}  // namespace tomme::net
