#pragma once

namespace tomme {

/// Makes libcrypto ready, once in the life of the process; cheap afterwards, safe from any thread.
/// core/crypto does it by itself; whoever else calls libcrypto or libssl does it before anything of theirs.
///
/// No openssl.cnf is read: a configuration file must not put a provider or an engine into a verifier. What is
/// not needed is left out, since it would cost every start a fifth of its instructions:
/// * the old names of ciphers (EVP_get_cipherbyname): ciphers are fetched from the provider;
/// * AES as the random generator, for which the provider's ciphers are entered one and all. It is Hash_DRBG
///   with SHA-256 (NIST SP 800-90A section 10.1.1), seeded as libcrypto seeds. A generator that somebody has
///   used before stays as it is.
void initialise_libcrypto();

}  // namespace tomme
