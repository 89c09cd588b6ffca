#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/installers/errors.h"
#include "app/installers/plan.h"
#include "app/installers/plan_testing.h"

namespace tomme::guard {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

/// A place where an index may be named, and the origin that must be intercepted for it.
class Named : public ::testing::TestWithParam<Way> {};

TEST_P(Named, IsIntercepted) {
  Result<Plan> plan = make_plan(invocation_of(GetParam().command, GetParam().environment, GetParam().files));
  ASSERT_TRUE(plan.has_value()) << plan.error().message();
  std::vector<std::string> origins;
  for (const Origin& origin : plan->intercept) {
    origins.push_back(std::string(name_of(origin.scheme)) + "://" + origin.authority.to_string());
  }
  EXPECT_THAT(origins, Contains(std::string(GetParam().names)));
  EXPECT_THAT(origins, Contains("https://pypi.org:443"));
  EXPECT_THAT(origins, Contains("https://files.pythonhosted.org:443"));
  for (const NamedIndex& index : plan->indexes) EXPECT_THAT(index.url.to_string(), Not(HasSubstr("secret")));
}

constexpr std::string_view kCorp = "https://corp.test:443";
INSTANTIATE_TEST_SUITE_P(
    Pip, Named,
    ::testing::Values(
        Way{"pip install -i https://corp.test/simple six", {}, {}, kCorp},
        Way{"pip install -ihttps://corp.test/simple six", {}, {}, kCorp},
        Way{"pip install -qi https://corp.test/simple six", {}, {}, kCorp},
        Way{"pip install -Uqihttps://corp.test/simple six", {}, {}, kCorp},
        Way{"pip install --index-url https://corp.test/simple six", {}, {}, kCorp},
        Way{"pip install --index-url=HTTPS://u:secret@CORP.test/simple six", {}, {}, kCorp},
        Way{"pip install --index-u https://corp.test/simple six", {}, {}, kCorp},
        Way{"pip install --pypi-url https://corp.test/simple six", {}, {}, kCorp},
        Way{"pip install --extra https://corp.test:8443/simple six", {}, {}, "https://corp.test:8443"},
        Way{"pip install --extra-index-url=http://127.0.0.1:8080/simple six",
            {},
            {},
            "http://127.0.0.1:8080"},
        Way{"pip install -i https://test.pypi.org/simple six",
            {},
            {},
            "https://test-files.pythonhosted.org:443"},
        Way{"pip install six", {{"PIP_INDEX_URL", "https://corp.test/"}}, {}, kCorp},
        Way{"pip install six", {{"PIP_PYPI_URL", "https://corp.test/"}}, {}, kCorp},
        Way{"pip install six", {{"PIP_index_url", "https://corp.test/"}}, {}, kCorp},
        Way{"pip install six", {{"PIP_--INDEX_URL", "https://corp.test/"}}, {}, kCorp},
        Way{"pip install six", {{"PIP_EXTRA_INDEX_URL", "https://a.test/ https://corp.test/"}}, {}, kCorp},
        Way{"pip install six", {}, {{"/etc/pip.conf", kPipConf}}, kCorp},
        Way{"pip install six", {}, {{"/etc/xdg/pip/pip.conf", kPipConf}}, kCorp},
        Way{"pip install six", {{"XDG_CONFIG_DIRS", "/a:/b"}}, {{"/b/pip/pip.conf", kPipConf}}, kCorp},
        Way{"pip install six", {}, {{"/users/ada/.config/pip/pip.conf", kPipConf}}, kCorp},
        Way{"pip install six", {}, {{"/users/ada/.pip/pip.conf", kPipConf}}, kCorp},
        Way{"pip install six", {{"XDG_CONFIG_HOME", "/c"}}, {{"/c/pip/pip.conf", kPipConf}}, kCorp},
        Way{"pip install six", {{"PIP_CONFIG_FILE", "own.conf"}}, {{"/project/own.conf", kPipConf}}, kCorp},
        Way{"pip install six", {{"VIRTUAL_ENV", "/venv"}}, {{"/venv/pip.conf", kPipConf}}, kCorp},
        Way{"/venv/bin/pip install six", {}, {{"/venv/bin/pip", ""}, {"/venv/pip.conf", kPipConf}}, kCorp},
        Way{"venv/bin/python -m pip install six",
            {},
            {{"/project/venv/bin/python", ""}, {"/project/venv/pip.conf", kPipConf}},
            kCorp},
        Way{"pip install six",
            {{"PATH", "/x:/bin"}},
            {{"/bin/pip", "#!/venv/bin/python3 -I\n"}, {"/venv/pip.conf", kPipConf}},
            kCorp},
        Way{"pip install six",
            {},
            {{"/etc/pip.conf", "[install]\nextra-index-url=\n  https://a.test/\n\n  https://corp.test/"}},
            kCorp},
        Way{"pip install six",
            {},
            {{"/etc/pip.conf", "[DEFAULT]\nindex_url: https://corp.test/\n[global]\n"}},
            kCorp},
        Way{"pip install six", {}, {{"/etc/pip.conf", "[:env:]\n--INDEX-URL=https://corp.test/\n"}}, kCorp},
        Way{"pip wheel six",
            {},
            {{"/etc/pip.conf", "# c\r\n[install]\r\n; c\r\n  index-url = https://corp.test/\r\n"}},
            kCorp},
        Way{"pip install -r r.txt", {}, {{"/project/r.txt", "--index-url https://corp.test/\nsix\n"}}, kCorp},
        Way{"pip install -r r.txt",
            {},
            {{"/project/r.txt", "--extra-index-u='https://corp.test/' # why\n"}},
            kCorp},
        Way{"pip install -r r.txt",
            {{"CORP", "corp.test"}},
            {{"/project/r.txt", "-i https://${CORP}/"}},
            kCorp},
        Way{"pip install -r a/r.txt",
            {},
            {{"/project/a/r.txt", "-c ../c.txt"}, {"/project/a/../c.txt", "-i https://corp.test/"}},
            kCorp},
        Way{"pip install -r pylock.toml",
            {},
            {{"/project/pylock.toml", "[[packages]]\nname='x'\nwheels=[{url='https://corp.test/x.whl'}]\n"}},
            kCorp},
        Way{"make install", {}, {{"/etc/pip.conf", kPipConf}}, kCorp},
        Way{"env A=B pip install six", {{"PIP_INDEX_URL", "https://corp.test/"}}, {}, kCorp}));

INSTANTIATE_TEST_SUITE_P(
    Uv, Named,
    ::testing::Values(
        Way{"uv pip install --index corp=https://corp.test/simple six", {}, {}, kCorp},
        Way{"uv pip install --default-index https://corp.test/simple?a=b six", {}, {}, kCorp},
        Way{"uv pip install -i https://corp.test/simple six", {}, {}, kCorp},
        Way{"uv sync --extra-index-url https://corp.test/simple", {}, {}, kCorp},
        Way{"uv run --index https://corp.test/simple x", {}, {}, kCorp},
        Way{"uvx --index https://corp.test/simple x", {}, {}, kCorp},
        Way{"uv tool upgrade x",
            {{"UV_TOOL_DIR", "/t"}},
            {{"/t/x/uv-receipt.toml",
              "[tool]\nrequirements=[{name='x',index='https://corp.test/simple'}]\n"}},
            kCorp},
        Way{"uv tool install x --index https://corp.test/simple", {}, {}, kCorp},
        Way{"uv sync", {{"UV_INDEX", "a=https://a.test/ https://corp.test/"}}, {}, kCorp},
        Way{"uv sync", {{"UV_DEFAULT_INDEX", "corp=https://corp.test/"}}, {}, kCorp},
        Way{"uv sync", {{"UV_INDEX_URL", "https://corp.test/"}}, {}, kCorp},
        Way{"uv sync", {{"UV_EXTRA_INDEX_URL", "https://corp.test/"}}, {}, kCorp},
        Way{"uv sync", {{"UV_TORCH_BACKEND", "cpu"}}, {}, "https://download.pytorch.org:443"},
        Way{"uv pip install --torch-backend=auto torch", {}, {}, "https://download-r2.pytorch.org:443"},
        Way{"uv sync", {}, {{"/project/uv.toml", "index-url = 'https://corp.test/'"}}, kCorp},
        Way{"uv sync", {}, {{"/project/uv.toml", "[pip]\nextra-index-url = ['https://corp.test/']"}}, kCorp},
        Way{"uv sync", {}, {{"/uv.toml", "[[index]]\nname='c'\nurl='https://corp.test/'"}}, kCorp},
        Way{"uv pip install six",
            {},
            {{"/project/pyproject.toml", "[[tool.uv.index]]\nurl='https://corp.test/'"}},
            kCorp},
        Way{"uv add --index corp six",
            {},
            {{"/project/pyproject.toml", "[[tool.uv.index]]\nname='corp'\nurl='https://corp.test/'"}},
            kCorp},
        Way{"uv run a.py",
            {},
            {{"/project/a.py",
              "#!/x\n# /// script\n# [[tool.uv.index]]\n# url = 'https://corp.test/'\n# ///\n"}},
            kCorp},
        Way{"uv run --script a",
            {},
            {{"/project/a", "# /// script\n#\n# [[tool.uv.index]]\n# url = 'https://corp.test/'\n# ///\n"}},
            kCorp},
        Way{"uv sync --script a.py",
            {},
            {{"/project/a.py.lock", "[[package]]\nname='x'\nsource={registry='https://corp.test/'}\n"}},
            kCorp},
        Way{"uv pip install -r r.txt", {}, {{"/project/r.txt", "--index-url https://corp.test/"}}, kCorp},
        Way{"uv pip compile r.in", {}, {{"/project/r.in", "-i https://corp.test/"}}, kCorp},
        Way{"uv sync --frozen",
            {},
            {{"/project/pyproject.toml", ""},
             {"/project/uv.lock", "[[package]]\nname='x'\nsource={registry='https://corp.test/simple'}\n"}},
            kCorp},
        Way{"uv sync --frozen",
            {},
            {{"/project/pyproject.toml", ""},
             {"/project/uv.lock",
              "[[package]]\nname='x'\nsource={registry='https://a.test/'}\nwheels=[{url='https://corp.test/"
              "x.whl'}]\n"}},
            kCorp},
        Way{"uv sync --frozen",
            {},
            {{"/project/pyproject.toml", ""},
             {"/project/uv.lock",
              "[[package]]\nname='x'\nsource={registry='https://a.test/'}\nsdist={url='https://corp.test/"
              "x.zip'}\n"}},
            kCorp}));

INSTANTIATE_TEST_SUITE_P(
    PoetryAndPdm, Named,
    ::testing::Values(
        Way{"poetry install",
            {},
            {{"/project/pyproject.toml", "[[tool.poetry.source]]\nname='c'\nurl='https://corp.test/'"}},
            kCorp},
        Way{"poetry -C sub install",
            {},
            {{"/project/sub/pyproject.toml", "[[tool.poetry.source]]\nname='c'\nurl='https://corp.test/'"}},
            kCorp},
        Way{"poetry install -P sub",
            {},
            {{"/project/sub/pyproject.toml", "[[tool.poetry.source]]\nname='c'\nurl='https://corp.test/'"}},
            kCorp},
        Way{"poetry source add c https://corp.test/", {}, {}, kCorp},
        Way{"poetry install", {{"POETRY_REPOSITORIES_C_URL", "https://corp.test/"}}, {}, kCorp},
        Way{"poetry install", {{"POETRY_PYPI_MIRROR_URL", "https://corp.test/"}}, {}, kCorp},
        Way{"poetry install",
            {},
            {{"/users/ada/.config/pypoetry/config.toml", "[repositories.c]\nurl='https://corp.test/'"}},
            kCorp},
        Way{"poetry install",
            {},
            {{"/project/poetry.toml", "[plugins.pypi_mirror]\nurl='https://corp.test/'"}},
            kCorp},
        Way{"poetry install",
            {},
            {{"/project/pyproject.toml", "[project]\n"},
             {"/project/poetry.lock",
              "[[package]]\nname='x'\n[package.source]\ntype='legacy'\nurl='https://corp.test/'\n"}},
            kCorp},
        Way{"pdm install", {{"PDM_PYPI_URL", "https://corp.test/"}}, {}, kCorp},
        Way{"pdm install",
            {},
            {{"/project/pyproject.toml",
              "[[tool.pdm.source]]\nname='c'\nurl='https://${U}:${P}@corp.test/'"}},
            kCorp},
        Way{"pdm install", {}, {{"/project/pdm.toml", "[pypi]\nurl='https://corp.test/'"}}, kCorp},
        Way{"pdm install", {}, {{"/project/.pdm.toml", "[pypi.c]\nurl='https://corp.test/'"}}, kCorp},
        Way{"pdm install",
            {},
            {{"/users/ada/.config/pdm/config.toml", "[pypi.c]\nurl='https://corp.test/'"}},
            kCorp},
        Way{"pdm install", {}, {{"/etc/xdg/pdm/config.toml", "[pypi]\nurl='https://corp.test/'"}}, kCorp},
        Way{"pdm -c own.toml install",
            {},
            {{"/project/own.toml", "[pypi]\nurl='https://corp.test/'"}},
            kCorp},
        Way{"pdm install --proj sub",
            {},
            {{"/project/sub/pyproject.toml", "[[tool.pdm.source]]\nname='c'\nurl='https://corp.test/'"}},
            kCorp},
        Way{"pdm sync",
            {},
            {{"/project/pyproject.toml", "[project]\n"},
             {"/project/pdm.lock", "[[package]]\nname='x'\nfiles=[{url='https://corp.test/x.whl'}]\n"}},
            kCorp},
        Way{"pdm sync -L other.lock",
            {},
            {{"/project/pyproject.toml", "[project]\n"},
             {"/project/other.lock", "[[package]]\nname='x'\nfiles=[{url='https://corp.test/x.whl'}]\n"}},
            kCorp},
        Way{"pdm run a.py",
            {},
            {{"/project/a.py", "# /// script\n# [[tool.pdm.source]]\n# url = 'https://corp.test/'\n# ///\n"}},
            kCorp},
        Way{"pdm sync", {{"PDM_USE_UV", "1"}, {"UV_INDEX_URL", "https://corp.test/"}}, {}, kCorp},
        Way{"poetry run uv pip install -i https://corp.test/ six", {}, {}, kCorp}));

bool intercepts(const Plan& plan, std::string_view host) {
  return std::ranges::any_of(plan.intercept, [&](const Origin& o) { return o.authority.host == host; });
}

TEST(Plan, TommesOwnOptionsAreIntercepted) {
  Invocation invocation = invocation_of("pip install six");
  invocation.indexes = {"https://corp.test/simple"};
  invocation.file_hosts = {"files.test", "other.test:8443"};
  Result<Plan> plan = make_plan(invocation);
  ASSERT_TRUE(plan.has_value());
  EXPECT_TRUE(intercepts(*plan, "corp.test"));
  EXPECT_TRUE(intercepts(*plan, "files.test"));
  EXPECT_TRUE(intercepts(*plan, "other.test"));
  invocation.file_hosts = {"https://files.test/"};
  EXPECT_TRUE(make_plan(invocation).error().is(kGuardSetting));
}

TEST(Plan, SettingsThatTheInstallerDoesNotReadAreNotRead) {
  Files pip{{"/users/ada/.config/pip/pip.conf", kPipConf}};
  EXPECT_TRUE(intercepts(*make_plan(invocation_of("pip install six", {}, pip)), "corp.test"));
  Environment off{{"PIP_CONFIG_FILE", "/dev/null"}};
  EXPECT_FALSE(intercepts(*make_plan(invocation_of("pip install six", off, pip)), "corp.test"));
  EXPECT_FALSE(intercepts(*make_plan(invocation_of("uv sync", {}, pip)), "corp.test"));
  Files uv{{"/project/uv.toml", kUvProxy}};
  EXPECT_TRUE(make_plan(invocation_of("uv --no-config sync", {}, uv)).has_value());
  EXPECT_TRUE(make_plan(invocation_of("uv sync", {{"UV_NO_CONFIG", "1"}}, uv)).has_value());
  EXPECT_TRUE(make_plan(invocation_of("pip install six", {}, uv)).has_value());
  Files lock{{"/project/pyproject.toml", ""},
             {"/project/uv.lock", "[[package]]\nname='x'\nsource={git='https://h.test'}"}};
  EXPECT_TRUE(make_plan(invocation_of("uv pip install six", {}, lock))->notes.empty());
}

TEST(Plan, DirectUrlOnAnInterceptedHostNeedsNoNote) {
  Result<Plan> plan = make_plan(invocation_of("pip install https://files.pythonhosted.org/packages/six.whl"));
  ASSERT_TRUE(plan.has_value());
  EXPECT_TRUE(plan->notes.empty());
}

TEST(Plan, RememberesTheUsersProxyAsTheInstallerWouldHaveChosenIt) {
  Environment both{{"HTTPS_PROXY", "http://upper.test:1"},
                   {"https_proxy", "http://u:secret@lower.test:2"},
                   {"NO_PROXY", "a.test"},
                   {"no_proxy", "b.test"}};
  Result<Plan> pip = make_plan(invocation_of("pip install six", both));
  EXPECT_EQ(pip->upstream.for_https->authority.host, "lower.test");
  EXPECT_EQ(pip->upstream.for_https->password, "secret");
  EXPECT_EQ(pip->upstream.direct, std::vector<std::string>{"b.test"});
  EXPECT_FALSE(pip->upstream.for_http.has_value());
  Result<Plan> uv = make_plan(invocation_of("uv sync", both));
  EXPECT_EQ(uv->upstream.for_https->authority.host, "upper.test");
  EXPECT_EQ(uv->upstream.direct, std::vector<std::string>{"a.test"});
  both["PIP_PROXY"] = "http://pip.test:3";
  Result<Plan> own = make_plan(invocation_of("pip install six", both));
  EXPECT_EQ(own->upstream.for_https->authority.host, "pip.test");
  EXPECT_TRUE(own->upstream.direct.empty());
  Files conf{{"/etc/pip.conf", "[global]\nproxy = conf.test:4\ncert = /conf.pem\n"}};
  Result<Plan> configured = make_plan(invocation_of("pip install six", {}, conf));
  EXPECT_EQ(configured->upstream.for_https->authority.host, "conf.test");
  ASSERT_EQ(configured->trust.named.size(), 1U);
  EXPECT_EQ(configured->trust.named[0].path, "/conf.pem");
  EXPECT_EQ(configured->trust.named[0].name, "/etc/pip.conf, [global] cert");
  EXPECT_EQ(make_plan(invocation_of("pip install six", {{"ALL_PROXY", "http://all.test:5"}}))
                ->upstream.for_http->authority.host,
            "all.test");
}

std::vector<std::string> authorities_of(std::string_view command, const Environment& environment,
                                        Files files = {}) {
  const Result<Plan> plan = make_plan(invocation_of(command, environment, std::move(files)));
  if (!plan) return {plan.error().message()};
  std::vector<std::string> names;
  for (const net::NamedAuthorities& each : plan->trust.named) names.push_back(each.name);
  if (plan->trust.system_too) names.emplace_back("system");
  return names;
}

TEST(Plan, TrustsEveryPlaceThatTheInstallerItselfReads) {
  using ::testing::ElementsAre;
  const Environment all{
      {"PIP_CERT", "/1"}, {"REQUESTS_CA_BUNDLE", "/2"}, {"SSL_CERT_FILE", "/3"}, {"CURL_CA_BUNDLE", "/4"}};
  const auto everything =
      ElementsAre("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "PIP_CERT", "system");
  EXPECT_THAT(authorities_of("pip install six", all), everything);
  EXPECT_THAT(authorities_of("make", all), everything);
  EXPECT_THAT(authorities_of("uv run pip install six", all), everything);
  EXPECT_THAT(authorities_of("uv sync", all), ElementsAre("SSL_CERT_FILE"));
  EXPECT_THAT(authorities_of("poetry install", all),
              ElementsAre("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"));
  EXPECT_THAT(authorities_of("pdm install", all),
              ElementsAre("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "system"));
  EXPECT_THAT(authorities_of("uv sync", {{"REQUESTS_CA_BUNDLE", "/2"}}), ElementsAre());
  EXPECT_THAT(authorities_of("pip install six", {}), ElementsAre());
}

TEST(Plan, TrustsTheCertificateThatPoetryHasForOneSource) {
  using ::testing::ElementsAre;
  EXPECT_THAT(authorities_of("poetry install", {{"POETRY_CERTIFICATES_CORP_CERT", "/ca.pem"},
                                                {"POETRY_CERTIFICATES_OTHER_CERT", "false"}}),
              ElementsAre("POETRY_CERTIFICATES_CORP_CERT", "system"));
  EXPECT_THAT(
      authorities_of("poetry install", {},
                     {{"/users/ada/.config/pypoetry/config.toml", "[certificates.corp]\ncert='/c'\n"}}),
      ElementsAre("/users/ada/.config/pypoetry/config.toml, [certificates.corp] cert", "system"));
}

TEST(Plan, ASocksProxyIsNoErrorForAnIndexThatNeedsNone) {
  const Environment socks{{"ALL_PROXY", "socks5h://ann:s3cr3t@proxy.test:1080"}, {"NO_PROXY", "corp.test"}};
  const Result<Plan> plan = make_plan(invocation_of("pip install -i https://corp.test/simple six", socks));
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_EQ(plan->upstream.choose(Scheme::https, {"corp.test", 443}), nullptr);
  const Result<Plan> needed = make_plan(invocation_of("pip install six", socks));
  ASSERT_FALSE(needed);
  EXPECT_TRUE(needed.error().is(kGuardSetting));
  EXPECT_THAT(needed.error().message(), ::testing::HasSubstr("socks5h"));
  EXPECT_THAT(needed.error().message(), ::testing::Not(::testing::HasSubstr("s3cr3t")));
}

}  // namespace
}  // namespace tomme::guard
