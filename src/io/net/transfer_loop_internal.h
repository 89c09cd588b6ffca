#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "io/net/curl_library_internal.h"

namespace tomme::net {

/// One transfer, as whoever waits for it describes it. The functions run on the thread that drives the loop.
class TransferJob {
 public:
  virtual ~TransferJob() = default;
  /// Sets `easy`, which has libcurl's defaults, up.
  virtual void begin(CURL* easy) = 0;
  /// Once, at the end: CURLE_ABORTED_BY_CALLBACK where it was called off. `easy` still knows the transfer.
  virtual void end(CURL* easy, CURLcode code) = 0;
};

/// All transfers of a client on one multi handle: they share connections (over HTTP/2 also at the same time),
/// TLS sessions, addresses and the parsed authorities. One thread drives it: the loop's own, or whoever waits
/// for a transfer, one after the other. So nothing of libcurl is touched by two threads at once. Thread-safe.
class TransferLoop {
 public:
  enum class Driver : std::uint8_t { own_thread, caller };
  /// Keeps up to `connections` open ones for later.
  TransferLoop(const CurlLibrary& curl, std::size_t connections, Driver driver);
  ~TransferLoop();  ///< no transfer may be under way
  TransferLoop(const TransferLoop&) = delete;
  TransferLoop& operator=(const TransferLoop&) = delete;

  bool ok() const { return multi_ != nullptr && share_ != nullptr; }
  /// Returns when `job` has ended; `stop` ends it at once.
  void run(TransferJob& job, const std::stop_token& stop);

 private:
  struct Waiting;
  void serve(const std::stop_token& stop);
  void drive();
  void start_arrived();
  void start(Waiting& waiting);
  void end_called_off();
  void end_done();
  void end(CURL* easy, CURLcode code);

  const CurlLibrary& curl_;
  CURLM* multi_;
  CURLSH* share_;  // of the driving thread alone, hence without locks

  std::mutex mutex_;
  std::vector<Waiting*> arrived_;     // guarded by mutex_
  std::mutex driving_;                // held by a caller that drives
  std::map<CURL*, Waiting*> active_;  // of the driving thread
  std::vector<CURL*> idle_;           // of the driving thread
  std::jthread thread_;               // last: it uses all of the above
};

}  // namespace tomme::net
