#pragma once

#include <chrono>

#include "io/net/environment.h"
#include "io/remote/credentials.h"

namespace tomme::guard {

/// Asks the program `keyring` on the PATH of this environment, as uv and pip do where their keyring provider
/// is "subprocess": `keyring get SERVICE USER`, once for each. Which program that is, is fixed at once: what
/// an installer puts in its place or before it later, from a wheel perhaps, is not run. A program that is not
/// there, fails or takes longer than `patience` knows no password. Thread-safe.
AskKeyring keyring_program(net::Environment environment,
                           std::chrono::milliseconds patience = std::chrono::seconds(20));

}  // namespace tomme::guard
