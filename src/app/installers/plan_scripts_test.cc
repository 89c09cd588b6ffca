#include <algorithm>

#include "app/installers/plan_testing.h"

// What scripts in the settings of PDM, hatch and pipenv start: whatever shape they have, and whatever starts
// them.
namespace tomme::guard {
namespace {

using ::testing::HasSubstr;

Files pyproject(const std::string& text, Files more = {}) {
  more["/project/pyproject.toml"] = "[project]\nname='p'\nversion='1'\n" + text;
  return more;
}
Files pdm(const std::string& scripts, Files more = {}) {
  return pyproject("[tool.pdm.scripts]\n" + scripts + "\n", std::move(more));
}
Files hatch(const std::string& text, Files more = {}) {
  return pyproject("[tool.hatch.envs.default]\n" + text + "\n", std::move(more));
}
Files pipfile(const std::string& scripts, const std::string& env = "") {
  return {{"/project/Pipfile", "[scripts]\n" + scripts + "\n"},
          {"/project/.env", env},
          {"/project/r.txt", "-r ${REQ}.txt\n"},
          {"/project/good.txt", "six\n"},
          {"/project/${REQ}.txt", "six\n"},
          {"/project/other.txt", "x @ https://h.test/x.whl\n"}};
}

const char* const kHead = "# /// script\n# dependencies = ['x @ https://h.test/x.whl']\n# ///\n";
const Files kPython{{"/project/s.py", kHead}};

class ScriptThatCannotCarryProof : public ::testing::TestWithParam<Way> {};
TEST_P(ScriptThatCannotCarryProof, IsRefusedByName) {
  expect_refused_with_proof(GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    OfPdm, ScriptThatCannotCarryProof,
    ::testing::Values(
        Way{"pdm run go", {}, pdm("go=['uv', 'pip', 'install', '-f', '/w', 'six']"), "/w"},
        Way{"pdm run go", {}, pdm("go=['sh', '-c', 'pip install x && y']"), "scripts] go"},
        Way{"pdm run go", {}, pdm("go={cmd=['pip', 1]}"), "shape"},
        Way{"pdm run go", {}, pdm("go=3"), "shape"}, Way{"pdm run go", {}, pdm("go={later='x'}"), "shape"},
        Way{"pdm run go", {}, pdm("go={shell='x', cmd='y'}"), "shape"},
        Way{"pdm run go", {}, pdm("go={composite='x'}"), "shape"},
        Way{"pdm run go", {}, pdm("go={cmd='x', env_file=['x']}"), "shape"},
        Way{"pdm run go", {}, pdm("go='s.py'", kPython), "h.test"},
        Way{"pdm go", {}, pdm("go={cmd='s.py', env={A='b'}}", kPython), "h.test"},
        Way{"pdm run go",
            {},
            pdm("go={cmd=['s.py'], working_dir='d'}", {{"/project/s.py", "x"}, {"/project/d/s.py", kHead}}),
            "h.test"},
        Way{"pdm run go", {}, pdm("go={composite=['s.py a']}", kPython), "h.test"},
        Way{"pdm run python -V", {}, pdm("post_run='s.py'", kPython), "h.test"},
        Way{"pdm lock", {}, pdm("pre_lock={cmd=['s.py']}", kPython), "h.test"},
        Way{"pdm run s.py", {}, kPython, "h.test"},
        Way{"pdm run ~/s.py", {}, {{"/users/ada/s.py", kHead}}, "h.test"},
        Way{"pdm run go", {}, pdm("go='${NAME}.py'"), "variables"},
        Way{"pdm run pip install ${X}", {}, {}, "variables"},
        Way{"pdm run go",
            {},
            pdm("go={composite=['sub -f /w six']}\nsub='pip install six --config-settings x={{args}'"),
            "braces"},
        Way{"pdm run go -f /w", {}, pdm("go='pip install six'"), "/w"},
        Way{"pdm run go -f /w", {}, pdm("go={composite=['pip install {args}', 'pip install six']}"), "/w"},
        Way{"pdm run pre_go", {}, pdm("pre_go='x'\npre_pre_go='pip install -f /w six'"), "/w"},
        Way{"pdm run --env REQ=other go",
            {},
            pdm("go={cmd='pip install -r r.txt', env={REQ='good'}}", pipfile("")),
            "h.test"},
        Way{"pdm run go",
            {},
            pdm("go={composite=['sub'], env={REQ='other'}}\n"
                "sub={cmd='pip install -r r.txt', env={REQ='good'}}",
                pipfile("")),
            "h.test"},
        Way{"pdm run go",
            {},
            pdm("go={cmd='pip install -r r.txt --config-settings REQ=good', env={REQ='other'}}", pipfile("")),
            "REQ"},
        Way{"pdm run go",
            {},
            pdm("go={cmd='pip install -r r.txt', env={REQ='${NOPE:-other}'}}", pipfile("")),
            "REQ"},
        Way{"pdm run go",
            {},
            pdm("go={cmd='pip install -r r.txt', env_file='.env'}", pipfile("", "REQ=${NOPE:-other}\n")),
            "REQ"}));

INSTANTIATE_TEST_SUITE_P(
    OfHatch, ScriptThatCannotCarryProof,
    ::testing::Values(
        Way{"hatch run s.py a", {}, hatch("", kPython), "h.test"},
        Way{"hatch run s.py",
            {},
            {{"/project/s.py",
              "# /// script\n# [tool.hatch]\n# dependencies=['x @ https://h.test/x.whl']\n# ///\n"}},
            "h.test"},
        Way{"hatch env run -- pip install -f /w six", {}, hatch(""), "/w"},
        Way{"hatch env run -e test go",
            {},
            pyproject("[tool.hatch.envs.test.scripts]\ngo='pip install -f /w six'\n"),
            "/w"},
        Way{"hatch run +py=3.11 test:go",
            {},
            pyproject("[tool.hatch.envs.test.scripts]\ngo='pip install -f /w six'\n"),
            "/w"},
        Way{"hatch run :go", {}, pyproject("[tool.hatch.scripts]\ngo='pip install -f /w six'\n"), "/w"},
        Way{"hatch test",
            {},
            pyproject("[tool.hatch.envs.hatch-test.scripts]\nrun='pip install -f /w six'\n"),
            "words of its own"},
        Way{"hatch test",
            {},
            pyproject("[tool.hatch.envs.hatch-test]\nextra-args=['-f', '/w']\n"
                      "scripts={run='pip install six{env:HATCH_TEST_ARGS:}'}\n"),
            "words of its own"},
        Way{"hatch later", {}, hatch(""), "hatch later"},
        Way{"hatch -p other run go", {}, hatch(""), "--project"},
        Way{"hatch run go", {}, hatch("extra-scripts={go='pip install -f /w six'}"), "/w"},
        Way{"hatch run go", {}, hatch("scripts=['go']"), "shape"},
        Way{"hatch run go", {}, hatch("scripts={go=[{later='x'}]}"), "shape"},
        Way{"hatch run go", {}, hatch("overrides.platform.linux.scripts=['go=pip install -f /w six']"), "/w"},
        Way{"hatch run go",
            {},
            hatch("overrides.env.CI.set-extra-scripts=[{key='go', value='pip install -f /w six'}]"),
            "/w"},
        Way{"hatch run go",
            {},
            hatch("overrides.platform.linux.pre-install-commands=[{value='pip install -f /w six'}]"),
            "/w"},
        Way{"hatch run go", {}, hatch("overrides.platform.linux.scripts={go={later='x'}}"), "shape"},
        Way{"hatch run go",
            {},
            hatch("overrides.platform.linux.env-vars=['PIP_FIND_LINKS=/w']\nscripts={go='x'}"),
            "/w"},
        Way{"hatch run go", {}, hatch("overrides.platform.linux.workspace.members=['x']"), "sometimes"},
        Way{"hatch run go", {}, hatch("scripts={go='sub -f /w', sub='pip install six'}"), "/w"},
        Way{"hatch run go", {}, hatch("scripts={go='- sub -f /w', sub='pip install six'}"), "/w"},
        Way{"hatch run go -f /w", {}, hatch("scripts={go='sub', sub='pip install six {args}'}"), "/w"},
        Way{"hatch run go", {}, hatch("scripts={go='{env:NOPE:pip} install six'}"), "braces"},
        Way{"hatch run go", {}, hatch("scripts={a='b', b='a', go='a'}"), "too deeply"},
        Way{"hatch version",
            {},
            pyproject("[tool.hatch.env]\nrequires=['x @ https://h.test/x.whl']\n"),
            "h.test"},
        Way{"hatch build",
            {},
            pyproject("[tool.hatch.build.hooks.custom]\ndependencies=['x @ https://h.test/x.whl']\n"),
            "h.test"},
        Way{"hatch run go", {}, pyproject("[tool.hatch.env.collectors.custom]\n"), "collectors.custom"},
        Way{"hatch run go", {}, pyproject("[tool.hatch.sources]\nsix={path='six'}\n"), "sources.six.path"},
        Way{"hatch run go", {}, hatch("type='later'"), "type"},
        Way{"hatch run go",
            {},
            hatch("env-vars={REQ='other'}\nscripts={go='pip install -r r.txt'}", pipfile("")),
            "h.test"},
        Way{"hatch run go",
            {},
            hatch("env-vars={REQ='{env:X:other}'}\nscripts={go='pip install -r r.txt'}", pipfile("")),
            "REQ"},
        Way{"hatch run go", {}, hatch("env-vars={PIP_FIND_LINKS='{env:X:/w}'}"), "PIP_FIND_LINKS"},
        Way{"hatch run go",
            {},
            hatch("locked=true", {{"/project/pylock.toml",
                                   "lock-version='1.0'\n[[packages]]\nname='six'\nvcs={type='git', "
                                   "url='https://g.test/x'}\n"}}),
            "g.test"}));

INSTANTIATE_TEST_SUITE_P(
    OfPipenv, ScriptThatCannotCarryProof,
    ::testing::Values(
        Way{"pipenv run go -f /w six", {}, pipfile("go='pip install six'"), "/w"},
        Way{"pipenv run go -f /w", {}, pipfile("go=['true', 'pip install six']"), "/w"},
        Way{"pipenv run go", {}, pipfile("go=['pip install -f /w six', 'true']"), "/w"},
        Way{"pipenv run go", {}, pipfile("go={later='x'}"), "shape"},
        Way{"pipenv run go", {}, pipfile("go='pip install \"$X\"'"), "scripts] go"},
        Way{"pipenv run pip install $X", {}, {}, "variables"},
        Way{"pipenv run go", {}, pipfile("go='pip install -r r.txt'", "REQ=other\n"), "h.test"},
        Way{"pipenv run pip install -r r.txt", {}, pipfile("", "export REQ='other'\n"), "h.test"},
        Way{"pipenv run go", {}, pipfile("go='pip install -r r.txt'", "REQ=${X:-other}\n"), "REQ"},
        Way{"pipenv run go", {}, pipfile("go='pip install -r r.txt'", "A=\"\nREQ=good\n\"\n"), "cannot tell"},
        Way{"pipenv run go", {}, pipfile("go='pip install -r r.txt'", "REQ=good # x\n"), "REQ"}));

/// Ordinary scripts are refused by no demand.
class HonestScript : public ::testing::TestWithParam<Way> {};
TEST_P(HonestScript, IsNotRefused) {
  Invocation invocation = invocation_of(GetParam().command, GetParam().environment, GetParam().files);
  for (const bool required : {false, true}) {
    invocation.proof_required = required;
    const Result<Plan> plan = make_plan(invocation);
    EXPECT_TRUE(plan) << plan.error().message();
    invocation.expected.insert(*ProjectName::parse("certifi"));
  }
}

const char* const kHonestHead = "# /// script\n# dependencies = ['six']\n# ///\n";

INSTANTIATE_TEST_SUITE_P(
    Scripts, HonestScript,
    ::testing::Values(
        Way{"pdm run test -k x",
            {},
            pdm("test={cmd=['pytest', '{args:tests}'], env={A='b c'}, help='h'}"),
            ""},
        Way{"pdm run all",
            {},
            pdm("_={env_file='.env', env={B='${HOME}'}}\nlint='ruff check {args:src}'\n"
                "test={shell='pytest', keep_going=true}\nall={composite=['lint {args}', 'test']}",
                {{"/project/.env", "KEY=\"a$b#c\"\nURL=https://u.test/?a=b c\n"}}),
            ""},
        Way{"pdm run docs.py", {}, pdm("docs='docs.py build'", {{"/project/docs.py", "print(1)"}}), ""},
        Way{"pdm run docs", {}, pdm("docs='docs.py build'", {{"/project/docs.py", kHonestHead}}), ""},
        Way{"pdm run json", {}, pdm("json='''python -c \"print({})\"'''"), ""},
        Way{"hatch run s.py --x", {}, hatch("", {{"/project/s.py", kHonestHead}}), ""},
        Way{"hatch run s.py", {}, hatch("", {{"/project/s.py", "print(1)"}}), ""},
        Way{"hatch test -c", {}, pyproject("[tool.hatch.envs.hatch-test]\nextra-dependencies=['six']\n"), ""},
        Way{"hatch test",
            {},
            pyproject("[tool.hatch.envs.hatch-test.scripts]\nrun='pytest{env:HATCH_TEST_ARGS:} {args}'\n"
                      "[tool.hatch.envs.default.scripts]\ndev='a && b'\n"),
            ""},
        Way{"hatch fmt --check", {}, pyproject("[tool.hatch.format]\nconfig-path='ruff.toml'\n"), ""},
        Way{"hatch env run -e types check",
            {},
            pyproject(
                "[tool.hatch.envs.types]\nextra-dependencies=['mypy']\n[tool.hatch.envs.types.scripts]\n"
                "check='mypy {args:{root}/src tests}'\n"),
            ""},
        Way{"hatch run test:cov -x",
            {},
            pyproject(
                "[tool.hatch.version]\npath='src/p/__about__.py'\n[tool.hatch.build]\ndirectory='dist'\n"
                "[tool.hatch.build.hooks.vcs]\nversion-file='src/p/_version.py'\n"
                "[tool.hatch.build.targets.sdist]\ninclude=['/src']\n"
                "[[tool.hatch.envs.test.matrix]]\npython=['3.11', '3.12']\ndjango=['4']\n"
                "[tool.hatch.envs.test.overrides]\nmatrix.django.dependencies=['django~=4.2']\n"
                "matrix.django.env-vars='DJANGO=4'\n[tool.hatch.envs.test]\nenv-vars={A='{env:HOME}'}\n"
                "[tool.hatch.envs.test.scripts]\ntest='coverage run -m pytest {args:tests}'\n"
                "cov=['test', '- coverage combine', 'coverage report']\n"),
            ""},
        Way{"hatch run get a",
            {},
            pyproject("[tool.hatch.envs.default.scripts]\nget='python -m mypkg {args} {matrix:x:-q}'\n"),
            ""},
        Way{"hatch run lint",
            {},
            pyproject("[tool.hatch.env]\nrequires=['hatch-mkdocs']\n[tool.hatch.envs.default]\n"
                      "installer='uv'\ntype='virtual'\npath='.venv'\n[tool.hatch.envs.default.scripts]\n"
                      "lint='ruff check {args:.}'\n"),
            ""},
        Way{"pipenv run test -k x",
            {},
            pipfile("test='pytest -q'\nall=['ruff .', 'pytest']",
                    "KEY='a b'\nX=\"${HOME}\"\nJSON={\"a\": 1}\n"),
            ""},
        Way{"pipenv run python -c $x", {}, pipfile("", "# c\nexport A=b\n"), ""},
        Way{"pipenv run uv pip install -r r.txt", {}, pipfile("", "REQ=good\nNAME=\"a b\"\nBARE\n"), ""}));

TEST(Plan, WhatAnOverrideOfHatchSetsMustNotLeadAround) {
  const Result<Plan> plan =
      make_plan(invocation_of("hatch run go", {}, hatch("overrides.platform.linux.env-vars=['NO_PROXY=*']")));
  ASSERT_FALSE(plan);
  EXPECT_TRUE(plan.error().is(kGuardSetting));
  EXPECT_THAT(plan.error().message(), HasSubstr("NO_PROXY"));
}

/// `a` starts `b` so many times, and each of those `c`.
std::string times(std::string_view name, std::size_t count) {
  std::string list = "[";
  for (std::size_t i = 0; i < count; ++i) list += "'" + std::string(name) + "',";
  return list + "]";
}

TEST(Plan, ScriptsThatStartVeryManyCommandsAreNotLookedThrough) {
  for (const std::size_t count : {std::size_t{20}, std::size_t{40}}) {
    const std::string b = times("b", count);
    const std::string c = times("c", count);
    Invocation of_hatch =
        invocation_of("hatch run a", {}, hatch("scripts={a=" + b + ", b=" + c + ", c='x'}"));
    of_hatch.proof_required = true;
    EXPECT_EQ(make_plan(of_hatch).has_value(), count == 20);
    const std::string of_pdm = "a={composite=" + b + "}\nb={composite=" + c + "}\nc='x'";
    EXPECT_EQ(make_plan(invocation_of("pdm run a", {}, pdm(of_pdm))).has_value(), count == 20);
  }
}

}  // namespace
}  // namespace tomme::guard
