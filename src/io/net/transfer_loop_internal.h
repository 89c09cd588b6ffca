#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "io/net/curl_library_internal.h"

namespace tomme::net {

/// One transfer, as whoever waits for it describes it. The functions run on the loop's thread.
class TransferJob {
 public:
  virtual ~TransferJob() = default;
  /// Sets `easy`, which has libcurl's defaults, up.
  virtual void begin(CURL* easy) = 0;
  /// Once, at the end: CURLE_ABORTED_BY_CALLBACK where it was called off. `easy` still knows the transfer.
  virtual void end(CURL* easy, CURLcode code) = 0;
};

/// All transfers of a client on one thread and one multi handle: they share connections (over HTTP/2 also at
/// the same time), TLS sessions, addresses and the parsed authorities, and nothing of libcurl is touched by
/// two threads. Thread-safe.
class TransferLoop {
 public:
  /// Keeps up to `connections` open ones for later.
  TransferLoop(const CurlLibrary& curl, std::size_t connections);
  ~TransferLoop();  ///< no transfer may be under way
  TransferLoop(const TransferLoop&) = delete;
  TransferLoop& operator=(const TransferLoop&) = delete;

  bool ok() const { return multi_ != nullptr && share_ != nullptr; }
  /// Returns when `job` has ended; `stop` ends it at once.
  void run(TransferJob& job, const std::stop_token& stop);

 private:
  struct Waiting;
  void serve(const std::stop_token& stop);
  void start_arrived();
  void start(Waiting& waiting);
  void end_called_off();
  void end_done();
  void end(CURL* easy, CURLcode code);

  const CurlLibrary& curl_;
  CURLM* multi_;
  CURLSH* share_;  // of the loop's thread alone, hence without locks

  std::mutex mutex_;
  std::vector<Waiting*> arrived_;     // guarded by mutex_
  std::map<CURL*, Waiting*> active_;  // of the loop's thread
  std::vector<CURL*> idle_;           // of the loop's thread
  std::jthread thread_;               // last: it uses all of the above
};

}  // namespace tomme::net
