#pragma once

#include "core/base/result.h"

namespace tomme {

inline constexpr ErrorCode kIndexUnavailable{"index/unavailable", Outcome::could_not_tell,
                                             "an index did not answer with a project page", "try again"};
inline constexpr ErrorCode kIndexDenied{
    "index/denied", Outcome::could_not_tell, "an index wants a user name and a password that it accepts",
    "write them into the index's address (https://USER:PASSWORD@HOST/simple/) or into ~/.netrc"};
inline constexpr ErrorCode kIndexUnreadName{
    "index/unread-name", Outcome::could_not_tell,
    "the index lists a file that may be of this release, and whose name cannot be read",
    "see what it is: tomme did not look at it"};
inline constexpr ErrorCode kIndexNoProject{"index/no-project", Outcome::could_not_tell,
                                           "an index does not know a project or a version",
                                           "check the spelling of the name and the version"};
inline constexpr ErrorCode kProvenanceUnavailable{
    "provenance/unavailable", Outcome::refused,
    "the index lists an attestation for the file, and it cannot be had",
    "an attestation that is hidden is not the same as none: try again, or tell the index"};
inline constexpr ErrorCode kProofsElsewhere{
    "provenance/elsewhere", Outcome::could_not_tell,
    "the index that --proofs names did not say whether it has an attestation for a file",
    "check the address and the network; without --proofs the file counts as one without an attestation"};
inline constexpr ErrorCode kLogUnavailable{"log/unavailable", Outcome::could_not_tell,
                                           "a transparency log did not answer", "try again"};
inline constexpr ErrorCode kLogNoEntry{
    "log/no-entry", Outcome::refused,
    "a transparency log has no entry for this signature, file and certificate",
    "give the entry that came with the signature with --entry FILE, or name the log it is in with its "
    "trusted root"};
inline constexpr ErrorCode kRedirect{"index/redirect", Outcome::refused,
                                     "an index redirects to a place where files are not judged",
                                     "if the place is right, name it with --file-host or --index"};
inline constexpr ErrorCode kTufMirror{
    "tuf/mirror", Outcome::could_not_tell, "a TUF mirror did not answer as one has to",
    "check the URL and the proxy settings; if they are right, tell who runs the mirror"};
inline constexpr ErrorCode kTufMirrorAddress{
    "tuf/mirror-address", Outcome::wrong_usage,
    "the address of a TUF mirror is not https, nor http to this machine, or has a query",
    "write it as https://HOST/PATH/"};

}  // namespace tomme
