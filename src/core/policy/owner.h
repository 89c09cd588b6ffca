#pragma once

#include <string>
#include <string_view>

#include "core/policy/pattern.h"

namespace tomme {

/// A repository in the one spelling that is compared: "github:o/r" for "o/r", "github:o/r" and
/// "[https://]github.com/o/r[.git]"; the same for gitlab; other URLs as they are.
std::string repository_name(std::string_view text);

// Whether a pattern tells one signer from another, or fits whoever likes to have it.

/// "owner/…", "github:owner/…", "https://host/owner/…": the owner stands whole before the first wildcard.
bool names_owner(const Pattern& repository);
/// "dev@example.org", "*@example.org": the domain has no wildcard, and nothing reaches across a "/" into
/// URIs.
bool names_mailbox(const Pattern& address);
/// A certificate's name: a URI with its owner before the first wildcard, an e-mail address, or a text without
/// wildcards.
bool names_signer(const Pattern& identity);

}  // namespace tomme
