#include "io/net/trust.h"

#include <filesystem>
#include <fstream>
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

Result<std::string> read_certificates(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return fail(kNetTrustFile, "cannot read the file of trusted authorities \"" + printable(path) + "\"");
  std::ostringstream text;  // by blocks: octet by octet a bundle takes a millisecond
  text << file.rdbuf();
  const std::string pem = std::move(text).str();
  if (count_certificates(pem) == 0) {
    return fail(kNetTrustFile, "there is no PEM certificate in \"" + printable(path) + "\"");
  }
  return pem;
}

/// The number of names by hash ("002c0b4f.0") in a folder; 0 where it cannot be read.
std::size_t count_hashed(const std::string& directory) {
  std::error_code error;
  std::size_t count = 0;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    const bool hashed = name.size() >= 10 && name[8] == '.' &&
                        name.find_first_not_of("0123456789abcdef") == 8 &&
                        name.find_first_not_of("0123456789", 9) == std::string::npos;
    if (hashed) ++count;
  }
  return count;
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
      if (count_hashed(std::string(directory)) >= certificates) return std::string(directory);
    }
  }
  return std::nullopt;
}

Result<TrustStore> find_named(const TrustSettings& settings) {
  TrustStore store;
  std::error_code error;
  if (!settings.ca_directory.empty()) {
    if (!fs::is_directory(settings.ca_directory, error)) {
      return fail(kNetTrustFile, "the folder of trusted authorities \"" + printable(settings.ca_directory) +
                                     "\" is not there");
    }
    store.directory = settings.ca_directory;
  }
  if (settings.ca_file.empty()) return store;
  const std::string pem = TRY(read_certificates(settings.ca_file));
  if (auto directory = directory_for(settings.ca_file, count_certificates(pem));
      directory && (store.directory.empty() || store.directory == *directory)) {
    store.directory = *std::move(directory);
  } else {
    store.file = settings.ca_file;
  }
  return store;
}

Result<TrustStore> find_system() {
  std::error_code error;
  for (std::string_view bundle : kBundles) {
    if (fs::exists(bundle, error)) return find_named({.ca_file = std::string(bundle)});
  }
  for (std::string_view directory : kDirectories) {
    if (count_hashed(std::string(directory)) > 0) return TrustStore{.directory = std::string(directory)};
  }
  return fail(kNetTrustFile, "this system has no folder of trusted TLS authorities (ca-certificates)");
}

}  // namespace

Result<TrustStore> TrustStore::find(const TrustSettings& settings) {
  const bool named = !settings.ca_file.empty() || !settings.ca_directory.empty();
  TrustStore store = TRY(named ? find_named(settings) : find_system());
  if (settings.extra_ca_file.empty()) return store;
  const std::string extra = TRY(read_certificates(settings.extra_ca_file));
  if (!store.file.empty()) store.pem = TRY(read_certificates(std::exchange(store.file, {}))) + "\n";
  store.pem += extra;
  return store;
}

}  // namespace tomme::net
