#include "app/guard/report.h"

#include <algorithm>

#include "core/encoding/json.h"
#include "core/encoding/text.h"
#include "core/policy/render.h"

namespace tomme::guard {

namespace {

struct Row {
  std::string file, verdict, who, when;
};

std::string verdict_word(const Verdict& verdict) {
  if (verdict.decision() == Decision::deny) return "REFUSED";
  if (!verdict.attested()) return "unattested";
  return verdict.expected() ? "verified" : "attested";
}

std::string who_of(const Verdict& verdict) {
  if (verdict.refusal()) return verdict.refusal()->message();
  if (!verdict.attested()) return "nobody vouches for it";
  std::set<std::string> names;
  for (const Signer& signer : verdict.signers()) names.insert(signer.who());
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : "; ") + name;
  return verdict.expected() ? text : "signed by " + text + "; nobody said who should";
}

std::string when_of(const Verdict& verdict) {
  std::optional<Time> latest;
  for (const Signer& signer : verdict.signers()) latest = std::max(latest, signing_time(signer));
  return latest ? to_rfc3339(*latest).substr(0, 10) : "";
}

/// Columns as wide as their widest cell; the third takes what is left and is wrapped at spaces.
std::string render(const std::vector<Row>& rows, std::size_t width) {
  std::size_t file_width = 0;
  std::size_t verdict_width = 0;
  for (const Row& row : rows) {
    file_width = std::max(file_width, row.file.size());
    verdict_width = std::max(verdict_width, row.verdict.size());
  }
  const auto pad = [](std::string text, std::size_t to) {
    text.resize(std::max(text.size(), to), ' ');
    return text;
  };
  const auto trimmed = [](std::string line) {
    while (line.ends_with(' ')) line.pop_back();
    return line + "\n";
  };
  std::string out;
  for (const Row& row : rows) {
    const std::string start = pad(row.file, file_width) + "  " + pad(row.verdict, verdict_width) + "  ";
    const std::string line = start + pad(row.when, 10) + "  " + row.who;
    // What does not fit goes under the file's name, whole: a reason that is cut off helps nobody.
    const bool fits = width == 0 || line.size() <= width;
    out += fits ? trimmed(line) : trimmed(start + row.when) + trimmed("    " + row.who);
  }
  return out;
}

json::Value file_json(const JudgedFile& file) {
  std::vector<json::Member> members;
  members.push_back({"file", json::Value(file.filename)});
  members.push_back({"url", json::Value(file.url)});
  members.push_back({"sha256", file.digest ? json::Value(file.digest->to_hex()) : json::Value()});
  std::string word = verdict_word(file.verdict);
  if (file.verdict.decision() == Decision::deny) word = "refused";
  members.push_back({"verdict", json::Value(std::move(word))});
  json::Array signers;
  for (const Signer& signer : file.verdict.signers()) signers.push_back(to_json(signer));
  members.push_back({"signers", std::move(signers)});
  if (file.verdict.refusal()) members.push_back({"refusal", to_json(*file.verdict.refusal())});
  json::Array trail;
  for (const std::string& step : file.verdict.trail()) trail.emplace_back(step);
  members.push_back({"trail", std::move(trail)});
  return json::Value(json::Object(std::move(members)));
}

}  // namespace

void Report::judged(JudgedFile file) {
  recovered(file.filename);
  const std::lock_guard lock(mutex_);
  files_.insert_or_assign(file.url, std::move(file));
}

void Report::tunnelled(std::string host) {
  const std::lock_guard lock(mutex_);
  tunnelled_.insert(std::move(host));
}

void Report::refused(std::string what, Error why) {
  const std::lock_guard lock(mutex_);
  refused_.push_back({std::move(what), std::move(why)});
}

void Report::failed(std::string what, Error why) {
  recovered(what);
  const std::lock_guard lock(mutex_);
  failed_.push_back({std::move(what), std::move(why)});
}

void Report::distrusted(std::string host) {
  const std::lock_guard lock(mutex_);
  distrusted_.insert(std::move(host));
}

void Report::left_out(const std::string&, std::string, std::string) {}
void Report::unauthorized(std::string, int) {}
void Report::project_status(std::string, std::string) {}
void Report::passed(std::string) {}
void Report::note(std::string sentence) {
  const std::lock_guard lock(mutex_);
  notes_.insert(std::move(sentence));
}

// An installer that goes on with another connection has nothing to be told.
std::vector<std::string> Report::notes() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> notes(notes_.begin(), notes_.end());
  if (!files_.empty()) return notes;
  for (const std::string& host : distrusted_) {
    notes.push_back("the command broke off its connection to " + host +
                    ": if it has a setting of its own for trusted certificates, it does not know this run's");
  }
  return notes;
}

void Report::recovered(const std::string& what) {
  const std::lock_guard lock(mutex_);
  std::erase_if(failed_, [&](const Incident& incident) { return incident.what == what; });
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

std::string Report::table(std::size_t width) const {
  const std::lock_guard lock(mutex_);
  std::vector<Row> rows;
  for (const auto& [url, file] : files_) {
    rows.push_back(
        {printable(file.filename), verdict_word(file.verdict), who_of(file.verdict), when_of(file.verdict)});
  }
  std::ranges::stable_sort(rows, {}, &Row::file);
  std::set<std::string> shown;
  for (const Incident& incident : refused_) {
    if (shown.insert(incident.what).second)
      rows.push_back({printable(incident.what), "REFUSED", incident.why.message(), ""});
  }
  for (const Incident& incident : failed_) {
    if (shown.insert(incident.what).second)
      rows.push_back({printable(incident.what), "UNKNOWN", incident.why.message(), ""});
  }
  for (const std::string& host : tunnelled_) {
    rows.push_back({printable(host), "not judged", "passed through unseen", ""});
  }
  return render(rows, width);
}

std::string Report::to_json(int exit_code, const std::vector<std::string>& notes) const {
  const std::lock_guard lock(mutex_);
  json::Array files;
  for (const auto& [url, file] : files_) files.push_back(file_json(file));
  const auto incidents = [](const std::vector<Incident>& list) {
    json::Array out;
    for (const Incident& incident : list) {
      out.emplace_back(
          json::Object({{"what", json::Value(incident.what)}, {"why", tomme::to_json(incident.why)}}));
    }
    return out;
  };
  json::Array hosts;
  for (const std::string& host : tunnelled_) hosts.emplace_back(host);
  json::Array note_list;
  for (const std::string& note : notes) note_list.emplace_back(note);
  return json::to_pretty(json::Value(json::Object({{"version", json::Value(std::int64_t{1})},
                                                   {"exit", json::Value(std::int64_t{exit_code})},
                                                   {"files", std::move(files)},
                                                   {"refused", incidents(refused_)},
                                                   {"unknown", incidents(failed_)},
                                                   {"notJudged", std::move(hosts)},
                                                   {"notes", std::move(note_list)}})));
}

}  // namespace tomme::guard
