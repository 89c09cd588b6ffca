#include "app/relay/report.h"

#include <gtest/gtest.h>

#include "app/relay/errors.h"
#include "core/encoding/json.h"
#include "core/policy/errors.h"
#include "core/policy/judge.h"
#include "testing/must.h"

namespace tomme::guard {
namespace {

const DistributionJudge kJudge(nullptr, {});

JudgedFile unattested(std::string name) {
  Verdict verdict = kJudge.judge_unattestable(name);
  return {name, "https://a.test/" + name, sha256(bytes_of("x")), std::move(verdict)};
}

JudgedFile plain(const std::string& name, FileOrigin origin = {}) {
  const DistFilename file = testing::must(DistFilename::parse(name));
  Verdict verdict = kJudge.judge(file, sha256({}), {}, origin);
  return {name, "https://a.test/" + name, sha256({}), std::move(verdict), origin.indexes};
}

JudgedFile allowed(const std::string& name) {
  DistributionPolicy policy{.require_attested = true};
  testing::must(policy.allowed.add_project("priv"));
  const DistFilename file = testing::must(DistFilename::parse(name));
  return {name, "https://a.test/" + name, sha256({}),
          DistributionJudge(nullptr, policy).judge(file, sha256({}), {})};
}

JudgedFile refused(std::string name) {
  Verdict verdict = kJudge.refuse(Error(kGuardHash, "it is another file"));
  return {name, "https://a.test/" + name, std::nullopt, std::move(verdict)};
}

TEST(Report, KeepsOneEntryForANameAtAnAddress) {
  Report report;
  report.judged(unattested("a-1.egg"));
  report.judged(unattested("a-1.egg"));
  EXPECT_EQ(report.judged_count(), 1U);
  EXPECT_FALSE(report.any_refused() || report.any_failed());
  report.judged(refused("a-1.egg"));
  EXPECT_EQ(report.judged_count(), 1U);
  EXPECT_TRUE(report.any_refused());
  JudgedFile other = unattested("b-1.egg");
  other.url = "https://a.test/a-1.egg";
  report.judged(std::move(other));
  EXPECT_EQ(report.judged_count(), 2U);
  EXPECT_TRUE(report.any_refused());
}

TEST(Report, ForgetsAFailureThatPassed) {
  Report report;
  report.failed("page", Error(kGuardUpstream, "no answer"));
  report.failed("a-1.egg", Error(kGuardUpstream, "no answer"));
  report.failed("a-1.egg", Error(kGuardUpstream, "no answer again"));
  EXPECT_TRUE(report.any_failed());
  report.recovered("page");
  EXPECT_TRUE(report.any_failed());
  report.judged(unattested("a-1.egg"));
  EXPECT_FALSE(report.any_failed());
}

TEST(Report, IsATableWithTheVerdictFirstAndRefusalsLast) {
  Report report;
  report.tunnelled("c.test:443");
  report.judged(refused("a-1.zip"));
  report.judged(plain("long.name-2.0-py3-none-any.whl"));
  report.judged(plain("b-1.zip", {.no_proof = NoProof::none_elsewhere}));
  report.judged(unattested("old-1.egg"));
  report.judged(allowed("priv-3-py3-none-any.whl"));
  report.refused("d.test:443", Error(kGuardHost, "not judged", "name it"));
  report.refused("d.test:443", Error(kGuardHost, "not judged", "name it"));
  report.failed("page", Error(kGuardUpstream, "no answer", "try again"));
  EXPECT_EQ(
      report.table({}),
      "5 files: 1 allowed, 3 unattested, 1 refused\n"
      "unattested  b 1            the index lists no attestation, and the other one that was asked has none "
      "either\n"
      "unattested  long-name 2.0  the index lists no attestation\n"
      "unattested  old-1.egg      no attestation can be for a file of this kind\n"
      "allowed     priv 3         by --allow priv; the index lists no attestation\n"
      "not judged  c.test:443     passed through unseen\n"
      "UNKNOWN     page: no answer [guard/upstream]\n"
      "            hint: try again\n"
      "REFUSED     a 1: it is another file [guard/hash]\n"
      "            hint: it was changed on the way or on the file host: try again, and if it stays, tell the "
      "index\n"
      "REFUSED     d.test:443: not judged [guard/host]\n"
      "            hint: name it\n");
}

TEST(Report, DoesNotDependOnTheOrderInWhichItWasTold) {
  Report one;
  Report other;
  const Error why(kGuardHost, "not judged");
  for (const char* name : {"a-1.zip", "b-1.zip", "c-1.zip"}) one.refused(name, why);
  for (const char* name : {"c-1.zip", "a-1.zip", "b-1.zip"}) other.refused(name, why);
  one.judged(plain("x-1.zip"));
  one.judged(plain("y-1.zip"));
  other.judged(plain("y-1.zip"));
  other.judged(plain("x-1.zip"));
  EXPECT_EQ(one.table({}), other.table({}));
  EXPECT_EQ(one.to_json(0), other.to_json(0));
}

TEST(Report, SaysOneHintOnceForManyRefusals) {
  Report report;
  for (const char* name : {"a-1.zip", "b-1.zip", "c-1.zip"}) report.judged(refused(name));
  const std::string table = report.table({});
  const std::size_t first = table.find("hint: ");
  EXPECT_NE(first, std::string::npos);
  EXPECT_EQ(table.find("hint: ", first + 1), std::string::npos);
  EXPECT_GT(first, table.rfind("REFUSED"));
}

TEST(Report, NamesFilesWhereOneReleaseHasSeveral) {
  Report report;
  report.judged(plain("a-1.zip"));
  report.judged(plain("a-1-py3-none-any.whl"));
  EXPECT_EQ(report.table({}),
            "2 files: 2 unattested\n"
            "unattested  a-1-py3-none-any.whl  the index lists no attestation\n"
            "unattested  a-1.zip               the index lists no attestation\n");
}

TEST(Report, BreaksLinesAtWordsInsideTheTerminal) {
  Report report;
  report.judged(refused("a-1.zip"));
  report.judged(plain("demo-1.0.zip"));
  EXPECT_EQ(report.table({.width = 60}),
            "2 files: 1 unattested, 1 refused\n"
            "unattested  demo 1.0  the index lists no attestation\n"
            "REFUSED     a 1: it is another file [guard/hash]\n"
            "            hint: it was changed on the way or on the file\n"
            "                  host: try again, and if it stays, tell the\n"
            "                  index\n");
  EXPECT_TRUE(report.table({.width = 40})
                  .starts_with("2 files: 1 unattested, 1 refused\n"
                               "unattested  demo 1.0\n"
                               "    the index lists no attestation\n"));
}

TEST(Report, ALongNameMovesItsOwnLineOnly) {
  Report report;
  const std::string name = std::string(50, 'n') + "-1.zip";
  report.judged(plain(name));
  report.judged(plain("a-1.zip"));
  EXPECT_TRUE(report.table({}).starts_with(
      "2 files: 2 unattested\nunattested  a 1  the index lists no attestation\nunattested  "));
}

TEST(Report, IsColouredOnlyWhereItMay) {
  Report report;
  report.judged(refused("a-1.zip"));
  EXPECT_FALSE(report.table({.colour = false}).contains('\x1b'));
  const std::string table = report.table({.colour = true});
  EXPECT_TRUE(table.contains("\x1b[1;31mREFUSED\x1b[0m     a 1: "));
  EXPECT_TRUE(table.contains("            \x1b[36mhint:\x1b[0m it was"));
}

TEST(Report, ShowsControlCharacters) {
  Report report;
  report.judged(refused("a\x1b[31m-1.zip"));
  report.refused("b\x1b[31m", Error(kGuardHost, "not judged"));
  report.note("c\x1b[31m");
  report.left_out("d\x1b[31m", "e\x1b[31m", "f\x1b[31m");
  report.project_status("g\x1b[31m", "h\x1b[31m");
  EXPECT_FALSE(report.table({}).contains('\x1b'));
}

TEST(Report, TellsOfBrokenConnectionsOnlyWhereNothingWasJudged) {
  Report report;
  EXPECT_TRUE(report.notes().empty());
  report.distrusted("a.test:443");
  report.distrusted("a.test:443");
  ASSERT_EQ(report.notes().size(), 1U);
  EXPECT_TRUE(report.notes().front().contains("a.test:443"));
  report.judged(unattested("a-1.egg"));
  EXPECT_TRUE(report.notes().empty());
}

TEST(Report, SaysWhoWantsAPasswordWhereNothingWasJudged) {
  Report report;
  report.unauthorized("a.test");
  report.unauthorized("b.test", 407);
  EXPECT_EQ(report.notes(),
            (std::vector<std::string>{"the index a.test wants a password (401)",
                                      "the proxy in front of b.test wants a password (407)"}));
  report.judged(unattested("a-1.egg"));
  EXPECT_TRUE(report.notes().empty());
}

TEST(Report, SaysTheStatusOfAProject) {
  Report report;
  report.project_status("demo", "archived");
  report.project_status("demo", "archived");
  report.project_status("fine", "active");
  EXPECT_EQ(report.notes(), std::vector<std::string>{"the project demo is archived, says its index"});
}

TEST(Report, SumsUpWhatPagesLeftOut) {
  Report report;
  for (const char* link : {"d", "a", "c", "b", "a"})
    report.left_out("https://i.test/demo/", link, "no file of demo");
  report.left_out("https://i.test/demo/", "x", "its address is no file's");
  report.left_out("https://i.test/other/", "y", "no file of other");
  EXPECT_EQ(report.table({}),
            "note: page https://i.test/demo/: 5 links left out (its address is no file's: x; no file of "
            "demo: a, b, "
            "c, ...)\n"
            "note: page https://i.test/other/: 1 link left out (no file of other: y)\n");
}

TEST(Report, KeepsSoManyLinksOfAPageAndCountsNoFurther) {
  Report report;
  for (std::size_t i = 0; i < Report::kLeftOutKept; ++i) report.left_out("p", std::to_string(i), "w");
  EXPECT_TRUE(report.table({}).contains("1000 links left out"));
  report.left_out("p", "0", "w");
  EXPECT_TRUE(report.table({}).contains("1000 links left out"));
  report.left_out("p", "one more", "w");
  EXPECT_TRUE(report.table({}).contains("1000 links and more left out"));
}

TEST(Report, IsJson) {
  Report report;
  report.judged(refused("a-1.zip"));
  report.judged(allowed("priv-3-py3-none-any.whl"));
  report.failed("page", Error(kGuardUpstream, "no answer"));
  report.left_out("p", "l", "w");
  report.project_status("demo", "quarantined");
  report.note("a note");
  const auto value = json::parse(report.to_json(40));
  ASSERT_TRUE(value);
  const json::Object& object = *value->object();
  const auto size = [&](const char* name) { return object.find(name)->array()->size(); };
  const json::Array& files = *object.find("files")->array();
  EXPECT_EQ(*files[0].object()->find("verdict")->text(), "refused");
  EXPECT_EQ(*files[1].object()->find("verdict")->text(), "allowed");
  EXPECT_EQ(*files[1].object()->find("allowedBy")->text(), "--allow priv");
  EXPECT_EQ(*files[1].object()->find("noProof")->text(), "not-listed");
  EXPECT_EQ(object.find("error")->text(), nullptr);
  EXPECT_EQ(size("unknown"), 1U);
  EXPECT_EQ(size("notes"), 2U);
  EXPECT_EQ(size("refused"), 0U);
  EXPECT_EQ(*object.find("leftOut")->array()->front().object()->find("page")->text(), "p");
  EXPECT_EQ(*object.find("projects")->array()->front().object()->find("status")->text(), "quarantined");
}

TEST(Report, IsJsonOfARunThatNeverWas) {
  const Error error(kGuardRequest, "flag --proxy: it leads around");
  const auto value = json::parse(Report().to_json(2, &error));
  ASSERT_TRUE(value);
  EXPECT_EQ(*value->object()->find("error")->object()->find("code")->text(), "guard/request");
  const auto begun = json::parse(Report().to_json(std::nullopt));
  ASSERT_TRUE(begun);
  EXPECT_EQ(begun->object()->find("exit")->integer(), std::nullopt);
}

}  // namespace
}  // namespace tomme::guard
