#include "app/run/ending.h"

#include <optional>
#include <utility>
#include <vector>

#include "app/run/errors.h"
#include "core/base/suggest.h"
#include "core/encoding/text.h"

namespace tomme::guard {

namespace {

constexpr int kUnknownStatus = std::to_underlying(Outcome::could_not_tell);

/// A project so like the name that it may have been meant.
std::optional<std::string> meant(const ProjectName& name, const std::set<ProjectName>& projects) {
  std::vector<std::string_view> known;
  for (const ProjectName& project : projects)
    if (project != name) known.push_back(project.normalized());
  const auto near = nearest(name.normalized(), known);
  return near ? std::optional<std::string>(*near) : std::nullopt;
}

Error unused(const ProjectName& name, const Report& report) {
  const std::string sentence = "the expectation for " + name.normalized() + " was never used: ";
  const auto there = report.there_before();
  if (const auto at = there.find(name); at != there.end()) {
    return {kGuardUnused, sentence + at->second + " was installed already, and what is there is not judged",
            "pip --force-reinstall, uv --reinstall or a new environment has it fetched and judged"};
  }
  if (const std::string file = report.stands_for(name); !file.empty()) {
    return {kGuardUnused,
            sentence + "no file of that project came, but " + printable(file) +
                ", and that is what an import of this name gives",
            "uninstall it, unless it is the project that was meant"};
  }
  const auto near = meant(name, report.projects());
  return {kGuardUnused,
          sentence + "no file of that project came" + (near ? "; did you mean " + *near + "?" : "")};
}

/// A file of the project came, and was judged, but what was there before is what is there now: a build may
/// have asked for it.
void note_what_was_left(const ProjectName& name, Report& report) {
  const auto there = report.there_before();
  const auto at = there.find(name);
  if (at == there.end() || report.is_new(name)) return;
  report.note(at->second + " was there before and was not judged: the file of " + name.normalized() +
              " that passed through was not installed there");
}

}  // namespace

int conclude(Report& report, const Demands& demands, int child) {
  const bool well = child == 0 && !report.any_refused() && !report.any_failed();
  if (well) {
    for (const ProjectName& name : demands.expected) {
      if (report.has_file_of(name)) {
        note_what_was_left(name, report);
        continue;
      }
      Error error = unused(name, report);
      if (demands.expected_used) {
        report.refused(name.normalized(), std::move(error));
      } else {
        report.note(error.message() + " (" + std::string(error.hint()) + ")");
      }
    }
    const bool seen = report.judged_count() != 0 || report.any_tunnelled();
    const bool changed = report.changes() == Changes::not_looked || report.changes() == Changes::unjudged;
    if (demands.strict() && !seen && changed) {
      report.failed("the run",
                    Error(kGuardNothingJudged, "no file passed through, so nothing was judged, and " +
                                                   std::string(demands.attested ? "attestations are required"
                                                                                : "signers are expected")));
    }
  }
  if (well && demands.strict() && report.changes() == Changes::unseen) {
    report.failed("the run",
                  Error(kGuardUnseen, "tomme could not see where the command installed what it got"));
  }
  if (report.any_refused()) return kRefusedStatus;
  if (report.any_failed()) return kUnknownStatus;
  return child;
}

}  // namespace tomme::guard
