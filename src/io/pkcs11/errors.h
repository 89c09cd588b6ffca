#pragma once

#include "core/base/result.h"

namespace tomme::pkcs11 {

inline constexpr ErrorCode kPkcs11Uri{"pkcs11/uri", Outcome::wrong_usage,
                                      "the name of a key in a token is not a PKCS#11 URI that can be meant",
                                      "as 'pkcs11:token=release;object=root' (RFC 7512), quoted in a shell; "
                                      "a blank is %20, as is whatever is no letter, "
                                      "digit, -, ., _ or ~"};
inline constexpr ErrorCode kPkcs11Stored{
    "pkcs11/stored", Outcome::wrong_usage,
    "the database of a repository keeps neither the PIN of a token nor the library that drives it",
    "name the file of the PIN with --passphrase-file FILE, and the library with TOMME_PKCS11_MODULE=/PATH, "
    "for "
    "each command"};
inline constexpr ErrorCode kPkcs11Module{
    "pkcs11/module", Outcome::could_not_tell,
    "the library that drives a token (the PKCS#11 module) could not be loaded or does not answer",
    "name the one that came with the token: ?module-path=/PATH in the URI or TOMME_PKCS11_MODULE; without "
    "them "
    "p11-kit is asked (libp11-kit0), which finds those that the system knows"};
inline constexpr ErrorCode kPkcs11NoToken{
    "pkcs11/no-token", Outcome::could_not_tell, "no token is there that is as the URI says",
    "plug it in; token= and serial= are compared letter for letter (pkcs11-tool --list-slots)"};
inline constexpr ErrorCode kPkcs11NoKey{
    "pkcs11/no-key", Outcome::wrong_usage, "the token has no key that is as the URI says",
    "object= is its label, id= its id, as id=%01%02 (pkcs11-tool --login --list-objects)"};
inline constexpr ErrorCode kPkcs11Several{"pkcs11/several", Outcome::wrong_usage,
                                          "the URI means more than one token or key",
                                          "say more: serial= for a token, object= and id= for a key"};
inline constexpr ErrorCode kPkcs11KeyType{"pkcs11/key-type", Outcome::wrong_usage,
                                          "the key in the token cannot sign metadata",
                                          "it has to be ECDSA on P-256, P-384 or P-521, RSA of 2048 bits or "
                                          "more, or Ed25519, with the use of signing"};
inline constexpr ErrorCode kPkcs11Exists{"pkcs11/exists", Outcome::wrong_usage,
                                         "the token has a key of this label or id already",
                                         "choose another object= or id="};
inline constexpr ErrorCode kPkcs11NoPublicHalf{
    "pkcs11/no-public-half", Outcome::wrong_usage,
    "the token has neither a public key nor a certificate for a private key, so it cannot be known what it "
    "signs",
    "write the public half into the token with the id of the private one: pkcs11-tool --write-object FILE "
    "--type pubkey --id ID"};
inline constexpr ErrorCode kPkcs11Pin{
    "pkcs11/pin", Outcome::refused, "the token refused the PIN",
    "it was tried once and is not tried again, as tokens lock after a few wrong ones"};
inline constexpr ErrorCode kPkcs11PinLocked{
    "pkcs11/pin-locked", Outcome::refused, "the PIN of the token is locked after too many wrong ones",
    "its security officer can set a new one: pkcs11-tool --login --login-type so --init-pin"};
inline constexpr ErrorCode kPkcs11LastTry{
    "pkcs11/last-try", Outcome::refused,
    "the next wrong PIN would lock the token, so one from a file, a variable or the URI is not tried",
    "type it: without pin-source, --passphrase-file and TOMME_PASSPHRASE it is asked for; the right one "
    "makes the "
    "token count anew"};
inline constexpr ErrorCode kPkcs11NoPin{"pkcs11/no-pin", Outcome::wrong_usage,
                                        "the token wants a PIN, and there is none to be had",
                                        "pin-source=file:/PATH in the URI, --passphrase-file FILE, "
                                        "TOMME_PASSPHRASE, or a terminal to type it on"};
inline constexpr ErrorCode kPkcs11Gone{"pkcs11/gone", Outcome::could_not_tell,
                                       "the token was taken out, or has ended the session",
                                       "put it back and repeat; tomme tuf publish --watch goes on by itself"};
inline constexpr ErrorCode kPkcs11Signature{
    "pkcs11/signature", Outcome::refused,
    "the token made a signature that its own public key does not verify; it was thrown away",
    "the public key or certificate beside the private key is another one's, or the token is "
    "faulty"};
inline constexpr ErrorCode kPkcs11Failed{
    "pkcs11/failed", Outcome::could_not_tell, "the token could not do what it was asked for",
    "see what its own tools say of it: pkcs11-tool --module PATH --login --test"};

}  // namespace tomme::pkcs11
