#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.h"
#include "core/crypto/digest.h"
#include "core/policy/verdict.h"

namespace tomme::guard {

/// One file that was judged.
struct JudgedFile {
  std::string filename;
  std::string url;
  std::optional<Sha256> digest;  ///< nothing where its octets never came whole
  Verdict verdict;
};

/// What one run has seen. Thread-safe.
class Report {
 public:
  /// The same URL again with the same digest replaces the earlier entry.
  void judged(JudgedFile file);
  /// A host whose connections went through unseen.
  void tunnelled(std::string host);
  /// A host or page that was refused; one sentence.
  void refused(std::string what, Error why);
  /// Something that could not be told (network, disk): the run cannot end in success.
  void failed(std::string what, Error why);
  /// The command broke off a connection that was to be judged: most likely it does not trust the run's
  /// authority.
  void distrusted(std::string host);
  void left_out(const std::string& page, std::string what, std::string why);
  void unauthorized(std::string host, int status = 401);
  void project_status(std::string name, std::string status);
  /// Something on a judged host that is neither page nor file and went through unread.
  void passed(std::string address);
  /// One sentence that a person should know.
  void note(std::string sentence);
  /// Another try went well, so nothing is left to tell.
  void recovered(const std::string& what);

  bool any_refused() const;
  bool any_failed() const;
  /// What a person should know, a sentence each: what was noted, and where nothing was judged, hosts whose
  /// connections were broken off.
  std::vector<std::string> notes() const;
  /// Files that were judged, whatever the verdict.
  std::size_t judged_count() const;

  /// The table for a person: file, verdict, who, when. `width` is the terminal's, 0 where there is none.
  std::string table(std::size_t width) const;
  /// For machines; the format is described in docs/json.md. `notes` go in as they are.
  std::string to_json(int exit_code, const std::vector<std::string>& notes) const;

 private:
  struct Incident {
    std::string what;
    Error why;
  };
  mutable std::mutex mutex_;                 // guards all below
  std::map<std::string, JudgedFile> files_;  // by URL
  std::set<std::string> tunnelled_;
  std::set<std::string> distrusted_;
  std::set<std::string> notes_;
  std::vector<Incident> refused_;
  std::vector<Incident> failed_;
};

}  // namespace tomme::guard
