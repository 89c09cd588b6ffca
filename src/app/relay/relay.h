#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "app/relay/download.h"
#include "app/relay/listing.h"
#include "app/relay/look_up.h"
#include "app/relay/page.h"
#include "app/relay/report.h"
#include "app/relay/route.h"
#include "core/packaging/project_name.h"
#include "io/net/handler.h"
#include "io/net/http_client.h"

namespace tomme::guard {

struct RelayOptions {
  /// Whether files and pages of this address are judged: its origin is one of the fixed set.
  std::function<bool(const Url&)> intercepted;
  std::vector<Url> indexes;  ///< roots of the Simple API, without login
  std::string scratch_folder;
  bool proof_required = false;
  std::set<ProjectName> expected = {};           ///< projects of which somebody said who should sign them
  Credentials credentials = {};                  ///< that settings give for the indexes
  std::map<std::string, Url> locked_files = {};  ///< see LookUpOptions
  /// A file is held back whole until it is judged, up to this much or this long; beyond, it streams with its
  /// last block withheld.
  std::uint64_t hold_bytes = 16 * 1024 * 1024;
  std::chrono::milliseconds hold_time{5000};
  /// A HEAD asks whether ranges are served, which they are of a judged file only: it waits this long. uv asks
  /// an index for no range any more after one file without them; the shortest time that an installer waits
  /// (pip, Poetry) is 15 s.
  std::chrono::milliseconds head_time{10'000};

  /// Something is demanded, so that what nobody can vouch for is refused.
  bool is_strict() const { return proof_required || !expected.empty(); }
};

/// The inside of the proxy: what an installer asks an intercepted host for.
///
///   GET|HEAD a page            -> written anew from what was read of the index's own
///   GET|HEAD a file            -> Download; 200, 206 from judged bytes only, 403 with the reason
///   GET      <file>.metadata   -> METADATA out of the judged wheel; 404 for what is no wheel
///   GET|HEAD anything else     -> 403 where something is demanded, else named in the report
///   other methods              -> 405
class Relay final : public net::Handler {
 public:
  Relay(net::HttpClient& client, const FileStore& store, const Gate& gate, Report& report,
        RelayOptions options);
  ~Relay() override;

  void handle(const net::Request& request, net::ResponseWriter& response) override;
  /// What of files that no page named could not be told, a sentence each.
  std::vector<std::string> notes() const { return look_up_.notes(); }
  /// Calls all transfers off; for the end of the run.
  void stop();

 private:
  Result<void> answer(const net::Request& request, net::ResponseWriter& response);
  Result<void> answer_file(const net::Request& request, const std::string& name,
                           net::ResponseWriter& response);
  Result<void> answer_metadata(const net::Request& request, const MetadataRoute& route,
                               net::ResponseWriter& response);
  Result<void> answer_page(const net::Request& request, const Route& route, net::ResponseWriter& response);
  Result<PageAnswer> page_for(const net::Request& request, const Route& route, net::ResponseWriter& response);
  Result<void> deliver(const net::Request& request, const std::string& key, const Download& download,
                       const Download::State& state, net::ResponseWriter& response);
  bool is_listed(std::string_view address);
  /// Why the file at this address is refused, whoever vouches for it: the page that names it was written
  /// without it, and no other page lists it.
  std::optional<Error> left_out(const std::string& key, const Url& url, const std::string& name,
                                std::stop_token stop);
  bool has_one_digest(const std::string& key) const;
  bool may_resume(const std::string& key) const;
  Result<void> stream(const net::Request& request, const Download& download, Download::State state,
                      net::ResponseWriter& response);
  Result<void> refuse(const Error& error, net::ResponseWriter& response);
  Result<void> could_not_tell(const Error& error, net::ResponseWriter& response);
  /// For the file at this address: where it is asked for is what its page lists, else the address itself.
  std::shared_ptr<const Download> download_for(const std::string& key, const Url& url,
                                               const std::string& name, const net::Headers& headers);

  Report& report_;
  const RelayOptions options_;
  Listing listing_;
  Pages pages_;
  IndexLookUp look_up_;
  DownloadContext context_;
  mutable std::mutex mutex_;                                          // guards all below
  std::map<std::string, std::shared_ptr<const Download>> downloads_;  // by address_key
  std::set<std::string> streamed_;     // keys of which bytes went out before their verdict
  std::set<std::string> unresumable_;  // those whose download failed then: no range of another one fits
};

}  // namespace tomme::guard
