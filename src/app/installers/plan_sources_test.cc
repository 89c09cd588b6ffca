#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/installers/plan_testing.h"

/// Sources that no command line names: settings, scripts, records, variables and another Python.
namespace tomme::guard {
namespace {

using ::testing::HasSubstr;

class SourceRefusedWithProof : public ::testing::TestWithParam<Way> {};

TEST_P(SourceRefusedWithProof, ElseNoted) {
  expect_refused_with_proof(GetParam());
}

const char* const kScript = "# /// script\n# dependencies = ['six @ file:///six.whl']\n# ///\nprint(1 / 2)\n";

// The pip.conf of the Python that really runs.
const char* const kLinks = "[install]\nfind-links=/links\n";
const char* const kShim = "#!/usr/bin/env bash\nexec e3/bin/pip \"$@\"\n";

// uv sees what words name from where it works, not from the project.
INSTANTIATE_TEST_SUITE_P(
    UvsFolders, SourceRefusedWithProof,
    ::testing::Values(
        Way{"uv pip install --project sub -r r.txt", {}, {{"/project/r.txt", "./x.whl"}}, "./x.whl"},
        Way{"uv pip install -r r.txt", {{"UV_PROJECT", "sub"}}, {{"/project/r.txt", "./x.whl"}}, "./x.whl"},
        Way{"uv pip install -r r.txt --directory sub", {}, {{"/project/sub/r.txt", "./x.whl"}}, "./x.whl"},
        Way{"uv --directory sub pip install -r r.txt",
            {{"UV_WORKING_DIR", "/other"}},
            {{"/project/sub/r.txt", "./x.whl"}},
            "./x.whl"},
        Way{"uv pip install six",
            {{"UV_WORKING_DIR", "sub"}, {"UV_CONSTRAINT", "r.txt"}},
            {{"/project/sub/r.txt", "./x.whl"}},
            "./x.whl"}));

INSTANTIATE_TEST_SUITE_P(
    PipsPython, SourceRefusedWithProof,
    ::testing::Values(
        Way{"pip --python e2/bin/python install six",
            {},
            {{"/project/e2/bin/python", "\x7f"}, {"/project/e2/pip.conf", kLinks}},
            "/project/e2/pip.conf"},
        Way{"pip --python=e2 install six", {}, {{"/project/e2/pip.conf", kLinks}}, "/project/e2/pip.conf"},
        Way{"pip install --pytho /e2 six", {}, {{"/e2/pip.conf", kLinks}}, "/e2/pip.conf"},
        Way{"pip install six", {{"PIP_PYTHON", "/e2"}}, {{"/e2/pip.conf", kLinks}}, "/e2/pip.conf"},
        Way{"pip install six", {{"PYTHONHOME", "/h:/e"}}, {{"/h/pip.conf", kLinks}}, "/h/pip.conf"},
        Way{"pip install six",
            {{"PATH", "/z:/bin"}},
            {{"/bin/pip", "#!/usr/bin/env -S python3 -I\n"},
             {"/z/python3", "#!/e/bin/python3\n"},
             {"/e/bin/python3", "\x7f"},
             {"/e/pip.conf", kLinks}},
            "/e/pip.conf"},
        Way{"/x/bin/pip install six",
            {},
            {{"/x/bin/pip", "#!/bin/sh\n'''exec' \"/a b/bin/python\" \"$0\" \"$@\"\n' '''\n"},
             {"/a b/bin/python", "\x7f"},
             {"/a b/pip.conf", kLinks}},
            "/a b/pip.conf"},
        Way{"pip install six", {{"PATH", "/z"}}, {{"/z/pip", kShim}}, "cannot be told before the start"},
        Way{"z/pip download six", {}, {{"/project/z/pip", kShim}}, "/project/z/pip"},
        Way{"timeout 5 z/pip install six", {}, {{"/project/z/pip", kShim}}, "/project/z/pip"},
        Way{"python -m pip install six", {{"PATH", "/z"}}, {{"/z/python", kShim}}, "/z/python"},
        Way{"pip --python z/python install six", {}, {{"/project/z/python", kShim}}, "/project/z/python"},
        Way{"py -m pip install six", {{"PATH", "/z"}}, {{"/z/py", "\x7f"}}, "/z/py"},
        Way{"pip install six", {{"PATH", "/z"}}, {{"/z/pip", "#!/bin/sh\nexec /e/bin/pip\n"}}, "/z/pip"},
        Way{"uv run pip install six", {}, {}, "the settings of a Python"},
        Way{"poetry run python -m pip install six", {}, {}, "the settings of a Python"}));

// What the command itself sets for the installer that it starts.
INSTANTIATE_TEST_SUITE_P(
    Variables, SourceRefusedWithProof,
    ::testing::Values(Way{"env PIP_FIND_LINKS=/w pip install six", {}, {}, "PIP_FIND_LINKS"},
                      Way{"timeout 5 env UV_FIND_LINKS=/w uv pip install six", {}, {}, "UV_FIND_LINKS"},
                      Way{"env HOME=/h pip install six",
                          {},
                          {{"/h/.config/pip/pip.conf", kLinks}},
                          "/h/.config/pip/pip.conf"},
                      Way{"uv run env UV_FIND_LINKS=/w uv pip install six", {}, {}, "UV_FIND_LINKS"},
                      Way{"uv run --env-file e uv pip install six",
                          {},
                          {{"/project/e", "# c\nHTTPS_PROXY=http://p\nexport UV_FIND_LINKS = \"/w\"\n"}},
                          "UV_FIND_LINKS"},
                      Way{"uv run uv pip install six",
                          {{"UV_ENV_FILE", "e"}},
                          {{"/project/e", "UV_FIND_LINKS=/w"}},
                          "UV_FIND_LINKS"},
                      Way{"uv run --env-file e uv pip install six", {}, {}, "variables that cannot be read"},
                      Way{"pdm run --env-file e uv pip install six",
                          {},
                          {{"/project/e", "UV_FIND_LINKS=/w"}},
                          "UV_FIND_LINKS"},
                      Way{"pdm run --env UV_FIND_LINKS=/w uv pip install six", {}, {}, "UV_FIND_LINKS"}));

const char* const kReceipt =
    "[tool]\nrequirements=[{name='tooly'}]\n[tool.options]\nno-index=true\nfind-links=['file:///links']\n";

INSTANTIATE_TEST_SUITE_P(
    Receipts, SourceRefusedWithProof,
    ::testing::Values(
        Way{"uv tool upgrade --reinstall tooly",
            {},
            {{"/users/ada/.local/share/uv/tools/tooly/uv-receipt.toml", kReceipt}},
            "files from file:///links"},
        Way{"uv tool upgrade --all",
            {{"UV_TOOL_DIR", "/t"}},
            {{"/t/tooly/uv-receipt.toml", kReceipt}},
            "/t/tooly/uv-receipt.toml"},
        Way{"uv tool upgrade x Tooly==2",
            {{"XDG_DATA_HOME", "/d"}},
            {{"/d/uv/tools/tooly/uv-receipt.toml", "[tool]\nrequirements=[{name='tooly', path='/x.whl'}]\n"}},
            "a local path (/x.whl)"},
        Way{"uv tool upgrade tooly",
            {{"UV_TOOL_DIR", "t"}},
            {{"/project/t/tooly/uv-receipt.toml",
              "[tool]\noverrides=[{name='x', git='https://h.test/x'}]\n"}},
            "a checkout"},
        Way{"uv tool upgrade tooly",
            {{"UV_TOOL_DIR", "/t"}},
            {{"/t/tooly/uv-receipt.toml", "[tool]\nrequirements=[{name='x', editable='/x'}]\n"}},
            "a source tree (/x)"},
        Way{"uv tool upgrade tooly",
            {{"UV_TOOL_DIR", "/t"}},
            {{"/t/tooly/uv-receipt.toml", "[tool]\nrequirements=['x @ file:///x.whl']\n"}},
            "x.whl"}));

INSTANTIATE_TEST_SUITE_P(
    Pipx, SourceRefusedWithProof,
    ::testing::Values(
        Way{"pipx install --backend pip --pip-args=-f/links six", {}, {}, "files from /links"},
        Way{"pipx install /x.whl", {}, {}, "pipx install: a local path (/x.whl)"},
        Way{"pipx install six git+https://h.test/x", {}, {}, "a checkout"},
        Way{"pipx install --preinstall ./x.whl six", {}, {}, "a local path (./x.whl)"},
        Way{"pipx install --lock l.txt six", {}, {{"/project/l.txt", "./x.whl"}}, "./x.whl"},
        Way{"pipx install a.py", {}, {{"/project/a.py", kScript}}, "six.whl"},
        Way{"pipx inject venv -r r.txt", {}, {{"/project/r.txt", "./x.whl"}}, "./x.whl"},
        Way{"pipx inject ./venv ./x.whl", {}, {}, "(./x.whl)"},
        Way{"pipx run --spec ./x.whl x", {}, {}, "(./x.whl)"},
        Way{"pipx run https://h.test/a.py", {}, {}, "read only after the start"},
        Way{"pipx run --with ./x.whl six", {}, {}, "(./x.whl)"},
        Way{"pipx install six", {{"PIP_FIND_LINKS", "/links"}}, {}, "PIP_FIND_LINKS"},
        Way{"pipx install six", {{"UV_FIND_LINKS", "/links"}}, {}, "UV_FIND_LINKS"},
        Way{"pipx manifest sync tools.toml", {}, {}, "manifest"},
        Way{"pipx upgrade six",
            {},
            {{"/users/ada/.local/share/pipx/venvs/six/pipx_metadata.json",
              R"({"main_package":{"package_or_url":"six","pip_args":["--find-links","/links"]}})"}},
            "files from /links"},
        Way{"pipx reinstall-all",
            {{"PIPX_HOME", "/p"}},
            {{"/p/venvs/six/pipx_metadata.json",
              R"({"injected_packages":{"x":{"package_or_url":"/x.whl","pip_args":[]}}})"}},
            "a local path (/x.whl)"}));

INSTANTIATE_TEST_SUITE_P(
    Scripts, SourceRefusedWithProof,
    ::testing::Values(
        Way{"uv pip install -r a.py", {}, {{"/project/a.py", kScript}}, "six.whl"},
        Way{"uv pip sync a.pyw", {}, {{"/project/a.pyw", kScript}}, "six.whl"},
        Way{"uv pip install -r a", {}, {{"/project/a", kScript}}, "six.whl"},
        Way{"uv run --with-requirements a.py true", {}, {{"/project/a.py", kScript}}, "six.whl"},
        Way{"uv run --with-requirements sub/a.Py true", {}, {{"/project/sub/a.Py", kScript}}, "six.whl"},
        Way{"uv tool install --with-requirements a.py x", {}, {{"/project/a.py", kScript}}, "six.whl"},
        Way{"uv add -r a.py", {}, {{"/project/a.py", kScript}}, "six.whl"},
        Way{"uv run a.PY", {}, {{"/project/a.PY", kScript}}, "six.whl"},
        Way{"uv run a.PyW", {}, {{"/project/a.PyW", kScript}}, "six.whl"},
        Way{"uv run a.py",
            {},
            {{"/project/a.py", "x = 1\r# /// script\r# dependencies = ['./six.whl']\r# ///\r"}},
            "six.whl"},
        // Settings and project of the target's own folder count.
        Way{"uv run sub/a.py",
            {},
            {{"/project/sub/a.py", ""}, {"/project/sub/uv.toml", "find-links=['/w']"}},
            "/project/sub/uv.toml"},
        Way{"uv run sub/a.py",
            {},
            {{"/project/sub/a.py", ""},
             {"/project/sub/pyproject.toml",
              "[project]\nname='p'\ndependencies=['six @ file:///six.whl']\n"}},
            "six.whl"},
        Way{"uv run -", {}, {}, "a script from standard input"},
        Way{"uv run --script -", {}, {}, "a script from standard input"},
        Way{"uv run -s /dev/fd/63", {}, {}, "cannot be read before the start"},
        // Its dependencies are unknown even where its host is judged.
        Way{"uv run https://files.pythonhosted.org/a.py", {}, {}, "read only after the start"},
        Way{"uv run --script https://u:secret@pypi.org/a.py", {}, {}, "read only after the start"},
        Way{"pip install --requirements-from-script a", {}, {}, "cannot be read before the start"},
        Way{"pip install -r a.py", {}, {{"/project/a.py", "six @ file:///six.whl\n"}}, "six.whl"}));

// Requirements that settings add to any resolution.
INSTANTIATE_TEST_SUITE_P(
    UvSettings, SourceRefusedWithProof,
    ::testing::Values(
        Way{"uv pip install six",
            {},
            {{"/project/uv.toml", "override-dependencies=['six @ file:///six.whl']\n"}},
            "/project/uv.toml, override-dependencies"},
        Way{"uv pip install six",
            {},
            {{"/users/ada/.config/uv/uv.toml", "constraint-dependencies=['six @ file:///six.whl']\n"}},
            "/users/ada/.config/uv/uv.toml, constraint-dependencies"},
        Way{"uv tool install six",
            {},
            {{"/etc/uv/uv.toml", "build-constraint-dependencies=['six @ file:///six.whl']\n"}},
            "build-constraint-dependencies"},
        Way{"uv pip install six",
            {},
            {{"/project/pyproject.toml", "[tool.uv]\noverride-dependencies=['six @ file:///six.whl']\n"}},
            "[tool.uv], override-dependencies"},
        Way{"uv pip install p",
            {},
            {{"/project/pyproject.toml",
              "[tool.uv.extra-build-dependencies]\np=['six @ file:///six.whl']\n"}},
            "extra-build-dependencies"},
        Way{"uv pip install p",
            {},
            {{"/project/uv.toml",
              "[pip.extra-build-dependencies]\np=[{requirement='six @ file:///six.whl', "
              "match-runtime=true}]\n"}},
            "pip.extra-build-dependencies"},
        Way{"uv pip install p",
            {},
            {{"/project/uv.toml",
              "[[dependency-metadata]]\nname='p'\nrequires-dist=['six @ file:///six.whl']\n"}},
            "[[dependency-metadata]]"},
        Way{"uv run a.py",
            {},
            {{"/project/a.py",
              "# /// script\n# [tool.uv]\n# override-dependencies = ['six @ file:///six.whl']\n# ///\n"}},
            "[tool.uv], override-dependencies"},
        Way{"pdm install",
            {{"PDM_USE_UV", "1"}},
            {{"/project/uv.toml", "override-dependencies=['six @ file:///six.whl']\n"}},
            "override-dependencies"}));

INSTANTIATE_TEST_SUITE_P(
    Poetry, SourceRefusedWithProof,
    ::testing::Values(
        Way{"poetry self install",
            {},
            {{"/users/ada/.config/pypoetry/pyproject.toml",
              "[tool.poetry.group.additional.dependencies]\nx={path='/x.whl'}\n"}},
            "a local path (/x.whl)"},
        Way{"poetry self update",
            {{"POETRY_CONFIG_DIR", "/c"}},
            {{"/c/pyproject.toml", "[tool.poetry]\n"},
             {"/c/poetry.lock", "[[package]]\nname='x'\n[package.source]\ntype='file'\nurl='/x.whl'\n"}},
            "/c/poetry.lock, x"},
        Way{"poetry install",
            {},
            {{"/project/pyproject.toml", "[tool.poetry]\n[build-system]\nrequires=['x @ file:///x.whl']\n"}},
            "build-system.requires"},
        Way{"poetry install",
            {},
            {{"/project/pyproject.toml", "[[tool.poetry.source]]\nname='l'\nurl='file:///w'\n"}},
            "an index that is not on the network (file:///w)"}));

INSTANTIATE_TEST_SUITE_P(
    Pdm, SourceRefusedWithProof,
    ::testing::Values(
        Way{"pdm install",
            {},
            {{"/project/pyproject.toml", "[tool.pdm.resolution.overrides]\nsix='file:///six.whl'\n"}},
            "[tool.pdm.resolution.overrides]"},
        Way{"pdm lock",
            {{"PDM_OVERRIDE", "c.txt"}},
            {{"/project/c.txt", "six @ file:///six.whl\n"}},
            "/project/c.txt"},
        Way{"pdm install --no-self",
            {},
            {{"/project/pyproject.toml", "[tool.pdm.options]\ninstall=['--override','c.txt']\n"},
             {"/project/c.txt", "six @ file:///six.whl\n"}},
            "/project/c.txt"},
        Way{"pdm -p sub add -q six",
            {},
            {{"/project/sub/pyproject.toml", "[tool.pdm.options]\nadd=['./six.whl']\n"}},
            "a local path (./six.whl)"},
        Way{"pdm install --plugins",
            {},
            {{"/project/pyproject.toml", "[tool.pdm]\nplugins=['six @ file:///six.whl']\n"}},
            "plugins"},
        Way{"pdm install",
            {},
            {{"/project/pyproject.toml", "[tool.pdm.workspace]\nmembers=['packages/*']\n"},
             {"/project/packages/b/pyproject.toml",
              "[project]\nname='b'\ndependencies=['six @ file:///six.whl']\n"}},
            "six.whl"},
        Way{"pdm -p packages/b install",
            {},
            {{"/project/pyproject.toml",
              "[project]\nname='p'\ndependencies=['six @ "
              "file:///six.whl']\n[tool.pdm.workspace]\nmembers=['packages/*']\n"},
             {"/project/packages/b/pyproject.toml", "[project]\nname='b'\n"}},
            "six.whl"},
        Way{"pdm install -g",
            {},
            {{"/users/ada/.config/pdm/global-project/pyproject.toml",
              "[project]\ndependencies=['six @ file:///six.whl']\n"}},
            "six.whl"},
        Way{"pdm install",
            {},
            {{"/users/ada/.config/pdm/config.toml", "[global_project]\nfallback=true\npath='/g'\n"},
             {"/g/pyproject.toml", "[project]\ndependencies=['six @ file:///six.whl']\n"}},
            "six.whl"},
        Way{"pdm setup",
            {},
            {{"/project/pyproject.toml", "[tool.pdm.scripts]\nsetup='pip install ./six.whl'\n"}},
            "six.whl"},
        Way{"pdm run setup",
            {},
            {{"/project/pyproject.toml", "[tool.pdm.scripts]\nsetup={shell='pip install ./six.whl'}\n"}},
            "six.whl"}));

TEST(Plan, VariablesOfAShellCommandCount) {
  Invocation invocation = invocation_of("sh -c");
  invocation.argv.emplace_back("export PIP_FIND_LINKS=/w; pip install six");
  const Result<Plan> plan = make_plan(invocation);
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_THAT(plan->notes, ::testing::Contains(HasSubstr("files from /w")));
}

TEST(Plan, PipsPythonIsFound) {
  const Files files{{"/bin/pip", "#!/usr/bin/python3\n"},
                    {"/usr/bin/python3", "\x7f"},
                    {"/venv/bin/python", "\x7f"},
                    {"/venv/bin/pip", "#!/venv/bin/python\n"},
                    {"/opt/py/pip.conf", kLinks},
                    {"/z/pip", kShim},
                    {"/long/bin/pip", "#!/bin/sh\n'''exec' /venv/bin/python \"$0\" \"$@\"\n' '''\n"}};
  const auto plan_of = [&](std::string_view command, Environment environment) {
    environment.emplace("PATH", "/bin:/usr/bin");
    Invocation invocation = invocation_of(command, std::move(environment), files);
    invocation.proof_required = true;
    // As links are on a disk: this Python is another one's.
    invocation.resolve = [](const std::string& path) {
      return path == "/usr/bin/python3" ? "/usr/bin/python3.11" : path;
    };
    return make_plan(invocation);
  };
  for (const char* command :
       {"pip install six", "python3 -m pip install six", "/venv/bin/pip install six",
        "/venv/bin/python -m pip install six", "/long/bin/pip install six", "pip --python /venv install six",
        "timeout 5 pip install six", "uv run /venv/bin/pip install six", "z/pip list"}) {
    const Result<Plan> plan = plan_of(command, {});
    EXPECT_TRUE(plan.has_value()) << command << ": " << plan.error().message();
  }
  // The user's own word that there is nothing to read.
  EXPECT_TRUE(plan_of("/z/pip install six", {{"PIP_CONFIG_FILE", "/dev/null"}}));
  EXPECT_TRUE(plan_of("uv run pip install six", {{"PIP_CONFIG_FILE", "/dev/null"}}));
  const Result<Plan> shim = plan_of("/z/pip install six", {});
  ASSERT_FALSE(shim);
  EXPECT_THAT(shim.error().hint(), HasSubstr("PIP_CONFIG_FILE"));
}

TEST(Plan, LinksToAPythonAreFollowed) {
  Invocation invocation = invocation_of("/usr/local/bin/python3 -m pip install six", {},
                                        {{"/usr/local/bin/python3", "\x7f"}, {"/opt/py/pip.conf", kLinks}});
  invocation.proof_required = true;
  EXPECT_TRUE(make_plan(invocation));
  invocation.resolve = [](const std::string&) { return "/opt/py/bin/python3.12"; };
  const Result<Plan> plan = make_plan(invocation);
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error().message(), HasSubstr("/opt/py/pip.conf"));
}

}  // namespace
}  // namespace tomme::guard
