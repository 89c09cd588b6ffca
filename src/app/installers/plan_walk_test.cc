#include "app/installers/plan_testing.h"

// Sources that settings and locks name in ways of their own, and what nobody knows how to read.
namespace tomme::guard {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class SettingRefusedWithProof : public ::testing::TestWithParam<Way> {};
TEST_P(SettingRefusedWithProof, ElseNoted) {
  expect_refused_with_proof(GetParam());
}

Files project(std::string_view text) {
  return {{"/project/pyproject.toml", "[project]\nname='p'\n" + std::string(text) + "\n"}};
}
Files file(std::string name, std::string text) {
  return {{"/project/" + std::move(name), std::move(text)}};
}
/// A project whose lock this is.
Files lock(const std::string& name, std::string text) {
  Files files = project("[tool.poetry]\n");
  files["/project/" + name] = std::move(text);
  return files;
}

INSTANTIATE_TEST_SUITE_P(
    Builds, SettingRefusedWithProof,
    ::testing::Values(
        Way{"poetry install",
            {},
            project("[tool.poetry.build-constraints]\nsix={helper={path='v/h.whl'}}"),
            "build-constraints, helper"},
        Way{"poetry install",
            {},
            project("[tool.poetry.build-constraints]\nsix={helper={git='https://h.test/x'}}"),
            "a checkout"},
        Way{"uv sync",
            {},
            project("[tool.uv]\nbuild-constraint-dependencies=[{requirement='h @ file:///h', hashes=['x']}]"),
            "build-constraint-dependencies"},
        Way{"uv sync",
            {},
            project("[tool.uv]\noverride-dependencies=[{package={name='a'},dependencies=['h @ file:///h']}]"),
            "override-dependencies"},
        Way{"uv sync", {}, project("[tool.uv]\nconstraint-dependencies=[['h']]"), "does not know"},
        Way{"uv sync",
            {},
            project("[tool.uv.extra-build-variables]\nsix={PYTHONPATH='v'}"),
            "six.PYTHONPATH"},
        Way{"uv sync", {}, project("[tool.uv.extra-build-variables]\nsix={X='/v'}"), "six.X"},
        Way{"uv sync",
            {},
            file("uv.toml", "python-install-mirror='file:///pythons'"),
            "python-install-mirror"}));

const char* const kPackage = "name='six'\nsource={path='v/six.whl'}\n";
INSTANTIATE_TEST_SUITE_P(
    Locks, SettingRefusedWithProof,
    ::testing::Values(
        Way{"uv sync",
            {},
            lock("uv.lock", "[manifest]\nbuild-constraints=[{name='h', path='v/h.whl'}]\n"),
            "v/h.whl"},
        Way{"uv sync", {}, lock("uv.lock", std::string("[[distribution]]\n") + kPackage), "v/six.whl"},
        Way{"uv sync", {}, lock("uv.lock", std::string("[[parcel]]\n") + kPackage), "parcel"},
        Way{"uv sync",
            {},
            lock("uv.lock", "[[package]]\nname='six'\nsource='path+v/six.whl'\n"),
            "an unknown kind"},
        Way{"poetry install", {}, lock("poetry.lock", std::string("[[packages]]\n") + kPackage), "packages"},
        Way{"pdm install", {}, lock("pdm.lock", std::string("[[parcel]]\n") + kPackage), "parcel"},
        Way{"pdm install",
            {},
            lock("pdm.lock", "[[package]]\nname='six'\ndependencies=['h @ file:///h']\n"),
            "file:///h"},
        Way{"pip install -r pylock.toml",
            {},
            file("pylock.toml",
                 "[[packages]]\nname='six'\nwheels=[{url='https://pypi.org/six.whl', path='v/six.whl'}]\n"),
            "v/six.whl"},
        Way{"uv pip sync pylock.toml",
            {},
            file("pylock.toml",
                 "[[packages]]\nname='six'\nsdist={url='https://pypi.org/six.tar.gz', path='v/s.tar.gz'}\n"),
            "v/s.tar.gz"},
        Way{"pip install -r pylock.toml",
            {},
            file("pylock.toml",
                 "[[packages]]\nname='six'\narchive={url='https://pypi.org/six.zip', path='v/six.zip'}\n"),
            "v/six.zip"}));

INSTANTIATE_TEST_SUITE_P(
    Converted, SettingRefusedWithProof,
    ::testing::Values(Way{"pdm install",
                          {},
                          file("pyproject.toml", "[tool.poetry.dependencies]\nsix={path='v/six.whl'}\n"),
                          "v/six.whl"},
                      Way{"pdm install",
                          {},
                          file("pyproject.toml", "[tool.flit.metadata]\nrequires=['six @ file:///s']\n"),
                          "file:///s"},
                      Way{"pdm install",
                          {},
                          file("pyproject.toml", "[tool.flit]\ndependencies=['six @ file:///s']\n"),
                          "file:///s"}));

INSTANTIATE_TEST_SUITE_P(
    Requirements, SettingRefusedWithProof,
    ::testing::Values(
        Way{"pip install -r r.txt",
            {},
            {{"/project/r.txt", "-r pylock.x.toml"}, {"/project/pylock.x.toml", "--find-links v"}},
            "files from v"},
        Way{"pip install -r r.txt",
            {},
            {{"/project/r.txt", "-c pyproject.toml"}, {"/project/pyproject.toml", "-fv = 1\n"}},
            "files from v"},
        Way{"pip install -r pylock.a.b.toml", {}, file("pylock.a.b.toml", "--find-links v"), "files from v"},
        Way{"uv pip install six",
            {},
            {{"/project/uv.toml", "[pip]\ngroup=['v/pyproject.toml:dev']\n"},
             {"/project/v/pyproject.toml", "[dependency-groups]\ndev=['six @ file:///s']\n"}},
            "file:///s"},
        Way{"pip install --requirements-from-script s.py",
            {},
            file("s.py",
                 "  # /// script\n# dependencies = []\n# ///\n\n"
                 "# /// script\n# dependencies = ['six @ file:///s']\n# ///\n"),
            "file:///s"},
        Way{"pip install -r r.txt", {}, file("r.txt", "six @ vendor\n"), "vendor"},
        Way{"uv pip install six@1.0", {}, {}, "a local path (1.0)"}));

// Keys that no reader knows.
INSTANTIATE_TEST_SUITE_P(
    Unknown, SettingRefusedWithProof,
    ::testing::Values(
        Way{"uv sync", {}, project("[tool.uv]\nnews={x={path='v'}}"), "news.x.path"},
        Way{"uv sync", {}, project("[tool.uv]\nnews=['six @ v']"), "[tool.uv] news"},
        Way{"uv pip install six", {}, file("uv.toml", "news=['https://h.test/six.whl']"), "news"},
        Way{"uv sync", {}, project("[tool.uv.sources]\nsix={archive='file:///v'}"), "six.archive"},
        Way{"poetry install", {}, project("[tool.poetry]\nnews={git='v'}"), "news.git"},
        Way{"poetry install", {}, project("[tool.poetry]\n'six @ v'={}"), "six @ v"},
        Way{"poetry install",
            {},
            {{"/project/pyproject.toml", "[project]\n"}, {"/project/poetry.toml", "x='file:v'"}},
            "x"},
        Way{"pdm install", {}, project("[tool.pdm]\nnews={url='v'}"), "news.url"},
        Way{"pdm install", {}, file("pdm.toml", "news='https://h.test/x'"), "news"},
        Way{"uv sync", {}, project("[dependency-groups]\ndev=[{news='x'}]"), "does not know"}));

// The project that is expected, out of the project's own folder.
class OwnSources : public ::testing::TestWithParam<Way> {};
TEST_P(OwnSources, AreRefusedWhereASignerOfThatProjectIsExpected) {
  Invocation invocation = invocation_of(GetParam().command, {}, GetParam().files);
  invocation.expected = {*ProjectName::parse("other")};
  const Result<Plan> plan = make_plan(invocation);
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_THAT(plan->notes, Contains(HasSubstr("the project's own sources")));
  invocation.expected.insert(*ProjectName::parse("demo"));
  const Result<Plan> refused = make_plan(invocation);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(kGuardUnproven));
  EXPECT_THAT(refused.error().message(), HasSubstr(GetParam().names));
}
Files workspace(std::string_view tool) {
  return {{"/project/pyproject.toml",
           "[project]\nname='p'\n[tool." + std::string(tool) + ".workspace]\nmembers=['packages/*']\n"},
          {"/project/packages/x/pyproject.toml", "[project]\nname='Demo'\n"}};
}
INSTANTIATE_TEST_SUITE_P(
    Guard, OwnSources,
    ::testing::Values(
        Way{"uv sync", {}, workspace("uv"), "packages/x"},
        Way{"pdm install", {}, workspace("pdm"), "packages/x"},
        Way{"uv sync", {}, lock("uv.lock", "[[package]]\nname='demo'\nsource={directory='v'}\n"), "(v)"},
        Way{"uv sync", {}, lock("uv.lock", "[[package]]\nname='demo'\nsource={editable='v'}\n"), "(v)"},
        Way{"uv sync",
            {},
            {{"/project/pyproject.toml", "[project]\nname='p'\n"},
             {"/project/v/pyproject.toml", "[project]\nname='demo'\n"},
             {"/project/uv.lock", "[[package]]\nname='m'\nsource={editable='v'}\n"}},
            "(v)"},
        Way{"pip install -r pylock.toml",
            {},
            file("pylock.toml", "[[packages]]\nname='demo'\ndirectory={path='v'}\n"),
            "(v)"}));

TEST(Plan, TheProjectThatIsDevelopedIsANote) {
  Invocation invocation =
      invocation_of("uv sync", {},
                    {{"/project/pyproject.toml", "[project]\nname='demo'\n"},
                     {"/project/uv.lock", "[[package]]\nname='demo'\nsource={editable='.'}\n"}});
  invocation.expected = {*ProjectName::parse("demo")};
  invocation.proof_required = true;
  EXPECT_TRUE(make_plan(invocation));
}

TEST(Plan, AMemberWithoutANameCouldBeAny) {
  Files files = workspace("uv");
  files["/project/packages/x/pyproject.toml"] = "[project]\nversion='1'\n";
  Invocation invocation = invocation_of("uv sync", {}, files);
  invocation.expected = {*ProjectName::parse("demo")};
  EXPECT_FALSE(make_plan(invocation));
}

// What real projects have, and leads nowhere.
TEST(Plan, OrdinarySettingsPassWithProof) {
  const std::vector<std::pair<const char*, Files>> all{
      {"uv sync",
       {{"/project/pyproject.toml",
         "[project]\nname='p'\nurls={Home='https://h.test'}\n"
         "[dependency-groups]\ndev=['six', {include-group='test'}]\ntest=[]\n"
         "[tool.uv]\ncache-keys=[{file='x.toml'}, {git={commit=true}}]\nenvironments=['x == 1']\n"
         "publish-url='https://h.test/up'\npython-install-mirror='https://h.test/py'\n"
         "[tool.uv.build-backend]\nmodule-root='x'\ndata={headers='include'}\n"
         "[tool.uv.sources]\np={workspace=true}\ntorch=[{index='t', marker='x'}]\n"
         "[tool.uv.extra-build-variables]\nflash={SKIP_CUDA='TRUE'}\n"
         "[tool.uv.extra-build-dependencies]\nflash=[{requirement='torch', match-runtime=true}, 'six']\n"
         "[[tool.uv.index]]\nname='t'\nurl='https://h.test/simple'\npublish-url='https://h.test/up'\n"
         "[tool.black]\nurl='https://h.test'\n"},
        {"/project/uv.lock",
         "[manifest]\nmembers=['p']\nconstraints=[{name='six', specifier='>1'}]\n"
         "[[package]]\nname='p'\nsource={virtual='.'}\ndependencies=[{name='six'}]\n"
         "[package.metadata]\nrequires-dist=[{name='six', index='https://h.test/simple'}]\n"
         "[[package]]\nname='six'\nsource={registry='https://h.test/simple'}\n"
         "sdist={url='https://h.test/six.tar.gz'}\nwheels=[{url='https://h.test/six.whl'}]\n"}}},
      {"poetry install",
       {{"/project/pyproject.toml",
         "[tool.poetry]\nname='p'\nhomepage='https://h.test'\nauthors=['Ann <a@h.test>']\n"
         "description='see https://h.test'\ninclude=[{path='x', format='sdist'}]\n"
         "[tool.poetry.urls]\nX='https://h.test'\n[tool.poetry.dependencies]\nsix={version='1'}\n"
         "[tool.poetry.scripts]\nx={reference='b/x', type='file'}\n"
         "[[tool.poetry.source]]\nname='t'\nurl='https://h.test/simple'\n"},
        {"/project/poetry.toml", "[virtualenvs]\npath='/v'\n"},
        {"/project/poetry.lock",
         "[[package]]\nname='six'\ndescription='https://h.test'\nfiles=[{file='six.whl', hash='x'}]\n"
         "[package.dependencies]\nx='>=1'\n[package.source]\ntype='legacy'\nurl='https://h.test/simple'\n"
         "reference='t'\n"}}},
      {"pdm install",
       {{"/project/pyproject.toml",
         "[project]\nname='p'\n[tool.pdm]\nversion={source='file', path='p/v.py'}\n"
         "[tool.pdm.build]\nincludes=['x']\n[tool.pdm.scripts]\nx='curl https://h.test'\n"
         "[tool.pdm.resolution.overrides]\nsix='>=1'\n[[tool.pdm.source]]\nname='t'\n"
         "url='https://h.test/${X}/simple'\n"},
        {"/project/pdm.lock",
         "[[package]]\nname='six'\nsummary='https://h.test'\ndependencies=['x>=1']\n"
         "files=[{file='six.whl', hash='x'}]\n"}}},
      {"pip install -r pylock.toml",
       {{"/project/pylock.toml",
         "[[packages]]\nname='six'\nindex='https://h.test/simple'\n"
         "wheels=[{name='six.whl', url='https://h.test/six.whl'}]\n"
         "attestation-identities=[{kind='GitHub', url='https://h.test'}]\n"}}}};
  for (const auto& [command, files] : all) {
    Invocation invocation = invocation_of(command, {}, files);
    invocation.proof_required = true;
    const Result<Plan> plan = make_plan(invocation);
    EXPECT_TRUE(plan) << command << ": " << plan.error().message();
  }
}

TEST(Plan, BuildsGetNoVariableThatLeadsThemAround) {
  for (const char* name : {"HTTPS_PROXY", "NO_PROXY"}) {
    const Result<Plan> plan = make_plan(invocation_of(
        "uv sync", {}, project("[tool.uv.extra-build-variables]\nsix={" + std::string(name) + "=''}")));
    ASSERT_FALSE(plan);
    EXPECT_TRUE(plan.error().is(kGuardSetting));
  }
  const Result<Plan> around = make_plan(invocation_of("uv sync", {}, file("uv.toml", "no-proxy=['*']")));
  ASSERT_FALSE(around);
  EXPECT_TRUE(around.error().is(kGuardSetting));
}

TEST(Plan, TwoHeadsOfAScriptAreRefused) {
  const std::string head = "# /// script\n# dependencies = []\n# ///\n";
  const auto plan_of = [](const std::string& text) {
    return make_plan(invocation_of("uv run s.py", {}, file("s.py", text)));
  };
  EXPECT_TRUE(plan_of(head));
  EXPECT_TRUE(plan_of("# /// script\nx\n" + head));  // the first is never closed
  const Result<Plan> two = plan_of(head + "\n" + head);
  ASSERT_FALSE(two);
  EXPECT_TRUE(two.error().is(kGuardConfiguration));
}

TEST(Plan, AProjectNamesNoServiceThatPasses) {
  const std::string text = "[audit]\nmalware-check-url='https://h.test/'\n";
  const Result<Plan> projects = make_plan(invocation_of("uv sync", {}, file("uv.toml", text)));
  ASSERT_TRUE(projects);
  EXPECT_THAT(projects->notes, Contains(HasSubstr("--allow-host")));
  EXPECT_EQ(projects->services.size(), 1U);  // the usual one
  const Result<Plan> users =
      make_plan(invocation_of("uv sync", {}, {{"/users/ada/.config/uv/uv.toml", text}}));
  ASSERT_TRUE(users);
  EXPECT_EQ(users->services.size(), 2U);
}

}  // namespace
}  // namespace tomme::guard
