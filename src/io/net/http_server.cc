#include "io/net/http_server.h"

#include "io/net/acceptor.h"
#include "io/net/errors.h"
#include "io/net/http_connection.h"
#include "io/net/tls.h"

namespace tomme::net {

struct HttpServer::Impl {
  Impl(HttpServerOptions wanted, Listener listener, std::optional<TlsServer> server, Handler& answers)
      : options(std::move(wanted)),
        tls(std::move(server)),
        handler(answers),
        acceptor(std::move(listener), options.limits.connections,
                 {.serve = [this](Descriptor socket) { serve(std::move(socket)); },
                  .overflow = [](Descriptor) {}}) {}

  void serve(Descriptor socket) {
    std::unique_ptr<Stream> stream;
    const StopSignal& stop = acceptor.stop_signal();
    if (tls) {
      auto secured = tls->accept(std::move(socket), stop, "",
                                 std::chrono::steady_clock::now() + options.limits.handshake);
      if (!secured) return;
      stream = *std::move(secured);
    } else {
      stream = make_plain_stream(std::move(socket), stop);
    }
    HttpConnection connection(std::move(stream), options.limits);
    while (auto parsed = connection.next()) {
      if (!serve_one(connection, *parsed)) return;
    }
  }

  bool serve_one(HttpConnection& connection, ParsedRequest& parsed) {
    const Scheme scheme = tls ? Scheme::https : Scheme::http;
    auto authority =
        Authority::parse(parsed.headers.find("host").value_or("localhost"), default_port(scheme));
    auto url = authority ? Url::at({scheme, *std::move(authority)}, parsed.target)
                         : Result<Url>(std::unexpected(authority.error()));
    if (!url || !is_request_target(parsed.target)) {
      connection.refuse(parsed, 400, "the request does not name a path and a host");
      return false;
    }
    const Request request{.method = parsed.method,
                          .url = *std::move(url),
                          .headers = end_to_end(parsed.headers),
                          .body = std::move(parsed.body)};
    return connection.answer(parsed, request, handler);
  }

  const HttpServerOptions options;
  const std::optional<TlsServer> tls;
  Handler& handler;
  Acceptor acceptor;  // last: its threads use the others
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::start(HttpServerOptions options, Handler& handler) {
  std::optional<TlsServer> tls;
  if (options.identity) tls = TRY(TlsServer::make(*options.identity));
  Listener listener = TRY(listen_on(options.address, options.port));
  auto impl = std::make_unique<Impl>(std::move(options), std::move(listener), std::move(tls), handler);
  impl->acceptor.start();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

std::uint16_t HttpServer::port() const {
  return impl_->acceptor.port();
}
void HttpServer::stop() {
  impl_->acceptor.stop();
}

}  // namespace tomme::net
