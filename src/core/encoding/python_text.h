#pragma once

#include <cstddef>
#include <string_view>

namespace tomme {

// What Python's `str` takes for the end of a line and for white space, in UTF-8: more than a person sees.
// pip, PDM and others cut and trim what they read by it. Source: the tables of the Python documentation,
// `str.splitlines` and `str.isspace`.

/// The length in bytes of the line end at the beginning of `text`; 0 for none. NEL counts as one byte too
/// (0x85): it is one in the encodings that a `coding:` line may name.
std::size_t python_line_end_at(std::string_view text);

/// Whether `str.splitlines` would make more than one line of it.
bool has_python_line_end(std::string_view text);

/// Without white space at both ends (`str.strip`), the byte order mark included.
std::string_view python_strip(std::string_view text);

/// Without white space at the end (`str.rstrip`).
std::string_view python_rstrip(std::string_view text);
/// The same of a text in Latin-1.
std::string_view python_rstrip_latin1(std::string_view text);

}  // namespace tomme
