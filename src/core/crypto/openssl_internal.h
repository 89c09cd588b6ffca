#pragma once

#include <memory>
#include <openssl/evp.h>
#include <string>

#include "core/crypto/digest.h"

/// What the .cc files of this room share about libcrypto. Never included from a header of the room.
namespace tomme::openssl {

template <auto kFree>
struct Freer {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};

/// An owned libcrypto object: `Handle<EVP_PKEY, &EVP_PKEY_free>`.
template <class T, auto kFree>
using Handle = std::unique_ptr<T, Freer<kFree>>;

using PkeyHandle = Handle<EVP_PKEY, &EVP_PKEY_free>;
using PkeyContext = Handle<EVP_PKEY_CTX, &EVP_PKEY_CTX_free>;
using DigestContext = Handle<EVP_MD_CTX, &EVP_MD_CTX_free>;

/// The fetched algorithm, kept for the life of the process (an implicit fetch costs more than a hash).
const EVP_MD* message_digest(HashAlgorithm algorithm);

/// The reason of the last failure as libcrypto tells it; empties this thread's error queue, which would
/// otherwise be read by whoever calls libcrypto next (a TLS connection, say).
std::string take_error();
void clear_errors();

/// For calls that can only fail without memory or with a broken libcrypto: says `what` and ends the process.
void must(bool ok, const char* what);

}  // namespace tomme::openssl
