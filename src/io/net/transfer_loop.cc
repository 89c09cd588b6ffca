// The checks of typecheck-gcc.h do not work through function pointers.
#define CURL_DISABLE_TYPECHECK

#include <atomic>
#include <semaphore>

#include "io/net/transfer_loop_internal.h"
#include "io/system/sigpipe.h"

namespace tomme::net {

namespace {
constexpr int kPollMilliseconds = 1000;  // a wakeup ends it
}

/// A job and what the one that waits and the one that drives tell each other; owned by the one that waits.
struct TransferLoop::Waiting {
  TransferJob& job;
  std::atomic<bool> called_off = false;
  bool is_done = false;  ///< of the driving thread
  std::binary_semaphore ended{0};
};

TransferLoop::TransferLoop(const CurlLibrary& curl, std::size_t connections, Driver driver)
    : curl_(curl), multi_(curl.multi_init()), share_(curl.share_init()) {
  if (!ok()) return;
  curl_.multi_setopt(multi_, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
  curl_.multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(connections));
  // A multi handle shares connections and addresses by itself, TLS sessions it does not.
  curl_.share_setopt(share_, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
  if (driver == Driver::own_thread) {
    thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
  }
}

TransferLoop::~TransferLoop() {
  if (thread_.joinable()) {
    thread_.request_stop();
    curl_.multi_wakeup(multi_);
    thread_.join();
  }
  for (CURL* easy : idle_) curl_.easy_cleanup(easy);
  if (multi_ != nullptr) curl_.multi_cleanup(multi_);
  if (share_ != nullptr) curl_.share_cleanup(share_);
}

void TransferLoop::run(TransferJob& job, const std::stop_token& stop) {
  Waiting waiting{job};
  const std::stop_callback on_stop(stop, [&] {
    waiting.called_off = true;
    curl_.multi_wakeup(multi_);
  });
  if (!thread_.joinable()) {
    const std::lock_guard lock(driving_);
    const SigpipeBlocked no_sigpipe;
    start(waiting);
    while (!waiting.is_done) {
      drive();
      if (!waiting.is_done) curl_.multi_poll(multi_, nullptr, 0, kPollMilliseconds, nullptr);
    }
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    arrived_.push_back(&waiting);
  }
  curl_.multi_wakeup(multi_);
  waiting.ended.acquire();
}

void TransferLoop::serve(const std::stop_token& stop) {
  const SigpipeBlocked no_sigpipe;
  while (!stop.stop_requested()) {
    start_arrived();
    drive();
    curl_.multi_poll(multi_, nullptr, 0, kPollMilliseconds, nullptr);
  }
}

void TransferLoop::drive() {
  end_called_off();
  int running = 0;
  curl_.multi_perform(multi_, &running);
  end_done();
}

void TransferLoop::start_arrived() {
  std::vector<Waiting*> arrived;
  {
    const std::lock_guard lock(mutex_);
    arrived.swap(arrived_);
  }
  for (Waiting* waiting : arrived) start(*waiting);
}

void TransferLoop::start(Waiting& waiting) {
  CURL* easy = nullptr;
  if (idle_.empty()) {
    easy = curl_.easy_init();
  } else {
    easy = idle_.back();
    idle_.pop_back();
  }
  if (easy == nullptr) {
    waiting.job.end(nullptr, CURLE_OUT_OF_MEMORY);
    waiting.is_done = true;
    waiting.ended.release();
    return;
  }
  active_.emplace(easy, &waiting);
  curl_.easy_setopt(easy, CURLOPT_SHARE, share_);
  curl_.easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
  waiting.job.begin(easy);
  if (curl_.multi_add_handle(multi_, easy) != CURLM_OK) end(easy, CURLE_FAILED_INIT);
}

void TransferLoop::end_called_off() {
  std::vector<CURL*> easies;
  for (const auto& [easy, waiting] : active_) {
    if (waiting->called_off) easies.push_back(easy);
  }
  for (CURL* easy : easies) end(easy, CURLE_ABORTED_BY_CALLBACK);
}

void TransferLoop::end_done() {
  int left = 0;
  while (const CURLMsg* message = curl_.multi_info_read(multi_, &left)) {
    // The message goes with its handle.
    if (message->msg == CURLMSG_DONE) end(message->easy_handle, CURLcode(message->data.result));
  }
}

void TransferLoop::end(CURL* easy, CURLcode code) {
  curl_.multi_remove_handle(multi_, easy);
  const auto at = active_.find(easy);
  Waiting& waiting = *at->second;
  active_.erase(at);
  waiting.job.end(easy, code);
  curl_.easy_reset(easy);  // it outlives what the job pointed it at
  idle_.push_back(easy);
  waiting.is_done = true;
  waiting.ended.release();  // the last: `waiting` may be gone after it
}

}  // namespace tomme::net
