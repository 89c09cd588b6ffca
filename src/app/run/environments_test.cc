#include "app/run/environments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/installers/plan_testing.h"

namespace tomme::guard {
namespace {

using ::testing::Contains;
using ::testing::Not;

/// The folders that hold distributions, for a command with these variables and files.
std::vector<std::string> sites_of(std::string_view command, Environment environment = {}, Files files = {}) {
  const Invocation invocation = invocation_of(command, std::move(environment), std::move(files));
  const Result<Plan> plan = make_plan(invocation);
  EXPECT_TRUE(plan) << plan.error().message();
  if (!plan) return {};
  return site_folders(places_of(invocation, *plan, "/run/cache"), invocation.list);
}

/// Of an environment with Python 3.11 there: a file makes its folders.
std::pair<std::string, std::string> python_in(const std::string& prefix) {
  return {prefix + "/lib/python3.11/site-packages/x.py", ""};
}

/// A command that writes into one environment, and what makes it known.
struct Case {
  std::string_view command;
  Environment environment;
  std::string prefix;
  Files files = {};
};

TEST(Environments, AreFoundByWordsVariablesAndSettings) {
  const std::vector<Case> cases{
      {"uv sync", {}, "/project/.venv"},
      {"uv sync --project sub/deep", {}, "/project/sub/.venv"},
      {"uv pip install x", {{"VIRTUAL_ENV", "/v"}}, "/v"},
      {"uv pip install x", {{"CONDA_PREFIX", "/conda"}}, "/conda"},
      {"uv pip install --python /v/bin/python x", {}, "/v"},
      {"uv pip install -p v x", {}, "/project/v"},
      {"uv pip install -pv x", {}, "/project/v"},
      {"uv pip install --prefix=pre x", {}, "/project/pre"},
      {"uv pip install x", {{"UV_PYTHON", "/v/bin/python3"}}, "/v"},
      {"uv sync", {{"UV_PROJECT_ENVIRONMENT", "env"}}, "/project/env"},
      {"uv pip install x", {}, "/project/pre", {{"/project/uv.toml", "[pip]\nprefix = \"pre\"\n"}}},
      {"uv pip install x",
       {},
       "/v",
       {{"/project/pyproject.toml", "[tool.uv.pip]\npython = \"/v/bin/python\"\n"}}},
      {"uv tool install x", {}, "/users/ada/.local/share/uv/tools/x"},
      {"uv tool install x", {{"UV_TOOL_DIR", "/tools"}}, "/tools/x"},
      {"uv venv new", {}, "/project/new"},
      {"uvx x", {}, "/run/cache/uv/environments-v2/x-1"},
      {"uvx x", {}, "/run/cache/uv/environments-v2/7f3a/c3d2"},
      {"uv run --with x python", {}, "/run/cache/uv/environments-v3/7f3a/c3d2"},
      {"uv run --isolated x", {}, "/run/cache/uv/environments-v2/7f3a/c3d2"},
      // pipx starts uv where there is one.
      {"pipx run x", {}, "/run/cache/uv/environments-v2/7f3a/c3d2"},
      // Not every version and installer takes the same for the place.
      {"uv tool install x", {{"XDG_DATA_HOME", "share"}}, "/users/ada/.local/share/uv/tools/x"},
      {"uv tool install x", {{"XDG_DATA_HOME", "/share"}}, "/share/uv/tools/x"},
      {"pdm add x", {{"PDM_VENV_LOCATION", "/venvs"}}, "/users/ada/.local/share/pdm/venvs/x"},
      {"pdm add x", {{"PDM_VENV_LOCATION", "/venvs"}}, "/venvs/x"},
      {"pdm add x",
       {{"PDM_CONFIG_FILE", "/c.toml"}},
       "/venvs/x",
       {{"/c.toml", "[venv]\nlocation = \"/venvs\"\n"}}},
      {"pdm -c c.toml add x", {}, "/venvs/x", {{"/project/c.toml", "[venv]\nlocation = \"/venvs\"\n"}}},
      {"pipenv install x", {}, "/envs/x", {{"/project/.env", "export WORKON_HOME='/envs'\n"}}},
      {"hatch env create",
       {},
       "/project/~/hp",
       {{"/project/pyproject.toml", "[tool.hatch.envs.default]\npath = \"~/hp\"\n"}}},
      // "~" is a name to uv.
      {"uv pip install x", {}, "/project/~/pre", {{"/project/uv.toml", "[pip]\nprefix = \"~/pre\"\n"}}},
      {"uv pip install x", {}, "/users/ada/pre", {{"/project/uv.toml", "[pip]\nprefix = \"~/pre\"\n"}}},
      {"uv pip install --prefix ~/pre x", {}, "/project/~/pre"},
      {"uv sync", {{"UV_PROJECT_ENVIRONMENT", "~/env"}}, "/project/~/env"},
      {"uv tool install x", {{"UV_TOOL_DIR", "~/tools"}}, "/project/~/tools/x"},
      {"/v/bin/pip install x", {}, "/v"},
      {"v/bin/python -m pip install x", {}, "/project/v"},
      {"pip install x",
       {{"PATH", "/v/bin"}},
       "/v",
       {{"/v/bin/pip", "#!/v/bin/python\n"}, {"/v/bin/python", "\x7f"}}},
      {"pip install --user x", {}, "/users/ada/.local"},
      {"pip install --user x", {{"PYTHONUSERBASE", "/base"}}, "/base"},
      {"pip install --pref=pre x", {}, "/project/pre"},
      {"pip install x", {{"PIP_PREFIX", "/pre"}}, "/pre"},
      {"pip install --root r --prefix /pre x", {}, "/project/r/pre"},
      {"pip install x", {}, "/pre", {{"/etc/pip.conf", "[install]\nprefix = /pre\n"}}},
      {"poetry install", {}, "/project/.venv"},
      {"poetry install",
       {},
       "/users/ada/.cache/pypoetry/virtualenvs/demo-AbC-py3.11",
       {{"/project/pyproject.toml", "[project]\nname = \"Demo\"\n"}}},
      {"poetry -C sub install", {}, "/project/sub/.venv"},
      {"pdm install", {}, "/project/.venv"},
      {"pdm install -p sub", {}, "/project/sub/.venv"},
      {"pdm install", {}, "/v", {{"/project/.pdm-python", "/v/bin/python\n"}}},
      {"pdm install", {}, "/users/ada/.local/share/pdm/venvs/demo-AbC-3.11"},
      {"pipx install x", {}, "/users/ada/.local/share/pipx/venvs/x"},
      {"pipx install x", {{"PIPX_HOME", "/pipx"}}, "/pipx/venvs/x"},
      {"timeout 5 uv sync", {}, "/project/.venv"},
      {"nox", {}, "/project/.nox/tests"},
  };
  for (const Case& one : cases) {
    Files files = one.files;
    files.insert(python_in(one.prefix));
    EXPECT_THAT(sites_of(one.command, one.environment, files),
                Contains(one.prefix + "/lib/python3.11/site-packages"))
        << one.command << " " << one.prefix;
  }
}

TEST(Environments, OfHatchAreInItsDataAndWhereItsSettingsSay) {
  const std::string data = "/users/ada/.local/share/hatch";
  const std::vector<Case> cases{
      {"hatch env create", {}, data + "/env/virtual/demo/AbC1/demo"},
      {"hatch test", {}, data + "/env/.internal/hatch-test/demo/AbC1/hatch-test.py3.11"},
      {"make install", {}, data + "/env/pip-compile/demo/AbC1/demo"},
      {"hatch env create", {{"XDG_DATA_HOME", "/data"}}, "/data/hatch/env/virtual/demo/AbC1/demo"},
      {"hatch env create", {{"HATCH_DATA_DIR", "/data"}}, "/data/env/virtual/demo/AbC1/demo"},
      {"hatch --data-dir data env create", {}, "/project/data/env/virtual/demo/AbC1/demo"},
      {"hatch env create", {{"HATCH_ENV_TYPE_VIRTUAL_PATH", "here"}}, "/project/here"},
      {"hatch env create",
       {},
       "/project/here",
       {{"/project/hatch.toml", "[envs.default]\npath = \"here\"\n"}}},
      {"hatch env create",
       {},
       "/project/here",
       {{"/project/pyproject.toml", "[tool.hatch.envs.default]\npath = \"here\"\n"}}},
      {"hatch env create",
       {},
       "/project/.hatch/demo",
       {{"/users/ada/.config/hatch/config.toml", "[dirs.env]\nvirtual = \".hatch\"\n"}}},
      {"hatch env create",
       {},
       "/data/env/virtual/demo/AbC1/demo",
       {{"/users/ada/.config/hatch/config.toml", "[dirs]\ndata = \"/data\"\n"}}},
  };
  for (const Case& one : cases) {
    Files files = one.files;
    files.insert(python_in(one.prefix));
    EXPECT_THAT(sites_of(one.command, one.environment, files),
                Contains(one.prefix + "/lib/python3.11/site-packages"))
        << one.command << " " << one.prefix;
  }
}

TEST(Environments, MayBeFoldersThatHoldDistributionsThemselves) {
  for (const char* command : {"pip install --target out x", "pip install -tout x", "pip install -qt out x",
                              "pip install --targ=out x", "uv pip install --target=/project/out x",
                              "uv --directory sub pip install --target ../project/out x"}) {
    const std::vector<std::string> sites = sites_of(command);
    EXPECT_TRUE(std::ranges::any_of(sites, [](const std::string& path) { return path.ends_with("/out"); }))
        << command;
  }
  EXPECT_THAT(sites_of("pip install x", {{"PIP_TARGET", "/out"}}), Contains("/out"));
  for (const Files& files : {Files{{"/project/uv.toml", "[pip]\ntarget = \"~/out\"\n"}},
                             Files{{"/project/pyproject.toml", "[tool.uv.pip]\ntarget = \"~/out\"\n"}}}) {
    EXPECT_THAT(sites_of("uv pip install x", {}, files), Contains("/project/~/out"));
    EXPECT_THAT(sites_of("uv pip install x", {}, files), Contains("/users/ada/out"));
  }
  EXPECT_THAT(sites_of("pdm install", {}, {{"/project/__pypackages__/3.11/lib/x.py", ""}}),
              Contains("/project/__pypackages__/3.11/lib"));
}

TEST(Environments, AreLaidOutAsDebianHasThem) {
  const Files files{{"/usr/lib/python3/dist-packages/x.py", ""},
                    {"/usr/local/lib/python3.11/dist-packages/x.py", ""},
                    {"/usr/lib/python3.11/os.py", ""}};
  const std::vector<std::string> sites = sites_of("pip install x", {}, files);
  EXPECT_THAT(sites, Contains("/usr/lib/python3/dist-packages"));
  EXPECT_THAT(sites, Contains("/usr/local/lib/python3.11/dist-packages"));
}

TEST(Environments, OfOtherProjectsAndInstallersAreLeftAlone) {
  const std::string other = "/users/ada/.cache/pypoetry/virtualenvs/other-AbC-py3.11";
  const Files files{{"/project/pyproject.toml", "[project]\nname = \"demo\"\n"}, python_in(other)};
  EXPECT_THAT(sites_of("poetry install", {}, files), Not(Contains(other + "/lib/python3.11/site-packages")));
  EXPECT_THAT(sites_of("pip install x", {}, {python_in("/users/ada/.local/share/uv/tools/x")}),
              Not(Contains("/users/ada/.local/share/uv/tools/x/lib/python3.11/site-packages")));
}

TEST(Environments, KnowThePersonsOwnProjects) {
  const Invocation invocation =
      invocation_of("uv sync", {}, {{"/project/pyproject.toml", "[project]\nname = \"My.App\"\n"}});
  const Places places = places_of(invocation, *make_plan(invocation), "/run/cache");
  EXPECT_THAT(places.own, Contains("/project"));
  ASSERT_EQ(places.own_projects.size(), 1U);
  EXPECT_EQ(places.own_projects.begin()->second.normalized(), "my-app");
}

}  // namespace
}  // namespace tomme::guard
