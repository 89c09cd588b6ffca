#include "app/run/ending.h"

#include <gtest/gtest.h>

#include "app/relay/errors.h"
#include "app/run/errors.h"
#include "core/policy/judge.h"
#include "testing/must.h"

namespace tomme::guard {
namespace {

ProjectName name(std::string_view text) {
  return testing::must(ProjectName::parse(text));
}

void have_judged(Report& report, const std::string& filename) {
  report.judged({filename, "https://a.test/" + filename, sha256({}),
                 DistributionJudge(nullptr, {}).judge_unattestable(filename)});
}

Demands expecting(std::string_view project, bool used = false) {
  return {.expected_used = used, .expected = {name(project)}};
}

TEST(Ending, StatusIsTheCommandsWhereNothingWasDemanded) {
  Report report;
  EXPECT_EQ(conclude(report, {}, 0), 0);
  EXPECT_EQ(conclude(report, {}, 7), 7);
  EXPECT_EQ(conclude(report, {}, 137), 137);
}

TEST(Ending, ARefusalHasAStatusOfItsOwnWhateverTheCommandSays) {
  for (const int child : {0, 1, 2, 137}) {
    Report report;
    report.failed("page", Error(kGuardUpstream, "no answer"));
    EXPECT_EQ(conclude(report, {}, child), 3);
    report.refused("a.test", Error(kGuardHost, "not judged"));
    EXPECT_EQ(conclude(report, {}, child), kRefusedStatus);
  }
}

TEST(Ending, NothingJudgedIsNoSuccessWhereProofIsDemanded) {
  for (const Demands& demands : {Demands{.attested = true}, expecting("demo")}) {
    Report report;
    EXPECT_EQ(conclude(report, demands, 0), 3);
    EXPECT_TRUE(report.table({}).contains("[guard/nothing-judged]"));
    Report changed;
    changed.changed(Changes::unjudged);
    EXPECT_EQ(conclude(changed, demands, 0), 3);
  }
}

TEST(Ending, WhatWentWhereNobodyLookedIsNoSuccessWhereProofIsDemanded) {
  for (const Demands& demands : {Demands{.attested = true}, expecting("demo"), Demands{}}) {
    Report report;
    have_judged(report, "demo-1.0.egg");
    report.changed(Changes::unseen);
    EXPECT_EQ(conclude(report, demands, 0), demands.strict() ? 3 : 0);
    EXPECT_EQ(report.table({}).contains("[guard/unseen]"), demands.strict());
  }
}

TEST(Ending, NothingJudgedIsFineWhereNothingIsNew) {
  Report report;
  report.changed(Changes::none);
  EXPECT_EQ(conclude(report, {.attested = true}, 0), 0);
}

TEST(Ending, NothingJudgedIsFineWhereWhatPassedWasLetThrough) {
  Report report;
  report.tunnelled("a.test:443");
  EXPECT_EQ(conclude(report, {.attested = true}, 0), 0);
}

TEST(Ending, ACommandThatFailedKeepsItsStatus) {
  Report report;
  EXPECT_EQ(conclude(report, {.attested = true}, 1), 1);
  EXPECT_EQ(conclude(report, expecting("demo", true), 1), 1);
  EXPECT_TRUE(report.notes().empty()) << "it may have come to it later";
}

TEST(Ending, AnExpectationThatWasNeverUsedIsSaid) {
  Report report;
  have_judged(report, "abi3info-1.0.zip");
  EXPECT_EQ(conclude(report, expecting("abi3inf0"), 0), 0);
  ASSERT_EQ(report.notes().size(), 1U);
  EXPECT_TRUE(report.notes().front().starts_with(
      "the expectation for abi3inf0 was never used: no file of that project came; did you mean abi3info? ("))
      << report.notes().front();
}

TEST(Ending, OnlyALikeNameIsSuggested) {
  Report report;
  have_judged(report, "six-1.0.egg");
  EXPECT_EQ(conclude(report, expecting("abi3info"), 0), 0);
  EXPECT_TRUE(report.notes().front().contains("no file of that project came"));
}

TEST(Ending, AnExpectationThatWasUsedIsNotSaid) {
  Report report;
  have_judged(report, "My_Demo-1.0.egg");
  EXPECT_EQ(conclude(report, expecting("my-demo", true), 0), 0);
  EXPECT_TRUE(report.notes().empty());
}

TEST(Ending, AnUnusedExpectationCanBeAnError) {
  Report report;
  have_judged(report, "six-1.0.egg");
  EXPECT_EQ(conclude(report, expecting("abi3info", true), 0), kRefusedStatus);
  EXPECT_TRUE(report.table({}).contains("REFUSED     abi3info: the expectation for abi3info was never used"));
  EXPECT_TRUE(report.table({}).contains("[guard/unused]"));
}

TEST(Ending, AProjectThatWasThereAlreadyIsSaidWithWhatHelps) {
  Report report;
  report.was_installed(name("Demo"), "demo 1.0 in /v");
  report.changed(Changes::none);
  EXPECT_EQ(conclude(report, expecting("demo"), 0), 0);
  EXPECT_TRUE(report.notes().front().contains("demo 1.0 in /v was installed already"));
  EXPECT_TRUE(report.notes().front().contains("--force-reinstall"));
  EXPECT_EQ(conclude(report, expecting("demo", true), 0), kRefusedStatus);
}

TEST(Ending, AModuleOfTheNameOfAProjectThatNeverCameIsSaid) {
  Report report;
  have_judged(report, "zeta-1.0.egg");
  Installed zeta{"zeta", "1.0", "/v", InstalledFrom::delivered, "", {name("zeta")}};
  zeta.stands_for = {{name("demo"), "demo.py"}};
  report.installed({zeta});
  EXPECT_EQ(conclude(report, expecting("demo"), 0), 0);
  EXPECT_TRUE(
      report.notes().front().contains("no file of that project came, but zeta 1.0 has brought demo.py"));
  EXPECT_EQ(conclude(report, expecting("demo", true), 0), kRefusedStatus);
}

/// One file of demo came, while demo 1.0 was in an environment before.
std::vector<std::string> notes_where_new(std::vector<Installed> all) {
  Report report;
  have_judged(report, "demo-1.0.zip");
  report.was_installed(name("demo"), "demo 1.0 in /v");
  report.installed(std::move(all));
  EXPECT_EQ(conclude(report, expecting("demo", true), 0), 0);
  return report.notes();
}

// A copy that was shipped with an environment, while a build asks for the true one.
TEST(Ending, AnExpectationIsNotUsedOnWhatWasThereBeforeAndIsLeft) {
  EXPECT_EQ(
      notes_where_new({}),
      std::vector<std::string>{"demo 1.0 in /v was there before and was not judged: the file of demo that "
                               "passed through was not installed there"});
  Installed other;
  other.projects = {name("other")};
  EXPECT_EQ(notes_where_new({other}).size(), 1U);
}

TEST(Ending, AnExpectationIsUsedOnWhatIsNew) {
  Installed demo;
  demo.projects = {name("Demo")};
  EXPECT_TRUE(notes_where_new({demo}).empty());
}

}  // namespace
}  // namespace tomme::guard
