#pragma once

#include "core/base/result.h"

namespace tomme {

inline constexpr ErrorCode kNameInvalid{"name/invalid", Outcome::refused,
                                        "a text is not the name of a Python project (PEP 508)",
                                        "names are letters, digits, and single . _ - between them"};
inline constexpr ErrorCode kVersionInvalid{"version/invalid", Outcome::refused,
                                           "a text is not a version as PEP 440 has it",
                                           "expected a version such as 1.0, 2.1.post1 or 3.0rc2"};
inline constexpr ErrorCode kFilenameInvalid{
    "filename/invalid", Outcome::refused, "a file name is neither a wheel's nor a source distribution's",
    "expected NAME-VERSION-PYTHON-ABI-PLATFORM.whl, NAME-VERSION.tar.gz or NAME-VERSION.zip"};
inline constexpr ErrorCode kPageInvalid{"page/invalid", Outcome::refused,
                                        "an index page is not what the Simple API says",
                                        "ask the index's operator"};
inline constexpr ErrorCode kPageLink{
    "page/link", Outcome::refused,
    "an index page lists something that cannot be handed on as a file of its project",
    "ask the index's operator; the other files of the page are not concerned"};
inline constexpr ErrorCode kPageTooLarge{"page/too-large", Outcome::refused,
                                         "an index page is above our limits",
                                         "ask the index's operator; a page of this size is unusual"};
inline constexpr ErrorCode kWheelInvalid{"wheel/invalid", Outcome::refused,
                                         "a wheel is not a sound zip archive",
                                         "the file is damaged; fetch or build it again"};
inline constexpr ErrorCode kWheelAmbiguous{
    "wheel/ambiguous", Outcome::refused,
    "a wheel is a zip archive that readers may unpack differently, or has its dependencies in more than one "
    "place",
    "build the wheel again with another build tool; one without an attestation passes with a note where "
    "neither proof is required nor a signer expected"};
inline constexpr ErrorCode kWheelMetadata{
    "wheel/metadata", Outcome::refused,
    "a wheel does not hold exactly one METADATA file for its name and version",
    "build the wheel again with a current build tool"};
inline constexpr ErrorCode kWheelName{
    "wheel/name", Outcome::refused,
    "the METADATA in a wheel does not name, once, the project and version of the file's name",
    "do not install this file, tell the index: an installer may take it for another project's"};
inline constexpr ErrorCode kWheelTooLarge{
    "wheel/too-large", Outcome::refused, "a wheel holds more than our limits allow",
    "see whether the wheel is what it says; its publisher can split it"};
inline constexpr ErrorCode kSdistInvalid{
    "sdist/invalid", Outcome::refused,
    "a source distribution cannot be read, or may be unpacked in more ways than one",
    "build it again with a current build tool; it passes where neither proof is required nor a signer "
    "expected"};
inline constexpr ErrorCode kSdistMetadata{
    "sdist/metadata", Outcome::refused,
    "a source distribution has more than one PKG-INFO, or one that says nothing",
    "build it again with a current build tool"};
inline constexpr ErrorCode kSdistName{
    "sdist/name", Outcome::refused,
    "the PKG-INFO in a source distribution does not name, once, the project and version of the file's name",
    "do not install this file, tell the index: an installer may take it for another project's"};
inline constexpr ErrorCode kSdistTooLarge{"sdist/too-large", Outcome::refused,
                                          "a source distribution holds more than our limits allow",
                                          "see whether it is what it says; its publisher can split it"};
inline constexpr ErrorCode kRecordInvalid{"record/invalid", Outcome::refused,
                                          "the list of files of a distribution (RECORD) cannot be read",
                                          "install the distribution again, or build it with a current tool"};

}  // namespace tomme
