#include "app/installers/plan_testing.h"

// What starts pip or uv, and pnpm: their own settings are read.
namespace tomme::guard {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::TestWithParam;

const char* const kWorkspace =
    "python:\n  enabled: true\nregistries:\n  https://u:secret@corp.test/simple/:\n"
    "    ecosystem: pypi\n  https://npm.test/:\n    scopes: ['@x']\n";

class IndexOfAStarter : public TestWithParam<Way> {};
TEST_P(IndexOfAStarter, IsIntercepted) {
  Invocation invocation = invocation_of(GetParam().command, GetParam().environment, GetParam().files);
  const Result<Plan> plan = make_plan(invocation);
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_TRUE(std::ranges::any_of(
      plan->intercept, [&](const Origin& origin) { return origin.authority.host == GetParam().names; }));
  for (const NamedIndex& index : plan->indexes) EXPECT_THAT(index.url.to_string(), Not(HasSubstr("secret")));
}
INSTANTIATE_TEST_SUITE_P(
    Guard, IndexOfAStarter,
    ::testing::Values(
        Way{"pnpm install", {}, {{"/project/pnpm-workspace.yaml", kWorkspace}}, "corp.test"},
        Way{"pnpm add pypi:six", {}, {{"/pnpm-workspace.yaml", kWorkspace}}, "corp.test"},
        Way{"make", {}, {{"/project/pnpm-workspace.yaml", kWorkspace}}, "corp.test"},
        Way{"pnpm install",
            {},
            {{"/project/pnpm-workspace.yaml", "python: {enabled: true}\n"},
             {"/users/ada/.config/pnpm/config.yaml", kWorkspace}},
            "corp.test"},
        Way{"pnpm exec pip install -i https://corp.test/simple six", {}, {}, "corp.test"},
        Way{"pnpm go",
            {},
            {{"/project/package.json",
              R"({"scripts":{"go":"pip install -i https://corp.test/simple six"}})"}},
            "corp.test"},
        Way{"pipenv install",
            {},
            {{"/project/Pipfile", "[[source]]\nurl='https://corp.test/simple'\n"}},
            "corp.test"},
        Way{"pipenv install",
            {{"HOST", "corp.test"}},
            {{"/project/Pipfile", "[[source]]\nurl='https://u:secret@${HOST}/simple'\n"}},
            "corp.test"},
        Way{"pipenv sync",
            {},
            {{"/project/Pipfile", ""},
             {"/project/Pipfile.lock", R"({"_meta":{"sources":[{"url":"https://corp.test/simple"}]}})"}},
            "corp.test"},
        Way{"pipenv --pypi-mirror https://corp.test/simple install six", {}, {}, "corp.test"},
        Way{"pipenv install", {{"PIPENV_PYPI_MIRROR", "https://corp.test/simple"}}, {}, "corp.test"},
        Way{"pipenv run pip install -i https://corp.test/simple six", {}, {}, "corp.test"},
        Way{"pip-compile -i https://corp.test/simple r.in", {}, {}, "corp.test"},
        Way{"pip-compile r.in",
            {},
            {{"/project/r.in", "--index-url https://corp.test/simple\n"}},
            "corp.test"},
        Way{"pip-compile", {}, {{"/project/requirements.in", "-i https://corp.test/simple\n"}}, "corp.test"},
        Way{"python -m piptools sync",
            {},
            {{"/project/requirements.txt", "-i https://corp.test/simple\n"}},
            "corp.test"},
        Way{"pip-compile",
            {},
            {{"/project/pyproject.toml", "[tool.pip-tools]\nextra-index-url=['https://corp.test/simple']\n"}},
            "corp.test"},
        Way{"pip-sync --pip-args --index-url=https://corp.test/simple", {}, {}, "corp.test"},
        Way{"hatch run e:x",
            {},
            {{"/project/pyproject.toml",
              "[tool.hatch.envs.e.env-vars]\nPIP_INDEX_URL='https://corp.test/'\n"}},
            "corp.test"},
        Way{"hatch -e e run x",
            {},
            {{"/project/hatch.toml", "[envs.e.env-vars]\nUV_INDEX_URL='https://corp.test/'\n"}},
            "corp.test"},
        Way{"hatch run e:pip install -i https://corp.test/ six", {}, {}, "corp.test"},
        Way{"hatch env create", {{"UV_DEFAULT_INDEX", "https://corp.test/"}}, {}, "corp.test"},
        Way{"python -m build", {{"PIP_INDEX_URL", "https://corp.test/"}}, {}, "corp.test"},
        Way{"pyproject-build --installer uv",
            {{"UV_DEFAULT_INDEX", "https://corp.test/"}},
            {},
            "corp.test"}));

class SourceOfAStarterThatCannotCarryProof : public TestWithParam<Way> {};
TEST_P(SourceOfAStarterThatCannotCarryProof, IsANoteOrRefusedByName) {
  expect_refused_with_proof(GetParam());
}
INSTANTIATE_TEST_SUITE_P(
    Guard, SourceOfAStarterThatCannotCarryProof,
    ::testing::Values(
        Way{"pnpm install",
            {},
            {{"/project/pnpm-workspace.yaml", kWorkspace},
             {"/project/pyproject.toml",
              "[project]\nname='p'\ndependencies=['x @ git+https://u:secret@g.test/x']\n"}},
            "g.test"},
        Way{"pnpm install",
            {},
            {{"/project/pnpm-workspace.yaml", std::string(kWorkspace) + "packages: ['m/*']\n"},
             {"/project/m/a/pyproject.toml",
              "[project]\nname='p'\ndependencies=['x @ git+https://g.test/x']\n"}},
            "g.test"},
        Way{"pnpm go",
            {},
            {{"/project/package.json", R"({"scripts":{"go":"pip install six && x"}})"}},
            "scripts go"},
        Way{"pipenv sync",
            {},
            {{"/project/Pipfile", ""},
             {"/project/Pipfile.lock", R"({"default":{"x":{"git":"https://secret@g.test/x"}}})"}},
            "g.test"},
        Way{"pipenv install", {}, {{"/project/Pipfile", "[packages]\nx={path='./x'}\n"}}, "./x"},
        Way{"pipenv run go", {}, {{"/project/Pipfile", "[scripts]\ngo='pip install $X'\n"}}, "[scripts] go"},
        Way{"pip-compile --find-links /w r.in", {}, {}, "/w"},
        Way{"hatch run go",
            {},
            {{"/project/hatch.toml", "[envs.default.scripts]\ngo=['pip install {args:x}; y']\n"}},
            "scripts go"},
        Way{"hatch -e e run x",
            {},
            {{"/project/hatch.toml", "[envs.e]\ndependencies=['x @ git+https://g.test/x']\n"}},
            "g.test"},
        Way{"hatch -e e run x",
            {},
            {{"/project/hatch.toml", "[envs.e]\npost-install-commands=['pip install x; y']\n"}},
            "post-install"},
        Way{"hatch run x",
            {},
            {{"/project/hatch.toml", "[envs.hatch-uv]\ndependencies=['x @ git+https://g.test/x']\n"}},
            "g.test"},
        Way{"hatch -e e run x",
            {},
            {{"/project/hatch.toml", "[envs.hatch-build]\npre-install-commands=['pip install /v/d.whl']\n"}},
            "/v/d.whl"},
        Way{"hatch env run x",
            {},
            {{"/project/hatch.toml", "[envs.hatch-uv.env-vars]\nPIP_FIND_LINKS='/v'\n"}},
            "/v"},
        Way{"hatch run x.py",
            {},
            {{"/project/hatch.toml", "[envs.hatch-uv]\ndependencies=['x @ git+https://g.test/x']\n"},
             {"/project/x.py", "# /// script\n# dependencies = ['x']\n# ///\n"}},
            "g.test"},
        Way{"hatch --news x run y", {}, {{"/project/hatch.toml", ""}}, "hatch --news"},
        Way{"python -m build .",
            {},
            {{"/project/pyproject.toml", "[build-system]\nrequires=['x @ git+https://g.test/x']\n"}},
            "g.test"}));

TEST(Plan, TheEnvironmentsThatHatchImpliesPassWithProof) {
  const Files files{{"/project/hatch.toml",
                     "[envs.hatch-uv]\ndependencies=['uv>=0.5']\n[envs.hatch-uv.env-vars]\nA='b'\n"
                     "[envs.hatch-build]\ndependencies=['cython']\n[envs.hatch-build.scripts]\ngo='pip "
                     "install /v/d.whl'\n"}};
  for (const char* command :
       {"hatch run go", "hatch -v --no-color build", "hatch env run --ignore-compat -- go"}) {
    Invocation invocation = invocation_of(command, {}, files);
    invocation.proof_required = true;
    const Result<Plan> plan = make_plan(invocation);
    EXPECT_TRUE(plan) << command << ": " << plan.error().message();
  }
}

TEST(Plan, WhatWouldLeadAStarterAroundIsRefused) {
  const Way ways[] = {
      {"pnpm install --https-proxy http://x",
       {},
       {{"/project/pnpm-workspace.yaml", kWorkspace}},
       "--https-proxy"},
      {"pnpm install --config.store-dir=/x",
       {},
       {{"/project/pnpm-workspace.yaml", kWorkspace}},
       "--store-dir"},
      {"env PNPM_CONFIG_STORE_DIR=/x pnpm install", {}, {}, "PNPM_CONFIG_STORE_DIR"},
      {"pip-compile --cache-dir /x r.in", {}, {}, "--cache-dir"},
      {"pipenv run x", {}, {{"/project/Pipfile", ""}, {"/project/.env", "NO_PROXY=*\n"}}, "NO_PROXY"},
      {"hatch run e:x", {}, {{"/project/hatch.toml", "[envs.e.env-vars]\nNO_PROXY='*'\n"}}, "NO_PROXY"},
  };
  for (const Way& way : ways) {
    const Result<Plan> plan = make_plan(invocation_of(way.command, way.environment, way.files));
    ASSERT_FALSE(plan) << way;
    EXPECT_THAT(plan.error().message(), HasSubstr(way.names)) << way;
  }
}

TEST(Plan, PnpmIsAnInstallerOnlyWherePythonIsEnabled) {
  const Result<Plan> without =
      make_plan(invocation_of("pnpm install", {}, {{"/project/pnpm-workspace.yaml", "packages: []\n"}}));
  ASSERT_TRUE(without);
  EXPECT_FALSE(without->python_by_pnpm);
  const Result<Plan> with =
      make_plan(invocation_of("pnpm install", {}, {{"/project/pnpm-workspace.yaml", kWorkspace}}));
  ASSERT_TRUE(with) << with.error().message();
  EXPECT_TRUE(with->python_by_pnpm);
}

TEST(Plan, AnEnvironmentOfPnpmsOwnStoreIsNamed) {
  Invocation invocation = invocation_of("pnpm install", {}, {{"/project/pnpm-workspace.yaml", kWorkspace}});
  invocation.resolve = [](const std::string& path) {
    return path == "/project/.venv" ? std::string("/users/ada/.local/share/pnpm/store/v11/python-envs/1/e")
                                    : path;
  };
  invocation.kept = "/users/ada/.local/share/pnpm/store";
  EXPECT_THAT(make_plan(invocation)->notes, ::testing::IsEmpty());
  invocation.kept = "/cache/pnpm/0123";
  EXPECT_THAT(make_plan(invocation)->notes, ::testing::Contains(HasSubstr("/project/.venv")));
  invocation.proof_required = true;
  EXPECT_TRUE(make_plan(invocation).error().is(kGuardUnproven));
}

TEST(Plan, TheAuthoritiesOfPnpmAreTrusted) {
  const Result<Plan> plan = make_plan(invocation_of(
      "pnpm install", {{"NODE_EXTRA_CA_CERTS", "/node.pem"}},
      {{"/project/pnpm-workspace.yaml", kWorkspace}, {"/users/ada/.npmrc", "cafile=/npm.pem\n"}}));
  ASSERT_TRUE(plan) << plan.error().message();
  std::vector<std::string> paths;
  for (const net::NamedAuthorities& each : plan->trust.named) paths.push_back(each.path);
  EXPECT_THAT(paths, ::testing::UnorderedElementsAre("/node.pem", "/npm.pem"));
}

TEST(Plan, AWorkspaceThatIsNoYamlIsRefusedByName) {
  const Result<Plan> plan =
      make_plan(invocation_of("pnpm install", {}, {{"/project/pnpm-workspace.yaml", "a: [\n"}}));
  ASSERT_FALSE(plan);
  EXPECT_TRUE(plan.error().is(kGuardConfiguration));
}

}  // namespace
}  // namespace tomme::guard
