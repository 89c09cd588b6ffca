#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "app/proofs/gate.h"
#include "app/relay/dependencies.h"
#include "app/relay/listing.h"
#include "app/relay/report.h"
#include "io/net/http_client.h"
#include "io/store/file_store.h"

namespace tomme::guard {

/// What every download of a run shares. All of it outlives the downloads.
struct DownloadContext {
  net::HttpClient& client;
  const FileStore& store;
  const Gate& gate;
  Report& report;
  MayVisit may_visit;
  /// What the pages say about a URL; asks the file's index where no page was seen. An empty answer: no page
  /// lists it.
  std::function<Result<std::optional<ListedFile>>(const Url&, const std::string& filename, std::stop_token)>
      look_up;
  std::function<std::string(const Url&)> authorization_for;
  DependencyRules dependencies;
  std::uint64_t file_bytes = std::uint64_t{16} * 1024 * 1024 * 1024;  ///< limit of one file
  /// Limit of one that comes encoded, once it is decoded.
  std::uint64_t decoded_bytes = std::uint64_t{1024} * 1024 * 1024;
};

/// One file of one run: fetched once, judged once, delivered any number of times. Its own thread does the
/// first two; connection threads wait for it.
class Download {
 public:
  /// Starts at once. `headers` are the client's that concern the file (Authorization).
  Download(const DownloadContext& context, Url url, std::string filename, net::Headers headers);
  ~Download();  ///< stops and waits for its thread
  Download(const Download&) = delete;
  Download& operator=(const Download&) = delete;

  /// A snapshot. What is set stays set.
  struct State {
    bool done = false;
    std::uint64_t received = 0;
    std::optional<std::uint64_t> total;             ///< as the server announced it
    int fd = -1;                                    ///< of what is received so far; -1 before the first byte
    std::shared_ptr<const StoredFile> file;         ///< judged and free to go; only when done
    std::shared_ptr<const Bytes> metadata;          ///< METADATA of a judged wheel; only when done
    std::optional<Error> refusal;                   ///< only when done
    std::optional<Error> failure;                   ///< could not be had; only when done
    std::optional<net::ResponseHead> other_answer;  ///< the server's, if it was not 200; only when done
  };
  /// Waits until it is done, more than `bytes` are there, or `until` has come.
  /// Or until `stop` is requested, as below.
  State wait(std::uint64_t bytes, std::chrono::steady_clock::time_point until, std::stop_token stop) const;
  State wait_done(std::stop_token stop) const;
  /// Done without a verdict: worth another try.
  bool has_failed() const;

  const Url& url() const { return url_; }
  const std::string& filename() const { return filename_; }

 private:
  class Receiver;
  void run(std::stop_token stop);
  Result<std::shared_ptr<const StoredFile>> receive(const std::optional<ListedFile>& listed,
                                                    std::stop_token stop);
  void judge_unnamed(const std::optional<ListedFile>& listed, std::stop_token stop);
  void give_up(const Error& error, const std::stop_token& stop);
  void settle(Verdict verdict, std::shared_ptr<const StoredFile> file,
              std::shared_ptr<const Bytes> metadata = nullptr);
  void finish(std::function<void(State&)> change);

  const DownloadContext& context_;
  const Url url_;
  const std::string filename_;
  const net::Headers headers_;
  mutable std::mutex mutex_;  // guards state_
  mutable std::condition_variable_any changed_;
  State state_;
  // What `fd` of the state belongs to while bytes come in: kept until the download goes, since connections
  // may still read from it.
  std::optional<IncomingFile> incoming_;
  std::shared_ptr<const StoredFile> received_;
  std::string encoding_;                           // of what comes in; only the download's own thread
  std::vector<std::string> indexes_;               // whose pages list it; likewise
  std::optional<net::ResponseHead> other_answer_;  // only the download's own thread
  std::jthread thread_;                            // last: it uses all of the above
};

}  // namespace tomme::guard
