#include "app/installers/plan_testing.h"

// What pnpm reads besides its workspace; that, and what it has in common with others, is in
// plan_starters_test.cc.
namespace tomme::guard {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

const char* const kEnabled = "python: {enabled: true}\n";

bool is_intercepted(const Result<Plan>& plan, std::string_view host) {
  return plan && std::ranges::any_of(plan->intercept,
                                     [&](const Origin& origin) { return origin.authority.host == host; });
}

TEST(Pnpm, ReadsTheWorkspaceOfTheFolderThatItIsToldToWorkIn) {
  const Files files{
      {"/other/pnpm-workspace.yaml",
       "python: {enabled: 'true'}\nregistries:\n  https://${WHO}.test/simple/: {ecosystem: pypi}\n"}};
  for (const char* command :
       {"pnpm -C /other install", "pnpm --dir=/other install", "pnpm -C /other add pypi:six"}) {
    const Result<Plan> plan = make_plan(invocation_of(command, {{"WHO", "corp"}}, files));
    ASSERT_TRUE(plan) << plan.error().message();
    EXPECT_TRUE(plan->python_by_pnpm) << command;
    EXPECT_TRUE(is_intercepted(plan, "corp.test")) << command;
  }
  EXPECT_FALSE(make_plan(invocation_of("pnpm install", {}, files))->python_by_pnpm);
}

TEST(Pnpm, TheNearestWorkspaceDecides) {
  const Result<Plan> plan = make_plan(invocation_of(
      "pnpm install", {},
      {{"/pnpm-workspace.yaml", kEnabled}, {"/project/pnpm-workspace.yaml", "packages: [a]\n"}}));
  ASSERT_TRUE(plan);
  EXPECT_FALSE(plan->python_by_pnpm);
}

TEST(Pnpm, TlsThatIsNotCheckedIsANoteOrRefusedByName) {
  const Way ways[] = {
      {"pnpm install",
       {},
       {{"/project/pnpm-workspace.yaml", kEnabled}, {"/project/.npmrc", "strict-ssl = false\n"}},
       "strict-ssl"},
      {"pnpm install --strict-ssl=false", {}, {{"/project/pnpm-workspace.yaml", kEnabled}}, "--strict-ssl"},
      {"pnpm install --no-strict-ssl", {}, {{"/project/pnpm-workspace.yaml", kEnabled}}, "--no-strict-ssl"},
      {"pnpm --config.strict-ssl=false install",
       {},
       {{"/project/pnpm-workspace.yaml", kEnabled}},
       "--strict-ssl"}};
  for (const Way& way : ways) {
    Invocation invocation = invocation_of(way.command, way.environment, way.files);
    const Result<Plan> plan = make_plan(invocation);
    ASSERT_TRUE(plan) << plan.error().message();
    EXPECT_THAT(plan->notes, Contains(HasSubstr(way.names))) << way;
  }
  const Result<Plan> checked = make_plan(
      invocation_of("pnpm install --strict-ssl=true", {},
                    {{"/project/pnpm-workspace.yaml", kEnabled}, {"/project/.npmrc", "strict-ssl=true\n"}}));
  ASSERT_TRUE(checked);
  EXPECT_THAT(checked->notes, Not(Contains(HasSubstr("strict-ssl"))));
}

TEST(Pnpm, RequirementsOfPackageJsonCount) {
  const Files files{
      {"/project/pnpm-workspace.yaml", kEnabled},
      {"/project/package.json",
       R"({"dependencies":{"x":"pypi:x @ git+https://u:secret@g.test/x","left-pad":"^1.0.0"}})"}};
  expect_refused_with_proof({"pnpm install", {}, files, "g.test"});
  // What has no Python in it is none of ours.
  const Result<Plan> npm = make_plan(
      invocation_of("pnpm install", {},
                    {{"/project/pnpm-workspace.yaml", kEnabled},
                     {"/project/package.json", R"({"dependencies":{"x":"git+https://g.test/x"}})"}}));
  ASSERT_TRUE(npm);
  EXPECT_THAT(npm->notes, Not(Contains(HasSubstr("g.test"))));
}

}  // namespace
}  // namespace tomme::guard
