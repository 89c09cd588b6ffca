#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tomme {

/// Where installers put a file of a wheel (PEP 427): what stands in a folder `*.data` goes elsewhere, by the
/// name of the folder in it.
struct WheelPlace {
  enum class Scheme : std::uint8_t {
    site,     ///< beside the `.dist-info`; purelib and platlib of a `.data`
    data,     ///< the environment itself, "/v"
    scripts,  ///< "/v/bin"
    headers,  ///< below "/v/include", how deep is the installer's choice
  };
  Scheme scheme = Scheme::site;
  std::string_view path;  ///< seen from there

  /// Seen from the environment: "bin/demo", "share/demo.txt". Of scripts and data only.
  std::string in_environment() const;
};

/// Nothing for a file in a `.data` whose folder there has no meaning.
std::optional<WheelPlace> wheel_place_of(std::string_view name);

bool is_in_data_folder(std::string_view name);  ///< in a `*.data` at the wheel's top

}  // namespace tomme
