#pragma once

#include <string_view>

#include "app/installers/placeholders.h"

namespace tomme::guard {

/// What hatch puts in, but for the words of the command line.
struct HatchPlaces {
  std::string_view root;  ///< the project's folder
  std::string_view home;
  bool has_matrix = true;  ///< an environment may have variables of a matrix
};

/// A command of hatch's settings: `{args}` and `{args:DEFAULT}` are `arguments`, a text, or the default where
/// that is empty; `{root}`, `{home}`, `{/}` and `{;}` are known, and the variables by which hatch hands
/// options to its own test and format commands are left out. `{matrix:x:DEFAULT}` is its default where no
/// matrix is. Any other brace is not exact, for what hatch makes of it depends on more than the text:
/// `{matrix:x}`, `{env:X:y}`, `{{`.
FilledIn fill_in_hatch(std::string_view command, std::string_view arguments, const HatchPlaces& places);

}  // namespace tomme::guard
