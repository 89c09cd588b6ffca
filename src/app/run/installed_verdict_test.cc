#include "app/run/installed_verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/run/installed_test_support.h"
#include "core/encoding/json.h"
#include "core/policy/judge.h"

namespace tomme::guard {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Installed entry_of(std::string name, InstalledFrom from = InstalledFrom::unjudged) {
  const std::set<ProjectName> projects{project(name)};
  return {std::move(name),
          "1.0",
          "/v",
          from,
          from == InstalledFrom::unjudged ? "no file of it passed through" : "",
          projects};
}

struct Told {
  bool refused;
  std::vector<std::string> notes;
};
Told told(std::vector<Installed> all, const InstalledRules& rules, bool judged = true,
          bool let_through = false) {
  Report report;
  if (judged)
    report.judged({"a-1.zip",
                   "https://a.test/a-1.zip",
                   {},
                   DistributionJudge(nullptr, {}).judge_unattestable("a-1.zip")});
  if (let_through) report.tunnelled("b.test:443");
  auto notes = report_installed(std::move(all), rules, report);
  return {report.any_refused(), std::move(notes)};
}

TEST(InstalledVerdict, IsANoteByDefault) {
  const Told all = told({entry_of("demo"), entry_of("more"), entry_of("mine", InstalledFrom::own_folder),
                         entry_of("fine", InstalledFrom::delivered), entry_of("pip", InstalledFrom::seed)},
                        {});
  EXPECT_FALSE(all.refused);
  EXPECT_THAT(all.notes,
              ::testing::UnorderedElementsAre(
                  "installed without being judged: demo 1.0, more 1.0 in /v: no file of it passed through",
                  "mine 1.0 was installed from your own folder"));
}

TEST(InstalledVerdict, IsARefusalWhereProofIsRequiredOrTheSignerExpected) {
  const InstalledRules required{.proof_required = true};
  const InstalledRules expected{.expected = {project("demo")}};
  EXPECT_TRUE(told({entry_of("demo")}, required).refused);
  EXPECT_TRUE(told({entry_of("demo")}, expected).refused);
  EXPECT_FALSE(told({entry_of("other")}, expected).refused);
  EXPECT_TRUE(told({entry_of("other")}, expected, false).refused)
      << "nothing was judged, and something is new";
  EXPECT_FALSE(told({}, expected, false).refused);
  for (const auto from : {InstalledFrom::delivered, InstalledFrom::own_folder, InstalledFrom::seed}) {
    EXPECT_FALSE(told({entry_of("demo", from)}, required).refused);
  }
}

TEST(InstalledVerdict, LetsPassWhatAHostWasAllowedFor) {
  const InstalledRules rules{.proof_required = true, .expected = {project("demo")}};
  EXPECT_FALSE(told({entry_of("other")}, rules, true, true).refused);
  EXPECT_EQ(told({entry_of("other")}, rules, true, true).notes.size(), 1U);
  EXPECT_TRUE(told({entry_of("demo")}, rules, true, true).refused);
}

TEST(InstalledVerdict, TellsWhatAnotherWheelHasOverwritten) {
  Installed entry = entry_of("demo", InstalledFrom::delivered);
  entry.overwritten = {{"alpha 1.0", {"tests/__init__.py"}}, {"zeta 1.0", {"a.py", "b.py"}}};
  const Told all = told({entry}, {.proof_required = true, .expected = {project("demo")}});
  EXPECT_FALSE(all.refused);
  EXPECT_THAT(all.notes,
              ::testing::ElementsAre(
                  "demo 1.0 is as it passed through, but its tests/__init__.py was overwritten by alpha 1.0",
                  "demo 1.0 is as it passed through, but its a.py and 1 more were overwritten by zeta 1.0"));
}

TEST(InstalledVerdict, RefusesWhatMayBeAnExpectedProject) {
  Installed entry;
  entry.project = "zz.pth";
  entry.folder = "/v";
  entry.reason = "it leads to more than can be looked at";
  entry.may_be_any = true;
  EXPECT_TRUE(told({entry}, {.expected = {project("demo")}}).refused);
  EXPECT_FALSE(told({entry}, {}).refused);
}

TEST(InstalledVerdict, TellsWhatOthersHavePutAmongTheFilesOfAnExpectedProject) {
  Installed entry = entry_of("zeta", InstalledFrom::delivered);
  entry.among = {{"demo 1.0", {"demo/plugins/x.py", "demo/plugins/y.py"}}};
  EXPECT_THAT(
      told({entry}, {}).notes,
      ::testing::ElementsAre("zeta 1.0 has put demo/plugins/x.py and 1 more among the files of demo 1.0"));
}

TEST(InstalledVerdict, TellsWhatOfAnExpectedProjectWasBuiltHere) {
  Installed entry = entry_of("demo", InstalledFrom::delivered);
  entry.built_from = "demo-1.0.tar.gz";
  const Told all = told({entry}, {.expected = {project("demo")}});
  EXPECT_FALSE(all.refused);
  EXPECT_THAT(all.notes, ::testing::ElementsAre("demo 1.0 was built here from demo-1.0.tar.gz: what a build "
                                                "made can be compared with nothing"));
  EXPECT_THAT(told({entry}, {.expected = {project("other")}}).notes, IsEmpty());
}

TEST(InstalledVerdict, TellsOfScriptsThatTwoHave) {
  Installed entry = entry_of("zeta", InstalledFrom::delivered);
  entry.scripts = {{"demo 1.0", {"tool", "tool-2"}}};
  EXPECT_THAT(told({entry}, {}).notes,
              ::testing::ElementsAre("zeta 1.0 has brought the script tool and 1 more, "
                                     "as demo 1.0 has: one of the two is there"));
}

TEST(InstalledVerdict, TellsInOneLineWhatRunsAtEachStart) {
  Installed one = entry_of("one", InstalledFrom::delivered);
  one.starts = {"a.pth", "sitecustomize.py"};
  Installed two = entry_of("two", InstalledFrom::delivered);
  two.starts = {"b.pth"};
  const Told all = told({one, entry_of("none", InstalledFrom::delivered), two}, {.proof_required = true});
  EXPECT_FALSE(all.refused);
  ASSERT_EQ(all.notes.size(), 1U);
  EXPECT_THAT(all.notes.front(), HasSubstr("whenever it starts"));
  EXPECT_THAT(all.notes.front(), HasSubstr(": one 1.0 (a.pth and 1 more), two 1.0 (b.pth)"));
}

TEST(InstalledVerdict, TellsApartWhatScriptsAndShellsRun) {
  Installed one = entry_of("one", InstalledFrom::delivered);
  one.starts = {"bin/activate", "bin/json.py", "bin/shutil.py"};
  EXPECT_THAT(
      told({one}, {}).notes,
      ::testing::ElementsAre("Python finds these before its own whenever a script beside them is started, "
                             "one of an expected project as well: one 1.0 (bin/json.py and 1 more)",
                             "a shell runs these when it enters the environment: one 1.0 (bin/activate)"));
}

TEST(InstalledVerdict, CountsWhatIsTooMuchToTell) {
  std::vector<Installed> all;
  for (int i = 0; i < 500; ++i) {
    all.push_back(entry_of("a" + std::to_string(i)));
    all.back().reason = "reason " + std::to_string(i);
  }
  all.push_back(entry_of("demo"));
  Report report;
  (void)report_installed(all, {.proof_required = true, .expected = {project("demo")}}, report);
  const std::string table = report.table({});
  EXPECT_LT(table.size(), 10'000U);
  EXPECT_THAT(table, HasSubstr("REFUSED     demo 1.0: "));
  EXPECT_THAT(table, HasSubstr("REFUSED     481 more: installed without being judged: 481 more"));
  const Told noted = told(all, {});
  EXPECT_LT(noted.notes.size(), 110U);
  EXPECT_THAT(noted.notes, Contains("there are 401 more such notes on what is installed"));
}

TEST(InstalledVerdict, IsInTheReport) {
  Report report;
  (void)report_installed({entry_of("demo")}, {.proof_required = true}, report);
  EXPECT_THAT(report.table({}),
              HasSubstr("REFUSED     demo 1.0: installed without being judged: demo 1.0 in /v"));
  const auto value = json::parse(report.to_json(1, {}));
  ASSERT_TRUE(value);
  const json::Array& list = *value->object()->find("installed")->array();
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(*list[0].object()->find("from")->text(), "unjudged");
  EXPECT_EQ(*list[0].object()->find("project")->text(), "demo");
}

}  // namespace
}  // namespace tomme::guard
