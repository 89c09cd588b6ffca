#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/guard/listing.h"
#include "core/packaging/project_name.h"
#include "io/net/http_client.h"

namespace tomme::guard {

/// Finds what an index says about a file that no page of this run has named: `uv sync --frozen` takes its
/// addresses from the lock. These are requests that the installer did not make; they carry what the installer
/// was seen to send. Thread-safe.
class IndexLookUp {
 public:
  /// `client` and `listing` outlive it. `is_judged`: files and pages there are judged.
  IndexLookUp(net::HttpClient& client, Listing& listing, std::function<bool(const Url&)> is_judged,
              std::vector<Url> indexes);

  /// What the pages of this run list under `url`, else the project's page of each index that may know it.
  /// Nothing: no page lists it. An error: an index that might have known could not be asked.
  Result<std::optional<ListedFile>> find(const Url& url, const std::string& filename,
                                         std::stop_token stop);

  /// Remembers with which credentials the installer asks this host.
  void learn_authorization(const net::Request& request);
  /// The Authorization for a host, as the installer sent it there; empty where it sent none.
  std::string authorization_for(const Authority& authority) const;

 private:
  std::vector<Url> indexes_for(const Url& file) const;
  Result<std::optional<ListedFile>> find_on(const Url& index, const ProjectName& project,
                                            const std::string& key, std::stop_token stop);

  net::HttpClient& client_;
  Listing& listing_;
  const std::function<bool(const Url&)> is_judged_;
  const std::vector<Url> indexes_;
  mutable std::mutex mutex_;                           // guards authorizations_
  std::map<std::string, std::string> authorizations_;  // by "host:port", as the installer sends them
};

}  // namespace tomme::guard
