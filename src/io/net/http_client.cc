// The checks of typecheck-gcc.h do not work through function pointers.
#define CURL_DISABLE_TYPECHECK

#include "io/net/http_client.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>

#include "core/encoding/text.h"
#include "io/net/content_coding.h"
#include "io/net/errors.h"
#include "io/net/response_head.h"
#include "io/net/transfer_loop_internal.h"

namespace tomme::net {

namespace {

const TrustStore kNobody;

/// What one transfer knows while it runs.
struct Transfer {
  Transfer(BodySink& to, const FetchLimits& most, std::string host_name)
      : sink(to), limits(most), host(std::move(host_name)), reader(most.header_bytes) {}

  BodySink& sink;
  const FetchLimits& limits;
  std::string host;
  ResponseHeadReader reader;
  bool head_passed_on = false;
  std::uint64_t body_bytes = 0;
  std::optional<Error> error = {};

  bool stop_with(Error why) {
    if (!error) error = std::move(why);
    return false;
  }

  bool header_line(std::string_view line) {
    if (auto read = reader.line(line); !read) return stop_with(std::move(read).error().in(host));
    return !reader.final() || head_passed_on || pass_head_on();
  }

  bool pass_head_on() {
    head_passed_on = true;
    const auto announced = reader.head().content_length();
    if (announced && *announced > limits.body_bytes && !bodiless) return too_large();
    if (auto taken = sink.head(reader.head()); !taken) return stop_with(std::move(taken).error());
    return true;
  }

  bool body(BytesView bytes) {
    if (!head_passed_on) return stop_with(Error(kNetProtocol, host + " sent a body without a head"));
    body_bytes += bytes.size();
    if (body_bytes > limits.body_bytes) return too_large();
    if (auto taken = sink.body(bytes); !taken) return stop_with(std::move(taken).error());
    return true;
  }

  bool too_large() {
    return stop_with(Error(kNetTooLarge, "the answer of " + host + " is larger than " +
                                             std::to_string(limits.body_bytes) + " bytes"));
  }

  bool bodiless = false;  ///< HEAD
};

std::size_t on_header(char* data, std::size_t, std::size_t size, void* transfer) {
  return static_cast<Transfer*>(transfer)->header_line({data, size}) ? size : 0;
}

std::size_t on_body(char* data, std::size_t, std::size_t size, void* transfer) {
  return static_cast<Transfer*>(transfer)->body(bytes_of({data, size})) ? size : 0;
}

/// libcurl's sentence without the numbers in front that say nothing to a person.
std::string plain_words(std::string_view detail) {
  for (std::string_view noise : {"SSL certificate problem: ", "SSL: "}) {
    if (detail.starts_with(noise)) detail.remove_prefix(noise.size());
  }
  std::string text = printable(detail);
  while (text.ends_with('.') || text.ends_with(' ')) text.pop_back();
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z' &&
      (text.size() < 2 || (text[1] >= 'a' && text[1] <= 'z'))) {
    text[0] = static_cast<char>(text[0] - 'A' + 'a');
  }
  return text;
}

Error error_of(CURLcode code, std::string_view detail, const std::string& host, const ParentProxy* proxy,
               const TrustSettings& trust) {
  const std::string because = detail.empty() ? "" : ": " + plain_words(detail);
  const std::string through = proxy != nullptr ? " through the proxy " + proxy->describe() : "";
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return {kNetUnreachable, "there is no address for the name " + host};
    case CURLE_COULDNT_RESOLVE_PROXY:
      return {kNetUnreachable,
              "there is no address for the name of the proxy " + (proxy ? proxy->describe() : host)};
    case CURLE_COULDNT_CONNECT:
      return {kNetUnreachable, "no connection to " + host + through + because};
    case CURLE_OPERATION_TIMEDOUT:
      return {kNetTimeout, host + " did not answer in time" + through + because};
    case CURLE_PEER_FAILED_VERIFICATION:
      return {kNetTls, "the TLS certificate of " + host + " was not accepted by " + trust.describe() +
                           through + because};
    case CURLE_SSL_CONNECT_ERROR:
      return {kNetTls, "no TLS connection to " + host + through + because};
    case CURLE_SSL_CACERT_BADFILE:
      return {kNetTrustFile, "the file of trusted authorities could not be used" + because};
    case CURLE_PROXY:
      return {kNetProxy, "the proxy " + (proxy ? proxy->describe() : host) + " failed" + because};
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      if (proxy != nullptr && detail.contains("CONNECT")) {
        return {kNetProxy, "the proxy " + proxy->describe() + " refused to connect to " + host + because};
      }
      return {kNetClosed, "the connection to " + host + " broke" + because};
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
      return {kNetClosed, host + " closed the connection before its answer was complete"};
    case CURLE_OUT_OF_MEMORY:
      return {kNetLocal, "libcurl ran out of memory"};
    default:
      return {kNetProtocol, host + " did not answer as HTTP has it" + because};
  }
}

bool has_body(const Request& request) {
  return request.method == "POST" || request.method == "PUT";
}

bool is_hop_by_hop(std::string_view name) {
  constexpr std::string_view kNames[] = {"host",
                                         "content-length",
                                         "connection",
                                         "keep-alive",
                                         "proxy-connection",
                                         "upgrade",
                                         "transfer-encoding",
                                         "te",
                                         "trailer",
                                         "expect",
                                         "proxy-authorization"};
  return std::ranges::any_of(kNames,
                             [&](std::string_view known) { return equal_ignoring_case(known, name); });
}

}  // namespace

struct HttpClient::Impl {
  explicit Impl(HttpClientOptions wanted) : options(std::move(wanted)) {}

  Result<ResponseHead> fetch(const Request& request, BodySink& sink, const FetchLimits& limits,
                             std::stop_token stop);
  void prepare() {
    if (ready() && trust()) warm_tls();
  }

 private:
  class Job;
  struct Ready {
    const CurlLibrary* curl;
    std::unique_ptr<TransferLoop> loop;
  };

  Result<const Ready*> ready();
  /// Looked for when a connection is the first to speak TLS: the bundle is read and the folder counted.
  Result<const TrustStore*> trust();
  void set_common(CURL* easy, const FetchLimits& limits) const;
  void set_trust(CURL* easy, const TrustStore* trust) const;
  void set_proxy(CURL* easy, const ParentProxy* proxy) const;
  void set_request(CURL* easy, const Request& request) const;
  Result<curl_slist*> make_headers(const Request& request) const;

  const HttpClientOptions options;
  std::once_flag once_;
  Result<Ready> ready_ = fail(kNetLibrary, "libcurl is not loaded");  // written under once_, then constant
  std::once_flag trust_once_;
  Result<TrustStore> trust_ = TrustStore();  // written under trust_once_, then constant
};

Result<const HttpClient::Impl::Ready*> HttpClient::Impl::ready() {
  std::call_once(once_, [this] {
    ready_ = [this]() -> Result<Ready> {
      const CurlLibrary* curl = TRY(CurlLibrary::load());
      auto loop = std::make_unique<TransferLoop>(
          *curl, options.idle_connections,
          options.one_at_a_time ? TransferLoop::Driver::caller : TransferLoop::Driver::own_thread);
      if (!loop->ok()) return fail(kNetLocal, "libcurl ran out of memory");
      return Ready{curl, std::move(loop)};
    }();
  });
  if (!ready_) return std::unexpected(ready_.error());
  return &*ready_;
}

Result<const TrustStore*> HttpClient::Impl::trust() {
  std::call_once(trust_once_, [this] { trust_ = TrustStore::find(options.trust); });
  if (!trust_) return std::unexpected(trust_.error());
  return &*trust_;
}

void HttpClient::Impl::set_common(CURL* easy, const FetchLimits& limits) const {
  const auto set = ready_->curl->easy_setopt;
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  set(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(easy, CURLOPT_HTTP09_ALLOWED, 0L);
  set(easy, CURLOPT_ACCEPT_ENCODING, nullptr);
  set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  set(easy, CURLOPT_BUFFERSIZE, 64L * 1024);
  set(easy, CURLOPT_TCP_NODELAY, 1L);
  set(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits.connect.count()));
  set(easy, CURLOPT_LOW_SPEED_TIME, static_cast<long>(limits.low_speed_time.count()));
  set(easy, CURLOPT_LOW_SPEED_LIMIT, static_cast<long>(limits.low_speed));
  if (limits.total) set(easy, CURLOPT_TIMEOUT_MS, std::max(1L, static_cast<long>(limits.total->count())));
}

/// Without a store nobody is believed.
void HttpClient::Impl::set_trust(CURL* easy, const TrustStore* store) const {
  const auto set = ready_->curl->easy_setopt;
  const TrustStore& trust = store != nullptr ? *store : kNobody;
  const auto text = [](const std::string& path) { return path.empty() ? nullptr : path.c_str(); };
  set(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(easy, CURLOPT_PROXY_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  set(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  set(easy, CURLOPT_PROXY_SSL_VERIFYPEER, 1L);
  set(easy, CURLOPT_PROXY_SSL_VERIFYHOST, 2L);
  // Each of the four is set, also to nothing: libcurl has built-in paths otherwise.
  set(easy, CURLOPT_CAINFO, text(trust.file));
  set(easy, CURLOPT_CAPATH, text(trust.directory));
  set(easy, CURLOPT_PROXY_CAINFO, text(trust.file));
  set(easy, CURLOPT_PROXY_CAPATH, text(trust.directory));
  if (trust.pem.empty()) return;
  curl_blob blob{const_cast<char*>(trust.pem.data()), trust.pem.size(), CURL_BLOB_NOCOPY};
  set(easy, CURLOPT_CAINFO_BLOB, &blob);
  set(easy, CURLOPT_PROXY_CAINFO_BLOB, &blob);
}

void HttpClient::Impl::set_proxy(CURL* easy, const ParentProxy* proxy) const {
  const auto set = ready_->curl->easy_setopt;
  set(easy, CURLOPT_NOPROXY, "");  // who needs no proxy was decided by ProxySettings
  set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (proxy == nullptr) {
    set(easy, CURLOPT_PROXY, "");  // empty, not null: null would read the environment
    return;
  }
  set(easy, CURLOPT_PROXY, proxy->describe().c_str());
  if (!proxy->has_credentials()) return;
  set(easy, CURLOPT_PROXYAUTH, static_cast<long>(CURLAUTH_BASIC));
  set(easy, CURLOPT_PROXYUSERNAME, proxy->user.c_str());
  set(easy, CURLOPT_PROXYPASSWORD, proxy->password.c_str());
}

void HttpClient::Impl::set_request(CURL* easy, const Request& request) const {
  const auto set = ready_->curl->easy_setopt;
  set(easy, CURLOPT_URL, request.url.to_string().c_str());
  set(easy, CURLOPT_PATH_AS_IS, 1L);
  if (request.method == "HEAD") {
    set(easy, CURLOPT_NOBODY, 1L);
  } else if (has_body(request)) {
    set(easy, CURLOPT_POST, 1L);
    if (request.method == "PUT") set(easy, CURLOPT_CUSTOMREQUEST, "PUT");
    set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    // libcurl tells "no body" from "ask a callback" by this pointer.
    set(easy, CURLOPT_POSTFIELDS,
        request.body.empty() ? "" : reinterpret_cast<const char*>(request.body.data()));
  } else {
    set(easy, CURLOPT_HTTPGET, 1L);
    if (request.method == "DELETE") set(easy, CURLOPT_CUSTOMREQUEST, "DELETE");
  }
}

Result<curl_slist*> HttpClient::Impl::make_headers(const Request& request) const {
  curl_slist* list = nullptr;
  const auto add = [&](const std::string& line) {
    curl_slist* longer = ready_->curl->slist_append(list, line.c_str());
    if (longer != nullptr) list = longer;
  };
  for (const Header& field : request.headers) {
    if (is_hop_by_hop(field.name)) continue;
    if (!is_token(field.name) || !is_field_value(field.value)) {
      ready_->curl->slist_free_all(list);
      return fail(kNetRequest, "the header " + printable(field.name, 60) + " cannot stand in a request");
    }
    add(field.value.empty() ? field.name + ";" : field.name + ": " + field.value);
  }
  if (options.authorization && !request.headers.has("authorization")) {
    const std::string value = options.authorization(request.url);
    if (is_field_value(value) && !value.empty()) add("Authorization: " + value);
  }
  if (!request.headers.has("accept-encoding")) add("Accept-Encoding: identity");
  if (!request.headers.has("user-agent")) add("User-Agent: " + options.user_agent);
  // libcurl adds these by itself otherwise.
  add("Expect:");
  if (!request.headers.has("accept")) add("Accept: */*");
  if (has_body(request) && !request.headers.has("content-type")) add("Content-Type:");
  return list;
}

/// A fetch as the loop runs it.
class HttpClient::Impl::Job final : public TransferJob {
 public:
  Job(const Impl& client, const Request& request, const ParentProxy* proxy, const TrustStore* trust,
      curl_slist* headers, Transfer& transfer)
      : client_(client),
        request_(request),
        proxy_(proxy),
        trust_(trust),
        headers_(headers),
        transfer_(transfer) {}
  ~Job() override { client_.ready_->curl->slist_free_all(headers_); }

  void begin(CURL* easy) override {
    const auto set = client_.ready_->curl->easy_setopt;
    client_.set_common(easy, transfer_.limits);
    client_.set_trust(easy, trust_);
    client_.set_proxy(easy, proxy_);
    client_.set_request(easy, request_);
    set(easy, CURLOPT_HTTPHEADER, headers_);
    set(easy, CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));
    set(easy, CURLOPT_ERRORBUFFER, detail_.data());
    set(easy, CURLOPT_HEADERFUNCTION, &on_header);
    set(easy, CURLOPT_HEADERDATA, &transfer_);
    set(easy, CURLOPT_WRITEFUNCTION, &on_body);
    set(easy, CURLOPT_WRITEDATA, &transfer_);
  }

  void end(CURL* easy, CURLcode code) override {
    code_ = code;
    if (easy == nullptr) return;
    client_.ready_->curl->easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &connect_status_);
  }

  Result<ResponseHead> result(const std::stop_token& stop) {
    if (transfer_.error) return std::unexpected(*std::move(transfer_.error));
    if (stop.stop_requested())
      return fail(kNetCancelled, "the transfer from " + transfer_.host + " was called off");
    if (code_ == CURLE_OK && transfer_.head_passed_on) return transfer_.reader.head();
    if (proxy_ != nullptr && connect_status_ >= 300) {
      return fail(kNetProxy, "the proxy " + proxy_->describe() + " answered " +
                                 std::to_string(connect_status_) + " (" +
                                 std::string(standard_reason(static_cast<unsigned>(connect_status_))) +
                                 ") when asked to connect to " + transfer_.host);
    }
    return std::unexpected(error_of(code_ == CURLE_OK ? CURLE_GOT_NOTHING : code_, detail_.data(),
                                    transfer_.host, proxy_, client_.options.trust));
  }

 private:
  const Impl& client_;
  const Request& request_;
  const ParentProxy* proxy_;
  const TrustStore* trust_;
  curl_slist* headers_;
  Transfer& transfer_;
  std::array<char, CURL_ERROR_SIZE> detail_{};
  CURLcode code_ = CURLE_FAILED_INIT;
  long connect_status_ = 0;
};

Result<ResponseHead> HttpClient::Impl::fetch(const Request& request, BodySink& sink,
                                             const FetchLimits& limits, std::stop_token stop) {
  constexpr std::string_view kMethods[] = {"GET", "HEAD", "POST", "PUT", "DELETE"};
  if (std::ranges::find(kMethods, request.method) == std::end(kMethods)) {
    return fail(kNetRequest,
                "a request can be GET, HEAD, POST, PUT or DELETE, not " + printable(request.method, 20));
  }
  const Ready* loaded = TRY(ready());
  const Url& url = request.url;
  const ParentProxy* proxy = options.proxy.choose(url.scheme(), url.authority());
  if (proxy != nullptr && !proxy->unusable.empty()) return fail(kNetProxySetting, proxy->unusable);
  const bool speaks_tls =
      url.scheme() == Scheme::https || (proxy != nullptr && proxy->scheme == Scheme::https);
  const TrustStore* trusted = speaks_tls ? TRY(trust()) : nullptr;
  Transfer transfer(sink, limits, url.origin().host_and_port());
  transfer.bodiless = request.method == "HEAD";
  Job job(*this, request, proxy, trusted, TRY(make_headers(request)), transfer);
  loaded->loop->run(job, stop);
  return job.result(stop);
}

namespace {

/// Hands on what an encoded answer stands for, and any other as it is.
class Decoding final : public BodySink {
 public:
  Decoding(BodySink& to, std::uint64_t limit) : to_(to), limit_(limit) {}

  Result<void> head(const ResponseHead& head) override {
    const std::string encoding = head.content_encoding();
    if (head.status == 200 && ContentDecoder::knows(encoding)) decoder_.emplace(encoding, limit_);
    return decoder_ ? to_.head(decoded(head)) : to_.head(head);
  }
  Result<void> body(BytesView bytes) override {
    if (!decoder_) return to_.body(bytes);
    return decoder_->update(bytes, [this](BytesView plain) { return to_.body(plain); });
  }

  /// Once all of the body has come: the head as it was handed on.
  Result<ResponseHead> finish(ResponseHead head, bool has_body) const {
    if (!decoder_) return head;
    if (has_body) TRY(decoder_->finish());
    return decoded(std::move(head));
  }

 private:
  static ResponseHead decoded(ResponseHead head) {
    head.headers.remove("Content-Encoding");
    head.headers.remove("Content-Length");
    return head;
  }
  BodySink& to_;
  const std::uint64_t limit_;
  std::optional<ContentDecoder> decoder_;
};

}  // namespace

HttpClient::HttpClient(HttpClientOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
HttpClient::~HttpClient() = default;

void HttpClient::prepare() {
  impl_->prepare();
}

Result<ResponseHead> HttpClient::fetch(const Request& request, BodySink& sink, const FetchLimits& limits,
                                       std::stop_token stop) {
  if (!limits.decode) return impl_->fetch(request, sink, limits, std::move(stop));
  Decoding decoding(sink, limits.body_bytes);
  ResponseHead head = TRY(impl_->fetch(request, decoding, limits, std::move(stop)));
  return in(request.url.origin().host_and_port(), decoding.finish(std::move(head), request.method != "HEAD"));
}

Result<Response> HttpClient::fetch(const Request& request, const FetchLimits& limits, std::stop_token stop) {
  struct InMemory : BodySink {
    Bytes bytes;
    Result<void> head(const ResponseHead& head) override {
      constexpr std::uint64_t kMaxReserve = 16 * 1024 * 1024;  // an announcement is not believed beyond this
      bytes.reserve(static_cast<std::size_t>(std::min(head.content_length().value_or(0), kMaxReserve)));
      return {};
    }
    Result<void> body(BytesView more) override {
      append(bytes, more);
      return {};
    }
  } sink;
  ResponseHead head = TRY(fetch(request, sink, limits, std::move(stop)));
  return Response{std::move(head), std::move(sink.bytes)};
}

}  // namespace tomme::net
