#include "io/net/tls.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <poll.h>

#include "core/crypto/libcrypto.h"
#include "core/encoding/text.h"
#include "io/net/errors.h"
#include "io/net/message.h"

namespace tomme::net {

namespace {

template <auto kFree>
struct Deleter {
  template <class T>
  void operator()(T* pointer) const {
    kFree(pointer);
  }
};
using ContextPtr = std::unique_ptr<SSL_CTX, Deleter<&SSL_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, Deleter<&SSL_free>>;
using X509Ptr = std::unique_ptr<X509, Deleter<&X509_free>>;
using PkeyPtr = std::unique_ptr<EVP_PKEY, Deleter<&EVP_PKEY_free>>;
using BioPtr = std::unique_ptr<BIO, Deleter<&BIO_free>>;

/// The reason of the last OpenSSL error, and an empty queue.
std::string last_reason() {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = ERR_reason_error_string(code);
  ERR_clear_error();
  return reason != nullptr ? reason : "the connection broke";
}

ContextPtr make_context(const SSL_METHOD* method) {
  // No openssl.cnf: what TLS may do is said here.
  initialise_libcrypto();
  OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  ContextPtr context(SSL_CTX_new(method));
  if (!context) return context;
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context.get(), 1);  // whole records, and more, in one system call
  return context;
}

class TlsStream final : public Stream {
 public:
  TlsStream(Descriptor socket, const StopSignal& stop, SslPtr ssl)
      : Stream(std::move(socket), stop), ssl_(std::move(ssl)) {}

  // libssl keeps the descriptor's number: once the socket is cut, that may be another file's.
  IoStep try_read(std::span<std::uint8_t> into) override {
    if (fd() < 0) return {IoStep::Kind::failed, 0};
    ERR_clear_error();
    std::size_t n = 0;
    const int result = SSL_read_ex(ssl_.get(), into.data(), into.size(), &n);
    return result == 1 ? IoStep{IoStep::Kind::done, n} : step_of(result);
  }

  IoStep try_write(BytesView bytes) override {
    if (fd() < 0) return {IoStep::Kind::failed, 0};
    if (bytes.empty()) return {};
    ERR_clear_error();
    std::size_t n = 0;
    const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &n);
    return result == 1 ? IoStep{IoStep::Kind::done, n} : step_of(result);
  }

  void finish() override {
    if (fd() < 0) return;
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }

  bool has_pending() const override { return SSL_has_pending(ssl_.get()) == 1; }

  /// One end of the handshake; SSL_accept or SSL_connect.
  Result<void> shake(int (*step)(SSL*), Instant deadline) {
    for (;;) {
      ERR_clear_error();
      const int result = step(ssl_.get());
      if (result == 1) return {};
      const IoStep next = step_of(result, false);
      if (next.kind != IoStep::Kind::want_read && next.kind != IoStep::Kind::want_write) {
        return fail(kNetTls, "the TLS handshake failed: " + printable(why_handshake_failed()));
      }
      TRY(wait_for(fd(), next.kind == IoStep::Kind::want_read ? POLLIN : POLLOUT, deadline, this->stop()));
    }
  }

 private:
  IoStep step_of(int result, bool clear = true) {
    switch (SSL_get_error(ssl_.get(), result)) {
      case SSL_ERROR_WANT_READ:
        return {IoStep::Kind::want_read, 0};
      case SSL_ERROR_WANT_WRITE:
        return {IoStep::Kind::want_write, 0};
      case SSL_ERROR_ZERO_RETURN:
        return {IoStep::Kind::end, 0};
      default:  // an end without close_notify is among these: it might be an attacker's
        if (clear) ERR_clear_error();
        return {IoStep::Kind::failed, 0};
    }
  }

  std::string why_handshake_failed() {
    const long verdict = SSL_get_verify_result(ssl_.get());
    if (verdict == X509_V_OK) return last_reason();
    ERR_clear_error();
    return X509_verify_cert_error_string(verdict);
  }

  SslPtr ssl_;
};

Result<X509Ptr> read_certificate(const Certificate& certificate) {
  const BytesView der = certificate.der();
  const unsigned char* at = der.data();
  X509Ptr x509(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (!x509) return fail(kNetLocal, "a certificate for a local TLS server cannot be used: " + last_reason());
  return x509;
}

Result<PkeyPtr> read_key(const PrivateKey& key) {
  const Secret<Bytes> pkcs8 = TRY(key.to_pkcs8());
  const unsigned char* at = pkcs8.reveal().data();
  PkeyPtr pkey(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(pkcs8.reveal().size())));
  if (!pkey) return fail(kNetLocal, "a key for a local TLS server cannot be used: " + last_reason());
  return pkey;
}

Result<void> use_identity(SSL_CTX* context, const TlsIdentity& identity) {
  if (identity.chain.empty()) return fail(kNetLocal, "a local TLS server has no certificate");
  const PkeyPtr key = TRY(read_key(identity.key));
  const X509Ptr leaf = TRY(read_certificate(identity.chain.front()));
  bool ok = SSL_CTX_use_certificate(context, leaf.get()) == 1 &&
            SSL_CTX_use_PrivateKey(context, key.get()) == 1 && SSL_CTX_check_private_key(context) == 1;
  for (std::size_t i = 1; ok && i < identity.chain.size(); ++i) {
    const X509Ptr link = TRY(read_certificate(identity.chain[i]));
    ok = SSL_CTX_add1_chain_cert(context, link.get()) == 1;
  }
  if (!ok) return fail(kNetLocal, "certificate and key of a local TLS server do not fit: " + last_reason());
  return {};
}

/// RFC 7301: http/1.1 if it is offered, no answer otherwise (a client that speaks nothing else fails by
/// itself).
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* offered,
                    unsigned offered_size, void*) {
  constexpr std::string_view kHttp11 = "http/1.1";
  for (unsigned at = 0; at < offered_size; at += 1U + offered[at]) {
    if (at + 1U + offered[at] > offered_size) return SSL_TLSEXT_ERR_NOACK;
    if (text_of({offered + at + 1, offered[at]}) != kHttp11) continue;
    *out = offered + at + 1;
    *out_size = static_cast<unsigned char>(kHttp11.size());
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_NOACK;
}

int check_server_name(SSL* ssl, int* alert, void*) {
  const auto* host = static_cast<const std::string*>(SSL_get_app_data(ssl));
  const char* asked = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (host == nullptr || host->empty() || asked == nullptr || equal_ignoring_case(asked, *host)) {
    return SSL_TLSEXT_ERR_OK;
  }
  *alert = SSL_AD_UNRECOGNIZED_NAME;
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

Result<void> add_pem(SSL_CTX* context, const std::string& pem) {
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  std::size_t added = 0;
  while (bio) {
    const X509Ptr certificate(PEM_read_bio_X509_AUX(bio.get(), nullptr, nullptr, nullptr));
    if (!certificate) break;
    if (X509_STORE_add_cert(store, certificate.get()) == 1) ++added;
  }
  ERR_clear_error();
  if (added == 0) return fail(kNetTrustFile, "no trusted authority could be read");
  return {};
}

bool is_ip(const std::string& host) {
  return Authority{host, 0}.is_ip();
}

}  // namespace

struct TlsServer::Impl {
  ContextPtr context;
};

Result<TlsServer> TlsServer::make(const TlsIdentity& identity) {
  ContextPtr context = make_context(TLS_server_method());
  if (!context) return fail(kNetLocal, "TLS could not be started: " + last_reason());
  TRY(use_identity(context.get(), identity));
  SSL_CTX_set_alpn_select_cb(context.get(), &choose_protocol, nullptr);
  // The macros of ssl.h for this and for SNI hold C casts.
  SSL_CTX_callback_ctrl(context.get(), SSL_CTRL_SET_TLSEXT_SERVERNAME_CB,
                        reinterpret_cast<void (*)()>(&check_server_name));
  SSL_CTX_set_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
  static constexpr unsigned char kSessionContext[] = "tomme";
  SSL_CTX_set_session_id_context(context.get(), kSessionContext, sizeof kSessionContext - 1);
  SSL_CTX_set_num_tickets(context.get(), 1);
  return TlsServer(std::make_shared<const Impl>(Impl{std::move(context)}));
}

Result<std::unique_ptr<Stream>> TlsServer::accept(Descriptor socket, const StopSignal& stop,
                                                  const std::string& host, Instant deadline) const {
  SslPtr ssl(SSL_new(impl_->context.get()));
  if (!ssl || SSL_set_fd(ssl.get(), socket.fd()) != 1)
    return fail(kNetLocal, "no TLS connection: " + last_reason());
  SSL* raw = ssl.get();
  std::string name = host;  // lives for the handshake
  SSL_set_app_data(raw, &name);
  auto stream = std::make_unique<TlsStream>(std::move(socket), stop, std::move(ssl));
  TRY(stream->shake(&SSL_accept, deadline));
  SSL_set_app_data(raw, nullptr);
  return std::unique_ptr<Stream>(std::move(stream));
}

struct TlsClient::Impl {
  ContextPtr context;
};

Result<TlsClient> TlsClient::make(const TrustStore& trust) {
  ContextPtr context = make_context(TLS_client_method());
  if (!context) return fail(kNetLocal, "TLS could not be started: " + last_reason());
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  bool ok = true;
  if (!trust.file.empty()) ok = SSL_CTX_load_verify_file(context.get(), trust.file.c_str()) == 1;
  if (ok && !trust.directory.empty())
    ok = SSL_CTX_load_verify_dir(context.get(), trust.directory.c_str()) == 1;
  if (!ok) return fail(kNetTrustFile, "the trusted authorities cannot be read: " + last_reason());
  if (!trust.pem.empty()) TRY(add_pem(context.get(), trust.pem));
  return TlsClient(std::make_shared<const Impl>(Impl{std::move(context)}));
}

Result<std::unique_ptr<Stream>> TlsClient::connect(Descriptor socket, const StopSignal& stop,
                                                   const std::string& host, Instant deadline) const {
  SslPtr ssl(SSL_new(impl_->context.get()));
  if (!ssl || SSL_set_fd(ssl.get(), socket.fd()) != 1)
    return fail(kNetLocal, "no TLS connection: " + last_reason());
  const bool named = is_ip(host)
                         ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), host.c_str()) == 1
                         : SSL_set1_host(ssl.get(), host.c_str()) == 1 &&
                               SSL_ctrl(ssl.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                                        const_cast<char*>(host.c_str())) == 1;
  if (!named) return fail(kNetLocal, "no TLS connection: " + last_reason());
  auto stream = std::make_unique<TlsStream>(std::move(socket), stop, std::move(ssl));
  TRY(in(host, stream->shake(&SSL_connect, deadline)));
  return std::unique_ptr<Stream>(std::move(stream));
}

}  // namespace tomme::net
