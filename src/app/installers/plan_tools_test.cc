#include "app/installers/plan_testing.h"

// `uvx TOOL` and `pipx run TOOL` start the tool by the name of its project, however the requirement is spelt:
// an installer that they start is read as one.
namespace tomme::guard {
namespace {

class StartedTool : public ::testing::TestWithParam<std::string_view> {};

TEST_P(StartedTool, IsTheInstallerThatItsRequirementNames) {
  Invocation invocation = invocation_of(GetParam());
  for (const std::string_view arguments : {"install", "--find-links", "/vendor", "demo"})
    invocation.argv.emplace_back(arguments);
  invocation.proof_required = true;
  const Result<Plan> plan = make_plan(invocation);
  ASSERT_FALSE(plan);
  EXPECT_TRUE(plan.error().is(kGuardUnproven));
  EXPECT_THAT(plan.error().message(), ::testing::HasSubstr("/vendor"));
}

INSTANTIATE_TEST_SUITE_P(Guard, StartedTool,
                         ::testing::Values("uvx pip", "uvx pip@26", "uvx pip@latest", "uvx pip==26.3",
                                           "uvx pip>=26", "uvx pip~=26.0", "uvx pip<27", "uvx pip!=25",
                                           "uvx pip[x]", "uvx pip[x]@latest", "uvx PIP==26",
                                           "uvx --from pip==26 pip", "uvx python@3.11 -m pip",
                                           "uvx python3.11 -m pip", "uvx uv@latest pip",
                                           "uv tool run pip==26", "pipx run pip==26.3", "pipx run pip[x]",
                                           "pipx run --spec pip==26 pip", "uvx pipx@latest run pip==26"));

TEST(Plan, AnEnvironmentThatUvDeletesIsNotLookedAt) {
  const Files says{{"/project/uv.toml", "no-cache = true\n"}};
  const Files home{{"/users/ada/.config/uv/uv.toml", "no-cache = true\n"}};
  for (const char* command : {"uvx --no-cache ruff", "uvx -n ruff", "uv --no-cache run x.py",
                              "uv run --isolated pytest", "uv tool run --no-cache-dir ruff"}) {
    Invocation invocation = invocation_of(command);
    EXPECT_TRUE(make_plan(invocation)) << command;
    invocation.proof_required = true;
    const Result<Plan> plan = make_plan(invocation);
    ASSERT_FALSE(plan) << command;
    EXPECT_TRUE(plan.error().is(kGuardUnproven)) << plan.error().message();
  }
  for (const Files& files : {says, home}) {
    Invocation invocation = invocation_of("uv run x", {}, files);
    invocation.expected = {*ProjectName::parse("demo")};
    EXPECT_FALSE(make_plan(invocation));
    // What goes into an environment that stays is seen.
    Invocation lasting = invocation_of("uv sync --no-cache", {}, files);
    lasting.proof_required = true;
    EXPECT_TRUE(make_plan(lasting));
  }
}

TEST(Plan, AToolOfAnArchiveIsTheProjectOfItsName) {
  for (const char* command : {"uvx ./pip-26.0-py3-none-any.whl", "pipx run ./pip-26.0.tar.gz"}) {
    Invocation invocation = invocation_of(command);
    for (const std::string_view arguments : {"install", "--proxy", "x", "demo"})
      invocation.argv.emplace_back(arguments);
    const Result<Plan> plan = make_plan(invocation);
    ASSERT_FALSE(plan) << command;
    EXPECT_TRUE(plan.error().is(kGuardFlag));
  }
}

TEST(Plan, OtherStartersAreKnownByTheirRequirement) {
  for (const char* command :
       {"uvx tox@4", "uvx nox==2025.1", "pipx run tox==4", "pipx run build@1 --installer x"}) {
    Invocation invocation = invocation_of(
        command, {}, {{"/project/pyproject.toml", "[build-system]\nrequires=['x @ file:///v/x.whl']\n"}});
    invocation.proof_required = true;
    EXPECT_FALSE(make_plan(invocation)) << command;
  }
}

TEST(Plan, ToolsThatAreNoInstallersKeepTheirArguments) {
  for (const char* command : {"uvx ruff@0.3.0 check --find-links x", "pipx run black==24 --proxy x",
                              "pipx run ./script.py install --proxy x"}) {
    Invocation invocation = invocation_of(command, {}, {{"/project/script.py", ""}});
    invocation.proof_required = true;
    const Result<Plan> plan = make_plan(invocation);
    EXPECT_TRUE(plan) << plan.error().message();
  }
}

}  // namespace
}  // namespace tomme::guard
