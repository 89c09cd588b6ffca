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
inline constexpr ErrorCode kUrlInvalid{
    "url/invalid", Outcome::refused, "a text is not a URL as RFC 3986 has it, or clients read it differently",
    "write the address as scheme://host/path, with other characters percent-encoded"};
inline constexpr ErrorCode kPageInvalid{"page/invalid", Outcome::refused,
                                        "an index page is not what the Simple API says",
                                        "ask the index's operator"};
inline constexpr ErrorCode kPageAmbiguous{
    "page/ambiguous", Outcome::refused,
    "an index page can be read in two ways, so installers may see other files on it",
    "ask the index's operator, or use the index's JSON pages"};
inline constexpr ErrorCode kPageTooLarge{"page/too-large", Outcome::refused,
                                         "an index page is above our limits",
                                         "ask the index's operator; a page of this size is unusual"};
inline constexpr ErrorCode kWheelInvalid{"wheel/invalid", Outcome::refused,
                                         "a wheel is not a sound zip archive",
                                         "the file is damaged; fetch or build it again"};
inline constexpr ErrorCode kWheelAmbiguous{"wheel/ambiguous", Outcome::refused,
                                           "a wheel is a zip archive that readers unpack differently",
                                           "build the wheel again with a current build tool"};
inline constexpr ErrorCode kWheelMetadata{
    "wheel/metadata", Outcome::refused,
    "a wheel does not hold exactly one METADATA file for its name and version",
    "build the wheel again with a current build tool"};
inline constexpr ErrorCode kWheelTooLarge{
    "wheel/too-large", Outcome::refused, "a wheel holds more than our limits allow",
    "see whether the wheel is what it says; its publisher can split it"};
inline constexpr ErrorCode kRecordInvalid{"record/invalid", Outcome::refused,
                                          "the list of files of a distribution (RECORD) cannot be read",
                                          "install the distribution again, or build it with a current tool"};

}  // namespace tomme
