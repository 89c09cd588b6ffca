// The checks of typecheck-gcc.h do not work through function pointers.
#define CURL_DISABLE_TYPECHECK

#include "io/net/http_client.h"

#include <algorithm>
#include <array>
#include <list>
#include <mutex>
#include <utility>

#include "core/encoding/text.h"
#include "io/net/curl_library_internal.h"
#include "io/net/errors.h"
#include "io/net/response_head.h"
#include "io/net/sigpipe.h"

namespace tomme::net {

namespace {

/// One easy handle with a multi handle of its own, which holds its open connections (and, unlike
/// curl_easy_perform, can be woken from another thread).
class Handle {
 public:
  explicit Handle(const CurlLibrary& curl)
      : curl_(curl), easy_(curl.easy_init()), multi_(curl.multi_init()) {}
  ~Handle() {
    if (multi_ != nullptr) curl_.multi_cleanup(multi_);
    if (easy_ != nullptr) curl_.easy_cleanup(easy_);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  bool ok() const { return easy_ != nullptr && multi_ != nullptr; }
  CURL* easy() const { return easy_; }
  CURLM* multi() const { return multi_; }

  std::string last_origin;  ///< "scheme host:port" it last spoke to
 private:
  const CurlLibrary& curl_;
  CURL* easy_;
  CURLM* multi_;
};

/// TLS sessions and addresses, shared by all handles: a second connection to a host resumes the first one's
/// session.
class Share {
 public:
  explicit Share(const CurlLibrary& curl) : curl_(curl), share_(curl.share_init()) {
    if (share_ == nullptr) return;
    curl_.share_setopt(share_, CURLSHOPT_LOCKFUNC, &Share::lock);
    curl_.share_setopt(share_, CURLSHOPT_UNLOCKFUNC, &Share::unlock);
    curl_.share_setopt(share_, CURLSHOPT_USERDATA, this);
    curl_.share_setopt(share_, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
    curl_.share_setopt(share_, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
  }
  ~Share() {
    if (share_ != nullptr) curl_.share_cleanup(share_);
  }
  Share(const Share&) = delete;
  Share& operator=(const Share&) = delete;
  CURLSH* get() const { return share_; }

 private:
  static void lock(CURL*, curl_lock_data data, curl_lock_access, void* self) {
    static_cast<Share*>(self)->mutexes_[static_cast<std::size_t>(data)].lock();
  }
  static void unlock(CURL*, curl_lock_data data, void* self) {
    static_cast<Share*>(self)->mutexes_[static_cast<std::size_t>(data)].unlock();
  }
  const CurlLibrary& curl_;
  std::array<std::mutex, CURL_LOCK_DATA_LAST> mutexes_;  // each guards what libcurl keeps under its number
  CURLSH* share_;
};

/// What one transfer knows while it runs.
struct Transfer {
  Transfer(BodySink& to, const FetchLimits& most, std::string host_name)
      : sink(to), limits(most), host(std::move(host_name)), reader(most.header_octets) {}

  BodySink& sink;
  const FetchLimits& limits;
  std::string host;
  ResponseHeadReader reader;
  bool head_passed_on = false;
  std::uint64_t body_octets = 0;
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
    if (announced && *announced > limits.body_octets && !bodiless) return too_large();
    if (auto taken = sink.head(reader.head()); !taken) return stop_with(std::move(taken).error());
    return true;
  }

  bool body(BytesView octets) {
    if (!head_passed_on) return stop_with(Error(kNetProtocol, host + " sent a body without a head"));
    body_octets += octets.size();
    if (body_octets > limits.body_octets) return too_large();
    if (auto taken = sink.body(octets); !taken) return stop_with(std::move(taken).error());
    return true;
  }

  bool too_large() {
    return stop_with(Error(kNetTooLarge, "the answer of " + host + " is larger than " +
                                             std::to_string(limits.body_octets) + " octets"));
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

Error error_of(CURLcode code, std::string_view detail, const std::string& host, const ParentProxy* proxy) {
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
      return {kNetTls, "the TLS certificate of " + host + " was not accepted" + through + because};
    case CURLE_SSL_CONNECT_ERROR:
      return {kNetTls, "no TLS connection to " + host + through + because};
    case CURLE_SSL_CACERT_BADFILE:
      return {kNetTrustFile, "the file of trusted authorities could not be used" + because};
    case CURLE_PROXY:
      return {kNetProxy, "the proxy " + (proxy ? proxy->describe() : host) + " failed" + because};
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
  void prepare() { [[maybe_unused]] const auto told_by_fetch = ready(); }

 private:
  struct Ready {
    const CurlLibrary* curl;
    TrustStore trust;
    std::unique_ptr<Share> share;
  };

  Result<const Ready*> ready();
  Result<std::unique_ptr<Handle>> checkout(const std::string& origin);
  void give_back(std::unique_ptr<Handle> handle);
  Result<ResponseHead> attempt(Handle& handle, const Request& request, Transfer& transfer,
                               const std::stop_token& stop, const ParentProxy* proxy);
  void set_common(CURL* easy, const FetchLimits& limits) const;
  void set_trust(CURL* easy) const;
  void set_proxy(CURL* easy, const ParentProxy* proxy) const;
  void set_request(CURL* easy, const Request& request) const;
  Result<curl_slist*> make_headers(const Request& request) const;
  CURLcode run(Handle& handle, const std::stop_token& stop) const;

  const HttpClientOptions options;
  std::once_flag once_;
  Result<Ready> ready_ = fail(kNetLibrary, "libcurl is not loaded");  // written under once_, then constant

  std::mutex mutex_;
  std::list<std::unique_ptr<Handle>> idle_;  // guarded by mutex_; last used first
};

Result<const HttpClient::Impl::Ready*> HttpClient::Impl::ready() {
  std::call_once(once_, [this] {
    ready_ = [this]() -> Result<Ready> {
      const CurlLibrary* curl = TRY(CurlLibrary::load());
      TrustStore trust = TRY(TrustStore::find(options.trust));
      return Ready{curl, std::move(trust), std::make_unique<Share>(*curl)};
    }();
  });
  if (!ready_) return std::unexpected(ready_.error());
  return &*ready_;
}

Result<std::unique_ptr<Handle>> HttpClient::Impl::checkout(const std::string& origin) {
  {
    const std::lock_guard lock(mutex_);
    auto found =
        std::ranges::find_if(idle_, [&](const auto& handle) { return handle->last_origin == origin; });
    // A handle keeps connections to more than one host: past the limit the least used one takes a new host
    // up.
    if (found == idle_.end() && idle_.size() >= options.idle_handles) found = std::prev(idle_.end());
    if (found != idle_.end()) {
      auto handle = std::move(*found);
      idle_.erase(found);
      return handle;
    }
  }
  auto handle = std::make_unique<Handle>(*ready_->curl);
  if (!handle->ok()) return fail(kNetLocal, "libcurl ran out of memory");
  return handle;
}

void HttpClient::Impl::give_back(std::unique_ptr<Handle> handle) {
  std::unique_ptr<Handle> dropped;  // closes its connections outside the lock
  const std::lock_guard lock(mutex_);
  idle_.push_front(std::move(handle));
  if (idle_.size() > std::max<std::size_t>(options.idle_handles, 1)) {
    dropped = std::move(idle_.back());
    idle_.pop_back();
  }
}

void HttpClient::Impl::set_common(CURL* easy, const FetchLimits& limits) const {
  const auto set = ready_->curl->easy_setopt;
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  set(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(easy, CURLOPT_HTTP09_ALLOWED, 0L);
  set(easy, CURLOPT_ACCEPT_ENCODING, nullptr);
  set(easy, CURLOPT_HTTP_VERSION,
      static_cast<long>(options.http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
  set(easy, CURLOPT_BUFFERSIZE, 64L * 1024);
  set(easy, CURLOPT_TCP_NODELAY, 1L);
  set(easy, CURLOPT_SHARE, ready_->share->get());
  set(easy, CURLOPT_MAXCONNECTS, 4L);
  set(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits.connect.count()));
  set(easy, CURLOPT_LOW_SPEED_TIME, static_cast<long>(limits.low_speed_time.count()));
  set(easy, CURLOPT_LOW_SPEED_LIMIT, static_cast<long>(limits.low_speed));
  if (limits.total) set(easy, CURLOPT_TIMEOUT_MS, std::max(1L, static_cast<long>(limits.total->count())));
}

void HttpClient::Impl::set_trust(CURL* easy) const {
  const auto set = ready_->curl->easy_setopt;
  const TrustStore& trust = ready_->trust;
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
  } else if (request.method == "POST") {
    set(easy, CURLOPT_POST, 1L);
    set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    // libcurl tells "no body" from "ask a callback" by this pointer.
    set(easy, CURLOPT_POSTFIELDS,
        request.body.empty() ? "" : reinterpret_cast<const char*>(request.body.data()));
  } else {
    set(easy, CURLOPT_HTTPGET, 1L);
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
      return fail(kNetAddress, "the header " + printable(field.name, 60) + " cannot stand in a request");
    }
    add(field.value.empty() ? field.name + ";" : field.name + ": " + field.value);
  }
  if (!request.headers.has("accept-encoding")) add("Accept-Encoding: identity");
  if (!request.headers.has("user-agent")) add("User-Agent: " + options.user_agent);
  // libcurl adds these by itself otherwise.
  add("Expect:");
  if (!request.headers.has("accept")) add("Accept: */*");
  if (request.method == "POST" && !request.headers.has("content-type")) add("Content-Type:");
  return list;
}

CURLcode HttpClient::Impl::run(Handle& handle, const std::stop_token& stop) const {
  const CurlLibrary& curl = *ready_->curl;
  if (curl.multi_add_handle(handle.multi(), handle.easy()) != CURLM_OK) return CURLE_FAILED_INIT;
  CURLcode code = CURLE_ABORTED_BY_CALLBACK;
  {
    const std::stop_callback wake(stop, [&] { curl.multi_wakeup(handle.multi()); });
    while (!stop.stop_requested()) {
      int running = 0;
      if (curl.multi_perform(handle.multi(), &running) != CURLM_OK) {
        code = CURLE_FAILED_INIT;
        break;
      }
      if (running == 0) {
        int left = 0;
        const CURLMsg* message = curl.multi_info_read(handle.multi(), &left);
        code = message != nullptr && message->msg == CURLMSG_DONE ? message->data.result : CURLE_FAILED_INIT;
        break;
      }
      curl.multi_poll(handle.multi(), nullptr, 0, 1000, nullptr);
    }
  }
  curl.multi_remove_handle(handle.multi(), handle.easy());
  return code;
}

Result<ResponseHead> HttpClient::Impl::attempt(Handle& handle, const Request& request, Transfer& transfer,
                                               const std::stop_token& stop, const ParentProxy* proxy) {
  const auto set = ready_->curl->easy_setopt;
  CURL* easy = handle.easy();
  std::array<char, CURL_ERROR_SIZE> detail{};
  curl_slist* headers = TRY(make_headers(request));
  ready_->curl->easy_reset(easy);
  set_common(easy, transfer.limits);
  set_trust(easy);
  set_proxy(easy, proxy);
  set_request(easy, request);
  set(easy, CURLOPT_HTTPHEADER, headers);
  set(easy, CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));
  set(easy, CURLOPT_ERRORBUFFER, detail.data());
  set(easy, CURLOPT_HEADERFUNCTION, &on_header);
  set(easy, CURLOPT_HEADERDATA, &transfer);
  set(easy, CURLOPT_WRITEFUNCTION, &on_body);
  set(easy, CURLOPT_WRITEDATA, &transfer);
  const CURLcode code = run(handle, stop);
  // The handle outlives what these point at.
  set(easy, CURLOPT_ERRORBUFFER, nullptr);
  set(easy, CURLOPT_HTTPHEADER, nullptr);
  ready_->curl->slist_free_all(headers);

  if (transfer.error) return std::unexpected(*std::move(transfer.error));
  if (stop.stop_requested())
    return fail(kNetCancelled, "the transfer from " + transfer.host + " was called off");
  if (code == CURLE_OK && transfer.head_passed_on) return transfer.reader.head();
  long connect_status = 0;
  ready_->curl->easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &connect_status);
  if (proxy != nullptr && connect_status >= 300) {
    return fail(kNetProxy, "the proxy " + proxy->describe() + " answered " + std::to_string(connect_status) +
                               " (" + std::string(standard_reason(static_cast<unsigned>(connect_status))) +
                               ") when asked to connect to " + transfer.host);
  }
  return std::unexpected(
      error_of(code == CURLE_OK ? CURLE_GOT_NOTHING : code, detail.data(), transfer.host, proxy));
}

Result<ResponseHead> HttpClient::Impl::fetch(const Request& request, BodySink& sink,
                                             const FetchLimits& limits, std::stop_token stop) {
  if (request.method != "GET" && request.method != "HEAD" && request.method != "POST") {
    return fail(kNetAddress, "a request can be GET, HEAD or POST, not " + printable(request.method, 20));
  }
  [[maybe_unused]] const Ready* loaded = TRY(ready());
  const SigpipeBlocked no_sigpipe;
  const Url& url = request.url;
  const ParentProxy* proxy = options.proxy.choose(url.scheme, url.authority);
  const std::string origin = std::string(name_of(url.scheme)) + " " + url.authority.to_string();
  auto handle = TRY(checkout(origin));
  handle->last_origin = origin;
  Transfer transfer(sink, limits, url.host_header());
  transfer.bodiless = request.method == "HEAD";
  auto head = attempt(*handle, request, transfer, stop, proxy);
  give_back(std::move(handle));
  return head;
}

HttpClient::HttpClient(HttpClientOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
HttpClient::~HttpClient() = default;

void HttpClient::prepare() {
  impl_->prepare();
}

Result<ResponseHead> HttpClient::fetch(const Request& request, BodySink& sink, const FetchLimits& limits,
                                       std::stop_token stop) {
  return impl_->fetch(request, sink, limits, std::move(stop));
}

Result<Response> HttpClient::fetch(const Request& request, const FetchLimits& limits, std::stop_token stop) {
  struct InMemory : BodySink {
    Bytes octets;
    Result<void> head(const ResponseHead& head) override {
      constexpr std::uint64_t kMaxReserve = 16 * 1024 * 1024;  // an announcement is not believed beyond this
      octets.reserve(static_cast<std::size_t>(std::min(head.content_length().value_or(0), kMaxReserve)));
      return {};
    }
    Result<void> body(BytesView more) override {
      append(octets, more);
      return {};
    }
  } sink;
  ResponseHead head = TRY(fetch(request, sink, limits, std::move(stop)));
  return Response{std::move(head), std::move(sink.octets)};
}

}  // namespace tomme::net
