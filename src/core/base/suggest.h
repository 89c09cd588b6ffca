#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tomme {

/// The word of `known` that somebody who typed `word` most likely meant: at most a third of its letters are
/// wrong, missing, too many or changed with their neighbour (the restricted Damerau-Levenshtein distance; of
/// the libraries here CLI11 has none). Nothing where no word is that near.
std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> known);

/// `did you mean NEAREST? otherwise`, or `otherwise` alone.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> known,
                         std::string_view otherwise);

}  // namespace tomme
