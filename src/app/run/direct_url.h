#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace tomme::guard {

/// direct_url.json (PEP 610), as far as it says where something came from.
struct DirectUrl {
  std::string url;
  bool is_folder = false;
  std::string key = {};  ///< address_key() of what was fetched; empty for what no index or file host has
  std::set<std::string> digests = {};  ///< by SHA-256 in hexadecimal, as it says itself
};

/// Where it cannot be read, something was asked for by an address all the same, and nobody knows by which.
DirectUrl direct_url_in(const std::string& text);

/// The path of a `file:` URL of this machine.
std::optional<std::string> path_of(std::string_view url);

}  // namespace tomme::guard
