#pragma once

#include <string_view>

namespace tomme::tuf {

/// Whether every client takes a path pattern for the same paths. Here only `*` and `?` are more than
/// themselves (section 4.5). Of the others python-tuf knows classes `[a-z]`, go-tuf those and a backslash,
/// tuf-js also `{a,b}`, `+(a)` and its like, `!` and `#` before a part.
bool means_the_same_everywhere(std::string_view pattern);

}  // namespace tomme::tuf
