#pragma once

#include <string_view>

namespace tomme::store {

/// An address of the loopback (IPv4 in digits, ::1), `localhost`, a UNIX socket, or nothing, which means the
/// latter; of a list with commas each. Nothing but these may be spoken to in the clear.
bool is_local_host(std::string_view hosts);

}  // namespace tomme::store
