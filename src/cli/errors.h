#pragma once

#include "core/base/result.h"

namespace tomme::cli {

inline constexpr ErrorCode kUsage{"usage/command-line", Outcome::wrong_usage,
                                  "the command line cannot be understood",
                                  "tomme --help, or tomme COMMAND --help"};
inline constexpr ErrorCode kUsageNoFile{"usage/no-file", Outcome::wrong_usage,
                                        "a file that was named on the command line is not there",
                                        "check the spelling and the folder"};
inline constexpr ErrorCode kUsageNoProof{
    "usage/no-proof", Outcome::wrong_usage,
    "no bundle, attestation or provenance was given for a file or is beside it",
    "name one with --bundle, --attestation or --provenance"};
inline constexpr ErrorCode kUsageRivals{
    "usage/rival-proofs", Outcome::wrong_usage,
    "two bundles lie beside a file and sigstore-python would take neither", "choose one with --bundle"};
inline constexpr ErrorCode kUsageNotYet{"usage/not-yet", Outcome::wrong_usage,
                                        "a command of sigstore-python that tomme does not have yet",
                                        "use sigstore-python for this one"};
inline constexpr ErrorCode kInterrupted{
    "usage/interrupted", Outcome::could_not_tell, "interrupted before it was done",
    "run it again: finished steps are kept, unfinished ones leave no trace"};
inline constexpr ErrorCode kTufNoTarget{
    "tuf/no-target", Outcome::refused, "no role of a TUF repository that may list a file lists it",
    "check the spelling: the path is the one that the repository's metadata has"};
inline constexpr ErrorCode kInspectKind{
    "inspect/kind", Outcome::wrong_usage,
    "a file to inspect is no bundle, attestation, provenance object or certificate",
    "inspect reads Sigstore bundles, PEP 740 attestations and provenance objects, and certificates"};

}  // namespace tomme::cli
