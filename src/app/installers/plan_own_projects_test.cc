#include "app/installers/plan_testing.h"

// Which folders are the person's own: a git checkout is work, with a project at its root or without; and the
// very project that somebody works on is what he asks for, whoever is expected to sign it elsewhere.
namespace tomme::guard {
namespace {

using ::testing::HasSubstr;

const Files kSeveral{{"/project/.git/HEAD", "ref: refs/heads/main\n"},
                     {"/project/r.txt", "-e ./app\nsix\n"},
                     {"/project/app/pyproject.toml", "[project]\nname='app'\n"},
                     {"/project/lib/pyproject.toml", "[project]\nname='lib'\n"}};

TEST(Plan, ACheckoutOfSeveralProjectsIsWorkWithoutOneAtItsRoot) {
  for (const char* command :
       {"pip install -e lib -e ./app", "uv pip install -e lib -e ./app", "pip install -r r.txt",
        "uv pip install -r r.txt", "uv run --with-editable ./lib python -V"}) {
    Invocation invocation = invocation_of(command, {}, kSeveral);
    for (const bool required : {false, true}) {
      invocation.proof_required = required;
      const Result<Plan> plan = make_plan(invocation);
      EXPECT_TRUE(plan) << command << ": " << plan.error().message();
      invocation.expected.insert(*ProjectName::parse("six"));
    }
    invocation.expected.insert(*ProjectName::parse("app"));
    invocation.expected.insert(*ProjectName::parse("lib"));
    EXPECT_FALSE(make_plan(invocation)) << command;
  }
}

TEST(Plan, AHomeFolderThatIsACheckoutIsNoWork) {
  Files files;
  for (const auto& [path, text] : kSeveral) files["/users/ada" + path.substr(8)] = text;
  Invocation invocation = invocation_of("pip install ./lib", {}, files);
  invocation.directory = "/users/ada";
  invocation.proof_required = true;
  EXPECT_FALSE(make_plan(invocation));
}

TEST(Plan, TheProjectThatIsWorkedOnIsOnesOwnThoughItIsExpected) {
  const std::string text = "[project]\nname='demo'\nversion='1'\n[project.optional-dependencies]\nx=[]\n";
  for (const char* command :
       {"pip install -e .", "pip install .", "pip install .[x]", "uv pip install -e .", "uv sync",
        "pip install /project", "pip wheel .", "pdm install", "pip install demo[x]@file:///project"}) {
    Invocation invocation = invocation_of(command, {}, {{"/project/pyproject.toml", text}});
    invocation.expected = {*ProjectName::parse("demo")};
    invocation.proof_required = true;
    const Result<Plan> plan = make_plan(invocation);
    EXPECT_TRUE(plan) << command << ": " << plan.error().message();
  }
}

TEST(Plan, AFolderBelowAProjectIsInThatProject) {
  for (const bool is_home : {false, true}) {
    const std::string root = is_home ? "/users/ada" : "/project";
    Invocation invocation = invocation_of("pip install -r r.txt ..", {},
                                          {{root + "/pyproject.toml", "[project]\nname='p'\n"},
                                           {root + "/docs/r.txt", "-e ..\n-e ../lib\n"},
                                           {root + "/lib/pyproject.toml", "[project]\nname='lib'\n"}});
    invocation.directory = root + "/docs";
    invocation.proof_required = true;
    EXPECT_EQ(make_plan(invocation).has_value(), !is_home);
  }
}

/// A member, a folder below, or a word that calls the folder something else.
TEST(Plan, AnotherFolderOfAnExpectedProjectIsNotWhatIsWorkedOn) {
  const Files files{{"/project/pyproject.toml", "[project]\nname='p'\n"},
                    {"/project/demo/pyproject.toml", "[project]\nname='demo'\n"}};
  for (const char* command : {"pip install ./demo", "pip install -e demo", "pip install demo@file:///project",
                              "uv pip install ./demo"}) {
    Invocation invocation = invocation_of(command, {}, files);
    invocation.expected = {*ProjectName::parse("demo")};
    EXPECT_FALSE(make_plan(invocation)) << command;
  }
}

TEST(Plan, ARefusedFolderIsToldWhatWouldMakeItOnesOwn) {
  const Files files{{"/project/app/pyproject.toml", "[project]\nname='app'\n"},
                    {"/project/setup.py", "setup(name='x')\n"},
                    {"/lib/pyproject.toml", "[project]\nname='lib'\n"}};
  for (const char* command : {"pip install -e ../lib", "pip install -e .", "pip install dist/x-1.whl"}) {
    Invocation invocation = invocation_of(command, {}, files);
    invocation.expected = {*ProjectName::parse("demo")};
    const Result<Plan> plan = make_plan(invocation);
    ASSERT_FALSE(plan) << command;
    EXPECT_THAT(std::string(plan.error().hint()), HasSubstr("[project] name"));
    EXPECT_THAT(std::string(plan.error().hint()), HasSubstr("git checkout"));
  }
}

}  // namespace
}  // namespace tomme::guard
