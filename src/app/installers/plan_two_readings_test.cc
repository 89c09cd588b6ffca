#include "app/installers/plan_testing.h"

// What an installer reads otherwise than Tomme does: with proof required it is refused, whatever either would
// find.
namespace tomme::guard {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

void expect_unproven(Invocation invocation, std::string_view names) {
  const Result<Plan> plan = make_plan(invocation);
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_THAT(plan->notes, Contains(HasSubstr(names)));
  invocation.proof_required = true;
  const Result<Plan> strict = make_plan(invocation);
  ASSERT_FALSE(strict);
  EXPECT_TRUE(strict.error().is(kGuardUnproven));
  EXPECT_THAT(strict.error().message(), HasSubstr(names));
}

TEST(TwoReadings, AnOddRequirementsFileIsNamedWithItsLine) {
  expect_unproven(invocation_of("uv pip install -r r.txt", {}, {{"/project/r.txt", "six\nsix #c \\\nx\n"}}),
                  "/project/r.txt, line 2");
}

TEST(TwoReadings, ATildeIsHomeOrAName) {
  const Files files{{"/users/ada/r.txt", "six\n"}, {"/project/~/r.txt", "six\n"}};
  expect_unproven(invocation_of("pip install -r ~/r.txt", {}, files), "~/r.txt");
  expect_unproven(invocation_of("pip install -r r.txt", {}, {{"/project/r.txt", "-r ~bob/r.txt\n"}}),
                  "~bob/r.txt");
  Invocation plain = invocation_of("pip install -r ~/r.txt", {}, {{"/users/ada/r.txt", "six\n"}});
  plain.proof_required = true;
  EXPECT_TRUE(make_plan(plain));
}

TEST(TwoReadings, ALinkBeforeDotsLeadsToTwoPlaces) {
  Invocation invocation = invocation_of("pip install -r link/../r.txt", {},
                                        {{"/project/link/../r.txt", "six\n"}, {"/project/r.txt", "six\n"}});
  invocation.resolve = [](const std::string& path) {
    return path == "/project/link/../r.txt" ? std::string("/elsewhere/r.txt") : path;
  };
  expect_unproven(invocation, "link/../r.txt");
  invocation.resolve = [](const std::string& path) {
    return path == "/project/link/../r.txt" ? std::string("/project/r.txt") : path;
  };
  invocation.proof_required = true;
  EXPECT_TRUE(make_plan(invocation));
}

TEST(TwoReadings, AVariableThatTheChildSeesOtherwise) {
  expect_unproven(
      invocation_of("pip install -r r.txt", {}, {{"/project/r.txt", "-c x${PIP_DEFAULT_TIMEOUT}.txt\n"}}),
      "${PIP_DEFAULT_TIMEOUT}");
}

TEST(TwoReadings, PatternsOfMembersAreTakenWide) {
  const std::string source = "[project]\nname='m'\ndependencies=['x @ git+https://h.test/x']\n";
  for (const auto& [pattern, folder] :
       {std::pair{"?/sub", "\xc3\xa9/sub"}, std::pair{"a\\\\*", "a\\b"}, std::pair{"[!a]x", "bx"}}) {
    const std::string root =
        std::string("[project]\nname='p'\n[tool.uv.workspace]\nmembers=[\"") + pattern + "\"]\n";
    expect_unproven(invocation_of("uv sync", {},
                                  {{"/project/pyproject.toml", root},
                                   {"/project/" + std::string(folder) + "/pyproject.toml", source}}),
                    "a checkout");
  }
  expect_unproven(invocation_of("uv sync", {},
                                {{"/project/pyproject.toml",
                                  "[project]\nname='p'\n[tool.uv.workspace]\nmembers=['/srv/x']\n"}}),
                  "from the root");
}

TEST(TwoReadings, LettersThatPythonTakesForOthers) {
  for (const char* text :
       {"[global]\nfind-links\xc2\xa0= vendor\n", "[global]\nfind-lin\xe2\x84\xaas = vendor\n",
        "[global]\nfind-links = \xc2\xa0vendor\n", "[global]\nfind-links = vendor\xe2\x80\xa8\n"}) {
    const Result<Plan> plan = make_plan(invocation_of("pip install six", {}, {{"/etc/pip.conf", text}}));
    ASSERT_FALSE(plan) << text;
    EXPECT_TRUE(plan.error().is(kGuardConfiguration));
  }
  EXPECT_TRUE(make_plan(invocation_of("pip install six", {},
                                      {{"/etc/pip.conf", "; \xc3\xa9\n[global]\nlog = /x/\xc3\xa9/y\n"}})));
}

TEST(TwoReadings, ABlockOfAScriptHasPlainLineEnds) {
  const Result<Plan> plan = make_plan(
      invocation_of("uv run s.py", {}, {{"/project/s.py", "# /// script\n# x = '\xe2\x80\xa8'\n# ///\n"}}));
  ASSERT_FALSE(plan);
  EXPECT_TRUE(plan.error().is(kGuardConfiguration));
}

TEST(TwoReadings, AScriptOfPdmHasAnEnvironmentAndAPlaceOfItsOwn) {
  const auto project = [](const std::string& scripts) {
    return Files{{"/project/pyproject.toml", "[project]\nname='p'\n[tool.pdm.scripts]\n" + scripts + "\n"},
                 {"/project/e.env", "UV_FIND_LINKS=/w\n"},
                 {"/project/sub/r.txt", "-f /w\n"},
                 {"/project/r.txt", "six\n"}};
  };
  for (const char* scripts : {"a={cmd='uv pip install six', env={UV_FIND_LINKS='/w'}}",
                              "a={cmd='uv pip install six', env_file='e.env'}",
                              "_={env={UV_FIND_LINKS='/w'}}\na='uv pip install six'",
                              "_={env_file='e.env'}\na='uv pip install six'",
                              "a={cmd='uv pip install -r r.txt', working_dir='sub'}",
                              "a={cmd=['uv', 'pip', 'install', '{args:-f/w}', 'six']}"}) {
    expect_unproven(invocation_of("pdm run a", {}, project(scripts)), "files from /w");
  }
  expect_unproven(invocation_of("pdm install", {},
                                project("post_install={cmd='uv pip install six', env={UV_FIND_LINKS='/w'}}")),
                  "files from /w");
  expect_unproven(invocation_of("pdm run --working-dir sub uv pip install -r r.txt", {}, project("")),
                  "files from /w");
}

TEST(TwoReadings, AWordBehindAnOptionIsARequirementForSome) {
  for (const char* line : {"--require-hashes six @ file:///s", "six --hash=sha256:00 six @ file:///s",
                           "-i https://h.test/simple six"}) {
    expect_refused_with_proof(
        {"uv pip install -r r.txt", {}, {{"/project/r.txt", line}}, "words after an option"});
  }
}

TEST(TwoReadings, AControlCharacterInPipsSettings) {
  for (const char* text : {"[global]\nfind-links =\x1cvendor\n", "[global]\n\x1f\x1f find-links = vendor\n",
                           "[global]\nx = 1\n\x1d find-links = vendor\n", "\x0c[global]\n"}) {
    const auto plan = make_plan(invocation_of("pip install six", {}, {{"/etc/pip.conf", text}}));
    ASSERT_FALSE(plan) << text;
    EXPECT_THAT(plan.error().message(), ::testing::HasSubstr("a control character"));
  }
}

/// A requirements file is chosen by `${WHICH}`; `before` says what the variable is.
void expect_doubtful(const std::string& command, Files files) {
  files["/project/r.txt"] = "-r ${WHICH}.txt\n";
  files["/project/good.txt"] = "six\n";
  Invocation invocation = invocation_of(command, {{"WHICH", "good"}}, files);
  invocation.proof_required = true;
  const auto plan = make_plan(invocation);
  ASSERT_FALSE(plan) << command;
  EXPECT_TRUE(plan.error().is(kGuardUnproven)) << plan.error().message();
}

TEST(TwoReadings, AVariableWhoseValueIsNotCertain) {
  expect_doubtful("make WHICH=good uv pip install -r r.txt", {});
  expect_doubtful("env -u WHICH uv pip install -r r.txt", {});
  expect_doubtful("timeout 5 env WHICH=good uv pip install -r r.txt", {});
  // One that nothing sets otherwise is what it is, and `env` before the command says what it will be.
  for (const char* command : {"uv pip install -r r.txt", "env WHICH=good A=b uv pip install -r r.txt"}) {
    Invocation invocation =
        invocation_of(command, {{"WHICH", "good"}},
                      {{"/project/r.txt", "-r ${WHICH}.txt\n"}, {"/project/good.txt", "six\n"}});
    invocation.proof_required = true;
    const auto plan = make_plan(invocation);
    EXPECT_TRUE(plan) << plan.error().message();
  }
}

void expect_unproven(const std::string& command, const Files& files = {},
                     const net::Environment& environment = {}) {
  Invocation invocation = invocation_of(command, environment, files);
  invocation.proof_required = true;
  const auto plan = make_plan(invocation);
  ASSERT_FALSE(plan) << command;
  EXPECT_TRUE(plan.error().is(kGuardUnproven)) << plan.error().message();
}

TEST(TwoReadings, AVariableThatSteersAnInstallerIsSetForItOrNot) {
  expect_unproven("env PIP_FIND_LINKS=/w pip install six -C PIP_FIND_LINKS=");
  expect_unproven("timeout 5 env UV_INDEX_URL=https://h.test/simple uv pip install six");
  expect_unproven("timeout 5 pip install six HOME=/h");
  expect_unproven("env BASH_ENV=e.sh pip install six");
}

TEST(TwoReadings, EnvTakesBeginningsOfItsOptions) {
  for (const char* option : {"--chd=e", "--ignore-env", "-vi", "--split=x", "--uns=X", "-vu", "-C"}) {
    expect_unproven("env " + std::string(option) + " pip install six");
  }
  Invocation invocation = invocation_of("env -u X --unset=Y -uZ -v A=b pip install six", {}, {});
  invocation.proof_required = true;
  EXPECT_TRUE(make_plan(invocation));
}

TEST(TwoReadings, AShellAddsToAVariable) {
  const auto shell = [](const std::string& text) {
    Invocation invocation = invocation_of("bash -c x", {}, {});
    invocation.argv.back() = text;
    invocation.proof_required = true;
    return make_plan(invocation);
  };
  EXPECT_FALSE(shell("PIP_FIND_LINKS+=/w pip install six"));
  EXPECT_FALSE(shell("NO_PROXY+=localhost pip install six"));
  EXPECT_FALSE(shell("=pip install six"));
  EXPECT_TRUE(shell("pip install six"));
}

TEST(TwoReadings, AFolderIsOfTheProjectThatTheRequirementNamesToo) {
  const Files files = {
      {"/project/pyproject.toml", "[project]\nname='p'\nversion='1'\n"},
      {"/project/own/pyproject.toml", "[tool.poetry]\nname='x'\n[build-system]\nbuild-backend='other'\n"},
      {"/project/lib/pyproject.toml", "[project]\nname='lib'\nversion='1'\n"}};
  for (const char* requirement : {"six @ file:///project/lib", "./own"}) {
    Invocation invocation = invocation_of("pip install x", {}, files);
    invocation.argv.back() = requirement;
    invocation.expected.insert(*ProjectName::parse("six"));
    EXPECT_FALSE(make_plan(invocation)) << requirement;
  }
}

TEST(TwoReadings, ALockInAStrangersFolderMakesItNobodysOwn) {
  expect_unproven("pip install -r deps/pylock.toml",
                  {{"/project/pyproject.toml", "[project]\nname='p'\nversion='1'\n"},
                   {"/project/deps/.git/HEAD", "x"},
                   {"/project/deps/pylock.toml", "[[packages]]\nname='lib'\ndirectory={path='lib'}\n"},
                   {"/project/deps/lib/pyproject.toml", "[project]\nname='lib'\nversion='1'\n"}});
}

TEST(TwoReadings, AVariableOfAFileMayBeFilledIn) {
  for (const char* text : {"WHICH=${NOPE}good\n", "WHICH=a\nWHICH=good\n", "WHICH=good # or not\n"}) {
    Invocation invocation = invocation_of(
        "uv run --env-file e.env uv pip install -r r.txt", {},
        {{"/project/r.txt", "-r ${WHICH}.txt\n"}, {"/project/good.txt", "six\n"}, {"/project/e.env", text}});
    invocation.proof_required = true;
    const auto plan = make_plan(invocation);
    ASSERT_FALSE(plan) << text;
    EXPECT_TRUE(plan.error().is(kGuardUnproven)) << plan.error().message();
  }
}

TEST(TwoReadings, WhatAFolderOfOnesOwnIsBuiltWithCounts) {
  const Files files = {
      {"/project/pyproject.toml", "[project]\nname='p'\nversion='1'\n"},
      {"/project/lib/pyproject.toml",
       "[project]\nname='lib'\nversion='1'\n[build-system]\nrequires=['six @ file:///s']\n"}};
  for (auto [command, path, text] :
       {std::tuple{"poetry install", "/project/poetry.lock",
                   "[[package]]\nname='lib'\nversion='1'\n[package.source]\ntype='directory'\nurl='lib'\n"},
        std::tuple{"uv sync --frozen", "/project/uv.lock",
                   "[[package]]\nname='lib'\nversion='1'\nsource={directory='lib'}\n"},
        std::tuple{"uv pip install -r pylock.toml", "/project/pylock.toml",
                   "[[packages]]\nname='lib'\ndirectory={path='lib'}\n"}}) {
    Files all = files;
    all[path] = text;
    expect_refused_with_proof({command, {}, all, "file:///s"});
  }
}

TEST(TwoReadings, AFolderOfOnesOwnIsInNoOtherCheckoutOrEnvironment) {
  const std::string lib = "[project]\nname='lib'\nversion='1'\n";
  for (const char* other : {"/project/deps/.git/HEAD", "/project/deps/pyvenv.cfg"}) {
    expect_refused_with_proof({"pip install ./deps/lib",
                               {},
                               {{"/project/pyproject.toml", "[project]\nname='p'\nversion='1'\n"},
                                {"/project/deps/lib/pyproject.toml", lib},
                                {other, "x"}},
                               "a local path"});
  }
  expect_refused_with_proof({"pip install ./node_modules/lib",
                             {},
                             {{"/project/pyproject.toml", "[project]\nname='p'\nversion='1'\n"},
                              {"/project/node_modules/lib/pyproject.toml", lib}},
                             "a local path"});
}

TEST(TwoReadings, AnExcludedMemberIsOneForSurelyAll) {
  const auto member = [](const std::string& folder, const std::string& exclude) {
    return Files{{"/project/pyproject.toml",
                  "[project]\nname='p'\nversion='1'\n[tool.uv.workspace]\nmembers=['*']\n"
                  "exclude=['" +
                      exclude + "']\n"},
                 {"/project/" + folder + "/pyproject.toml",
                  "[project]\nname='m'\nversion='1'\ndependencies=['six @ file:///s']\n"}};
  };
  expect_refused_with_proof({"uv sync", {}, member("\xc3\xa9", "??"), "file:///s"});
  expect_refused_with_proof({"uv sync", {}, member("ab", "??"), "file:///s"});
  Invocation invocation = invocation_of("uv sync", {}, member("ab", "a*"));
  invocation.proof_required = true;
  EXPECT_TRUE(make_plan(invocation));
}

TEST(TwoReadings, ALocalFileWithExtrasIsAFile) {
  expect_unproven(
      invocation_of("pip install -r r.txt", {}, {{"/project/r.txt", "demo-1.0-py3-none-any.whl[x]\n"}}),
      "a local path");
}

}  // namespace
}  // namespace tomme::guard
