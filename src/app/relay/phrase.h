#pragma once

#include <cstddef>
#include <string>

#include "core/base/result.h"

namespace tomme::guard {

/// "tomme: <sentence> [code]; <hint>": pip, uv and poetry print the reason phrase of a 403 word for word, and
/// most of them nothing else. At most `limit` bytes of printable ASCII: uv drops a phrase that is not, and a
/// very long one is cut by servers. The hint stands in it where all of it fits; the code always does, a
/// sentence too long for it ends in "...". For `limit` of 100 and more.
std::string phrase_of(const Error& error, std::size_t limit = 400);

}  // namespace tomme::guard
