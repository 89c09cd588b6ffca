#include "app/relay/report.h"

#include <algorithm>
#include <array>

#include "core/encoding/json.h"
#include "core/encoding/text.h"
#include "core/packaging/dist_filename.h"
#include "core/policy/render.h"

namespace tomme::guard {

namespace {

json::Value texts(const auto& list) {
  json::Array out;
  for (const std::string& text : list) out.emplace_back(text);
  return out;
}

std::string_view code_of(NoProof why) {
  switch (why) {
    case NoProof::not_listed:
      return "not-listed";
    case NoProof::none_elsewhere:
      return "none-elsewhere";
    case NoProof::on_no_page:
      return "on-no-page";
    case NoProof::impossible:
      break;
  }
  return "impossible";
}

json::Value file_json(const JudgedFile& file) {
  const Verdict& verdict = file.verdict;
  std::vector<json::Member> members;
  members.push_back({"file", json::Value(file.filename)});
  members.push_back({"url", json::Value(file.url)});
  members.push_back({"indexes", texts(file.indexes)});
  members.push_back({"sha256", file.digest ? json::Value(file.digest->to_hex()) : json::Value()});
  members.push_back({"verdict", json::Value(verdict_word(verdict))});
  members.push_back({"allowedBy", verdict.allowed_by() ? json::Value(*verdict.allowed_by()) : json::Value()});
  members.push_back({"noProof", verdict.no_proof() ? json::Value(std::string(code_of(*verdict.no_proof())))
                                                   : json::Value()});
  json::Array signers;
  for (const VerifiedSignature& signer : verdict.signers()) signers.push_back(to_json(signer));
  members.push_back({"signers", std::move(signers)});
  if (verdict.refusal()) members.push_back({"refusal", to_json(*verdict.refusal())});
  members.push_back({"trail", texts(verdict.trail())});
  return json::Value(json::Object(std::move(members)));
}

json::Value incidents_json(const std::set<Incident>& incidents) {
  json::Array out;
  for (const Incident& incident : incidents) {
    out.emplace_back(json::Object({{"what", json::Value(incident.what)}, {"why", to_json(incident.why)}}));
  }
  return out;
}

json::Value statuses_json(const std::map<std::string, std::string>& statuses) {
  json::Array out;
  for (const auto& [name, status] : statuses) {
    out.emplace_back(json::Object({{"project", json::Value(name)}, {"status", json::Value(status)}}));
  }
  return out;
}

json::Value installed_json(const Installed& entry) {
  return json::Value(
      json::Object({{"project", json::Value(entry.project)},
                    {"version", json::Value(entry.version)},
                    {"folder", json::Value(entry.folder)},
                    {"from", json::Value(std::string(name_of(entry.from)))},
                    {"reason", entry.reason.empty() ? json::Value() : json::Value(entry.reason)}}));
}

}  // namespace

std::string verdict_word(const Verdict& verdict) {
  if (verdict.decision() == Decision::deny) return "refused";
  if (verdict.allowed_by()) return "allowed";
  if (!verdict.attested()) return "unattested";
  return verdict.expected() ? "verified" : "attested";
}

std::string_view name_of(InstalledFrom from) {
  constexpr std::array<std::string_view, 4> kNames{"delivered", "own-folder", "seed", "unjudged"};
  return kNames[static_cast<std::size_t>(from)];
}

void Report::judged(JudgedFile file) {
  recovered(file.filename);
  const std::lock_guard lock(mutex_);
  std::pair key(file.url, file.filename);
  files_.insert_or_assign(std::move(key), std::move(file));
}

void Report::sent(const std::string& url, const std::string& filename, const std::string& key) {
  const std::lock_guard lock(mutex_);
  sent_[{url, filename}].insert(key);
}

void Report::served(std::string host) {
  const std::lock_guard lock(mutex_);
  served_.insert(std::move(host));
}

void Report::tunnelled(std::string host) {
  const std::lock_guard lock(mutex_);
  tunnelled_.insert(std::move(host));
}

void Report::refused(std::string what, Error why) {
  const std::lock_guard lock(mutex_);
  refused_.insert({std::move(what), std::move(why)});
}

void Report::failed(std::string what, Error why) {
  recovered(what);
  const std::lock_guard lock(mutex_);
  failed_.insert({std::move(what), std::move(why)});
}

void Report::distrusted(std::string host) {
  const std::lock_guard lock(mutex_);
  distrusted_.insert(std::move(host));
}

void Report::unauthorized(std::string host, int status) {
  const std::lock_guard lock(mutex_);
  unauthorized_.insert_or_assign(std::move(host), status);
}

void Report::recovered(const std::string& what) {
  const std::lock_guard lock(mutex_);
  std::erase_if(failed_, [&](const Incident& incident) { return incident.what == what; });
}

void Report::left_out(const std::string& page, std::string what, std::string why) {
  const std::lock_guard lock(mutex_);
  LeftOut& of_page = left_out_[page];
  std::set<std::string>& links = of_page.by_reason[std::move(why)];
  if (links.contains(what)) return;
  if (of_page.kept == kLeftOutKept) {
    of_page.more = true;
    return;
  }
  of_page.kept += 1;
  links.insert(std::move(what));
}

void Report::project_status(std::string name, std::string status) {
  if (status.empty() || status == "active") return;
  const std::lock_guard lock(mutex_);
  statuses_.insert_or_assign(std::move(name), std::move(status));
}

void Report::was_installed(const ProjectName& project, std::string where) {
  const std::lock_guard lock(mutex_);
  there_before_.insert_or_assign(project, std::move(where));
}

void Report::changed(Changes changes) {
  const std::lock_guard lock(mutex_);
  changes_ = changes;
}

void Report::note(std::string sentence) {
  const std::lock_guard lock(mutex_);
  if (noted_.insert(sentence).second) notes_.push_back(std::move(sentence));
}

void Report::installed(std::vector<Installed> all) {
  const std::lock_guard lock(mutex_);
  installed_ = std::move(all);
}

std::vector<DeliveredFile> Report::deliveries() const {
  const std::lock_guard lock(mutex_);
  std::vector<DeliveredFile> files;
  for (const auto& [key, file] : files_) {
    if (file.verdict.decision() == Decision::deny) continue;
    const auto sent = sent_.find(key);
    files.push_back({file.filename, file.url, file.digest, file.verdict.expected(),
                     sent == sent_.end() ? std::set<std::string>() : sent->second});
  }
  return files;
}

bool Report::any_refused() const {
  const std::lock_guard lock(mutex_);
  const auto denied = [](const auto& entry) { return entry.second.verdict.decision() == Decision::deny; };
  return !refused_.empty() || std::ranges::any_of(files_, denied);
}

bool Report::any_failed() const {
  const std::lock_guard lock(mutex_);
  return !failed_.empty();
}

std::size_t Report::judged_count() const {
  const std::lock_guard lock(mutex_);
  return files_.size();
}

bool Report::any_tunnelled() const {
  const std::lock_guard lock(mutex_);
  return !tunnelled_.empty();
}

Changes Report::changes() const {
  const std::lock_guard lock(mutex_);
  return changes_;
}

std::set<ProjectName> Report::projects() const {
  const std::lock_guard lock(mutex_);
  std::set<ProjectName> projects;
  for (const auto& [key, file] : files_) {
    if (const Result<DistFilename> name = DistFilename::parse(file.filename))
      projects.insert(name->project());
  }
  return projects;
}

bool Report::has_file_of(const ProjectName& project) const {
  const std::lock_guard lock(mutex_);
  return std::ranges::any_of(files_,
                             [&](const auto& file) { return may_be_of(project, file.second.filename); });
}

bool Report::is_new(const ProjectName& project) const {
  const std::lock_guard lock(mutex_);
  return std::ranges::any_of(installed_,
                             [&](const Installed& entry) { return entry.projects.contains(project); });
}

std::string Report::stands_for(const ProjectName& project) const {
  const std::lock_guard lock(mutex_);
  for (const Installed& entry : installed_) {
    const auto file = entry.stands_for.find(project);
    if (file != entry.stands_for.end())
      return entry.project + " " + entry.version + " has brought " + file->second;
  }
  return {};
}

std::map<ProjectName, std::string> Report::there_before() const {
  const std::lock_guard lock(mutex_);
  return there_before_;
}

std::vector<std::string> Report::notes() const {
  const std::lock_guard lock(mutex_);
  return notes_locked();
}

// An installer that goes on with another connection, or with another password, has nothing to be told.
std::vector<std::string> Report::notes_locked() const {
  std::vector<std::string> notes = notes_;
  for (const auto& [name, status] : statuses_) {
    notes.push_back("the project " + name + " is " + status + ", says its index");
  }
  if (!files_.empty()) return notes;
  for (const auto& [host, status] : unauthorized_) {
    const std::string whose = status == 407 ? "the proxy in front of " : "the index ";
    notes.push_back(whose + host + " wants a password (" + std::to_string(status) + ")");
  }
  for (const std::string& host : distrusted_) {
    notes.push_back("the command broke off its connection to " + host +
                    ": if it has a setting of its own for trusted certificates, it does not know this run's");
  }
  return notes;
}

std::string Report::to_json(std::optional<int> exit_status, const Error* error) const {
  const std::lock_guard lock(mutex_);
  json::Array files;
  for (const auto& [key, file] : files_) files.push_back(file_json(file));
  std::set<std::string> unseen = tunnelled_;
  unseen.insert(served_.begin(), served_.end());
  json::Array installed;
  for (const Installed& entry : installed_) installed.push_back(installed_json(entry));
  json::Array left_out;
  for (const auto& [page, links] : left_out_) {
    for (const auto& [why, what] : links.by_reason) {
      left_out.emplace_back(json::Object({{"page", json::Value(page)},
                                          {"why", json::Value(why)},
                                          {"what", texts(what)},
                                          {"more", json::Value(links.more)}}));
    }
  }
  return json::to_pretty(json::Value(
      json::Object({{"version", json::Value(std::int64_t{1})},
                    {"exit", exit_status ? json::Value(std::int64_t{*exit_status}) : json::Value()},
                    {"error", error != nullptr ? tomme::to_json(*error) : json::Value()},
                    {"files", std::move(files)},
                    {"refused", incidents_json(refused_)},
                    {"unknown", incidents_json(failed_)},
                    {"notJudged", texts(unseen)},
                    {"installed", std::move(installed)},
                    {"leftOut", std::move(left_out)},
                    {"projects", statuses_json(statuses_)},
                    {"notes", texts(notes_locked())}})));
}

}  // namespace tomme::guard
