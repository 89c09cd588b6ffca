#pragma once

#include <optional>
#include <string_view>

#include "core/base/time.h"

namespace tomme::net {

/// RFC 9110 section 5.6.7, the one form that may be sent: "Sun, 06 Nov 1994 08:49:37 GMT".
std::optional<Time> parse_http_date(std::string_view text);

}  // namespace tomme::net
