#pragma once

#include <array>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "app/relay/listing.h"
#include "core/packaging/project_name.h"
#include "io/net/http_client.h"
#include "io/remote/credentials.h"

namespace tomme::guard {

struct LookUpOptions {
  std::vector<Url> indexes;      ///< in the order in which they are asked
  Credentials credentials = {};  ///< that settings give for them
  /// The index of each file in a lock, by address_key() of the file: no other is asked for it.
  std::map<std::string, Url> locked_files = {};
  bool proof_required = false;
  std::set<ProjectName> expected = {};  ///< projects of which somebody said who should sign them
};

/// Finds what an index says about a file that no page of this run has named: `uv sync --frozen` takes its
/// addresses from the lock. These are requests that the installer did not make, so three things hold:
///   * they carry what the installer was seen to send, else what its settings give for that index;
///   * only an index to which the file can belong is told its name: the one of the lock, those of the file's
///     own origin, PyPI for its own file host alone, and where nothing of that says whose it is those that
///     are not public;
///   * an answer that may be meant for a stranger (401, 403, 404 without a login, a redirect to another
///     origin) is not the index's word: nothing could be told, which is a note where no proof is asked for.
/// An index that does not answer at all is an error, as ever. What an index answered is not asked for
/// again with the same login: one wheel may name many files of a project.
/// Thread-safe.
class IndexLookUp {
 public:
  /// `client` and `listing` outlive it. `is_judged`: files and pages there are judged.
  IndexLookUp(net::HttpClient& client, Listing& listing, std::function<bool(const Url&)> is_judged,
              LookUpOptions options);

  /// What the pages of this run list under `url`, else the project's page of each index that may know it.
  /// Nothing: no page lists it, or it could not be told and no proof is asked of this project. An error: it
  /// could not be told.
  Result<std::optional<ListedFile>> find(const Url& url, const std::string& filename, std::stop_token stop);

  /// Remembers with which credentials the installer asks there.
  void learn_authorization(const net::Request& request);
  /// The header Authorization for an address; empty where nothing is known. A secret.
  std::string authorization_for(const Url& url) const;

  /// What could not be told, a sentence each.
  std::vector<std::string> notes() const;

 private:
  struct Learned {
    Origin origin;
    std::string folder;  ///< that all requests with it were below
    std::string value;
  };
  std::vector<Url> indexes_for(const Url& file, const std::string& key) const;
  Result<std::optional<ListedFile>> find_on(const Url& index, const ProjectName& project,
                                            const std::string& key, std::stop_token stop);
  bool is_proof_asked(const std::string& filename) const;

  net::HttpClient& client_;
  Listing& listing_;
  const std::function<bool(const Url&)> is_judged_;
  const LookUpOptions options_;
  mutable std::mutex mutex_;  // guards all below
  /// By index, project and Authorization, since another login may see more: nothing for a page that was read
  /// (all its files are in the listing) or is not there, else why the index showed none.
  std::map<std::array<std::string, 3>, std::optional<Error>> answers_;
  std::vector<Learned> learned_;
  std::map<std::string, std::string> untold_;  // why, by the file's key
};

}  // namespace tomme::guard
