#include "app/installers/plan_testing.h"

// Ways in which a command hides what it starts, or a word hides where it leads: seen by default, refused by
// name where proof is required.
namespace tomme::guard {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::TestWithParam;

Invocation with_words(std::vector<std::string> argv, Files files = {}, Environment environment = {}) {
  Invocation invocation = invocation_of("x", std::move(environment), std::move(files));
  invocation.argv = std::move(argv);
  return invocation;
}

struct HiddenCommand {
  std::vector<std::string> argv;
  std::string_view names;
};
std::ostream& operator<<(std::ostream& out, const HiddenCommand& hidden) {
  for (const std::string& word : hidden.argv) out << word << " ";
  return out;
}

class CommandThatHidesWhatItStarts : public TestWithParam<HiddenCommand> {};
TEST_P(CommandThatHidesWhatItStarts, IsANoteOrRefusedByName) {
  Invocation invocation = with_words(GetParam().argv);
  const Result<Plan> plan = make_plan(invocation);
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_THAT(plan->notes, Contains(HasSubstr(GetParam().names)));
  Invocation expecting = invocation;
  expecting.expected = {*ProjectName::parse("demo")};
  invocation.proof_required = true;
  for (const Invocation& strict : {invocation, expecting}) {
    const Result<Plan> refused = make_plan(strict);
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().is(kGuardUnproven)) << refused.error().message();
    EXPECT_THAT(refused.error().message(), HasSubstr(GetParam().names));
  }
}
INSTANTIATE_TEST_SUITE_P(
    Guard, CommandThatHidesWhatItStarts,
    ::testing::Values(HiddenCommand{{"sh", "-c", "cd x; pip install demo"}, "sh -c"},
                      HiddenCommand{{"bash", "-c", "pip install $WHAT"}, "bash -c"},
                      HiddenCommand{{"/bin/bash", "-euo", "pipefail", "-c", "pip install demo | cat"},
                                    "bash -c"},
                      HiddenCommand{{"bash", "-lc", "pip install demo"}, "bash -c"},
                      HiddenCommand{{"timeout", "5", "sh", "-c", "pip install demo && true"}, "sh -c"},
                      HiddenCommand{{"sh", "-c", "sh -c 'pip install demo; x'"}, "sh -c"},
                      HiddenCommand{{"sh", "-c", "eval pip install demo"}, "sh -c"},
                      HiddenCommand{{"eval", "pip", "install", "demo"}, "eval"},
                      HiddenCommand{{"xargs", "pip", "install"}, "xargs"},
                      HiddenCommand{{"nice", "xargs", "-n1", "pip", "install"}, "xargs"},
                      HiddenCommand{{"env", "-C", "/x", "pip", "install", "demo"}, "env -C"},
                      HiddenCommand{{"env", "--chdir=/x", "pip", "install", "demo"}, "env --chdir"},
                      HiddenCommand{{"env", "-S", "pip install demo"}, "env -S"},
                      HiddenCommand{{"env", "--split-string=pip install demo"}, "env --split-string"},
                      HiddenCommand{{"nice", "sudo", "pip", "install", "demo"}, "sudo"},
                      HiddenCommand{{"tox", "-e", "py"}, "tox"}, HiddenCommand{{"nox"}, "nox"},
                      HiddenCommand{{"python", "-m", "tox"}, "tox"},
                      HiddenCommand{{"uv", "run", "sh", "-c", "pip install demo; x"}, "sh -c"},
                      HiddenCommand{{"uvx", "tox"}, "tox"}, HiddenCommand{{"pipx", "run", "nox"}, "nox"}));

class PlainCommandInAWrapper : public TestWithParam<std::vector<std::string>> {};
TEST_P(PlainCommandInAWrapper, IsLookedThrough) {
  Invocation invocation = with_words(GetParam());
  invocation.proof_required = true;
  const Result<Plan> plan = make_plan(invocation);
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_THAT(plan->notes, IsEmpty());
  for (std::string& word : invocation.argv) {
    if (const std::size_t at = word.find("demo"); at != std::string::npos)
      word.insert(at, "--find-links /w ");
  }
  if (invocation.argv.back().starts_with("--find-links /w ")) {
    invocation.argv.back() = "demo";
    invocation.argv.insert(invocation.argv.end(), {"--find-links", "/w"});
  }
  const Result<Plan> refused = make_plan(invocation);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("/w"));
}
INSTANTIATE_TEST_SUITE_P(Guard, PlainCommandInAWrapper,
                         ::testing::Values(std::vector<std::string>{"sh", "-c", "pip install demo"},
                                           std::vector<std::string>{"bash", "-ec", "A=B pip install demo"},
                                           std::vector<std::string>{"sh", "-c", "sh -c 'pip install demo'"},
                                           std::vector<std::string>{"env", "A=B", "pip", "install", "demo"},
                                           std::vector<std::string>{"timeout", "5", "pip", "install",
                                                                    "demo"}));

TEST(Plan, AScriptInAFileIsAProgramLikeAnyOther) {
  Invocation invocation = with_words({"sh", "install.sh", "-c"});
  invocation.proof_required = true;
  EXPECT_TRUE(make_plan(invocation));
  invocation.argv = {"make", "sh"};
  EXPECT_TRUE(make_plan(invocation));
  invocation.argv = {"pip", "install", "sh", "-c", "c.txt"};  // a project of that name
  EXPECT_THAT(make_plan(invocation).error().message(), Not(HasSubstr("shell")));
}

// ---- PDM's scripts

class ScriptOfPdm : public TestWithParam<Way> {};
TEST_P(ScriptOfPdm, IsRefusedByNameUnlessItIsOnePlainCommand) {
  expect_refused_with_proof(GetParam());
}
Files pdm_scripts(std::string_view scripts) {
  return {{"/project/pyproject.toml", "[tool.pdm.scripts]\n" + std::string(scripts) + "\n"}};
}
INSTANTIATE_TEST_SUITE_P(
    Guard, ScriptOfPdm,
    ::testing::Values(
        Way{"pdm run a", {}, pdm_scripts("a = 'pip install --find-links /w demo'"), "/w"},
        Way{"pdm run a", {}, pdm_scripts("a = {cmd = 'pip install --find-links /w demo'}"), "/w"},
        Way{"pdm run a",
            {},
            pdm_scripts("a = {cmd = ['pip', 'install', '--find-links', '/w', 'demo']}"),
            "/w"},
        Way{"pdm a", {}, pdm_scripts("a = {cmd = ['pip', 'install', '--find-links', '/w', 'demo']}"), "/w"},
        Way{"pdm run a", {}, pdm_scripts("a = {cmd = ['sh', '-c', 'pip install demo; x']}"), "scripts] a"},
        Way{"pdm run a", {}, pdm_scripts("a = 'pip install {args:--find-links /w demo}'"), "/w"},
        Way{"pdm run a --find-links /w demo", {}, pdm_scripts("a = 'pip install {args}'"), "/w"},
        Way{"pdm run a", {}, pdm_scripts("a = 'pip install $WHAT'"), "scripts] a"},
        Way{"pdm run a", {}, pdm_scripts("a = {shell = 'pip install demo; x'}"), "scripts] a"},
        Way{"pdm run a", {}, pdm_scripts("a = {call = 'm:f'}"), "scripts] a"},
        Way{"pdm run a", {}, pdm_scripts("a = {composite = ['pip install --find-links /w demo']}"), "/w"},
        Way{"pdm run a",
            {},
            pdm_scripts("a = {composite = ['b']}\nb = {shell = 'pip install demo; x'}"),
            "scripts] b"},
        Way{"pdm run a", {}, pdm_scripts("a = 'x'\npre_a = 'pip install --find-links /w demo'"), "/w"},
        Way{"pdm run a", {}, pdm_scripts("a = 'x'\npost_a = {call = 'm:f'}"), "scripts] post_a"},
        Way{"pdm run a", {}, pdm_scripts("a = 'x'\npre_run = {call = 'm:f'}"), "scripts] pre_run"},
        Way{"pdm install",
            {},
            pdm_scripts("post_install = {shell = 'pip install demo; x'}"),
            "scripts] post_install"},
        Way{"pdm sync",
            {},
            pdm_scripts("pre_install = ['x']\npost_lock = {call = 'm:f'}"),
            "scripts] post_lock"},
        Way{"pdm add demo", {}, pdm_scripts("pre_lock = 'pip install --find-links /w demo'"), "/w"}));

TEST(Plan, AScriptOfPdmThatIsOnePlainCommandIsLookedThrough) {
  for (const char* scripts :
       {"a = 'pip install demo'", "a = {cmd = ['pip', 'install', 'demo']}",
        "a = {shell = 'pip install demo'}", "a = {composite = ['b', 'x']}\nb = 'pip list'",
        "a = 'pip install demo'\npost_a = 'x y'\npost_install = 'pre-commit install'"}) {
    Invocation invocation =
        invocation_of("pdm run a", {{"PIP_CONFIG_FILE", "/dev/null"}}, pdm_scripts(scripts));
    invocation.proof_required = true;
    const Result<Plan> plan = make_plan(invocation);
    EXPECT_TRUE(plan) << scripts << ": " << plan.error().message();
  }
  Invocation circle = invocation_of("pdm run a", {}, pdm_scripts("a = {composite = ['a']}"));
  EXPECT_FALSE(make_plan(circle));
}

// ---- uv's bare words

class BareWordForAnIndexOfUv : public TestWithParam<Way> {};
TEST_P(BareWordForAnIndexOfUv, IsAFolderUnlessTheSettingsDefineThatName) {
  expect_refused_with_proof(GetParam());
}
INSTANTIATE_TEST_SUITE_P(
    Guard, BareWordForAnIndexOfUv,
    ::testing::Values(
        Way{"uv pip install --default-index localdir demo", {}, {}, "localdir"},
        Way{"uv pip install --index localdir demo", {}, {}, "localdir"},
        Way{"uv pip install --index x=localdir demo", {}, {}, "localdir"},
        Way{"uv pip install --index-url localdir demo", {}, {}, "localdir"},
        Way{"uv pip install --extra-index-url localdir demo", {}, {}, "localdir"},
        Way{"uv pip install demo", {{"UV_DEFAULT_INDEX", "localdir"}}, {}, "localdir"},
        Way{"uv pip install demo", {{"UV_INDEX", "x=localdir"}}, {}, "localdir"},
        Way{"uv pip install demo", {{"UV_INDEX", "localdir"}}, {}, "localdir"},
        Way{"uv pip install demo", {{"UV_INDEX_URL", "localdir"}}, {}, "localdir"},
        Way{"uv add --index l=localdir demo", {}, {}, "localdir"},
        Way{"uv add --index localdir demo",
            {},
            {{"/project/uv.toml", "[[index]]\nname='other'\nurl='https://c.test/'\n"}},
            "localdir"},
        Way{"uv sync", {}, {{"/project/uv.toml", "[[index]]\nname='x'\nurl='localdir'\n"}}, "localdir"}));

TEST(Plan, ABareWordIsTheIndexThatTheSettingsNameSo) {
  const Files named{
      {"/project/pyproject.toml",
       "[project]\nname='p'\n[[tool.uv.index]]\nname='corp'\nurl='https://corp.test/simple'\n"}};
  for (const char* command : {"uv add --index corp demo", "uv add --default-index corp demo",
                              "uv add --index corp --index l=https://l.test/ demo"}) {
    Invocation invocation = invocation_of(command, {}, named);
    invocation.proof_required = true;
    EXPECT_TRUE(make_plan(invocation)) << command;
  }
  Invocation by_variable =
      invocation_of("uv add --index corp demo", {{"UV_INDEX", "corp=https://corp.test/"}});
  by_variable.proof_required = true;
  EXPECT_TRUE(make_plan(by_variable));
}

bool intercepts(const Invocation& invocation, std::string_view host) {
  const Result<Plan> plan = make_plan(invocation);
  EXPECT_TRUE(plan) << plan.error().message();
  return plan &&
         std::ranges::any_of(plan->intercept, [&](const Origin& o) { return o.authority.host == host; });
}

TEST(Plan, IndexesOfWorkspaceMembersAndOfDependenciesByPathAreRead) {
  const Files files{{"/project/pyproject.toml",
                     "[project]\nname='p'\n[tool.uv.workspace]\nmembers=['m/*']\n"
                     "[tool.uv.sources]\nd={path='../d'}\n"},
                    {"/project/m/a/pyproject.toml",
                     "[project]\nname='a'\n[[tool.uv.index]]\nname='c'\nurl='https://member.test/'\n"},
                    {"/d/pyproject.toml",
                     "[project]\nname='d'\n[[tool.uv.index]]\nname='c'\nurl='https://path.test/'\n"
                     "[tool.uv.sources]\ne={path='../e'}\nd={path='.'}\n"},
                    {"/e/pyproject.toml",
                     "[project]\nname='e'\n[tool.uv.sources]\nx={git='https://u:s3cr3t@git.test/x?a=b'}\n"
                     "[[tool.uv.index]]\nname='c'\nurl='https://second.test/'\n"}};
  const Invocation sync = invocation_of("uv sync", {}, files);
  EXPECT_TRUE(intercepts(sync, "member.test"));
  EXPECT_TRUE(intercepts(sync, "path.test"));
  EXPECT_TRUE(intercepts(sync, "second.test"));
  const Result<Plan> plan = make_plan(sync);
  EXPECT_THAT(plan->notes, Contains(HasSubstr("git.test/x")));
  EXPECT_THAT(plan->notes, Not(Contains(HasSubstr("s3cr3t"))));
  EXPECT_TRUE(intercepts(invocation_of("uv pip install ../d", {}, files), "path.test"));
  EXPECT_TRUE(intercepts(invocation_of("uv pip install -e ../d", {}, files), "path.test"));
}

// ---- what Python reads otherwise than it looks

/// By default the place in the file is noted; with proof required the file is refused, if only for being odd.
void expect_seen_and_refused(const std::string& requirements) {
  Invocation invocation = invocation_of("pip install -r r.txt", {}, {{"/project/r.txt", requirements}});
  const Result<Plan> plan = make_plan(invocation);
  ASSERT_TRUE(plan);
  EXPECT_THAT(plan->notes, Contains(HasSubstr("files from /w")));
  invocation.proof_required = true;
  const Result<Plan> strict = make_plan(invocation);
  ASSERT_FALSE(strict);
  EXPECT_TRUE(strict.error().is(kGuardUnproven));
}

TEST(Plan, LinesOfRequirementsEndWherePythonEndsThem) {
  for (std::string_view end : {"\v", "\f", "\x1c", "\x1d", "\x1e", "\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9",
                               "\x85", "\r", "\r\n", "\n"}) {
    const std::string text =
        "six # harmless" + std::string(end) + "--find-links /w" + std::string(end) + "demo";
    expect_seen_and_refused(text);
  }
  // The same bytes inside of a character end nothing.
  const Files inside{{"/project/r.txt", "six # \xc3\x85\xe2\x80\x85--find-links /w\n"}};
  Invocation invocation = invocation_of("pip install -r r.txt", {}, inside);
  invocation.proof_required = true;
  EXPECT_TRUE(make_plan(invocation));
}

TEST(Plan, WhiteSpaceOfPythonHidesNoOption) {
  for (std::string_view space : {"\xc2\xa0", "\xe3\x80\x80", "\xe2\x80\x89", "\x1f"}) {
    const std::string text = std::string(space) + "--find-links /w\n";
    expect_seen_and_refused(text);
  }
}

TEST(Plan, EscapesInFileUrlsAreDecoded) {
  const Files files{{"/w/r.txt", "--find-links /links\n"},
                    {"/d/pyproject.toml",
                     "[project]\nname='demo'\n[build-system]\nrequires=['x @ git+https://g.test/x']\n"}};
  for (const char* url :
       {"file:///w/%72.txt", "FILE:///w/r.txt", "file://localhost/w/r%2Etxt", "file:/w/r.txt"}) {
    expect_refused_with_proof({"pip install -r " + std::string(url), {}, files, "/links"});
  }
  const Result<Plan> plan = make_plan(invocation_of("pip install file:///%64", {}, files));
  ASSERT_TRUE(plan);
  EXPECT_THAT(plan->notes, Contains(HasSubstr("git+https://g.test/x")));
}

TEST(Plan, LinksToAnInstallerAreThatInstaller) {
  Invocation invocation =
      invocation_of("./setup-tool install --find-links /w demo", {}, {{"/project/setup-tool", "x"}});
  invocation.resolve = [](const std::string& path) {
    if (path == "/project/setup-tool") return std::string("/v/bin/pip3");
    if (path == "/project/tool.py") return std::string("/v/lib/pip/__main__.py");
    return path == "/bin/mysh" ? std::string("/bin/dash") : path;
  };
  EXPECT_THAT(make_plan(invocation)->notes, Contains(HasSubstr("/w")));
  EXPECT_EQ(make_plan(invocation)->command.installer, Installer::pip);
  invocation.argv = {"python", "tool.py", "install", "--find-links", "/w", "demo"};
  EXPECT_EQ(make_plan(invocation)->command.installer, Installer::pip);
  invocation.argv = {"/bin/mysh", "-c", "pip install demo; x"};
  invocation.proof_required = true;
  EXPECT_TRUE(make_plan(invocation).error().is(kGuardUnproven));
}

// ---- the words of refusals

TEST(Plan, AConstraintFromTheNetworkIsCalledWhatItIs) {
  Invocation invocation = invocation_of("pip install demo -c https://h.test/c.txt?token=s3cr3t");
  invocation.proof_required = true;
  const Result<Plan> plan = make_plan(invocation);
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error().message(), HasSubstr("-c https://h.test/c.txt"));
  EXPECT_THAT(plan.error().message(), Not(HasSubstr("s3cr3t")));
  EXPECT_THAT(std::string(plan.error().hint()), HasSubstr("fetch that file first"));
}

TEST(Plan, TheHintForCertNamesItsVariable) {
  const Result<Plan> plan = make_plan(invocation_of("pip --cert /ca.pem install demo"));
  ASSERT_FALSE(plan);
  EXPECT_THAT(std::string(plan.error().hint()), HasSubstr("PIP_CERT"));
}

class SecretInASetting : public TestWithParam<Way> {};
TEST_P(SecretInASetting, IsInNoMessage) {
  Invocation invocation = invocation_of(GetParam().command, GetParam().environment, GetParam().files);
  for (const bool strict : {false, true}) {
    invocation.proof_required = strict;
    const Result<Plan> plan = make_plan(invocation);
    if (plan) {
      EXPECT_THAT(plan->notes, Not(Contains(HasSubstr("s3cr3t"))));
    } else {
      EXPECT_THAT(plan.error().message(), Not(HasSubstr("s3cr3t")));
      EXPECT_THAT(plan.error().message(), HasSubstr(GetParam().names));
    }
  }
}
INSTANTIATE_TEST_SUITE_P(
    Guard, SecretInASetting,
    ::testing::Values(
        Way{"pip install demo", {{"PIP_EXTRA_INDEX_URL", "ftp://ann:s3cr3t@h.test/x"}}, {}, "h.test"},
        Way{"pip install demo", {{"PIP_INDEX_URL", "https://h.test:x/?t=s3cr3t"}}, {}, "PIP_INDEX_URL"},
        Way{"pip install demo",
            {{"PIP_INDEX_URL", "https://ann:s3/cr3t:s3cr3t@h.test/"}},
            {},
            "PIP_INDEX_URL"},
        Way{"pip install demo", {{"PIP_INDEX_URL", "https://ann:s3cr3t@h.test./"}}, {}, "h.test"},
        Way{"pip install git+https://s3cr3t@g.test/x", {}, {}, "g.test"},
        Way{"pip install demo@git+https://ann:s3cr3t@g.test/x?s=s3cr3t#egg=demo", {}, {}, "g.test"},
        Way{"pip install sftp://ann:s3cr3t@g.test/x.whl", {}, {}, "g.test"},
        Way{"pip install https://g.test/x.whl?sig=s3cr3t", {}, {}, "g.test"},
        Way{"pip install --find-links ftp://ann:s3cr3t@g.test/x demo", {}, {}, "g.test"},
        Way{"pip install -r https://ann:s3cr3t@g.test/r.txt?s=s3cr3t", {}, {}, "g.test"},
        Way{"pip install -e git+ssh://ann:s3cr3t@g.test/x", {}, {}, "g.test"},
        Way{"pip install --trusted-host ann:s3cr3t@g.test demo", {}, {}, "g.test"},
        Way{"uv pip install --index https://ann:s3cr3t@h.test./ demo", {}, {}, "h.test"},
        Way{"uv pip install --index ftp://h.test/?t=s3cr3t demo", {}, {}, "h.test"},
        Way{"uv sync",
            {},
            {{"/project/pyproject.toml", ""},
             {"/project/uv.lock", "[[package]]\nname='x'\nsource={git='https://g.test/x?token=s3cr3t'}"}},
            "g.test"},
        Way{"poetry install",
            {},
            {{"/project/pyproject.toml", "[tool.poetry.dependencies]\nx={git='https://s3cr3t@g.test/x'}"}},
            "g.test"},
        Way{"pdm install", {{"PDM_PYPI_URL", "ftp://ann:s3cr3t@h.test/"}}, {}, "h.test"}));

// ---- uv's check of packages for malware

TEST(Plan, TheHostOfUvsMalwareCheckIsPassed) {
  const auto services = [](std::string_view command, Environment environment, Files files = {}) {
    Invocation invocation = invocation_of(command, std::move(environment), std::move(files));
    invocation.proof_required = true;
    std::string text;
    const Result<Plan> plan = make_plan(invocation);
    if (!plan) return plan.error().message();
    for (const Origin& origin : plan->services) text += origin.to_string() + " ";
    return text;
  };
  EXPECT_EQ(services("uv sync", {}), "https://api.osv.dev ");
  EXPECT_EQ(services("uv sync", {{"UV_MALWARE_CHECK_URL", "https://osv.test:8443/x"}}),
            "https://osv.test:8443 ");
  const std::string setting = "[audit]\nmalware-check-url='https://osv.test/'\n";
  EXPECT_EQ(services("uv sync", {}, {{"/etc/uv/uv.toml", setting}}), "https://api.osv.dev https://osv.test ");
  // Whoever wrote the project names no host that passes unseen.
  EXPECT_EQ(services("uv sync", {}, {{"/project/uv.toml", setting}}), "https://api.osv.dev ");
  EXPECT_EQ(services("pip install demo", {}), "");
}

}  // namespace
}  // namespace tomme::guard
