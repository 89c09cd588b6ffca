#include "app/installers/plan_testing.h"

// pyproject-build: which project it builds, and what it writes into a requirements file.
namespace tomme::guard {
namespace {

const std::string kProject = "[project]\nname='p'\nversion='1'\n";

Files project(const std::string& requires_, Files files = {}) {
  files["/project/pyproject.toml"] = kProject + "[build-system]\nrequires=[" + requires_ + "]\n";
  return files;
}
const Files kVendored = project("", {{"/project/vendor/demo-2.0.tar.gz", "x"},
                                     {"/project/x/p-1/setup.cfg", "x"},
                                     {"/other/pyproject.toml", "[project]\nname='other'\n"}});

class BuildOfAProject : public ::testing::TestWithParam<Way> {};
TEST_P(BuildOfAProject, IsRefusedWithProofWhereMoreComesIn) {
  expect_refused_with_proof(GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    Guard, BuildOfAProject,
    ::testing::Values(
        Way{"pyproject-build --env-dir e .", {}, project("'x @ file:///v/x.whl'"), "/v/x.whl"},
        Way{"pyproject-build --report r.json", {}, project("'x @ file:///v/x.whl'"), "/v/x.whl"},
        Way{"pyproject-build --config-json {}", {}, project("'x @ file:///v/x.whl'"), "/v/x.whl"},
        Way{"pyproject-build --sdist-extract-dir d .", {}, project("'x @ file:///v/x.whl'"), "/v/x.whl"},
        Way{"pyproject-build --sdist-extract-dir x", {}, kVendored, "holds files from before"},
        Way{"pyproject-build --news e .",
            {},
            project(""),
            "build --news: an option that tomme does not know"},
        Way{"pyproject-build --dep=c.txt",
            {},
            project("", {{"/project/c.txt", "d @ file:///v/d.whl\n"}}),
            "/v/d.whl"},
        Way{"python -m build --dependency-constraints-txt c.txt .",
            {},
            project("", {{"/project/c.txt", "d @ file:///v/d.whl\n"}}),
            "/v/d.whl"},
        Way{"pyproject-build -w vendor/demo-2.0.tar.gz", {}, kVendored, "vendor/demo-2.0.tar.gz"},
        Way{"pyproject-build -w ../other", {}, kVendored, "../other"},
        Way{"pyproject-build", {}, project("\"d\\n--find-links v\\nd\""), "more than one requirement"},
        Way{"pyproject-build", {}, project("\"d\\r--find-links v\\rd\""), "more than one requirement"},
        Way{"pyproject-build .", {}, project("'--find-links=v'"), "more than one requirement"},
        Way{"pyproject-build .", {}, project("'-r evil.txt'"), "more than one requirement"},
        Way{"pyproject-build",
            {},
            project("]\n[tool.hatch.build.hooks.x]\ndependencies=['--find-links v'"),
            "dependencies"},
        Way{"pyproject-build",
            {},
            project("", {{"/project/hatch.toml", "[build]\ndependencies=['--find-links v']\n"}}),
            "hatch.toml"}));

TEST(Plan, BuildsOfOnesOwnProjectsPassWithProof) {
  const Files files = project("'setuptools>=61; python_version<\"4\"', 'wheel', \"p2 ; os_name == 'a-b'\"",
                              {{"/project/c.txt", "setuptools==80\n"},
                               {"/project/dist/p-1-py3-none-any.whl", "x"},
                               {"/project/lib/pyproject.toml", "[project]\nname='lib'\n"},
                               {"/project/hatch.toml", "[build.hooks.vcs]\ndependencies=['x>=1']\n"}});
  for (const char* command :
       {"python -m build", "python -m build .", "python -m build -swnx -vv -o out --installer uv",
        "pyproject-build --wheel --env-dir e --report r.json --dependency-constraints-txt c.txt lib",
        "pyproject-build --metadata dist/p-1-py3-none-any.whl", "pyproject-build /project/",
        "pyproject-build --whe"}) {
    Invocation invocation = invocation_of(command, {}, files);
    invocation.proof_required = true;
    invocation.expected = {*ProjectName::parse("setuptools")};
    const Result<Plan> plan = make_plan(invocation);
    EXPECT_TRUE(plan) << command << ": " << plan.error().message();
  }
}

TEST(Plan, AFolderOfAnExpectedProjectIsNotBuilt) {
  for (const char* command : {"pyproject-build vendor/demo", "pyproject-build dist/x-1.tar.gz"}) {
    Invocation invocation =
        invocation_of(command, {},
                      project("", {{"/project/vendor/demo/pyproject.toml", "[project]\nname='demo'\n"},
                                   {"/project/dist/x-1.tar.gz", "x"}}));
    invocation.expected = {*ProjectName::parse("demo")};
    const Result<Plan> plan = make_plan(invocation);
    ASSERT_FALSE(plan) << command;
    EXPECT_TRUE(plan.error().is(kGuardUnproven));
  }
}

// A path is read up to its fragment: what stands there is known to all, or the path is not told by it.
TEST(Plan, AFragmentThatMayMeanMoreIsRefusedWhoeverIsExpected) {
  const Files files{{"/project/pyproject.toml", kProject},
                    {"/project/lib/pyproject.toml", "[project]\nname='lib'\n"},
                    {"/project/odd#egg=odd/pyproject.toml", "[project]\nname='demo'\n"},
                    {"/project/odd/pyproject.toml", "[project]\nname='odd'\n"}};
  for (const char* command : {"pip install ./lib#subdirectory=vendor", "pip install ./lib[x]/vendor",
                              "pip install -e ./lib#egg=lib&x=", "pip install ./odd#egg=odd"}) {
    Invocation invocation = invocation_of(command, {}, files);
    invocation.expected = {*ProjectName::parse("demo")};
    EXPECT_FALSE(make_plan(invocation)) << command;
  }
  for (const char* command :
       {"pip install ./lib[x,y]", "pip install -e ./lib#egg=lib[x]", "pip install ./lib/"}) {
    Invocation invocation = invocation_of(command, {}, files);
    invocation.expected = {*ProjectName::parse("demo")};
    EXPECT_TRUE(make_plan(invocation)) << command;
  }
}

}  // namespace
}  // namespace tomme::guard
