#pragma once

#include <cstddef>
#include <string_view>

namespace tomme::guard {

/// Where a requirements file can be read in more than one way.
struct OddLine {
  std::size_t number = 0;  ///< from 1; 0: there is none
  std::string_view why = {};
};

/// pip, uv and PDM have readers of their own for this format, which has no standard: they differ in
/// encodings, line ends, continuations, comments and quotes. Nothing is found in a file that all of them read
/// alike, and alike with Tomme.
OddLine odd_line_of(std::string_view requirements);

}  // namespace tomme::guard
