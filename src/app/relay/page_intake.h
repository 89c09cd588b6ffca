#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "app/relay/scratch.h"
#include "io/net/http_client.h"

namespace tomme::guard {

/// Takes a page as it comes in and keeps it. A long one can be read meanwhile, on a thread of its own:
/// reading takes longer than the network does.
class PageIntake final : public net::BodySink {
 public:
  using Read = std::function<Result<void>(BytesView piece)>;

  explicit PageIntake(std::string folder) : body_(std::move(folder)) {}
  /// Where `follows` says so of the answer's head and the page is long, `read` gets all of it in pieces.
  PageIntake(std::string folder, std::function<bool(const net::ResponseHead&)> follows, Read read)
      : follows_(std::move(follows)), read_(std::move(read)), body_(std::move(folder)) {}

  Result<void> head(const net::ResponseHead& head) override;
  /// Fails as `read` did.
  Result<void> body(BytesView bytes) override;

  /// When the answer is complete: false where the page is still to be read. Fails as `read` did.
  Result<bool> was_read();
  Scratch take() && { return std::move(body_); }  ///< after `was_read`

 private:
  void run(const std::stop_token& stop);

  const std::function<bool(const net::ResponseHead&)> follows_;
  const Read read_;
  bool is_followed_ = false;
  Scratch body_;      // once it is a file, its bytes before `come_` are read by the thread
  std::mutex mutex_;  // guards what follows
  std::condition_variable_any changed_;
  std::uint64_t come_ = 0;  ///< bytes
  bool is_complete_ = false;
  bool is_done_ = false;
  std::optional<Error> failure_;
  std::optional<std::jthread> thread_;  // the last: it uses the rest
};

}  // namespace tomme::guard
