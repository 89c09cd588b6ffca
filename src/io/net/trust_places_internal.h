#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "io/net/trust.h"

/// Where authorities are on disk, for what reads them here (trust.cc) and what hands them on
/// (trust_export.cc).
namespace tomme::net {

/// What settings name, file by file and folder by folder.
struct TrustPlaces {
  std::vector<NamedAuthorities> files = {};
  std::vector<std::string> folders = {};
};
Result<TrustPlaces> places_of(const TrustSettings& settings);

/// The text of a PEM file with at least one certificate; kNetTrustFile.
Result<std::string> read_certificates(const NamedAuthorities& named);
std::size_t count_certificates(std::string_view pem);

/// Names by hash ("002c0b4f.0") in a folder, sorted; none where it cannot be read.
std::vector<std::string> hashed_in(const std::string& directory);

/// The system's directory instead of `bundle`, where the one stands for the other. A certificate that was put
/// into the bundle by hand is in no directory: then the bundle stays.
std::optional<std::string> directory_for(const std::string& bundle, std::size_t certificates);

}  // namespace tomme::net
