#pragma once

#include "core/base/result.h"

namespace tomme {

inline constexpr ErrorCode kNetRequest{"net/request", Outcome::wrong_usage,
                                       "a request cannot be sent as it was asked for",
                                       "this is a fault of tomme: please report it"};
inline constexpr ErrorCode kNetUnreachable{
    "net/unreachable", Outcome::could_not_tell,
    "a server or proxy could not be found or did not accept a connection",
    "check the network, the name and the proxy settings"};
inline constexpr ErrorCode kNetTimeout{"net/timeout", Outcome::could_not_tell,
                                       "a server took longer to answer than it was given", "try again"};
inline constexpr ErrorCode kNetTls{
    "net/tls", Outcome::could_not_tell, "a server could not prove over TLS that it is who it was asked to be",
    "name the certificate authority of the network with SSL_CERT_FILE; verification cannot be switched off"};
inline constexpr ErrorCode kNetProtocol{
    "net/protocol", Outcome::could_not_tell, "a peer did not speak HTTP as its standard has it",
    "see that the address is the right one, and that no proxy changes answers"};
inline constexpr ErrorCode kNetTooLarge{
    "net/too-large", Outcome::could_not_tell, "an answer was larger than the limit for its kind",
    "see that the address is the right one; its answer is not of the kind asked for"};
inline constexpr ErrorCode kNetProxy{"net/proxy", Outcome::could_not_tell,
                                     "the proxy of this network refused to pass a connection on",
                                     "check the proxy address and its user name and password"};
inline constexpr ErrorCode kNetProxySetting{"net/proxy-setting", Outcome::wrong_usage,
                                            "a proxy setting cannot be used",
                                            "write it as http://HOST:PORT or http://USER:PASSWORD@HOST:PORT"};
inline constexpr ErrorCode kNetTrustFile{"net/trust-file", Outcome::wrong_usage,
                                         "the file or folder with trusted TLS authorities cannot be used",
                                         "name a PEM file with certificates, or leave the setting out"};
inline constexpr ErrorCode kNetCancelled{"net/cancelled", Outcome::could_not_tell,
                                         "a transfer was called off", "run the command again"};
inline constexpr ErrorCode kNetClosed{"net/closed", Outcome::could_not_tell,
                                      "a connection ended before everything was passed over it", "try again"};
inline constexpr ErrorCode kNetLocal{
    "net/local", Outcome::could_not_tell, "this machine could not open or serve a local connection",
    "see that this machine allows local connections and has descriptors left"};
inline constexpr ErrorCode kNetLibrary{"net/library", Outcome::could_not_tell,
                                       "libcurl, which makes network connections, could not be loaded",
                                       "install it: on Debian and Ubuntu the package is libcurl4"};

}  // namespace tomme
