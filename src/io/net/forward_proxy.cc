#include "io/net/forward_proxy.h"

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <sys/socket.h>

#include "core/crypto/secret_equal.h"
#include "core/encoding/percent.h"
#include "core/encoding/text.h"
#include "io/net/acceptor.h"
#include "io/net/errors.h"
#include "io/net/http_connection.h"
#include "io/net/tls.h"
#include "io/net/tunnel.h"

namespace tomme::net {

namespace {

Instant in(std::chrono::milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

unsigned status_of(const Error& error) {
  return error.is(kNetTimeout) ? 504 : 502;
}

/// A plain request as it goes on: to a server in origin-form, to a proxy in absolute-form. The connection
/// serves this one request, so that its answer needs no reading: it ends where the connection ends.
std::string serialize(const Request& request, const ParentProxy* proxy) {
  std::string out =
      request.method + " " + (proxy != nullptr ? request.url.to_string() : request.url.target()) +
      " HTTP/1.1\r\nHost: " + request.url.origin().host_and_port() + "\r\nConnection: close\r\n";
  for (const Header& field : request.headers) {
    if (equal_ignoring_case(field.name, "host") || equal_ignoring_case(field.name, "content-length"))
      continue;
    out += field.name + ": " + field.value + "\r\n";
  }
  if (proxy != nullptr && proxy->has_credentials())
    out += "Proxy-Authorization: " + proxy->authorization() + "\r\n";
  if (!request.body.empty() || request.headers.has("content-length")) {
    out += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  }
  out += "\r\n";
  out += text_of(request.body);
  return out;
}

}  // namespace

struct ForwardProxy::Impl {
  Impl(ForwardProxyOptions wanted, Listener listener, Handler& answers)
      : options(std::move(wanted)),
        authorization("Basic " + encode_base64(bytes_of(options.user + ":" + options.password.reveal()))),
        handler(answers),
        acceptor(std::move(listener), options.limits.connections + 2 * options.limits.strangers,
                 {.admit = [this](int fd) { let_in(fd); },
                  .serve = [this](Descriptor socket) { serve(std::move(socket)); },
                  .overflow = [this](Descriptor socket) { turn_away(std::move(socket)); }}),
        dialer(options.upstream, options.trust, acceptor.stop_signal()) {}

  ~Impl() { acceptor.stop(); }  // before what its threads use goes

  void serve(Descriptor socket);
  void turn_away(Descriptor socket);
  void let_in(int fd);
  void forget(int fd);
  bool serve_one(HttpConnection& client, ParsedRequest& parsed);
  bool is_authorized(const ParsedRequest& parsed) const;
  void connect(HttpConnection& client, const ParsedRequest& parsed);
  void intercept(HttpConnection& client, const ParsedRequest& parsed, const Authority& to);
  bool serve_inside(HttpConnection& inside, ParsedRequest& parsed, const Authority& to);
  void tunnel(HttpConnection& client, const ParsedRequest& parsed, const Authority& to);
  bool plain(HttpConnection& client, ParsedRequest& parsed);
  void pass_on(HttpConnection& client, const ParsedRequest& parsed, const Request& request);
  Result<TlsServer> tls_for(const std::string& host);

  const ForwardProxyOptions options;
  const std::string authorization;
  Handler& handler;
  std::mutex mutex;
  std::map<std::string, TlsServer> servers;  // guarded by mutex; by host
  std::deque<int> strangers;  // likewise; sockets that have shown no password, the oldest first
  Acceptor acceptor;
  const Dialer dialer;
};

void ForwardProxy::Impl::serve(Descriptor socket) {
  const int fd = socket.fd();
  HttpConnection client(make_plain_stream(std::move(socket), acceptor.stop_signal()), options.limits);
  auto parsed = client.next(options.limits.stranger);
  // Known by now, or about to be closed: never again one that has to make room.
  forget(fd);
  for (; parsed; parsed = client.next()) {
    if (!serve_one(client, *parsed)) return;
  }
}

void ForwardProxy::Impl::let_in(int fd) {
  const std::lock_guard lock(mutex);
  if (strangers.size() >= options.limits.strangers) {
    ::shutdown(strangers.front(), SHUT_RDWR);  // its own thread closes it
    strangers.pop_front();
  }
  strangers.push_back(fd);
}

void ForwardProxy::Impl::forget(int fd) {
  const std::lock_guard lock(mutex);
  std::erase(strangers, fd);
}

void ForwardProxy::Impl::turn_away(Descriptor socket) {
  forget(socket.fd());
  const auto stream = make_plain_stream(std::move(socket), acceptor.stop_signal());
  constexpr std::string_view kAnswer =
      "HTTP/1.1 503 Too many connections at once\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
  stream->try_write(bytes_of(kAnswer));  // a new socket's buffer takes it, or it is lost
  stream->finish();
}

/// True if the connection can take another request.
bool ForwardProxy::Impl::serve_one(HttpConnection& client, ParsedRequest& parsed) {
  if (!is_authorized(parsed)) {
    client.refuse(parsed, 407,
                  "this proxy serves one command only and needs the password that command was given",
                  {{"Proxy-Authenticate", "Basic realm=\"tomme\""}});
    return false;
  }
  if (parsed.method != "CONNECT") return plain(client, parsed);
  connect(client, parsed);
  return false;
}

bool ForwardProxy::Impl::is_authorized(const ParsedRequest& parsed) const {
  const auto given = parsed.headers.find("proxy-authorization");
  if (!given || given->size() < 6 || !equal_ignoring_case(given->substr(0, 6), "basic ")) return false;
  return secret_equal(bytes_of(given->substr(6)), bytes_of(std::string_view(authorization).substr(6)));
}

void ForwardProxy::Impl::connect(HttpConnection& client, const ParsedRequest& parsed) {
  const auto to = Authority::parse(parsed.target);
  if (!to) return client.refuse(parsed, 400, to.error().message());
  if (!parsed.body.empty() || client.has_left_over()) {
    return client.refuse(parsed, 400, "nothing may be sent after CONNECT before it is answered");
  }
  const Pass decision = options.decide(Scheme::https, *to);
  if (const auto* refused = std::get_if<Refuse>(&decision))
    return client.refuse(parsed, 403, refused->reason);
  if (std::holds_alternative<Intercept>(decision)) return intercept(client, parsed, *to);
  tunnel(client, parsed, *to);
}

Result<TlsServer> ForwardProxy::Impl::tls_for(const std::string& host) {
  // Held while the certificate is made: the first connections of a client come all at once.
  const std::lock_guard lock(mutex);
  if (const auto known = servers.find(host); known != servers.end()) return known->second;
  const TlsIdentity identity = TRY(options.identity(host));
  TlsServer server = TRY(TlsServer::make(identity));
  servers.emplace(host, server);
  return server;
}

constexpr std::string_view kConnected = "HTTP/1.1 200 Connection established\r\n\r\n";

void ForwardProxy::Impl::intercept(HttpConnection& client, const ParsedRequest& parsed, const Authority& to) {
  const auto tls = tls_for(to.host);
  if (!tls) return client.refuse(parsed, 502, tls.error().message());
  if (!client.stream().write(bytes_of(kConnected), options.limits.write)) return;
  auto secured =
      tls->accept(client.release()->release(), acceptor.stop_signal(), to.host, in(options.limits.handshake));
  if (!secured) {
    if (options.on_handshake_failed) options.on_handshake_failed(to, secured.error());
    return;
  }
  HttpConnection inside(*std::move(secured), options.limits);
  while (auto request = inside.next()) {
    if (!serve_inside(inside, *request, to)) return;
  }
}

bool ForwardProxy::Impl::serve_inside(HttpConnection& inside, ParsedRequest& parsed, const Authority& to) {
  auto url = parsed.target.starts_with('/') ? Url::at({Scheme::https, to}, parsed.target)
                                            : Url::parse(parsed.target);
  if (!url || !is_request_target(parsed.target)) {
    inside.refuse(parsed, 400,
                  "the request does not name a path, or one with a character that must be escaped");
    return false;
  }
  // One tunnel, one host: what was decided at CONNECT holds for nothing else.
  const auto host = Authority::parse(parsed.headers.find("host").value_or(""), default_port(Scheme::https));
  if (!host || *host != to || url->origin() != Origin{Scheme::https, to}) {
    inside.refuse(parsed, 421, "the request names another host than its tunnel, " + to.to_string());
    return false;
  }
  const Request request{.method = parsed.method,
                        .url = *std::move(url),
                        .headers = end_to_end(parsed.headers),
                        .body = std::move(parsed.body)};
  return inside.answer(parsed, request, handler);
}

void ForwardProxy::Impl::tunnel(HttpConnection& client, const ParsedRequest& parsed, const Authority& to) {
  auto far = dialer.open_tunnel(to, in(options.limits.dial));
  if (!far) return client.refuse(parsed, status_of(far.error()), far.error().message());
  if (!client.stream().write(bytes_of(kConnected), options.limits.write)) return;
  const auto near = client.release();
  relay(*near, *far->stream, std::move(far->early), options.limits.tunnel_idle);
}

bool ForwardProxy::Impl::plain(HttpConnection& client, ParsedRequest& parsed) {
  auto url = Url::parse(parsed.target);
  if (!url || url->scheme() != Scheme::http || !is_request_target(parsed.target)) {
    client.refuse(parsed, 400, "this is a proxy: it takes CONNECT, and requests for http:// addresses");
    return false;
  }
  const Pass decision = options.decide(Scheme::http, url->authority());
  if (const auto* refused = std::get_if<Refuse>(&decision)) {
    client.refuse(parsed, 403, refused->reason);
    return false;
  }
  Request request{.method = parsed.method,
                  .url = *std::move(url),
                  .headers = end_to_end(parsed.headers),
                  .body = std::move(parsed.body)};
  request.headers.set("Host",
                      request.url.origin().host_and_port());  // RFC 9112 section 3.2.2: the target counts
  if (std::holds_alternative<Intercept>(decision)) return client.answer(parsed, request, handler);
  pass_on(client, parsed, request);
  return false;
}

void ForwardProxy::Impl::pass_on(HttpConnection& client, const ParsedRequest& parsed,
                                 const Request& request) {
  auto far = dialer.open_http(request.url.authority(), in(options.limits.dial));
  if (!far) return client.refuse(parsed, status_of(far.error()), far.error().message());
  if (!far->stream->write(bytes_of(serialize(request, far->absolute)), options.limits.write)) {
    return client.refuse(parsed, 502, request.url.host() + " closed the connection");
  }
  // Only this way: what the client sends from here on may be meant for another host.
  Bytes buffer(128 * 1024);
  for (;;) {
    const auto got = far->stream->read(buffer, in(options.limits.tunnel_idle));
    if (!got) return client.stream().cut();
    if (*got == 0) return;
    if (!client.stream().write(BytesView(buffer).first(*got), options.limits.write)) return;
  }
}

ForwardProxy::ForwardProxy(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ForwardProxy::~ForwardProxy() = default;

Result<std::unique_ptr<ForwardProxy>> ForwardProxy::start(ForwardProxyOptions options, Handler& handler) {
  Listener listener = TRY(listen_on("127.0.0.1", 0));
  auto impl = std::make_unique<Impl>(std::move(options), std::move(listener), handler);
  impl->acceptor.start();
  return std::unique_ptr<ForwardProxy>(new ForwardProxy(std::move(impl)));
}

std::uint16_t ForwardProxy::port() const {
  return impl_->acceptor.port();
}

Secret<std::string> ForwardProxy::url() const {
  return Secret<std::string>("http://" + percent_encode(impl_->options.user) + ":" +
                             percent_encode(impl_->options.password.reveal()) +
                             "@127.0.0.1:" + std::to_string(port()));
}

void ForwardProxy::prepare(const std::string& host) {
  [[maybe_unused]] const auto told_later = impl_->tls_for(host);
}

void ForwardProxy::stop() {
  impl_->acceptor.stop();
}

}  // namespace tomme::net
