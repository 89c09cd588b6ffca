#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <set>

#include "core/crypto/certificate.h"
#include "core/encoding/pem.h"
#include "io/net/errors.h"
#include "io/net/trust.h"
#include "io/net/trust_places_internal.h"

namespace tomme::net {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kHashLength = 8;  ///< of "002c0b4f.0"

/// Certificates as PEM, each once: settings often name one bundle four times.
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
      if (is_new) blocks_.push_back(&*added);
    }
  }
  /// In the order in which they came.
  const std::vector<const std::string*>& blocks() const { return blocks_; }

 private:
  std::set<std::string> seen_;
  std::vector<const std::string*> blocks_;
};

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_NAME* name) const { X509_NAME_free(name); }
};

std::string hash_text(unsigned long hash) {
  std::array<char, kHashLength + 1> text{};
  std::snprintf(text.data(), text.size(), "%08x", static_cast<unsigned>(hash));
  return std::string(text.data());
}

/// Of a certificate that our own reader takes, without OpenSSL's: its first reading of a key costs 5 ms.
std::optional<std::string> quick_hash_of(const std::string& block) {
  const auto der = parse_pem_one(block, "CERTIFICATE");
  const auto certificate = der ? Certificate::parse(*der) : Result<Certificate>(std::unexpected(der.error()));
  if (!certificate) return std::nullopt;
  const unsigned char* at = certificate->subject().data();
  const std::unique_ptr<X509_NAME, Free> name(
      d2i_X509_NAME(nullptr, &at, static_cast<long>(certificate->subject().size())));
  int known = 0;
  const unsigned long hash = name ? X509_NAME_hash_ex(name.get(), nullptr, nullptr, &known) : 0;
  return known == 1 ? std::optional(hash_text(hash)) : std::nullopt;
}

/// As OpenSSL's folders name it; nothing where no certificate can be read.
std::optional<std::string> hash_of(const std::string& block) {
  if (auto quick = quick_hash_of(block)) return quick;
  const std::unique_ptr<BIO, Free> bio(BIO_new_mem_buf(block.data(), static_cast<int>(block.size())));
  const std::unique_ptr<X509, Free> certificate(
      bio ? PEM_read_bio_X509_AUX(bio.get(), nullptr, nullptr, nullptr) : nullptr);
  if (!certificate) {
    ERR_clear_error();
    return std::nullopt;
  }
  return hash_text(X509_subject_name_hash(certificate.get()));
}

/// A folder that is being filled: OpenSSL reads HASH.0, HASH.1 and so on until one is not there.
class HashedFolder {
 public:
  explicit HashedFolder(fs::path folder) : folder_(std::move(folder)) {}

  Result<void> add(const std::string& pem_block) {
    const auto hash = hash_of(pem_block);
    if (!hash) return {};  // as in a bundle: what is no certificate is passed over
    std::ofstream file(next(*hash), std::ios::binary);
    if (file << pem_block << '\n' << std::flush) return {};
    return fail(kNetTrustFile, "cannot write the trusted authorities into " + folder_.string());
  }
  Result<void> link(const fs::path& certificate) {
    std::error_code error;
    fs::create_symlink(certificate, next(certificate.filename().string().substr(0, kHashLength)), error);
    if (!error) return {};
    return fail(kNetTrustFile,
                "cannot write the trusted authorities into " + folder_.string() + ": " + error.message());
  }

 private:
  fs::path next(const std::string& hash) { return folder_ / (hash + "." + std::to_string(used_[hash]++)); }

  fs::path folder_;
  std::map<std::string, unsigned> used_;
};

}  // namespace

Result<std::string> authorities_as_pem(const TrustSettings& settings) {
  const TrustPlaces places = TRY(places_of(settings));
  Certificates all;
  for (const NamedAuthorities& named : places.files) all.add(TRY(read_certificates(named)));
  for (const std::string& folder : places.folders) {
    for (const std::string& name : hashed_in(folder)) {
      // A link that leads nowhere is passed over, as OpenSSL does.
      if (const auto pem = read_certificates({folder + "/" + name})) all.add(*pem);
    }
  }
  std::string pem;
  for (const std::string* block : all.blocks()) pem.append(*block).append("\n");
  return pem;
}

Result<void> write_authorities_folder(const TrustSettings& settings, std::string_view own_pem,
                                      const std::string& folder) {
  TrustPlaces places = TRY(places_of(settings));
  Certificates loose;
  loose.add(own_pem);
  for (const NamedAuthorities& named : places.files) {
    const std::string pem = TRY(read_certificates(named));
    if (auto directory = directory_for(named.path, count_certificates(pem))) {
      places.folders.push_back(*std::move(directory));
    } else {
      loose.add(pem);
    }
  }
  HashedFolder out(folder);
  for (const std::string* block : loose.blocks()) TRY(out.add(*block));
  for (const std::string& each : std::set<std::string>(places.folders.begin(), places.folders.end())) {
    std::error_code error;
    const fs::path absolute = fs::absolute(each, error);
    for (const std::string& name : hashed_in(each)) TRY(out.link(absolute / name));
  }
  return {};
}

}  // namespace tomme::net
