#pragma once

#include <set>

#include "app/relay/report.h"
#include "core/packaging/project_name.h"

namespace tomme::guard {

/// The exit status of a run in which something was refused. Not 1, as everywhere else in this program: of a
/// run the status is the command's own, installers end with 1 and 2, shells with 126 and more.
inline constexpr int kRefusedStatus = 40;

/// What was demanded of a run.
struct Demands {
  bool attested = false;                ///< of every file
  bool expected_used = false;           ///< that each expectation was put to the test
  std::set<ProjectName> expected = {};  ///< projects of which somebody said who should sign them
  bool strict() const { return attested || !expected.empty(); }
};

/// Adds to the report what is known only at the end, and returns the exit status of the run:
///   * an expectation of which no file came is a note, and with `expected_used` a refusal; only where the
///     command went well, since one that ended early may have come to it later. One of which a file came
///     while what was in an environment before is there still is a note;
///   * where something strict was demanded, success without a file that was judged is none, unless nothing is
///     new in the environments or what passed was let through on purpose;
///   * kRefusedStatus where something was refused, 3 where something could not be told, else that of the
///     command.
int conclude(Report& report, const Demands& demands, int child);

}  // namespace tomme::guard
