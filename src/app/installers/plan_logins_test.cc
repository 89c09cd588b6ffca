#include <algorithm>
#include <gtest/gtest.h>

#include "app/installers/plan_testing.h"

namespace tomme::guard {
namespace {

/// A place where an installer finds the login of https://corp.test/simple/: ann with the password "secret".
class Logins : public ::testing::TestWithParam<Way> {};

TEST_P(Logins, AreFoundWhereTheInstallerFindsThem) {
  const Result<Plan> plan =
      make_plan(invocation_of(GetParam().command, GetParam().environment, GetParam().files));
  ASSERT_TRUE(plan) << plan.error().message();
  const auto asked = [&](const char* url) { return plan->credentials.authorization_for(*Url::parse(url)); };
  EXPECT_EQ(asked("https://corp.test/simple/demo/"), make_login("ann", "secret")->authorization());
  EXPECT_EQ(asked("https://corp.test/files/demo.whl"), make_login("ann", "secret")->authorization());
  // A netrc knows hosts without their ports.
  const bool by_netrc =
      std::ranges::any_of(GetParam().files, [](const auto& file) { return file.second.contains("machine"); });
  EXPECT_EQ(asked("https://corp.test:8443/simple/demo/").empty(), !by_netrc);
  EXPECT_EQ(asked("https://pypi.org/simple/demo/"), "");
}

constexpr char kUvIndex[] = "[[index]]\nname = \"my-corp\"\nurl = \"https://corp.test/simple/\"\n";
constexpr char kUvNamedUser[] = "[[index]]\nname = \"my-corp\"\nurl = \"https://ann@corp.test/simple/\"\n";
constexpr char kPoetry[] =
    "[tool.poetry]\nname = \"x\"\n[[tool.poetry.source]]\nname = \"my-corp\"\nurl = "
    "\"https://corp.test/simple/\"\n";
constexpr char kPdm[] =
    "[project]\nname = \"x\"\n[[tool.pdm.source]]\nname = \"corp\"\nurl = \"https://corp.test/simple/\"\n";
constexpr char kPdmVariables[] =
    "[project]\nname = \"x\"\n[[tool.pdm.source]]\nname = \"corp\"\n"
    "url = \"https://${WHO}:${HOW}@corp.test/simple/\"\n";

INSTANTIATE_TEST_SUITE_P(
    Pip, Logins,
    ::testing::Values(
        Way{"pip install -i https://ann:secret@corp.test/simple six", {}, {}, ""},
        Way{"pip install six", {{"PIP_EXTRA_INDEX_URL", "https://ann:%73ecret@corp.test/simple"}}, {}, ""},
        Way{"pip install six",
            {},
            {{"/etc/pip.conf", "[global]\nindex-url = https://ann:secret@corp.test/simple\n"}},
            ""},
        Way{"pip install -r r.txt",
            {{"WHO", "ann"}, {"HOW", "secret"}},
            {{"/project/r.txt", "-i https://${WHO}:${HOW}@corp.test/simple\nsix\n"}},
            ""}));
INSTANTIATE_TEST_SUITE_P(
    Uv, Logins,
    ::testing::Values(
        Way{"uv sync", {{"UV_INDEX", "corp=https://ann:secret@corp.test/simple"}}, {}, ""},
        Way{"uv sync",
            {{"UV_INDEX_MY_CORP_USERNAME", "ann"}, {"UV_INDEX_MY_CORP_PASSWORD", "secret"}},
            {{"/project/uv.toml", kUvIndex}},
            ""},
        Way{"uv sync", {{"UV_INDEX_MY_CORP_PASSWORD", "secret"}}, {{"/project/uv.toml", kUvNamedUser}}, ""},
        Way{"uv sync",
            {{"UV_INDEX_CORP_USERNAME", "ann"},
             {"UV_INDEX_CORP_PASSWORD", "secret"},
             {"UV_INDEX", "corp=https://corp.test/simple"}},
            {},
            ""},
        Way{"uv sync",
            {},
            {{"/project/uv.toml", kUvIndex},
             {"/users/ada/.netrc", "machine corp.test login ann password secret\n"}},
            ""},
        Way{"uv sync",
            {{"NETRC", "/etc/netrc"}},
            {{"/etc/netrc", "machine corp.test login ann password secret\n"},
             {"/users/ada/.netrc", "machine corp.test login no password no\n"}},
            ""}));
INSTANTIATE_TEST_SUITE_P(
    Poetry, Logins,
    ::testing::Values(Way{"poetry install",
                          {{"POETRY_HTTP_BASIC_MY_CORP_USERNAME", "ann"},
                           {"POETRY_HTTP_BASIC_MY_CORP_PASSWORD", "secret"}},
                          {{"/project/pyproject.toml", kPoetry}},
                          ""},
                      Way{"poetry install",
                          {},
                          {{"/project/pyproject.toml", kPoetry},
                           {"/users/ada/.config/pypoetry/auth.toml",
                            "[http-basic.my-corp]\nusername = \"ann\"\npassword = \"secret\"\n"}},
                          ""}));
INSTANTIATE_TEST_SUITE_P(Pdm, Logins,
                         ::testing::Values(Way{"pdm install",
                                               {{"WHO", "ann"}, {"HOW", "secret"}},
                                               {{"/project/pyproject.toml", kPdmVariables}},
                                               ""},
                                           Way{"pdm install",
                                               {},
                                               {{"/project/pyproject.toml", kPdm},
                                                {"/users/ada/.config/pdm/config.toml",
                                                 "[pypi.corp]\nusername = \"ann\"\npassword = \"secret\"\n"}},
                                               ""},
                                           Way{"pdm install",
                                               {{"PDM_PYPI_URL", "https://corp.test/simple"},
                                                {"PDM_PYPI_USERNAME", "ann"},
                                                {"PDM_PYPI_PASSWORD", "secret"}},
                                               {},
                                               ""}));

TEST(LockedFiles, AreKnownWithTheirIndex) {
  const Result<Plan> plan =
      make_plan(invocation_of("uv sync --frozen", {},
                              {{"/project/pyproject.toml", "[project]\nname = \"x\"\n"},
                               {"/project/uv.lock",
                                "version = 1\n[[package]]\nname = \"demo\"\nversion = \"1\"\n"
                                "source = { registry = \"https://ann:secret@corp.test/simple\" }\n"
                                "wheels = [{ url = \"https://files.test/demo-1-py3-none-any.whl\" }]\n"}}));
  ASSERT_TRUE(plan) << plan.error().message();
  ASSERT_EQ(plan->locked_files.size(), 1U);
  EXPECT_EQ(plan->locked_files.begin()->first, "https://files.test/demo-1-py3-none-any.whl");
  EXPECT_EQ(plan->locked_files.begin()->second.to_string(), "https://corp.test/simple");
}

class LoginInAnAddress : public ::testing::TestWithParam<Way> {};
TEST_P(LoginInAnAddress, IsShownNowhere) {
  Invocation invocation = invocation_of(GetParam().command, GetParam().environment, GetParam().files);
  const Result<Plan> plan = make_plan(invocation);
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_THAT(plan->notes, ::testing::Contains(::testing::HasSubstr(GetParam().names)));
  for (const std::string& note : plan->notes)
    EXPECT_THAT(note, ::testing::Not(::testing::HasSubstr("secret")));
  invocation.proof_required = true;
  const Result<Plan> strict = make_plan(invocation);
  ASSERT_FALSE(strict);
  EXPECT_THAT(strict.error().message(), ::testing::Not(::testing::HasSubstr("secret")));
}
INSTANTIATE_TEST_SUITE_P(
    Guard, LoginInAnAddress,
    ::testing::Values(Way{"pip install -r r.txt",
                          {},
                          {{"/project/r.txt", "-i https://a.test/simple https://u:secret@h.test/x\n"}},
                          "https://h.test/x"},
                      Way{"pip install -r r.txt",
                          {},
                          {{"/project/r.txt", "six --hash=sha256:00 https://u:secret@h.test/x\n"}},
                          "https://h.test/x"},
                      Way{"uv sync",
                          {},
                          {{"/project/pyproject.toml",
                            "[project]\nname='p'\n[tool.uv]\n'a @ https://u:secret@h.test/x'=1\n"}},
                          "https://h.test/x"},
                      Way{"pip install .",
                          {},
                          {{"/project/pyproject.toml",
                            "[project]\nname='p'\n[tool.x]\n'a @ https://u:secret@h.test/x'=1\n"}},
                          "https://h.test/x"},
                      Way{"pip install .",
                          {},
                          {{"/project/pyproject.toml", "[project]\nname='p'\n"},
                           {"/project/setup.cfg",
                            "[a @ https://u:secret@h.test]\nx = a @ https://h.test/y\n"}},
                          "https://h.test/y"},
                      Way{"pipenv install",
                          {},
                          {{"/project/Pipfile", "[packages]\n'a @ https://u:secret@h.test/x'='*'\n"}},
                          "https://h.test/x"}));

}  // namespace
}  // namespace tomme::guard
