#include "app/relay/page_intake.h"

#include <vector>

namespace tomme::guard {

namespace {

constexpr std::size_t kPiece = 256 * 1024;

}  // namespace

Result<void> PageIntake::head(const net::ResponseHead& head) {
  is_followed_ = follows_ && follows_(head);
  return {};
}

Result<void> PageIntake::body(BytesView bytes) {
  TRY(body_.append(text_of(bytes)));
  if (!is_followed_ || !body_.is_large()) return {};
  const std::lock_guard lock(mutex_);
  if (failure_) return std::unexpected(*failure_);
  come_ = body_.size();
  if (!thread_) thread_.emplace([this](const std::stop_token& stop) { run(stop); });
  changed_.notify_all();
  return {};
}

Result<bool> PageIntake::was_read() {
  if (!thread_) return false;
  std::unique_lock lock(mutex_);
  is_complete_ = true;
  changed_.notify_all();
  changed_.wait(lock, [this] { return is_done_; });
  return failure_ ? Result<bool>(std::unexpected(*failure_)) : true;
}

void PageIntake::run(const std::stop_token& stop) {
  std::vector<std::uint8_t> piece(kPiece);
  std::uint64_t done = 0;
  std::unique_lock lock(mutex_);
  // Large pieces while more is to come: each costs a copy of the entry that it cuts.
  const auto is_enough = [&] { return come_ - done >= kPiece || is_complete_; };
  while (changed_.wait(lock, stop, is_enough) && done < come_) {
    const std::size_t size = std::min<std::uint64_t>(come_ - done, kPiece);
    lock.unlock();
    Result<void> read = body_.read_at(done, std::span(piece).first(size));
    if (read) read = read_(BytesView(piece).first(size));
    lock.lock();
    done += size;
    if (!read) {
      failure_ = std::move(read).error();
      break;
    }
  }
  is_done_ = true;
  changed_.notify_all();
}

}  // namespace tomme::guard
