#include "app/run/installed_verdict.h"

#include <algorithm>
#include <map>
#include <utility>

#include "app/run/errors.h"
#include "core/encoding/text.h"

namespace tomme::guard {
namespace {

constexpr std::size_t kTextLength = 400;

std::string title_of(const Installed& entry) {
  return printable(entry.project + (entry.version.empty() ? "" : " " + entry.version));
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : ", ") + text;
  return all;
}

std::string sentence(const std::string& titles, const std::string& folder, const std::string& reason) {
  return "installed without being judged: " + titles + " in " + printable(folder, kTextLength) + ": " +
         reason;
}

std::string overwritten_by(const std::string& title, const std::string& other,
                           const std::set<std::string>& paths) {
  const std::string first = "its " + printable(*paths.begin());
  const std::string more =
      paths.size() > 1 ? " and " + std::to_string(paths.size() - 1) + " more were" : " was";
  return title + " is as it passed through, but " + first + more + " overwritten by " + printable(other);
}

std::string put_among(const std::string& title, const std::string& other,
                      const std::set<std::string>& paths) {
  const std::string more = paths.size() > 1 ? " and " + std::to_string(paths.size() - 1) + " more" : "";
  return title + " has put " + printable(*paths.begin()) + more + " among the files of " + printable(other);
}

std::string of_both(const std::string& title, const std::string& other, const std::set<std::string>& names) {
  const std::string more = names.size() > 1 ? " and " + std::to_string(names.size() - 1) + " more" : "";
  return title + " has brought the script " + printable(*names.begin()) + more + ", as " + printable(other) +
         " has: one of the two is there";
}

/// One line for all: honest packages have such files, and nobody can tell what their code does.
std::string run_at_start(const std::vector<Installed>& all) {
  std::string list;
  for (const Installed& entry : all) {
    if (entry.starts.empty()) continue;
    const std::size_t more = entry.starts.size() - 1;
    list += (list.empty() ? "" : ", ") + title_of(entry) + " (" + printable(*entry.starts.begin()) +
            (more == 0 ? "" : " and " + std::to_string(more) + " more") + ")";
  }
  return list.empty() ? ""
                      : "Python runs code of these whenever it starts, and it may change what any import "
                        "gives, of an expected project as well: " +
                            list;
}

/// What is to tell of one that is not unjudged.
void add_notes(const Installed& entry, bool is_expected, std::vector<std::string>& notes) {
  const std::string title = title_of(entry);
  for (const auto& [other, paths] : entry.overwritten) notes.push_back(overwritten_by(title, other, paths));
  for (const auto& [other, paths] : entry.among) notes.push_back(put_among(title, other, paths));
  for (const auto& [other, names] : entry.scripts) notes.push_back(of_both(title, other, names));
  if (entry.from == InstalledFrom::own_folder) notes.push_back(title + " was installed from your own folder");
  if (entry.from == InstalledFrom::delivered && is_expected && !entry.built_from.empty()) {
    notes.push_back(title + " was built here from " + printable(entry.built_from) +
                    ": what a build made can be compared with nothing");
  }
}

}  // namespace

std::vector<std::string> report_installed(std::vector<Installed> all, const InstalledRules& rules,
                                          Report& report) {
  const bool nothing_judged = report.judged_count() == 0;
  const bool let_through = report.any_tunnelled();
  const auto is_expected = [&](const Installed& entry) {
    const auto one = [&](const ProjectName& name) { return rules.expected.contains(name); };
    return std::ranges::any_of(entry.projects, one) || (entry.may_be_any && !rules.expected.empty());
  };
  const auto is_refused = [&](const Installed& entry) {
    if (is_expected(entry)) return true;
    if (let_through) return false;
    return rules.proof_required || (nothing_judged && !rules.expected.empty());
  };
  const auto is_unjudged = [](const Installed& entry) { return entry.from == InstalledFrom::unjudged; };
  report.changed(all.empty()                             ? Changes::none
                 : std::ranges::any_of(all, is_unjudged) ? Changes::unjudged
                                                         : Changes::judged);
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> unjudged;  // by folder and reason
  std::vector<std::string> notes;
  for (const Installed& entry : all) {
    const std::string title = title_of(entry);
    add_notes(entry, is_expected(entry), notes);
    if (entry.from != InstalledFrom::unjudged) continue;
    if (is_refused(entry)) {
      report.refused(title, Error(kGuardInstalled, sentence(title, entry.folder, entry.reason)));
    } else {
      unjudged[{entry.folder, entry.reason}].push_back(title);
    }
  }
  for (const auto& [key, titles] : unjudged) notes.push_back(sentence(joined(titles), key.first, key.second));
  if (std::string note = run_at_start(all); !note.empty()) notes.push_back(std::move(note));
  report.installed(std::move(all));
  return notes;
}

}  // namespace tomme::guard
