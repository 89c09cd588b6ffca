#include "app/installers/plan.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/installers/errors.h"
#include "app/installers/plan_testing.h"

namespace tomme::guard {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class AlwaysRefused : public ::testing::TestWithParam<Way> {};

TEST_P(AlwaysRefused, ByName) {
  Result<Plan> plan = make_plan(invocation_of(GetParam().command, GetParam().environment, GetParam().files));
  ASSERT_FALSE(plan.has_value());
  EXPECT_EQ(plan.error().outcome(), Outcome::wrong_usage);
  EXPECT_TRUE(plan.error().is(kGuardFlag) || plan.error().is(kGuardSetting)) << plan.error().code().name;
  EXPECT_THAT(plan.error().message(), HasSubstr(GetParam().names));
  EXPECT_THAT(plan.error().message(), Not(HasSubstr("secret")));
}

INSTANTIATE_TEST_SUITE_P(
    Flags, AlwaysRefused,
    ::testing::Values(
        Way{"pip install --proxy http://p:1 six", {}, {}, "--proxy"},
        Way{"timeout 5 pip install --proxy http://p:1 six", {}, {}, "--proxy"},
        Way{"nice -n 5 env A=b uv pip install --cert ca.pem six", {}, {}, "--cert"},
        Way{"uv run nice pip install --proxy http://p:1 six", {}, {}, "--proxy"},
        Way{"xargs -a list python3 -m pip download --isolated", {}, {}, "--isolated"},
        Way{"env HTTPS_PROXY= pip install six", {}, {}, "HTTPS_PROXY"},
        Way{"timeout 5 env https_proxy=http://u:secret@p pip install six", {}, {}, "https_proxy"},
        Way{"env -u HTTPS_PROXY pip install six", {}, {}, "HTTPS_PROXY"},
        Way{"env --unset=PIP_PROXY make", {}, {}, "PIP_PROXY"},
        Way{"pip install --index-url http://corp.test/simple six", {}, {}, "http"},
        Way{"uv add six", {{"UV_INDEX", "corp=http://corp.test/simple"}}, {}, "http"},
        Way{"uv sync --frozen",
            {},
            {{"/project/pyproject.toml", "[project]\nname='a'\n"},
             {"/project/uv.lock",
              "[[package]]\nname='six'\nsource={registry='https://pypi.org/simple'}\n"
              "wheels=[{url='http://corp.test/six-1-py3-none-any.whl'}]\n"}},
            "http"},
        Way{"pip install --proxy=http://u:secret@p:1 six", {}, {}, "--proxy"},
        Way{"pip --proxy http://p:1 install six", {}, {}, "--proxy"},
        Way{"pip install six --prox=", {}, {}, "--proxy"},
        Way{"pip install --pro http://p:1 six", {}, {}, "--proxy"},
        Way{"pip install --no-proxy-env six", {}, {}, "--no-proxy-env"},
        Way{"pip install --no-p six", {}, {}, "--no-proxy-env"},
        Way{"pip install --cert ca.pem six", {}, {}, "--cert"},
        Way{"pip install --cer=ca.pem six", {}, {}, "--cert"},
        Way{"pip install --isolated six", {}, {}, "--isolated"},
        Way{"pip --iso install six", {}, {}, "--isolated"},
        Way{"pip install --cache-dir /warm six", {}, {}, "--cache-dir"},
        Way{"pip install --cache /warm six", {}, {}, "--cache-dir"},
        Way{"pip install --target --proxy=http://p:1 six", {}, {}, "--proxy"},
        Way{"pip3.11 download --proxy x six", {}, {}, "--proxy"},
        Way{"/opt/py/bin/python3 -I -m pip wheel --cert x six", {}, {}, "--cert"},
        Way{"python -Im pip lock --isolated six", {}, {}, "--isolated"},
        Way{"python -mpip install --isolated six", {}, {}, "--isolated"},
        Way{"python -W ignore -X dev -m pip install --isolated six", {}, {}, "--isolated"},
        Way{"uv pip install --cert ca.pem six", {}, {}, "--cert"},
        Way{"uv --cache-dir /warm sync", {}, {}, "--cache-dir"},
        Way{"uv sync --cache-dir=/warm", {}, {}, "--cache-dir"},
        Way{"uvx --cache-dir /warm ruff", {}, {}, "--cache-dir"},
        Way{"uv tool install --cache-dir /warm ruff", {}, {}, "--cache-dir"},
        Way{"uv add --link-mode symlink six", {}, {}, "--link-mode"},
        Way{"uv lock --cache-dir /warm", {}, {}, "--cache-dir"},
        Way{"python -m uv sync --cache-dir /warm", {}, {}, "--cache-dir"},
        // One installer that starts another.
        Way{"uv run pip install --proxy x six", {}, {}, "--proxy"},
        Way{"uv run -q --with pip python -m pip install --proxy x six", {}, {}, "--proxy"},
        Way{"uv run -m pip install --cert x six", {}, {}, "--cert"},
        Way{"uvx pip install --proxy x six", {}, {}, "--proxy"},
        Way{"poetry run pip install --proxy x six", {}, {}, "--proxy"},
        Way{"poetry -C sub run pip install --cert x six", {}, {}, "--cert"},
        Way{"pdm run pip install --proxy x six", {}, {}, "--proxy"},
        Way{"pipx install --pip-args=--proxy=http://p:1 six", {}, {}, "--proxy"},
        Way{"python -m pipx inject --pip-arg --cert=x a six", {}, {}, "--cert"},
        Way{"pipx runpip a install --proxy x six", {}, {}, "--proxy"},
        Way{"pipx run pip install --proxy x six", {}, {}, "--proxy"},
        Way{"pdm run -p sub uv pip install --cert x six", {}, {}, "--cert"},
        Way{"pdm run --env no_proxy=* pip install six", {}, {}, "--env no_proxy"},
        Way{"pdm run --env=PIP_Proxy=x pip install six", {}, {}, "--env PIP_Proxy"},
        Way{"pdm run setup",
            {},
            {{"/project/pyproject.toml",
              "[tool.pdm.scripts]\nsetup={cmd='pip install six',env={HTTPS_PROXY=''}}\n"}},
            "HTTPS_PROXY"},
        Way{"pdm run setup",
            {},
            {{"/project/pyproject.toml", "[tool.pdm.scripts]\nsetup='x'\n_.env.SSL_CERT_FILE='/x'\n"}},
            "SSL_CERT_FILE"},
        Way{"pdm run setup",
            {},
            {{"/project/pyproject.toml", "[tool.pdm.scripts]\nsetup={cmd='x',env_file={override='.env'}}\n"}},
            "env_file.override"},
        Way{"pdm run setup six",
            {},
            {{"/project/pyproject.toml", "[tool.pdm.scripts]\nsetup='pip install --proxy x'\n"}},
            "--proxy"}));

INSTANTIATE_TEST_SUITE_P(
    Settings, AlwaysRefused,
    ::testing::Values(
        Way{"uv sync", {}, {{"/project/uv.toml", kUvProxy}}, "/project/uv.toml, https-proxy"},
        Way{"uv sync", {}, {{"/uv.toml", kUvProxy}}, "/uv.toml, https-proxy"},
        Way{"uv pip install six", {}, {{"/etc/uv/uv.toml", kUvProxy}}, "/etc/uv/uv.toml"},
        Way{"uv pip install six", {}, {{"/etc/xdg/uv/uv.toml", kUvProxy}}, "/etc/xdg/uv/uv.toml"},
        Way{"uv pip install six", {}, {{"/users/ada/.config/uv/uv.toml", kUvProxy}}, "https-proxy"},
        Way{"uv pip install six",
            {{"XDG_CONFIG_HOME", "/c"}},
            {{"/c/uv/uv.toml", kUvProxy}},
            "/c/uv/uv.toml"},
        Way{"uv pip install six", {{"UV_CONFIG_FILE", "/x.toml"}}, {{"/x.toml", kUvProxy}}, "/x.toml"},
        Way{"uv --config-file own.toml sync", {}, {{"/project/own.toml", kUvProxy}}, "/project/own.toml"},
        Way{"uv --directory sub sync", {}, {{"/project/sub/uv.toml", kUvProxy}}, "/project/sub/uv.toml"},
        Way{"uv --project sub sync", {}, {{"/project/sub/uv.toml", kUvProxy}}, "/project/sub/uv.toml"},
        Way{"uv sync", {}, {{"/project/uv.toml", "http-proxy = 'http://p:1'"}}, "http-proxy"},
        Way{"uv sync",
            {},
            {{"/project/pyproject.toml", "[tool.uv]\nhttps-proxy='http://p:1'"}},
            "[tool.uv], https-proxy"},
        Way{"uv run a.py",
            {},
            {{"/project/a.py", "# /// script\n# [tool.uv]\n# https-proxy = 'http://p:1'\n# ///\n"}},
            "https-proxy"},
        Way{"make install", {}, {{"/users/ada/.config/uv/uv.toml", kUvProxy}}, "https-proxy"},
        Way{"pdm install", {{"PDM_USE_UV", "1"}}, {{"/project/uv.toml", kUvProxy}}, "https-proxy"},
        Way{"pdm install", {}, {{"/project/pdm.toml", "[pypi]\nca_certs='/ca.pem'\n"}}, "ca_certs"},
        Way{"pdm install",
            {},
            {{"/users/ada/.config/pdm/config.toml", "[pypi.corp]\nurl='https://c/'\nca_certs='/ca.pem'\n"}},
            "ca_certs"},
        Way{"pdm install", {}, {{"/project/pdm.toml", "[install]\ncache = true\n"}}, "install.cache"},
        Way{"pip install -i https://PYPI.org./simple six",
            {},
            {},
            "PYPI.org.\" is not a host: it ends in a dot"},
        Way{"pip install -i https://u:secret@corp.test.:8443/simple six",
            {},
            {},
            "corp.test.\" is not a host: it ends in a dot"},
        Way{"pip install six",
            {{"HTTPS_PROXY", "socks5h://u:secret@p:1"}},
            {},
            "only http and https proxies"},
        Way{"pip install six", {{"PIP_INDEX_URL", "https://a%b/"}}, {}, "PIP_INDEX_URL"},
        Way{"pip install six", {{"https_proxy", "socks5://p:1"}}, {}, "proxy"}));

TEST(Plan, TommesOwnOptionsAreRefusedInWords) {
  for (const char* url : {"ftp://corp.test/simple", "/srv/simple", "file:///srv", "corp.test", ""}) {
    Invocation invocation = invocation_of("pip install six");
    invocation.indexes = {url};
    const Result<Plan> plan = make_plan(invocation);
    ASSERT_FALSE(plan.has_value()) << url;
    EXPECT_TRUE(plan.error().is(kGuardSetting));
    EXPECT_THAT(plan.error().message(), HasSubstr("no http or https URL"));
  }
  Invocation invocation = invocation_of("pip install six");
  invocation.file_hosts = {"files.test."};
  EXPECT_THAT(make_plan(invocation).error().message(), HasSubstr("ends in a dot"));
}

TEST(Plan, SettingsFileThatPipCannotRead) {
  for (const char* text :
       {"index-url = x\n", "[global]\na = 1\na = 2\n", "[global]\nnothing\n", "[global]\n[global]\n"}) {
    Result<Plan> plan = make_plan(invocation_of("pip install six", {}, {{"/etc/pip.conf", text}}));
    ASSERT_FALSE(plan.has_value()) << text;
    EXPECT_TRUE(plan.error().is(kGuardConfiguration));
  }
}

TEST(Plan, LimitsAreHit) {
  Invocation large = invocation_of("pip install six", {}, {{"/etc/pip.conf", "[global]\n# long\n"}});
  large.limits.configuration_bytes = 10;
  EXPECT_TRUE(make_plan(large).error().is(kGuardConfiguration));

  Files files{{"/project/pyproject.toml", "[project]\n"}, {"/project/uv.lock", "version = 1\n"}};
  Invocation lock = invocation_of("uv sync", {}, files);
  lock.limits.lock_bytes = 5;
  EXPECT_TRUE(make_plan(lock).error().is(kGuardConfiguration));

  Invocation many =
      invocation_of("pip install -r a.txt", {}, {{"/project/a.txt", "-r b.txt"}, {"/project/b.txt", "six"}});
  EXPECT_TRUE(make_plan(many).has_value());
  many.limits.requirement_files = 1;
  EXPECT_TRUE(make_plan(many).error().is(kGuardConfiguration));

  Invocation wide = invocation_of(
      "uv sync", {},
      {{"/project/pyproject.toml", "[tool.uv.workspace]\nmembers=['**/none']\n"}, {"/project/a/b/c", ""}});
  EXPECT_TRUE(make_plan(wide).has_value());
  wide.limits.workspace_folders = 3;
  EXPECT_TRUE(make_plan(wide).error().is(kGuardConfiguration));

  Invocation deep = invocation_of("uv run uv run uv run pip install six");
  EXPECT_TRUE(make_plan(deep).has_value());
  deep.limits.nested_commands = 2;
  EXPECT_TRUE(make_plan(deep).error().is(kGuardFlag));
}

/// Passes with a note by default, is refused by name with `--require attested`.
class RefusedWithProof : public ::testing::TestWithParam<Way> {};

TEST_P(RefusedWithProof, ElseNoted) {
  expect_refused_with_proof(GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    Pip, RefusedWithProof,
    ::testing::Values(
        Way{"pip install --upgrade --find-links links six", {}, {}, "links"},
        Way{"pip install --group dev",
            {},
            {{"/project/pyproject.toml", "[dependency-groups]\ndev=['six @ file:///six.whl']\n"}},
            "six.whl"},
        Way{"pip install --group sub/pyproject.toml:dev",
            {},
            {{"/project/sub/pyproject.toml", "[dependency-groups]\ndev=['six @ file:///six.whl']\n"}},
            "six.whl"},
        Way{"pip install six",
            {{"PIP_GROUP", "dev"}},
            {{"/project/pyproject.toml", "[dependency-groups]\ndev=['six @ file:///six.whl']\n"}},
            "six.whl"},
        Way{"uv pip install --group dev",
            {},
            {{"/project/pyproject.toml", "[dependency-groups]\ndev=['six @ file:///six.whl']\n"}},
            "six.whl"},
        Way{"uv pip install -r pyproject.toml",
            {},
            {{"/project/pyproject.toml", "[project]\nname='a'\n[tool.uv.sources]\nsix={path='six.whl'}\n"}},
            "six.whl"},
        Way{"uv pip compile pyproject.toml",
            {},
            {{"/project/pyproject.toml",
              "[project]\nname='a'\n[tool.uv.sources]\nsix={git='https://git.test/six'}\n"}},
            "git.test"},
        Way{"uv sync",
            {},
            {{"/project/pyproject.toml", "[tool.uv.workspace]\nmembers=['packages/*']\n"},
             {"/project/packages/b/pyproject.toml",
              "[project]\nname='b'\n[tool.uv.sources]\nsix={path='../six.whl'}\n"}},
            "six.whl"},
        Way{"uv sync",
            {},
            {{"/project/pyproject.toml", "[tool.uv.workspace]\nmembers=['./deep/**/x?']\n"},
             {"/project/deep/b/c/x1/pyproject.toml",
              "[project]\nname='b'\ndependencies=['six @ file:///six.whl']\n"}},
            "six.whl"},
        Way{"env -i python3 -m pip download six", {}, {}, "env -i"},
        Way{"timeout 5 env - pip download six", {}, {}, "env -"},
        Way{"nice pip install -f links six", {}, {}, "links"},
        Way{"pip install --find-links /wheels six", {}, {}, "--find-links"},
        Way{"pip install -f/wheels six", {}, {}, "-f: files from /wheels"},
        Way{"pip install -qf /wheels six", {}, {}, "files from /wheels"},
        Way{"pip install --find https://u:secret@h/ six", {}, {}, "--find-links"},
        Way{"pip install six", {{"PIP_FIND_LINKS", "/opt/wheels"}}, {}, "PIP_FIND_LINKS"},
        Way{"pip install six", {{"PIP_Find_Links", "/opt/wheels"}}, {}, "PIP_Find_Links"},
        Way{"pip install --no-index six", {}, {}, "--no-index"},
        Way{"pip install six", {{"PIP_NO_INDEX", "1"}}, {}, "PIP_NO_INDEX"},
        Way{"pip install --trusted-host pypi.org six", {}, {}, "--trusted-host"},
        Way{"pip install six", {{"PIP_TRUSTED_HOST", "pypi.org"}}, {}, "PIP_TRUSTED_HOST"},
        Way{"pip install six",
            {},
            {{"/etc/pip.conf", "[global]\ntrusted-host = a\n"}},
            "[global] trusted-host"},
        Way{"pip install six",
            {},
            {{"/etc/pip.conf", "[install]\nfind_links: /w\n"}},
            "[install] find-links"},
        Way{"pip install https://host.test/six.whl", {}, {}, "https://host.test/six.whl"},
        Way{"pip install six@https://u:secret@host.test/six.whl", {}, {}, "https://host.test/six.whl"},
        Way{"pip install git+https://u:secret@host.test/six", {}, {}, "git+https://host.test/six"},
        Way{"pip install six@git+ssh://git@host.test/six", {}, {}, "a checkout"},
        Way{"pip install hg+https://host.test/six", {}, {}, "a checkout"},
        Way{"pip install .", {}, {}, "a local path (.)"},
        Way{"pip install ./six.whl", {}, {}, "a local path"},
        Way{"pip install six-1.17.0-py2.py3-none-any.whl", {}, {}, "a local path"},
        Way{"pip install file:///six.whl", {}, {}, "a local path"},
        Way{"pip install -e .", {}, {}, "-e: a source tree"},
        Way{"pip install --edit=.", {}, {}, "--editable: a source tree"},
        Way{"pip install -i /srv/simple six", {}, {}, "-i: an index that is not on the network"},
        Way{"pip install -r https://host.test/r.txt", {}, {}, "https://host.test/r.txt"},
        Way{"pip install -r /dev/fd/63", {}, {}, "cannot be read before the start"},
        Way{"pip install -r r.txt",
            {},
            {{"/project/r.txt", "--find-links /w\n"}},
            "/project/r.txt, --find-links"},
        Way{"pip install -r r.txt",
            {},
            {{"/project/r.txt", "--trusted-host h\n"}},
            "/project/r.txt, --trusted-host"},
        Way{"pip install -r r.txt", {}, {{"/project/r.txt", "-e .\n"}}, "/project/r.txt, -e"},
        Way{"pip install -r r.txt", {}, {{"/project/r.txt", "--no-index\n"}}, "/project/r.txt, --no-index"},
        Way{"pip install -r r.txt",
            {},
            {{"/project/r.txt", "six @ \\\n https://h.test/six.whl --hash=sha256:00"}},
            "https://h.test/six.whl"},
        Way{"pip install -r a/r.txt",
            {},
            {{"/project/a/r.txt", "-r b.txt"}, {"/project/a/b.txt", "git+https://h.test/x"}},
            "/project/a/b.txt"},
        Way{"pip install -c r.txt six",
            {},
            {{"/project/r.txt", "six @ file:///six.whl\n"}},
            "/project/r.txt"},
        Way{"pip install six",
            {{"PIP_REQUIREMENT", "r.txt"}},
            {{"/project/r.txt", "./x\n"}},
            "/project/r.txt"},
        Way{"pip install --requirements-from-script a.py",
            {},
            {{"/project/a.py", "# /// script\n# dependencies = ['x @ git+https://h.test/x']\n# ///\n"}},
            "/project/a.py"},
        Way{"pip install -r pylock.toml",
            {},
            {{"/project/pylock.toml", "[[packages]]\nname='x'\narchive={url='https://h.test/x.zip'}\n"}},
            "https://h.test/x.zip"},
        Way{"sudo pip install six", {}, {}, "sudo"}));

INSTANTIATE_TEST_SUITE_P(
    Others, RefusedWithProof,
    ::testing::Values(
        Way{"uv pip install -f /w six", {}, {}, "-f: files from /w"},
        Way{"uv pip install six", {{"UV_FIND_LINKS", ",/b"}}, {}, "files from /b"},
        Way{"uv pip install --allow-insecure-host pypi.org six", {}, {}, "--allow-insecure-host"},
        Way{"uv pip install --trusted-host pypi.org six", {}, {}, "--trusted-host"},
        Way{"uv sync", {{"UV_INSECURE_HOST", "pypi.org"}}, {}, "UV_INSECURE_HOST"},
        Way{"uv sync",
            {},
            {{"/project/uv.toml", "allow-insecure-host = ['pypi.org']"}},
            "allow-insecure-host"},
        Way{"uv sync", {}, {{"/project/uv.toml", "[pip]\nfind-links = ['/w']"}}, "pip.find-links"},
        Way{"uv sync",
            {},
            {{"/project/uv.toml", "[[index]]\nurl='https://h.test/'\nformat='flat'\n"}},
            "h.test"},
        Way{"uv pip install -e .", {}, {}, "-e: a source tree"},
        Way{"uv pip sync r.txt", {}, {{"/project/r.txt", "https://h.test/x.whl"}}, "h.test/x.whl"},
        Way{"uv add git+https://h.test/x", {}, {}, "uv add: a checkout"},
        Way{"uv add ./x", {}, {}, "uv add: a local path"},
        Way{"uv run --with six,git+https://h.test/x true", {}, {}, "--with: a checkout"},
        Way{"uv run --with-editable . true", {}, {}, "--with-editable"},
        Way{"uv run https://h.test/x.py", {}, {}, "https://h.test/x.py"},
        Way{"uvx --from git+https://h.test/x x", {}, {}, "--from: a checkout"},
        Way{"uvx git+https://h.test/x", {}, {}, "uv tool run: a checkout"},
        Way{"uv tool install ./x", {}, {}, "uv tool install: a local path"},
        Way{"uv sync",
            {},
            {{"/project/pyproject.toml", "[tool.uv.sources]\nx={git='https://h.test/x'}\n"}},
            "[tool.uv.sources] x"},
        Way{"uv sync",
            {},
            {{"/project/pyproject.toml", "[project]\ndependencies=['x @ https://h.test/x.whl']\n"}},
            "project.dependencies"},
        Way{"uv sync",
            {},
            {{"/project/pyproject.toml", "[dependency-groups]\ndev=['x @ file:///x']\n"}},
            "dependency-groups.dev"},
        Way{"uv sync",
            {},
            {{"/project/pyproject.toml", ""},
             {"/project/uv.lock", "[[package]]\nname='x'\nsource={git='https://h.test/x'}\n"}},
            "/project/uv.lock, x"},
        Way{"uv sync",
            {},
            {{"/project/pyproject.toml", ""},
             {"/project/uv.lock", "[[package]]\nname='x'\nsource={editable='../x'}\n"}},
            "a source tree (../x)"},
        Way{"poetry add git+https://h.test/x", {}, {}, "poetry add: a checkout"},
        Way{"poetry add ../x/", {}, {}, "poetry add: a local path"},
        Way{"poetry install",
            {},
            {{"/project/pyproject.toml", "[tool.poetry.dependencies]\nx={git='https://h.test/x'}\n"}},
            "/project/pyproject.toml, [tool.poetry.dependencies], x"},
        Way{"poetry install",
            {},
            {{"/project/pyproject.toml", "[tool.poetry.group.dev.dependencies]\nx=[{path='../x'}]\n"}},
            "a local path"},
        Way{"poetry install",
            {},
            {{"/project/pyproject.toml", "[tool.poetry]\n"},
             {"/project/poetry.lock",
              "[[package]]\nname='x'\n[package.source]\ntype='url'\nurl='https://h.test/x'\n"}},
            "/project/poetry.lock, x"},
        Way{"pdm add git+https://h.test/x", {}, {}, "pdm add: a checkout"},
        Way{"pdm add -e ./x", {}, {}, "a source tree (./x)"},
        Way{"pdm install", {{"PDM_PYPI_VERIFY_SSL", "0"}}, {}, "PDM_PYPI_VERIFY_SSL"},
        Way{"pdm install",
            {},
            {{"/project/pyproject.toml",
              "[[tool.pdm.source]]\nname='l'\nurl='file:///w'\ntype='find_links'\n"}},
            "files from file:///w"},
        Way{"pdm install",
            {},
            {{"/project/pyproject.toml", "[project]\n"},
             {"/project/pdm.lock", "[[package]]\nname='x'\ngit='https://h.test/x'\n"}},
            "/project/pdm.lock, x"}));

/// What stays allowed even with proof required.
// Of a project whose signer is expected nothing may come from where no signer can be told.
TEST(Plan, ExpectedProjectsComeWithProof) {
  const Files files{
      {"/project/pyproject.toml", "[project]\nname='p'\n[tool.uv.sources]\nsix={path='six-1.tar.gz'}\n"},
      {"/poetry/pyproject.toml", "[tool.poetry.dependencies]\nSix={git='https://git.test/six'}\n"}};
  const auto plan_of = [&](std::string_view command, const char* expected,
                           const char* folder = "/elsewhere") {
    Invocation invocation = invocation_of(command, {}, files);
    invocation.directory = folder;
    invocation.expected.insert(*ProjectName::parse(expected));
    return make_plan(invocation);
  };
  for (const char* command :
       {"pip install six@https://other.test/six.whl", "pip install https://other.test/six-1-py3-none-any.whl",
        "pip install ./six-1.tar.gz", "pip install git+https://git.test/six#egg=six",
        "uv pip install six@./six-1-py3-none-any.whl"}) {
    const Result<Plan> plan = plan_of(command, "SIX");
    ASSERT_FALSE(plan) << command;
    EXPECT_TRUE(plan.error().is(kGuardUnproven)) << command;
    EXPECT_TRUE(plan_of(command, "other")) << command;
  }
  EXPECT_TRUE(plan_of("pip install six@https://pypi.org/six-1-py3-none-any.whl", "six"));
  EXPECT_FALSE(plan_of("uv sync", "six", "/project"));
  EXPECT_TRUE(plan_of("uv sync", "other", "/project"));
  EXPECT_FALSE(plan_of("poetry install", "six", "/poetry"));
}

// What names no project may hold the one whose signer is expected.
class RefusedWithAnExpectation : public ::testing::TestWithParam<Way> {};

TEST_P(RefusedWithAnExpectation, ElseNoted) {
  Invocation invocation = invocation_of(GetParam().command, GetParam().environment, GetParam().files);
  Result<Plan> plan = make_plan(invocation);
  ASSERT_TRUE(plan.has_value()) << plan.error().message();
  EXPECT_THAT(plan->notes, Contains(HasSubstr(GetParam().names)));
  invocation.expected.insert(*ProjectName::parse("six"));
  Result<Plan> strict = make_plan(invocation);
  ASSERT_FALSE(strict.has_value());
  EXPECT_TRUE(strict.error().is(kGuardUnproven));
  EXPECT_THAT(strict.error().message(), HasSubstr(GetParam().names));
}

INSTANTIATE_TEST_SUITE_P(
    NoProject, RefusedWithAnExpectation,
    ::testing::Values(
        Way{"pip install -f fl six", {}, {}, "files from fl"},
        Way{"pip install other", {{"PIP_FIND_LINKS", "https://h.test/"}}, {}, "PIP_FIND_LINKS"},
        Way{"pip install -i file:///idx six", {}, {}, "not on the network"},
        Way{"uv pip install six", {{"UV_INDEX", "file:///idx"}}, {}, "not on the network"},
        Way{"env -i pip install six", {}, {}, "env -i"}, Way{"sudo pip install six", {}, {}, "sudo"},
        Way{"pip install git+https://h.test/x", {}, {}, "a checkout"},
        Way{"pip install https://h.test/x.zip", {}, {}, "a direct URL"},
        Way{"pip install .", {}, {}, "a local path (.)"},
        Way{"pip install -e ./x", {}, {}, "a source tree (./x)"},
        Way{"pip install -r https://h.test/r.txt", {}, {}, "r.txt"},
        Way{"uv run -", {}, {}, "standard input"},
        Way{"pip install .[x]",
            {},
            {{"/project/pyproject.toml",
              "[project]\nname='p'\n[build-system]\nrequires=['six @ file:///six']\n"}},
            "build-system.requires"},
        Way{"pip install -e file:///a#egg=p",
            {},
            {{"/a/pyproject.toml", "[project]\nname='p'\ndependencies=['six @ file:///six']\n"}},
            "project.dependencies"}));

TEST(Plan, AnExpectationLeavesOtherProjectsSourcesAlone) {
  const Files files{{"/project/pyproject.toml", "[project]\nname='p'\ndependencies=['six']\n"},
                    {"/project/r.txt", "-e .\nsix\n"}};
  for (const char* command :
       {"pip install .", "pip install -e .[dev]", "pip install -r r.txt", "uv pip install -e .",
        "pip install --trusted-host pypi.org six", "uv sync", "pip install p@git+https://h.test/p"}) {
    Invocation invocation = invocation_of(command, {}, files);
    invocation.expected.insert(*ProjectName::parse("six"));
    const Result<Plan> plan = make_plan(invocation);
    EXPECT_TRUE(plan.has_value()) << command << ": " << plan.error().message();
  }
}

TEST(Plan, OrdinaryCommandsPassWithProof) {
  Files files{
      {"/project/pyproject.toml", "[project]\nname='p'\ndependencies=['six>=1; python_version>\"3\"']\n"},
      {"/project/uv.lock",
       "[[package]]\nname='p'\nsource={editable='.'}\n"
       "[[package]]\nname='m'\nsource={editable='packages/m'}\n"}};
  for (const char* command : {"pip install six",
                              "pip install --no-cache-dir --target ./out -d ./x requests[socks]==2.0",
                              "pip install --python-version 3.11 --platform linux --log ./log six",
                              "pip install --pre --no-input six",
                              "pip config set global.cert /x",
                              "pip cache purge",
                              "pip list --path ./x",
                              "pip install -C --proxy=x six",
                              "uv sync --frozen",
                              "uv sync --no-cache",
                              "uv lock",
                              "uv run -q python -c 1",
                              "uv add six",
                              "uvx ruff@0.3.0 check .",
                              "uv pip install -n --target ./out six",
                              "uv run pytest --cert x",
                              "poetry install",
                              "poetry add requests@^2.23",
                              "poetry run pytest --proxy x",
                              "pdm install",
                              "pdm add six",
                              "pdm run pytest --proxy x",
                              "pipx install six",
                              "pipx run --spec six>=1 six --proxy x",
                              "pipx upgrade-all",
                              "make install",
                              "env A=b make",
                              "python script.py --proxy x"}) {
    Invocation invocation = invocation_of(command, {}, files);
    invocation.proof_required = true;
    Result<Plan> plan = make_plan(invocation);
    // A refused option's name in a value is doubt enough.
    if (std::string_view(command).contains("-C --proxy")) {
      EXPECT_FALSE(plan.has_value());
    } else {
      EXPECT_TRUE(plan.has_value()) << command << ": " << plan.error().message();
    }
  }
}

}  // namespace
}  // namespace tomme::guard
