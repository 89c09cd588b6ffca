#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "core/base/result.h"

namespace tomme::guard {

/// Hands values from the thread that reads a long page to one of its own that goes on with them, in their
/// order and some at a time, so that both work at once. No more than two batches wait.
template <class T>
class Batches {
 public:
  /// `take` is called on the other thread; its first error ends the work.
  explicit Batches(std::function<Result<void>(T&&)> take)
      : take_(std::move(take)), thread_([this](std::stop_token stop) { run(std::move(stop)); }) {}

  /// Fails as `take` did.
  Result<void> add(T value) {
    batch_.push_back(std::move(value));
    return batch_.size() < kValues ? Result<void>() : pass_on();
  }
  /// What was added is taken when this returns. Not calling it drops what waits.
  Result<void> finish() {
    TRY(pass_on());
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return failure_ || (waiting_.empty() && !busy_); });
    return failure_ ? Result<void>(std::unexpected(*failure_)) : Result<void>();
  }

 private:
  static constexpr std::size_t kValues = 128;
  using Batch = std::vector<T>;

  Result<void> pass_on() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return failure_ || waiting_.empty(); });
    if (failure_) return std::unexpected(*failure_);
    waiting_.swap(batch_);
    changed_.notify_all();
    return {};
  }

  void run(std::stop_token stop) {
    Batch batch;
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [this] { return !waiting_.empty(); })) {
      batch.swap(waiting_);
      busy_ = true;
      changed_.notify_all();
      lock.unlock();
      Result<void> taken;
      for (T& value : batch) {
        if (taken = take_(std::move(value)); !taken) break;
      }
      batch.clear();
      lock.lock();
      busy_ = false;
      if (!taken) failure_ = std::move(taken).error();
      changed_.notify_all();
      if (failure_) return;
    }
  }

  const std::function<Result<void>(T&&)> take_;
  Batch batch_;       // of the adding thread
  std::mutex mutex_;  // guards what follows
  std::condition_variable_any changed_;
  Batch waiting_;
  bool busy_ = false;
  std::optional<Error> failure_;
  std::jthread thread_;  // the last, so that it ends before what it uses
};

}  // namespace tomme::guard
