#include "app/run/installed_verdict.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "app/run/brought_files.h"
#include "app/run/errors.h"
#include "core/encoding/text.h"

namespace tomme::guard {
namespace {

constexpr std::size_t kTextLength = 400;
constexpr std::size_t kToldOneByOne = 20;  // refusals
constexpr std::size_t kNotes = 100;

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

constexpr std::array kRunsUnasked{
    std::pair{RunsWhen::python_starts,
              "Python runs code of these whenever it starts, and it may change what "
              "any import gives, of an expected project as well: "},
    std::pair{RunsWhen::script_starts,
              "Python finds these before its own whenever a script beside them is "
              "started, one of an expected project as well: "},
    std::pair{RunsWhen::shell_enters, "a shell runs these when it enters the environment: "},
};

/// One line for all: honest packages have such files, and nobody can tell what their code does.
std::string run_unasked(const std::vector<Installed>& all, RunsWhen when) {
  std::string list;
  for (const Installed& entry : all) {
    const auto is_one = [when](const std::string& path) { return runs_when(path) == when; };
    const auto first = std::ranges::find_if(entry.starts, is_one);
    if (first == entry.starts.end()) continue;
    const auto more = std::ranges::count_if(entry.starts, is_one) - 1;
    list += (list.empty() ? "" : ", ") + title_of(entry) + " (" + printable(*first) +
            (more == 0 ? "" : " and " + std::to_string(more) + " more") + ")";
  }
  return list;
}

/// Those that are refused one by one come first, and what bears an expected name before all: who makes an
/// archive or a wheel can have thousands of distributions in it.
void refuse(std::vector<const Installed*> entries, const InstalledRules& rules, Report& report) {
  std::ranges::stable_partition(entries, [&](const Installed* entry) {
    return std::ranges::any_of(entry->projects,
                               [&](const ProjectName& name) { return rules.expected.contains(name); });
  });
  for (std::size_t i = 0; i < entries.size() && i < kToldOneByOne; ++i) {
    const Installed& entry = *entries[i];
    const std::string title = title_of(entry);
    report.refused(title, Error(kGuardInstalled, sentence(title, entry.folder, entry.reason)));
  }
  if (entries.size() <= kToldOneByOne) return;
  const std::string more = std::to_string(entries.size() - kToldOneByOne) + " more";
  report.refused(more, Error(kGuardInstalled, "installed without being judged: " + more +
                                                  ", which the report for machines lists"));
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
  std::vector<const Installed*> refused;
  for (const Installed& entry : all) {
    const std::string title = title_of(entry);
    add_notes(entry, is_expected(entry), notes);
    if (entry.from != InstalledFrom::unjudged) continue;
    if (is_refused(entry)) {
      refused.push_back(&entry);
    } else {
      unjudged[{entry.folder, entry.reason}].push_back(title);
    }
  }
  refuse(std::move(refused), rules, report);
  for (const auto& [key, titles] : unjudged) notes.push_back(sentence(joined(titles), key.first, key.second));
  if (notes.size() > kNotes) {
    const std::string more = std::to_string(notes.size() - kNotes);
    notes.resize(kNotes);
    notes.push_back("there are " + more + " more such notes on what is installed");
  }
  for (const auto& [when, words] : kRunsUnasked) {
    if (const std::string list = run_unasked(all, when); !list.empty()) notes.push_back(words + list);
  }
  report.installed(std::move(all));
  return notes;
}

}  // namespace tomme::guard
