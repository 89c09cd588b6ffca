#include "io/remote/tuf_mirror.h"

#include <algorithm>
#include <limits>

#include "core/encoding/text.h"
#include "core/tuf/errors.h"
#include "io/net/errors.h"
#include "io/remote/errors.h"
#include "io/remote/simple_client.h"

namespace tomme {

namespace {

/// Read of an answer that says "not there", so that its connection can be used again.
constexpr std::uint64_t kNoticeBytes = 64 * 1024;
/// Room made for an announced length; what is longer grows as it comes.
constexpr std::uint64_t kMostReserved = 8 * 1024 * 1024;

Result<std::string> parse_base(std::string_view text) {
  const auto refuse = [&](std::string_view why) {
    return fail(kTufMirrorAddress,
                shown_address(text) + " is not the address of a mirror: " + std::string(why));
  };
  Result<Url> url = Url::parse(text);
  if (!url) return refuse(url.error().message());
  if (url->login()) return refuse("it has a user name or password");
  if (url->query()) return refuse("it has a query");
  if (url->fragment()) return refuse("it has a fragment");
  if (!is_secure_origin(*url)) return refuse("plain http is for this machine alone");
  std::string base = url->to_string();
  if (!base.ends_with('/')) base += '/';
  return base;
}

/// Takes the body of a 200, up to a bound; remembers a 404 or 403.
class FileSink final : public net::BodySink {
 public:
  /// `announced` is told the length that the answer gives, once it is known to be allowed.
  using Announced = std::function<void(std::uint64_t bytes)>;
  FileSink(std::uint64_t most, const TufTargets::Sink& take, const Announced& announced)
      : most_(most), take_(take), announced_(announced) {}

  Result<void> head(const net::ResponseHead& head) override {
    absent_ = head.status == 404 || head.status == 403;
    wanted_ = head.status == 200 && head.content_encoding().empty();
    if (!wanted_) return {};
    const std::uint64_t length = head.content_length().value_or(0);
    TRY(expect_at_most(length));
    if (announced_) announced_(length);
    return {};
  }
  Result<void> body(BytesView bytes) override {
    taken_ += bytes.size();
    if (!wanted_) {
      if (taken_ > kNoticeBytes) return fail(kNetTooLarge, "an answer without a file goes on and on");
      return {};
    }
    TRY(expect_at_most(taken_));
    return take_(bytes);
  }
  bool is_absent() const { return absent_; }

 private:
  Result<void> expect_at_most(std::uint64_t bytes) const {
    if (bytes <= most_) return {};
    return fail(tuf::kTufTooLong, "it has more than " + std::to_string(most_) + " bytes");
  }

  std::uint64_t most_;
  const TufTargets::Sink& take_;
  const Announced& announced_;
  std::uint64_t taken_ = 0;
  bool absent_ = false;
  bool wanted_ = false;
};

/// True where it was there and `take` has all of it.
Result<bool> get(net::HttpClient& client, const std::string& address, std::uint64_t most,
                 const net::FetchLimits& limits, const std::stop_token& stop, const TufTargets::Sink& take,
                 const FileSink::Announced& announced = {}) {
  FileSink sink(most, take, announced);
  net::Request request{.url = TRY(Url::parse(address))};
  Result<net::ResponseHead> head =
      fetch_following(client, std::move(request), sink, &is_secure_origin, limits, stop);
  if (sink.is_absent()) return false;  // also where what came behind the status was cut short
  const std::string where = printable(address);
  if (!head && (head.error().is(kRedirect) || head.error().is(kIndexUnavailable))) {
    return fail(kTufMirror, where + ": " + head.error().message());
  }
  if (!head) return std::unexpected(std::move(head).error().in(where));
  if (head->status != 200)
    return fail(kTufMirror, where + ": the answer has status " + std::to_string(head->status));
  if (!head->content_encoding().empty()) {
    return fail(kTufMirror, where + ": the answer is encoded as " + printable(head->content_encoding(), 40) +
                                ", which was not asked for");
  }
  return true;
}

/// `most` bytes: FileSink has the exact bounds, since it knows what is a file and what a page of an error.
net::FetchLimits fetch_limits(const TufMirrorLimits& limits, std::uint64_t most) {
  return {.body_bytes = most,
          .connect = limits.connect,
          .low_speed_time = limits.stall,
          .low_speed = limits.stall_bytes};
}

}  // namespace

Result<void> check_mirror_address(std::string_view url) {
  TRY(parse_base(url));
  return {};
}

Result<std::optional<Bytes>> NoMirror::fetch(const std::string& path, std::size_t) {
  return fail(tuf::kTufOffline, path + " was asked for without the network");
}

Result<TufMirror> TufMirror::open(net::HttpClient& client, std::string_view metadata_url,
                                  const TufMirrorLimits& limits, std::stop_token stop) {
  return TufMirror(client, TRY(parse_base(metadata_url)), limits, std::move(stop));
}

Result<std::optional<Bytes>> TufMirror::fetch(const std::string& path, std::size_t max_length) {
  const std::chrono::milliseconds left = limits_.metadata - spent_;
  if (left <= std::chrono::milliseconds{0}) {
    return fail(kNetTimeout, "the mirror " + printable(base_) + " took more than " +
                                 std::to_string(limits_.metadata.count() / 1000) + " s for its metadata");
  }
  // `total` bounds an endless body; a large page that says "not there" must not count as a failure.
  net::FetchLimits limits = fetch_limits(limits_, std::numeric_limits<std::uint64_t>::max());
  limits.total = std::min(limits_.file, left);
  const auto started = std::chrono::steady_clock::now();
  Bytes bytes;
  const auto take = [&](BytesView more) -> Result<void> {
    append(bytes, more);
    return {};
  };
  const auto make_room = [&](std::uint64_t length) {
    bytes.reserve(static_cast<std::size_t>(std::min(length, kMostReserved)));
  };
  const Result<bool> found = get(*client_, base_ + path, max_length, limits, stop_, take, make_room);
  spent_ += std::chrono::ceil<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started);
  if (!TRY(found)) return std::nullopt;
  return bytes;
}

Result<TufTargets> TufTargets::open(net::HttpClient& client, std::string_view targets_url,
                                    const TufMirrorLimits& limits, std::stop_token stop) {
  return TufTargets(client, TRY(parse_base(targets_url)), limits, std::move(stop));
}

Result<void> TufTargets::fetch(const tuf::FoundTarget& target, const Sink& sink) {
  const std::string name = "target " + printable(target.path.text(), 120);
  if (target.request_path.empty()) {
    return fail(tuf::kTufTargetPath, "the " + name + " has a path that cannot be asked for");
  }
  tuf::TargetCheck check = TRY(in(name, tuf::TargetCheck::make(target.file)));
  const std::uint64_t most =
      std::min(target.file.length, std::numeric_limits<std::uint64_t>::max() - kNoticeBytes) + kNoticeBytes;
  const bool found = TRY(get(*client_, base_ + target.request_path, target.file.length,
                             fetch_limits(limits_, most), stop_, [&](BytesView bytes) -> Result<void> {
                               TRY(check.update(bytes));
                               return sink(bytes);
                             }));
  if (!found) {
    return fail(
        tuf::kTufUnavailable,
        "the mirror does not have the " + name + " at " + printable(base_ + target.request_path),
        "check the targets URL; right after a publication a mirror may be behind: try again in a minute");
  }
  return in(name, check.finish());
}

}  // namespace tomme
