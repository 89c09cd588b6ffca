#pragma once

#include "app/installers/findings.h"
#include "app/installers/invocation.h"
#include "io/remote/credentials.h"

namespace tomme::guard {

/// The logins that the installer would find for its indexes, in its order: in the index's address, in the
/// variables of its name (UV_INDEX_NAME_USERNAME, POETRY_HTTP_BASIC_NAME_USERNAME and the like), in a setting
/// of its name, in netrc ($NETRC, else ~/.netrc, ~/_netrc), of the program `keyring` where it is told to ask
/// that.
Credentials logins_of(const Invocation& invocation, const Findings& findings);

}  // namespace tomme::guard
