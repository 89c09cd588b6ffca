#include "app/installers/plan_testing.h"

// What real projects have in their settings and locks, and what no installer takes for a source: a demand for
// proof refuses none of it. Beside each stands what looks like it and is one.
namespace tomme::guard {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

struct Project {
  std::string_view command;
  Files files;
};
std::ostream& operator<<(std::ostream& out, const Project& project) {
  return out << Way{project.command, {}, project.files, ""};
}

/// Passes whatever is demanded, but where it is of an expected project.
class HonestProject : public ::testing::TestWithParam<Project> {};

TEST_P(HonestProject, IsNotRefused) {
  Invocation invocation = invocation_of(GetParam().command, {}, GetParam().files);
  for (const bool required : {false, true}) {
    invocation.proof_required = required;
    const Result<Plan> plan = make_plan(invocation);
    EXPECT_TRUE(plan) << plan.error().message();
    invocation.expected.insert(*ProjectName::parse("certifi"));
  }
}

Files pyproject(const std::string& text) {
  return {{"/project/pyproject.toml", text}};
}

const std::string kOwn = "[project]\nname='p'\nversion='1'\n";

INSTANTIATE_TEST_SUITE_P(
    NamesThatAreAlsoKeys, HonestProject,
    ::testing::Values(
        Project{"poetry install",
                {{"/project/pyproject.toml", "[tool.poetry]\nname='p'\n"},
                 {"/project/poetry.lock",
                  "[extras]\ngit=['pygit2']\n[[package]]\nname='fsspec'\n"
                  "[package.dependencies]\npath='*'\n[package.extras]\ngit=['pygit2']\n"}}},
        Project{"poetry install",
                pyproject("[tool.poetry]\nname='p'\n[tool.poetry.dependencies]\npath='>=16'\n"
                          "[tool.poetry.group.dev.dependencies]\nfiles='*'\n"
                          "[tool.poetry.extras]\ngit=['pygit2']\n")},
        Project{"pdm install", pyproject(kOwn + "[tool.pdm.resolution.overrides]\npath='16.0'\n")},
        Project{"uv sync",
                {{"/project/pyproject.toml",
                  kOwn + "[tool.uv]\nexclude-newer-package={path='2025-01-01T00:00:00Z'}\n"},
                 {"/project/uv.lock", "[options.exclude-newer-package]\npath='2025-01-01T00:00:00Z'\n"}}}));

const std::string kSourcesOfUv = kOwn +
                                 "[build-system]\nrequires=['hatchling']\nbuild-backend='hatchling.build'\n"
                                 "[tool.uv.sources]\np-docs={git='https://h.example/d.git'}\n";

INSTANTIATE_TEST_SUITE_P(TablesOfUv, HonestProject,
                         ::testing::Values(Project{"pip install .", pyproject(kSourcesOfUv)},
                                           Project{"pip install -e .", pyproject(kSourcesOfUv)}));

TEST(Plan, TablesOfUvCountForUvAndForWhatMayStartIt) {
  for (const char* command : {"uv sync", "uv pip install .", "uvx pip install .", "make"}) {
    Invocation invocation = invocation_of(command, {}, pyproject(kSourcesOfUv));
    invocation.proof_required = true;
    EXPECT_FALSE(make_plan(invocation)) << command;
  }
}

INSTANTIATE_TEST_SUITE_P(
    FoldersOfOnesOwn, HonestProject,
    ::testing::Values(
        // As `pdm add ./lib` and hatch write them.
        Project{"pdm install",
                {{"/project/pyproject.toml",
                  "[project]\nname='p'\nversion='1'\ndependencies=['lib @ file:///${PROJECT_ROOT}/lib']\n"},
                 {"/project/lib/pyproject.toml", "[project]\nname='lib'\nversion='1'\n"}}},
        Project{"hatch run python -V",
                {{"/project/pyproject.toml",
                  "[project]\nname='p'\nversion='1'\ndependencies=['lib @ {root:uri}/lib']\n"},
                 {"/project/lib/pyproject.toml", "[project]\nname='lib'\nversion='1'\n"}}},
        Project{"hatch run python -V",
                {{"/project/pyproject.toml",
                  kOwn + "[tool.hatch.envs.default]\ndependencies=['lib @ {root:uri}/lib']\n"},
                 {"/project/lib/pyproject.toml", "[project]\nname='lib'\nversion='1'\n"}}},
        // A name may stand in setup.cfg, where no setup.py says another.
        Project{"pip install -e .",
                {{"/project/pyproject.toml", "[build-system]\nrequires=['setuptools']\n"},
                 {"/project/setup.cfg", "[metadata]\nname = p\n"}}},
        // A submodule is what the checkout recorded.
        Project{"pip install -e ./lib",
                {{"/project/pyproject.toml", kOwn},
                 {"/project/.git/HEAD", "x"},
                 {"/project/lib/.git", "gitdir: ../.git/modules/lib\n"},
                 {"/project/lib/pyproject.toml", "[project]\nname='lib'\nversion='1'\n"}}},
        Project{"pip install -e ./lib",
                {{"/project/pyproject.toml", kOwn},
                 {"/project/.git", "gitdir: /main/.git/worktrees/w\n"},
                 {"/project/lib/.git", "gitdir: /main/.git/worktrees/w/modules/lib\n"},
                 {"/project/lib/pyproject.toml", "[project]\nname='lib'\nversion='1'\n"}}},
        // The root is a member, and members name one another.
        Project{"uv sync",
                {{"/project/pyproject.toml", kOwn + "[tool.uv.workspace]\nmembers=['.', '**']\n"},
                 {"/project/lib/pyproject.toml", "[project]\nname='lib'\nversion='1'\n"}}},
        Project{"pdm install", {{"/project/pyproject.toml", kOwn + "[tool.pdm.workspace]\nmembers=['.']\n"}}},
        Project{"pip install ./a",
                {{"/project/pyproject.toml", kOwn},
                 {"/project/a/pyproject.toml",
                  "[project]\nname='a'\nversion='1'\ndependencies=['b @ file:///project/b']\n"},
                 {"/project/b/pyproject.toml",
                  "[project]\nname='b'\nversion='1'\ndependencies=['a @ file:///project/a']\n"}}}));

INSTANTIATE_TEST_SUITE_P(
    OtherProjectsAround, HonestProject,
    ::testing::Values(
        // The next project above is no workspace, or none of this project.
        Project{"uv sync",
                {{"/project/pyproject.toml", kOwn},
                 {"/pyproject.toml", kOwn + "[tool.uv.sources]\nx={git='https://h.test/x'}\n"},
                 {"/uv.lock", "[[package]]\nname='x'\nsource={git='https://h.test/x'}\n"}}},
        Project{"uv sync",
                {{"/project/pyproject.toml", kOwn},
                 {"/pyproject.toml", kOwn + "[tool.uv.workspace]\nmembers=['packages/"
                                            "*']\n[tool.uv.sources]\nx={git='https://h.test/x'}\n"}}},
        Project{"uv sync",
                {{"/project/pyproject.toml", kOwn},
                 {"/pyproject.toml", kOwn + "[tool.uv.workspace]\nmembers=['*']\nexclude=['proj*']\n[tool.uv."
                                            "sources]\nx={git='https://h.test/x'}\n"}}},
        Project{
            "uv sync",
            {{"/project/pyproject.toml",
              kOwn +
                  "[tool.uv.workspace]\nmembers=['packages/*']\nexclude=['packages/old', 'packages/tpl/']\n"},
             {"/project/packages/old/pyproject.toml",
              "[project]\nname='old'\ndependencies=['x @ git+https://h.test/x']\n"},
             {"/project/packages/tpl/pyproject.toml", "{{ no toml }}\n"}}}));

INSTANTIATE_TEST_SUITE_P(
    OwnFolders, HonestProject,
    ::testing::Values(
        Project{"pip install -e .", pyproject(kOwn)}, Project{"pip install .[dev]", pyproject(kOwn)},
        Project{
            "uv pip install -e . ./libs/a",
            {{"/project/pyproject.toml", kOwn}, {"/project/libs/a/pyproject.toml", "[project]\nname='a'\n"}}},
        Project{"pip install -r r.txt", {{"/project/pyproject.toml", kOwn}, {"/project/r.txt", "-e .\n"}}},
        Project{"uv sync",
                {{"/project/pyproject.toml", kOwn + "[tool.uv.sources]\na={path='libs/a', editable=true}\n"},
                 {"/project/libs/a/pyproject.toml", "[project]\nname='a'\n"}}},
        Project{"pdm install",
                {{"/project/pyproject.toml",
                  kOwn + "[tool.pdm.dev-dependencies]\ndev=['-e file:///${PROJECT_ROOT}/libs/a#egg=a']\n"},
                 {"/project/libs/a/pyproject.toml", "[project]\nname='a'\n"},
                 {"/project/pdm.lock", "[[package]]\nname='p'\npath='.'\neditable=true\n"}}},
        Project{"poetry install",
                {{"/project/pyproject.toml",
                  "[tool.poetry]\nname='p'\n[tool.poetry.dependencies]\na={path='libs/a'}\n"},
                 {"/project/libs/a/pyproject.toml", "[tool.poetry]\nname='a'\n"},
                 {"/project/poetry.lock",
                  "[[package]]\nname='a'\n[package.source]\ntype='directory'\nurl='libs/a'\n"}}},
        Project{"pipenv install",
                {{"/project/pyproject.toml", kOwn},
                 {"/project/Pipfile", "[packages]\np={path='.', editable=true}\n"}}}));

INSTANTIATE_TEST_SUITE_P(
    Scripts, HonestProject,
    ::testing::Values(
        Project{
            "pdm install",
            pyproject(kOwn + "[tool.pdm.scripts]\npost_publish={shell='a && b'}\npre_build={call='t:f'}\n")},
        Project{"pdm run test",
                pyproject(kOwn + "[tool.pdm.scripts]\ntest='pytest {args:tests} tests/*.py'\n")},
        Project{"pdm test",
                pyproject(kOwn + "[tool.pdm.scripts]\ntest={composite=['pytest {args:tests}']}\n")},
        Project{"hatch run check",
                pyproject(kOwn + "[tool.hatch.envs.default.scripts]\ncheck='mypy src {args:tests}'\n")},
        Project{"hatch run test:x",
                pyproject(kOwn + "[tool.hatch.envs.docs]\ndependencies=['x @ git+https://h.test/x']\n"
                                 "post-install-commands=['a && b']\n[tool.hatch.envs.test]\n"
                                 "[tool.hatch.envs.docs.env-vars]\nSSL_CERT_FILE='x'\n")}));

INSTANTIATE_TEST_SUITE_P(
    Settings, HonestProject,
    ::testing::Values(
        Project{"pdm install",
                {{"/project/pyproject.toml", kOwn},
                 {"/project/.pdm.toml", "[python]\npath='/usr/bin/python3.11'\n"},
                 {"/project/pdm.lock",
                  "[[package]]\nname='six'\nversion='1.16.0'\n[metadata.files]\n"
                  "\"six 1.16.0\"=[{file='six-1.16.0-py2.py3-none-any.whl', hash='sha256:00'}]\n"}}},
        Project{"uv sync",
                pyproject(kOwn + "[tool.uv.pip]\ncustom-compile-command='see https://docs.test'\n")},
        Project{"uv sync",
                {{"/project/pyproject.toml", kOwn},
                 {"/project/uv.toml", "no-proxy=['localhost','127.0.0.1']\n"}}},
        Project{"uv sync", pyproject(kOwn + "[tool.x]\na={\n b=1,\n}\nf=inf\n")}));

/// What looks like these, and brings something in.
class DishonestTwin : public ::testing::TestWithParam<Way> {};

TEST_P(DishonestTwin, IsRefused) {
  expect_refused_with_proof(GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    All, DishonestTwin,
    ::testing::Values(
        Way{"poetry install",
            {},
            {{"/project/pyproject.toml", "[tool.poetry]\nname='p'\n"},
             {"/project/poetry.lock",
              "[[package]]\nname='fsspec'\n[package.extras]\ngit=['x @ https://h.test/x.whl']\n"}},
            "package.extras.git of fsspec"},
        Way{"poetry install",
            {},
            {{"/project/pyproject.toml", "[tool.poetry]\nname='p'\n"},
             {"/project/poetry.lock", "[[package]]\nname='a'\n[package.new]\npath='x'\n"}},
            "package.new.path of a"},
        Way{"uv sync",
            {},
            {{"/project/pyproject.toml", kOwn},
             {"/pyproject.toml",
              kOwn + "[tool.uv.workspace]\nmembers=['*']\n[tool.uv.sources]\nx={git='https://h.test/x'}\n"}},
            "a checkout"},
        Way{"uv sync",
            {},
            {{"/project/pyproject.toml", kOwn + "[tool.uv.workspace]\nmembers=['*']\nexclude=['[o]ld']\n"},
             {"/project/old/pyproject.toml",
              "[project]\nname='old'\ndependencies=['x @ git+https://h.test/x']\n"}},
            "a checkout"},
        Way{"pip install -e ../other",
            {},
            {{"/project/pyproject.toml", kOwn}, {"/other/pyproject.toml", "[project]\nname='o'\n"}},
            "a source tree"},
        Way{"pip install ./downloads/x",
            {},
            {{"/project/downloads/x/pyproject.toml", "[project]\nname='x'\n"}},
            "a local path"},
        Way{"uv sync",
            {},
            pyproject(kOwn + "[tool.uv.sources]\na={path='libs/a.whl'}\n"),
            "a local path (libs/a.whl)"},
        Way{"pdm install", {}, pyproject(kOwn + "[tool.pdm.scripts]\npost_lock={call='t:f'}\n"), "post_lock"},
        Way{"pdm build", {}, pyproject(kOwn + "[tool.pdm.scripts]\npre_build={call='t:f'}\n"), "pre_build"},
        Way{"pdm run a",
            {},
            pyproject(kOwn + "[tool.pdm.scripts]\na='$INSTALLER install x'\n"),
            "scripts] a"},
        Way{"hatch run docs:x",
            {},
            pyproject(kOwn + "[tool.hatch.envs.docs]\ntemplate='base'\n[tool.hatch.envs.base]\ndependencies=["
                             "'x @ git+https://h.test/x']\n"),
            "envs.base"},
        Way{"hatch run docs:x",
            {},
            pyproject(kOwn + "[tool.hatch.envs.docs.overrides.platform.linux]\ndependencies=['x @ "
                             "https://h.test/x.whl']\n"),
            "overrides.platform.linux.dependencies"},
        Way{"hatch run a",
            {},
            pyproject(kOwn + "[tool.hatch.envs.default.scripts]\na='b'\nb='pip install -f /w x'\n"),
            "/w"},
        Way{"pdm install",
            {},
            {{"/project/pyproject.toml", kOwn},
             {"/project/pdm.lock", "[metadata.files]\n\"six 1.16.0\"=[{url='file:///six.whl'}]\n"}},
            "not on the network"}));

TEST(Plan, AnExpectedProjectInAFolderIsRefusedWhateverCallsItSo) {
  const Files files{{"/project/pyproject.toml", kOwn + "[tool.uv.sources]\na={path='libs/a'}\n"},
                    {"/project/six/pyproject.toml", "[tool.poetry]\nname='Six'\n"},
                    {"/project/libs/a/pyproject.toml", "[project]\nname='six'\n"},
                    {"/project/libs/b/setup.py", "x"}};
  for (const char* command : {"uv sync", "pip install ./libs/a", "pip install -e libs/a",
                              "pip install ./libs/b", "pip install ./six", "pip install -e six"}) {
    Invocation invocation = invocation_of(command, {}, files);
    invocation.expected.insert(*ProjectName::parse("six"));
    const Result<Plan> plan = make_plan(invocation);
    ASSERT_FALSE(plan) << command;
    EXPECT_TRUE(plan.error().is(kGuardUnproven));
  }
}

TEST(Plan, OtherFoldersOfTheSameCheckoutAreOnesOwn) {
  Files files{
      {"/project/sub/pyproject.toml", kOwn + "[tool.uv.sources]\nlib={path='../lib', editable=true}\n"},
      {"/project/sub/uv.lock", "[[package]]\nname='lib'\nsource={editable='../lib'}\n"},
      {"/project/lib/pyproject.toml", "[project]\nname='lib'\n"}};
  for (const bool is_checkout : {false, true}) {
    if (is_checkout) files["/project/.git/HEAD"] = "ref: refs/heads/main\n";
    for (const char* command : {"uv sync", "pip install -e ../lib"}) {
      Invocation invocation = invocation_of(command, {}, files);
      invocation.directory = "/project/sub";
      invocation.proof_required = true;
      EXPECT_EQ(make_plan(invocation).has_value(), is_checkout) << command;
      invocation.expected.insert(*ProjectName::parse("lib"));
      EXPECT_FALSE(make_plan(invocation)) << command;
    }
  }
}

TEST(Plan, ThisMachineIsNotReachedDirectlyWhereAnIndexIsOnIt) {
  const Result<Plan> plan =
      make_plan(invocation_of("uv sync", {{"UV_INDEX_URL", "http://127.0.0.1:8080/simple"}},
                              {{"/project/uv.toml", "no-proxy=['localhost']\n"}}));
  ASSERT_FALSE(plan);
  EXPECT_TRUE(plan.error().is(kGuardSetting));
}

}  // namespace
}  // namespace tomme::guard
