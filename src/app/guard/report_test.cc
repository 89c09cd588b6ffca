#include "app/guard/report.h"

#include <gtest/gtest.h>

#include "app/guard/errors.h"
#include "core/encoding/json.h"

namespace tomme::guard {
namespace {

const DistributionJudge kJudge(nullptr, {});

JudgedFile unattested(std::string name) {
  Verdict verdict = kJudge.judge_unattestable(name);
  return {name, "https://a.test/" + name, sha256(bytes_of("x")), std::move(verdict)};
}

JudgedFile refused(std::string name) {
  Verdict verdict = kJudge.refuse(Error(kGuardHash, "it is another file"));
  return {name, "https://a.test/" + name, std::nullopt, std::move(verdict)};
}

TEST(Report, KeepsOneEntryForAnAddress) {
  Report report;
  report.judged(unattested("a-1.zip"));
  report.judged(unattested("a-1.zip"));
  EXPECT_EQ(report.judged_count(), 1U);
  EXPECT_FALSE(report.any_refused() || report.any_failed());
  report.judged(refused("a-1.zip"));
  EXPECT_EQ(report.judged_count(), 1U);
  EXPECT_TRUE(report.any_refused());
}

TEST(Report, ForgetsAFailureThatPassed) {
  Report report;
  report.failed("page", Error(kGuardUpstream, "no answer"));
  report.failed("a-1.zip", Error(kGuardUpstream, "no answer"));
  report.failed("a-1.zip", Error(kGuardUpstream, "no answer again"));
  EXPECT_TRUE(report.any_failed());
  report.recovered("page");
  EXPECT_TRUE(report.any_failed());
  report.judged(unattested("a-1.zip"));
  EXPECT_FALSE(report.any_failed());
}

TEST(Report, IsATableByFile) {
  Report report;
  report.tunnelled("c.test:443");
  report.judged(unattested("b-1.zip"));
  report.judged(refused("a-1.zip"));
  report.refused("d.test:443", Error(kGuardHost, "not judged"));
  report.refused("d.test:443", Error(kGuardHost, "not judged"));
  EXPECT_EQ(report.table(0),
            "a-1.zip     REFUSED                 it is another file\n"
            "b-1.zip     unattested              nobody vouches for it\n"
            "d.test:443  REFUSED                 not judged\n"
            "c.test:443  not judged              passed through unseen\n");
}

TEST(Report, WrapsWhatATerminalCannotShow) {
  Report report;
  report.judged(refused("a-1.zip"));
  EXPECT_EQ(report.table(30), "a-1.zip  REFUSED\n    it is another file\n");
  EXPECT_EQ(report.table(200), "a-1.zip  REFUSED              it is another file\n");
}

TEST(Report, ShowsControlCharacters) {
  Report report;
  report.judged(refused("a\x1b[31m-1.zip"));
  EXPECT_FALSE(report.table(0).contains('\x1b'));
}

TEST(Report, TellsOfBrokenConnectionsOnlyWhereNothingWasJudged) {
  Report report;
  EXPECT_TRUE(report.notes().empty());
  report.distrusted("a.test:443");
  report.distrusted("a.test:443");
  ASSERT_EQ(report.notes().size(), 1U);
  EXPECT_TRUE(report.notes().front().contains("a.test:443"));
  report.judged(unattested("a-1.zip"));
  EXPECT_TRUE(report.notes().empty());
}

TEST(Report, IsJson) {
  Report report;
  report.judged(refused("a-1.zip"));
  report.failed("page", Error(kGuardUpstream, "no answer"));
  const auto value = json::parse(report.to_json(1, {"a note"}));
  ASSERT_TRUE(value);
  const json::Object& object = *value->object();
  EXPECT_EQ(*object.find("files")->array()->front().object()->find("verdict")->text(), "refused");
  EXPECT_EQ(object.find("unknown")->array()->size(), 1U);
  EXPECT_EQ(object.find("notes")->array()->size(), 1U);
  EXPECT_EQ(object.find("refused")->array()->size(), 0U);
}

}  // namespace
}  // namespace tomme::guard
