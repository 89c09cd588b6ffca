#include "io/net/tunnel.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>

#include "io/net/errors.h"
#include "io/net/message.h"
#include "io/net/response_head.h"

namespace tomme::net {

namespace {

constexpr std::size_t kMaxProxyAnswer = 16 * 1024;
constexpr std::size_t kRelayBuffer = 128 * 1024;

/// The proxy's answer to CONNECT; what came behind it is returned.
Result<Bytes> read_connect_answer(Stream& stream, const ParentProxy& proxy, const Authority& to,
                                  Instant deadline) {
  Bytes all;
  ResponseHeadReader reader(kMaxProxyAnswer);
  std::size_t line_start = 0;
  while (!reader.final()) {
    const std::size_t line_end = text_of(all).find('\n', line_start);
    if (line_end != std::string_view::npos) {
      TRY(reader.line(text_of(all).substr(line_start, line_end + 1 - line_start)));
      line_start = line_end + 1;
      continue;
    }
    if (all.size() > kMaxProxyAnswer) return fail(kNetTooLarge, "the answer of the proxy is too large");
    std::array<std::uint8_t, 4096> piece;
    const std::size_t got = TRY(stream.read(piece, deadline));
    if (got == 0) return fail(kNetProxy, "the proxy closed the connection");
    append(all, BytesView(piece).first(got));
  }
  const unsigned status = reader.head().status;
  if (status < 200 || status > 299) {
    return fail(kNetProxy, "it answered " + std::to_string(status) + " (" +
                               std::string(standard_reason(status)) + ") when asked to connect to " +
                               to.to_string() + " for " + proxy.describe());
  }
  return Bytes(all.begin() + static_cast<std::ptrdiff_t>(line_start), all.end());
}

}  // namespace

Result<std::unique_ptr<Stream>> Dialer::reach(const ParentProxy& proxy, Instant deadline) const {
  if (!proxy.unusable.empty()) return fail(kNetProxySetting, proxy.unusable);
  Descriptor socket = TRY(dial(proxy.authority, deadline, stop_));
  if (proxy.scheme == Scheme::http) return make_plain_stream(std::move(socket), stop_);
  const TrustStore trust = TRY(TrustStore::find(trust_));
  const TlsClient tls = TRY(TlsClient::make(trust));
  return tls.connect(std::move(socket), stop_, proxy.authority.host, deadline);
}

Result<Dialer::Opened> Dialer::open_tunnel(const Authority& to, Instant deadline) const {
  const ParentProxy* proxy = proxies_.choose(Scheme::https, to);
  if (proxy == nullptr) return Opened{make_plain_stream(TRY(dial(to, deadline, stop_)), stop_), {}, nullptr};
  const std::string where = "the proxy " + proxy->describe();
  auto stream = TRY(in(where, reach(*proxy, deadline)));
  std::string ask = "CONNECT " + to.to_string() + " HTTP/1.1\r\nHost: " + to.to_string() + "\r\n";
  if (proxy->has_credentials()) ask += "Proxy-Authorization: " + proxy->authorization() + "\r\n";
  ask += "\r\n";
  TRY(in(where, stream->write(bytes_of(ask), std::chrono::seconds(10))));
  Bytes early = TRY(in(where, read_connect_answer(*stream, *proxy, to, deadline)));
  return Opened{std::move(stream), std::move(early), nullptr};
}

Result<Dialer::Opened> Dialer::open_http(const Authority& to, Instant deadline) const {
  const ParentProxy* proxy = proxies_.choose(Scheme::http, to);
  if (proxy == nullptr) return Opened{make_plain_stream(TRY(dial(to, deadline, stop_)), stop_), {}, nullptr};
  auto stream = TRY(in("the proxy " + proxy->describe(), reach(*proxy, deadline)));
  return Opened{std::move(stream), {}, proxy};
}

namespace {

/// One of the two ways of a relay.
class Way {
 public:
  Way(Stream& from, Stream& to, Bytes early) : from_(from), to_(to), buffer_(kRelayBuffer) {
    if (early.size() > buffer_.size()) buffer_.resize(early.size());
    std::ranges::copy(early, buffer_.begin());
    end_ = early.size();
  }

  bool over() const { return finished_; }
  bool failed() const { return failed_; }

  /// Moves what can be moved without waiting; true if anything was.
  bool step() {
    from_events_ = to_events_ = 0;
    if (finished_) return false;
    if (begin_ == end_ && !ended_) return fill();
    if (begin_ != end_) return drain();
    to_.finish();
    finished_ = true;
    return true;
  }

  /// What to wait for on either side; set by a `step` that moved nothing.
  short events_on(const Stream& stream) const {
    return static_cast<short>((&stream == &from_ ? from_events_ : 0) | (&stream == &to_ ? to_events_ : 0));
  }

 private:
  static short events_of(IoStep::Kind kind) { return kind == IoStep::Kind::want_read ? POLLIN : POLLOUT; }

  bool fill() {
    const IoStep step = from_.try_read(buffer_);
    if (step.kind == IoStep::Kind::done) {
      begin_ = 0;
      end_ = step.bytes;
      return true;
    }
    if (step.kind == IoStep::Kind::end) return ended_ = true;
    return wait_or_fail(step.kind, from_events_);
  }

  bool drain() {
    const IoStep step = to_.try_write(BytesView(buffer_).subspan(begin_, end_ - begin_));
    if (step.kind == IoStep::Kind::done) {
      begin_ += step.bytes;
      return true;
    }
    return wait_or_fail(step.kind, to_events_);
  }

  bool wait_or_fail(IoStep::Kind kind, short& events) {
    if (kind == IoStep::Kind::want_read || kind == IoStep::Kind::want_write) {
      events = events_of(kind);
    } else {
      failed_ = true;
    }
    return false;
  }

  Stream& from_;
  Stream& to_;
  Bytes buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool ended_ = false;     ///< `from` has said that nothing more comes
  bool finished_ = false;  ///< and `to` was told
  bool failed_ = false;
  short from_events_ = 0;
  short to_events_ = 0;
};

/// False when it is time to give up: the stop signal, or nothing for `idle`.
bool wait_for_either(Stream& near, Stream& far, const Way& up, const Way& down,
                     std::chrono::milliseconds idle) {
  const auto events = [&](const Stream& stream) {
    return static_cast<short>(up.events_on(stream) | down.events_on(stream));
  };
  // A negative descriptor is passed over: one that is not waited for must not wake us with its hang-up.
  const auto entry = [&](const Stream& stream) {
    const short wanted = events(stream);
    return pollfd{wanted != 0 ? stream.fd() : -1, wanted, 0};
  };
  std::array<pollfd, 3> all{entry(near), entry(far), pollfd{near.stop().fd(), POLLIN, 0}};
  int n = 0;
  do {
    n = ::poll(all.data(), all.size(), static_cast<int>(idle.count()));
  } while (n < 0 && errno == EINTR);
  return n > 0 && all[2].revents == 0;
}

}  // namespace

void relay(Stream& near, Stream& far, Bytes early, std::chrono::milliseconds idle) {
  Way up(near, far, {});
  Way down(far, near, std::move(early));
  while (!up.over() || !down.over()) {
    const bool moved_up = up.step();
    const bool moved_down = down.step();
    if (up.failed() || down.failed()) break;
    if (moved_up || moved_down) continue;
    if (!wait_for_either(near, far, up, down, idle)) break;
  }
  if (up.over() && down.over()) return;
  near.cut();
  far.cut();
}

}  // namespace tomme::net
