#include "app/installers/plan_testing.h"

// Requirements that a build backend, or a plugin of one, takes from a project by settings of its own: an
// installer fetches them like all others, so they are read like all others.
namespace tomme::guard {
namespace {

using ::testing::HasSubstr;

const std::string kProject = "[project]\nname='p'\nversion='1'\n";

Files pyproject(const std::string& text) {
  return {{"/project/pyproject.toml", kProject + text}};
}
Files with(Files files, const std::string& path, const std::string& text) {
  files["/project/" + path] = text;
  return files;
}

class RequirementOfABackend : public ::testing::TestWithParam<Way> {};
TEST_P(RequirementOfABackend, IsRefusedWithProof) {
  expect_refused_with_proof(GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    InTables, RequirementOfABackend,
    ::testing::Values(
        Way{"pip install .",
            {},
            pyproject("[tool.hatch.build.hooks.x]\ndependencies=['demo @ file:///v/demo.tar.gz']\n"),
            "/v/demo.tar.gz"},
        Way{"pip install -e .",
            {},
            pyproject("[tool.hatch.build.targets.wheel]\ndependencies=['demo@file:///v/demo.tar.gz']\n"),
            "/v/demo.tar.gz"},
        Way{"uv build",
            {},
            pyproject("[tool.hatch.build.targets.wheel.hooks.x]\ndependencies=['demo[a] @ "
                      "git+https://h.test/d']\n"),
            "h.test"},
        Way{"uv sync",
            {},
            pyproject("[tool.scikit-build]\nbuild.requires=['demo @ file:///v/demo.tar.gz']\n"),
            "/v/demo.tar.gz"},
        Way{"pdm install",
            {},
            pyproject("[[tool.scikit-build.overrides]]\nbuild.requires=['demo @ file:///v/demo.tar.gz']\n"),
            "/v/demo.tar.gz"},
        Way{"pip wheel .",
            {},
            pyproject("[tool.nobody-knows]\nit=['demo @ /v/demo.tar.gz ; python_version > \"3\"']\n"),
            "/v/demo.tar.gz"},
        Way{"uv build", {}, pyproject("[tool.new]\nx=['demo @ hg+file:/v/demo']\n"), "a checkout"},
        Way{"uv build",
            {},
            pyproject("[tool.new]\nx=['demo\xc2\xa0@\xc2\xa0"
                      "file:///v/demo.whl']\n"),
            "/v/demo.whl"},
        Way{"pip install .", {}, pyproject("[tool.new.needs]\n'demo @ file:///v/d.whl'='*'\n"), "/v/d.whl"},
        Way{"pip install .",
            {},
            pyproject("[tool.flit.metadata]\nrequires=['demo @ https://h.test/demo-1.tar.gz']\n"),
            "h.test"},
        Way{"uv build",
            {},
            {{"/project/pyproject.toml",
              "[build-system]\nrequires=['poetry-core']\nbuild-backend='poetry.core.masonry.api'\n"
              "[tool.poetry]\nname='p'\n[tool.poetry.dependencies]\ndemo={path='/v/demo'}\n"}},
            "/v/demo"}));

INSTANTIATE_TEST_SUITE_P(
    InFilesBeside, RequirementOfABackend,
    ::testing::Values(
        Way{"uv sync",
            {},
            with(pyproject(""), "hatch.toml",
                 "[build.targets.wheel]\ndependencies=['demo @ file:///v/demo.tar.gz']\n"),
            "hatch.toml"},
        Way{"pip install .",
            {},
            with(pyproject(""), "setup.cfg",
                 "[options]\nsetup_requires =\n    demo @ file:///v/demo.tar.gz\n"),
            "setup.cfg"},
        Way{"pip wheel .",
            {},
            with(pyproject(""), "setup.cfg",
                 "[options]\ninstall_requires = six; demo @ file:///v/demo.tar.gz\n"),
            "setup.cfg"},
        Way{"pyproject-build -w",
            {},
            with(pyproject(""), "setup.cfg", "[options]\nsetup-requires: demo @ file:///v/demo.tar.gz\n"),
            "setup.cfg"},
        Way{"uv pip install -e .",
            {},
            with(pyproject(""), "setup.cfg", "[options.extras_require]\nx = demo @ file:///v/demo.tar.gz\n"),
            "options.extras_require"},
        // What stands deeper is of the value before it, whatever it looks like.
        Way{"pip install .",
            {},
            with(pyproject(""), "setup.cfg",
                 "[tox]\n [options]\n install_requires =\n  demo @ file:///v/demo.tar.gz\n"),
            "setup.cfg"},
        Way{"pip install .",
            {},
            with(pyproject(""), "setup.cfg", "[easy_install]\nfind_links = /v\n"),
            "easy_install"},
        Way{"pip install .",
            {},
            with(pyproject(""), "setup.cfg", "[options]\ndependency_links =\n  /v\nsetup_requires = demo\n"),
            "dependency_links"},
        Way{"pip install .",
            {},
            with(pyproject(""), "setup.cfg", "[options]\nDependency-Links = /v\n"),
            "dependency_links"},
        Way{"pip install .",
            {},
            {{"/project/setup.py", ""},
             {"/project/setup.cfg", "[options]\nsetup_requires = demo @ file:///v/d.whl\n"}},
            "/v/d.whl"}));

INSTANTIATE_TEST_SUITE_P(
    InFilesThatTheyName, RequirementOfABackend,
    ::testing::Values(
        Way{"pip wheel .",
            {},
            with(pyproject("[tool.setuptools.dynamic]\ndependencies={file=['deps.txt']}\n"), "deps.txt",
                 "demo @ file:///v/demo.tar.gz\n"),
            "deps.txt"},
        Way{"uv build",
            {},
            with(pyproject("[tool.setuptools.dynamic]\noptional-dependencies.x={file='deps.txt'}\n"),
                 "deps.txt", "demo @ file:///v/demo.tar.gz\n"),
            "deps.txt"},
        Way{"pip install .",
            {},
            with(with(pyproject(""), "setup.cfg", "[options]\ninstall_requires = file: a.txt, deps.txt\n"),
                 "deps.txt", "demo @ file:///v/demo.tar.gz\n"),
            "deps.txt"},
        Way{"pip install .",
            {},
            with(pyproject("[tool.hatch.metadata.hooks.requirements_txt]\nfiles=['deps.txt']\n"), "deps.txt",
                 "demo @ file:///v/demo.tar.gz\n"),
            "deps.txt"},
        Way{"pip install .",
            {},
            with(with(pyproject(""), "setup.cfg",
                      "[DEFAULT]\nx = file: deps.txt\n[options.extras_require]\n"),
                 "deps.txt", "demo @ file:///v/demo.tar.gz\n"),
            "deps.txt"},
        Way{"pip install .",
            {},
            {{"/project/setup.py", "setup(setup_requires=['pbr'], pbr=True)"},
             {"/project/setup.cfg", "[metadata]\nname = p\n"},
             {"/project/requirements.txt", "demo @ file:///v/demo.tar.gz\n"}},
            "requirements.txt"},
        Way{"pip install .",
            {},
            with(pyproject("[build-system]\nrequires=['pbr>=6']\n"), "requirements.txt",
                 "demo @ file:///v/demo.tar.gz\n"),
            "requirements.txt"}));

/// What real projects have in these tables and files, and no backend takes for a requirement.
TEST(Plan, SettingsThatAreNoRequirementsPassWithProof) {
  const std::string tools =
      "urls={Home='https://h.test', Chat='https://me@chat.test/p'}\n"
      "[tool.hatch.version]\npath='src/p/__init__.py'\n"
      "[tool.hatch.build.hooks.vcs]\nversion-file='_v.py'\n[tool.hatch.build.targets.sdist]\ninclude=['/"
      "src']\n"
      "[tool.hatch.envs.docs]\ndependencies=['x @ git+https://h.test/x']\n"
      "[tool.pdm.dev-dependencies]\nd=['x @ git+https://h.test/x']\n"
      "[tool.tox]\nlegacy_tox_ini='x @ https://h.test/x.whl'\n"
      "[tool.towncrier]\nissue_format='[#{issue}](https://h.test/{issue})'\n"
      "[tool.bumpversion]\nsearch='image@{current_version}'\nmail='a@b.test'\nuses='actions/checkout@v4'\n"
      "[tool.mypy]\nfiles=['src', '/abs/x']\n[tool.coverage.paths]\np=['src', '*/site-packages']\n"
      "[tool.setuptools]\nlicense-files=['L*']\n"
      "[tool.setuptools.dynamic]\nversion={attr='p.v'}\nreadme={file=['README.md']}\n"
      "dependencies={file=['requirements.txt', 'not-there.txt']}\n"
      "[tool.cibuildwheel]\nbefore-build='pip install x @ git+https://h.test/x'\n";
  const std::string setup =
      "[metadata]\nurl = https://h.test/p\nauthor = Jos\xc3\xa9\nauthor_email = a@b.test\n"
      "long_description = file: README.md, x.txt\nproject_urls =\n    Docs = https://me@h.test/d\n"
      "[options]\ninstall_requires =\n    six>=1 ; python_version < '4'\n    requests[socks]\n"
      "[options.extras_require]\ndev = file: dev.txt\n"
      "[flake8]\nignore = E1,\n# x @ https://h.test/x\n[tox:tox]\ndeps =\n    x @ git+https://h.test/x\n";
  const Files files{{"/project/pyproject.toml", kProject + tools},
                    {"/project/setup.cfg", setup},
                    {"/project/README.md", "see x @ https://h.test\n-e .\n"},
                    {"/project/requirements.txt", "six==1.16\n"},
                    {"/project/dev.txt", "# for work\nblack\n"}};
  for (const char* command : {"pip install -e .", "uv build", "pyproject-build", "pip wheel ."}) {
    Invocation invocation = invocation_of(command, {}, files);
    invocation.proof_required = true;
    const Result<Plan> plan = make_plan(invocation);
    EXPECT_TRUE(plan) << command << ": " << plan.error().message();
  }
}

TEST(Plan, ABackendMayAskForAFolderOfOnesOwn) {
  Invocation invocation =
      invocation_of("pip install .", {},
                    {{"/project/pyproject.toml",
                      kProject + "[tool.hatch.build.hooks.x]\ndependencies=['lib @ file:///project/lib']\n"},
                     {"/project/lib/pyproject.toml", "[project]\nname='lib'\nversion='1'\n"}});
  invocation.proof_required = true;
  EXPECT_TRUE(make_plan(invocation));
}

/// `uv build FOLDER` builds what is there.
TEST(Plan, TheFolderThatUvBuildsIsRead) {
  Invocation invocation =
      invocation_of("uv build lib", {},
                    {{"/project/pyproject.toml", kProject},
                     {"/project/lib/pyproject.toml",
                      "[project]\nname='lib'\n[build-system]\nrequires=['demo @ file:///v/demo.tar.gz']\n"}});
  invocation.proof_required = true;
  const Result<Plan> plan = make_plan(invocation);
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error().message(), HasSubstr("/v/demo.tar.gz"));
}

}  // namespace
}  // namespace tomme::guard
