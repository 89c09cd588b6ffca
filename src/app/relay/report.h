#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "app/relay/report_entries.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/crypto/digest.h"
#include "core/packaging/project_name.h"
#include "core/policy/verdict.h"

namespace tomme::guard {

/// How a table is laid out.
struct TableStyle {
  std::size_t width = 0;  ///< columns of the terminal; 0: lines are as long as they are
  bool colour = false;
};

/// What one run has seen. Thread-safe; what it shows does not depend on the order in which it was told.
class Report {
 public:
  /// The same name at the same address again replaces the earlier entry.
  void judged(JudgedFile file);
  /// The bytes of a judged file go to the command, which asked for them at the address of this
  /// address_key().
  void sent(const std::string& url, const std::string& filename, const std::string& key);
  /// A host whose connections went through unseen.
  void tunnelled(std::string host);
  /// The same for a host that sends no packages, and that Tomme lets pass for the command's own sake.
  void served(std::string host);
  /// A host or page that was refused; one sentence.
  void refused(std::string what, Error why);
  /// Something that could not be told (network, disk): the run cannot end in success.
  void failed(std::string what, Error why);
  /// The command broke off a connection that was to be judged: most likely it does not trust the run's
  /// authority.
  void distrusted(std::string host);
  /// An index or a proxy wants a password that it did not get: 401 or 407.
  void unauthorized(std::string host, int status = 401);
  /// Another try went well, so nothing is left to tell.
  void recovered(const std::string& what);
  /// A link of a page that was not handed on: "demo-1.0.exe", "no file of demo". Above kLeftOutKept of one
  /// page they are only counted.
  void left_out(const std::string& page, std::string what, std::string why);
  /// As the index says of a project (PEP 792); "active" is not worth a line.
  void project_status(std::string name, std::string status);
  /// What stood in an environment before the command ran: "demo 1.0 in /venv/lib/python3.11/site-packages".
  void was_installed(const ProjectName& project, std::string where);
  void changed(Changes changes);
  /// One sentence that a person should know.
  void note(std::string sentence);

  static constexpr std::size_t kLeftOutKept = 1000;

  /// What is new in the environments, for machines; a refusal of it is told by `refused`.
  void installed(std::vector<Installed> all);
  /// The files that were judged and let through.
  std::vector<DeliveredFile> deliveries() const;

  bool any_refused() const;
  bool any_failed() const;
  /// Files that were judged, whatever the verdict.
  std::size_t judged_count() const;
  /// Some host's connections went through unseen, which may have sent packages.
  bool any_tunnelled() const;
  Changes changes() const;
  /// The projects of judged files, as their names have them.
  std::set<ProjectName> projects() const;
  /// Whether an installer may take a judged file for one of this project.
  bool has_file_of(const ProjectName& project) const;
  /// Whether a distribution of this project is new in an environment.
  bool is_new(const ProjectName& project) const;
  /// What is new and has a module of this project's name while that is not installed; "" where nothing has.
  std::string stands_for(const ProjectName& project) const;
  std::map<ProjectName, std::string> there_before() const;  ///< as was_installed() was told

  /// What a person should know besides the files, a sentence each.
  std::vector<std::string> notes() const;
  /// For a person: files, their sum, what was not judged, notes, and last what is unknown and refused, with
  /// what helps.
  std::string table(const TableStyle& style) const;
  /// For machines; the format is described in docs/json.md. No exit status: the run has not ended. The error
  /// is what ended it before its time.
  std::string to_json(std::optional<int> exit_status, const Error* error = nullptr) const;

 private:
  struct LeftOut {
    std::map<std::string, std::set<std::string>> by_reason;
    std::size_t kept = 0;
    bool more = false;
  };
  std::vector<std::string> notes_locked() const;

  mutable std::mutex mutex_;                                                   // guards all below
  std::map<std::pair<std::string, std::string>, JudgedFile> files_;            // by URL and name
  std::map<std::pair<std::string, std::string>, std::set<std::string>> sent_;  // likewise: the keys
  std::set<std::string> tunnelled_;
  std::set<std::string> served_;
  std::set<std::string> distrusted_;
  std::map<std::string, int> unauthorized_;
  std::map<std::string, LeftOut> left_out_;
  std::map<std::string, std::string> statuses_;
  std::map<ProjectName, std::string> there_before_;
  Changes changes_ = Changes::not_looked;
  std::vector<std::string> notes_;
  std::unordered_set<std::string> noted_;  ///< the same
  std::set<Incident> refused_;
  std::set<Incident> failed_;
  std::vector<Installed> installed_;
};

/// "verified", "attested", "allowed", "unattested", "refused".
std::string verdict_word(const Verdict& verdict);

}  // namespace tomme::guard
