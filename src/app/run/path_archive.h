#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tomme::guard {

/// What Python reads of a zip archive on its path, an egg or any other. Nobody claims anything about such an
/// archive, and its directory alone says what is in it.

/// Nothing where that is no archive to us.
std::optional<std::vector<std::string>> names_in_archive(const std::string& path);

/// The first of these entries that is there, at most so many bytes of it. Names count in any case.
std::optional<std::string> text_in_archive(const std::string& path, const std::vector<std::string>& names,
                                           std::size_t limit);

}  // namespace tomme::guard
