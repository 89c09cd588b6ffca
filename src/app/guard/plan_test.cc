#include "app/guard/plan.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/guard/errors.h"

namespace tomme::guard {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using Files = std::map<std::string, std::string>;

Invocation invocation_of(std::string_view command, Environment environment = {}, Files files = {}) {
  Invocation invocation;
  invocation.argv = words_of(command);
  invocation.environment = std::move(environment);
  invocation.directory = "/work";
  invocation.home = "/home/ada";
  invocation.read = [files = std::move(files)](const std::string& path, std::size_t limit) {
    auto found = files.find(path);
    return found == files.end() ? std::optional<std::string>() : found->second.substr(0, limit);
  };
  return invocation;
}

/// A command that must be refused, and what the refusal must name.
struct Way {
  std::string_view command;
  Environment environment;
  Files files;
  std::string_view names;
};

std::ostream& operator<<(std::ostream& out, const Way& way) {
  out << way.command;
  for (const auto& [name, value] : way.environment) out << " " << name << "=" << value;
  for (const auto& [path, text] : way.files) out << " " << path;
  return out;
}

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
        Way{"pdm run -p sub uv pip install --cert x six", {}, {}, "--cert"},
        Way{"pdm run --env no_proxy=* pip install six", {}, {}, "--env no_proxy"},
        Way{"pdm run --env=PIP_Proxy=x pip install six", {}, {}, "--env PIP_Proxy"},
        Way{"pdm run setup",
            {},
            {{"/work/pyproject.toml",
              "[tool.pdm.scripts]\nsetup={cmd='pip install six',env={HTTPS_PROXY=''}}\n"}},
            "HTTPS_PROXY"},
        Way{"pdm run setup",
            {},
            {{"/work/pyproject.toml", "[tool.pdm.scripts]\nsetup='x'\n_.env.SSL_CERT_FILE='/x'\n"}},
            "SSL_CERT_FILE"},
        Way{"pdm run setup",
            {},
            {{"/work/pyproject.toml", "[tool.pdm.scripts]\nsetup={cmd='x',env_file={override='.env'}}\n"}},
            "env_file.override"},
        Way{"pdm run setup six",
            {},
            {{"/work/pyproject.toml", "[tool.pdm.scripts]\nsetup='pip install --proxy x'\n"}},
            "--proxy"}));

const char* const kUvProxy = "https-proxy = \"http://u:secret@p:1\"\n";
INSTANTIATE_TEST_SUITE_P(
    Settings, AlwaysRefused,
    ::testing::Values(
        Way{"uv sync", {}, {{"/work/uv.toml", kUvProxy}}, "/work/uv.toml, https-proxy"},
        Way{"uv sync", {}, {{"/uv.toml", kUvProxy}}, "/uv.toml, https-proxy"},
        Way{"uv pip install six", {}, {{"/etc/uv/uv.toml", kUvProxy}}, "/etc/uv/uv.toml"},
        Way{"uv pip install six", {}, {{"/etc/xdg/uv/uv.toml", kUvProxy}}, "/etc/xdg/uv/uv.toml"},
        Way{"uv pip install six", {}, {{"/home/ada/.config/uv/uv.toml", kUvProxy}}, "https-proxy"},
        Way{"uv pip install six",
            {{"XDG_CONFIG_HOME", "/c"}},
            {{"/c/uv/uv.toml", kUvProxy}},
            "/c/uv/uv.toml"},
        Way{"uv pip install six", {{"UV_CONFIG_FILE", "/x.toml"}}, {{"/x.toml", kUvProxy}}, "/x.toml"},
        Way{"uv --config-file own.toml sync", {}, {{"/work/own.toml", kUvProxy}}, "/work/own.toml"},
        Way{"uv --directory sub sync", {}, {{"/work/sub/uv.toml", kUvProxy}}, "/work/sub/uv.toml"},
        Way{"uv --project sub sync", {}, {{"/work/sub/uv.toml", kUvProxy}}, "/work/sub/uv.toml"},
        Way{"uv sync", {}, {{"/work/uv.toml", "http-proxy = 'http://p:1'"}}, "http-proxy"},
        Way{"uv sync",
            {},
            {{"/work/pyproject.toml", "[tool.uv]\nhttps-proxy='http://p:1'"}},
            "[tool.uv], https-proxy"},
        Way{"uv run a.py",
            {},
            {{"/work/a.py", "# /// script\n# [tool.uv]\n# https-proxy = 'http://p:1'\n# ///\n"}},
            "https-proxy"},
        Way{"make install", {}, {{"/home/ada/.config/uv/uv.toml", kUvProxy}}, "https-proxy"},
        Way{"pdm install", {{"PDM_USE_UV", "1"}}, {{"/work/uv.toml", kUvProxy}}, "https-proxy"},
        Way{"pdm install", {}, {{"/work/pdm.toml", "[pypi]\nca_certs='/ca.pem'\n"}}, "ca_certs"},
        Way{"pdm install",
            {},
            {{"/home/ada/.config/pdm/config.toml", "[pypi.corp]\nurl='https://c/'\nca_certs='/ca.pem'\n"}},
            "ca_certs"},
        Way{"pdm install", {}, {{"/work/pdm.toml", "[install]\ncache = true\n"}}, "install.cache"},
        Way{"pip install -i https://ex%41mple.test/simple six", {}, {}, "pip -i"},
        Way{"pip install -i https://pypi.org./simple six", {}, {}, "pypi.org."},
        Way{"pip install six", {{"PIP_INDEX_URL", "https://a%b/"}}, {}, "PIP_INDEX_URL"},
        Way{"pip install six", {{"https_proxy", "socks5://p:1"}}, {}, "proxy"}));

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

  Files files{{"/work/pyproject.toml", "[project]\n"}, {"/work/uv.lock", "version = 1\n"}};
  Invocation lock = invocation_of("uv sync", {}, files);
  lock.limits.lock_bytes = 5;
  EXPECT_TRUE(make_plan(lock).error().is(kGuardConfiguration));

  Invocation many =
      invocation_of("pip install -r a.txt", {}, {{"/work/a.txt", "-r b.txt"}, {"/work/b.txt", "six"}});
  EXPECT_TRUE(make_plan(many).has_value());
  many.limits.requirement_files = 1;
  EXPECT_TRUE(make_plan(many).error().is(kGuardConfiguration));

  Invocation deep = invocation_of("uv run uv run uv run pip install six");
  EXPECT_TRUE(make_plan(deep).has_value());
  deep.limits.nested_commands = 2;
  EXPECT_TRUE(make_plan(deep).error().is(kGuardFlag));
}

/// Passes with a note by default, is refused by name with `--require attested`.
class RefusedWithProof : public ::testing::TestWithParam<Way> {};

TEST_P(RefusedWithProof, ElseNoted) {
  Invocation invocation = invocation_of(GetParam().command, GetParam().environment, GetParam().files);
  Result<Plan> plan = make_plan(invocation);
  ASSERT_TRUE(plan.has_value()) << plan.error().message();
  EXPECT_THAT(plan->notes, Contains(HasSubstr(GetParam().names)));
  EXPECT_THAT(plan->notes, Contains(Not(HasSubstr("secret"))));
  invocation.proof_required = true;
  Result<Plan> strict = make_plan(invocation);
  ASSERT_FALSE(strict.has_value());
  EXPECT_TRUE(strict.error().is(kGuardUnproven));
  EXPECT_THAT(strict.error().message(), HasSubstr(GetParam().names));
  EXPECT_THAT(strict.error().message(), Not(HasSubstr("secret")));
}

INSTANTIATE_TEST_SUITE_P(
    Pip, RefusedWithProof,
    ::testing::Values(
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
        Way{"pip install -r r.txt", {}, {{"/work/r.txt", "--find-links /w\n"}}, "/work/r.txt, --find-links"},
        Way{"pip install -r r.txt",
            {},
            {{"/work/r.txt", "--trusted-host h\n"}},
            "/work/r.txt, --trusted-host"},
        Way{"pip install -r r.txt", {}, {{"/work/r.txt", "-e .\n"}}, "/work/r.txt, -e"},
        Way{"pip install -r r.txt", {}, {{"/work/r.txt", "--no-index\n"}}, "/work/r.txt, --no-index"},
        Way{"pip install -r r.txt",
            {},
            {{"/work/r.txt", "six @ \\\n https://h.test/six.whl --hash=sha256:00"}},
            "https://h.test/six.whl"},
        Way{"pip install -r a/r.txt",
            {},
            {{"/work/a/r.txt", "-r b.txt"}, {"/work/a/b.txt", "git+https://h.test/x"}},
            "/work/a/b.txt"},
        Way{"pip install -c r.txt six", {}, {{"/work/r.txt", "six @ file:///six.whl\n"}}, "/work/r.txt"},
        Way{"pip install six", {{"PIP_REQUIREMENT", "r.txt"}}, {{"/work/r.txt", "./x\n"}}, "/work/r.txt"},
        Way{"pip install --requirements-from-script a.py",
            {},
            {{"/work/a.py", "# /// script\n# dependencies = ['x @ git+https://h.test/x']\n# ///\n"}},
            "/work/a.py"},
        Way{"pip install -r pylock.toml",
            {},
            {{"/work/pylock.toml", "[[packages]]\nname='x'\narchive={url='https://h.test/x.zip'}\n"}},
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
        Way{"uv sync", {}, {{"/work/uv.toml", "allow-insecure-host = ['pypi.org']"}}, "allow-insecure-host"},
        Way{"uv sync", {}, {{"/work/uv.toml", "[pip]\nfind-links = ['/w']"}}, "pip.find-links"},
        Way{"uv sync",
            {},
            {{"/work/uv.toml", "[[index]]\nurl='https://h.test/'\nformat='flat'\n"}},
            "h.test"},
        Way{"uv pip install -e .", {}, {}, "-e: a source tree"},
        Way{"uv pip sync r.txt", {}, {{"/work/r.txt", "https://h.test/x.whl"}}, "h.test/x.whl"},
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
            {{"/work/pyproject.toml", "[tool.uv.sources]\nx={git='https://h.test/x'}\n"}},
            "[tool.uv.sources] x"},
        Way{"uv sync",
            {},
            {{"/work/pyproject.toml", "[project]\ndependencies=['x @ https://h.test/x.whl']\n"}},
            "project.dependencies"},
        Way{"uv sync",
            {},
            {{"/work/pyproject.toml", "[dependency-groups]\ndev=['x @ file:///x']\n"}},
            "dependency-groups.dev"},
        Way{"uv sync",
            {},
            {{"/work/pyproject.toml", ""},
             {"/work/uv.lock", "[[package]]\nname='x'\nsource={git='https://h.test/x'}\n"}},
            "/work/uv.lock, x"},
        Way{"uv sync",
            {},
            {{"/work/pyproject.toml", ""},
             {"/work/uv.lock", "[[package]]\nname='x'\nsource={editable='../x'}\n"}},
            "a source tree (../x)"},
        Way{"poetry add git+https://h.test/x", {}, {}, "poetry add: a checkout"},
        Way{"poetry add ../x/", {}, {}, "poetry add: a local path"},
        Way{"poetry install",
            {},
            {{"/work/pyproject.toml", "[tool.poetry.dependencies]\nx={git='https://h.test/x'}\n"}},
            "/work/pyproject.toml, x"},
        Way{"poetry install",
            {},
            {{"/work/pyproject.toml", "[tool.poetry.group.dev.dependencies]\nx=[{path='../x'}]\n"}},
            "a local path"},
        Way{"poetry install",
            {},
            {{"/work/pyproject.toml", "[tool.poetry]\n"},
             {"/work/poetry.lock",
              "[[package]]\nname='x'\n[package.source]\ntype='url'\nurl='https://h.test/x'\n"}},
            "/work/poetry.lock, x"},
        Way{"pdm add git+https://h.test/x", {}, {}, "pdm add: a checkout"},
        Way{"pdm add -e ./x", {}, {}, "a source tree (./x)"},
        Way{"pdm install", {{"PDM_PYPI_VERIFY_SSL", "0"}}, {}, "PDM_PYPI_VERIFY_SSL"},
        Way{"pdm install",
            {},
            {{"/work/pyproject.toml", "[[tool.pdm.source]]\nname='l'\nurl='file:///w'\ntype='find_links'\n"}},
            "files from file:///w"},
        Way{"pdm install",
            {},
            {{"/work/pyproject.toml", "[project]\n"},
             {"/work/pdm.lock", "[[package]]\nname='x'\ngit='https://h.test/x'\n"}},
            "/work/pdm.lock, x"}));

/// What stays allowed even with proof required.
TEST(Plan, OrdinaryCommandsPassWithProof) {
  Files files{
      {"/work/pyproject.toml", "[project]\nname='p'\ndependencies=['six>=1; python_version>\"3\"']\n"},
      {"/work/uv.lock",
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
                              "make install",
                              "python script.py --proxy x",
                              "python -c pip --proxy x"}) {
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

/// A place where an index may be named, and the origin that must be intercepted for it.
class Named : public ::testing::TestWithParam<Way> {};

TEST_P(Named, IsIntercepted) {
  Result<Plan> plan = make_plan(invocation_of(GetParam().command, GetParam().environment, GetParam().files));
  ASSERT_TRUE(plan.has_value()) << plan.error().message();
  std::vector<std::string> origins;
  for (const Origin& origin : plan->intercept) origins.push_back(origin.to_string());
  EXPECT_THAT(origins, Contains(std::string(GetParam().names)));
  EXPECT_THAT(origins, Contains("https://pypi.org:443"));
  EXPECT_THAT(origins, Contains("https://files.pythonhosted.org:443"));
  for (const NamedIndex& index : plan->indexes) EXPECT_THAT(index.url.to_string(), Not(HasSubstr("secret")));
}

constexpr std::string_view kCorp = "https://corp.test:443";
const char* const kPipConf = "[global]\nindex-url = https://u:secret@corp.test/simple\n";
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
        Way{"pip install six", {}, {{"/home/ada/.config/pip/pip.conf", kPipConf}}, kCorp},
        Way{"pip install six", {}, {{"/home/ada/.pip/pip.conf", kPipConf}}, kCorp},
        Way{"pip install six", {{"XDG_CONFIG_HOME", "/c"}}, {{"/c/pip/pip.conf", kPipConf}}, kCorp},
        Way{"pip install six", {{"PIP_CONFIG_FILE", "own.conf"}}, {{"/work/own.conf", kPipConf}}, kCorp},
        Way{"pip install six", {{"VIRTUAL_ENV", "/venv"}}, {{"/venv/pip.conf", kPipConf}}, kCorp},
        Way{"/venv/bin/pip install six", {}, {{"/venv/bin/pip", ""}, {"/venv/pip.conf", kPipConf}}, kCorp},
        Way{"venv/bin/python -m pip install six",
            {},
            {{"/work/venv/bin/python", ""}, {"/work/venv/pip.conf", kPipConf}},
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
        Way{"pip install -r r.txt", {}, {{"/work/r.txt", "--index-url https://corp.test/\nsix\n"}}, kCorp},
        Way{"pip install -r r.txt",
            {},
            {{"/work/r.txt", "--extra-index-u='https://corp.test/' # why\n"}},
            kCorp},
        Way{"pip install -r r.txt", {{"CORP", "corp.test"}}, {{"/work/r.txt", "-i https://${CORP}/"}}, kCorp},
        Way{"pip install -r a/r.txt",
            {},
            {{"/work/a/r.txt", "-c ../c.txt"}, {"/work/a/../c.txt", "-i https://corp.test/"}},
            kCorp},
        Way{"pip install -r pylock.toml",
            {},
            {{"/work/pylock.toml", "[[packages]]\nname='x'\nwheels=[{url='https://corp.test/x.whl'}]\n"}},
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
        Way{"uv tool install x --index https://corp.test/simple", {}, {}, kCorp},
        Way{"uv sync", {{"UV_INDEX", "a=https://a.test/ https://corp.test/"}}, {}, kCorp},
        Way{"uv sync", {{"UV_DEFAULT_INDEX", "corp=https://corp.test/"}}, {}, kCorp},
        Way{"uv sync", {{"UV_INDEX_URL", "https://corp.test/"}}, {}, kCorp},
        Way{"uv sync", {{"UV_EXTRA_INDEX_URL", "https://corp.test/"}}, {}, kCorp},
        Way{"uv sync", {{"UV_TORCH_BACKEND", "cpu"}}, {}, "https://download.pytorch.org:443"},
        Way{"uv pip install --torch-backend=auto torch", {}, {}, "https://download-r2.pytorch.org:443"},
        Way{"uv sync", {}, {{"/work/uv.toml", "index-url = 'https://corp.test/'"}}, kCorp},
        Way{"uv sync", {}, {{"/work/uv.toml", "[pip]\nextra-index-url = ['https://corp.test/']"}}, kCorp},
        Way{"uv sync", {}, {{"/uv.toml", "[[index]]\nname='c'\nurl='https://corp.test/'"}}, kCorp},
        Way{"uv pip install six",
            {},
            {{"/work/pyproject.toml", "[[tool.uv.index]]\nurl='https://corp.test/'"}},
            kCorp},
        Way{"uv add --index corp six",
            {},
            {{"/work/pyproject.toml", "[[tool.uv.index]]\nname='corp'\nurl='https://corp.test/'"}},
            kCorp},
        Way{"uv run a.py",
            {},
            {{"/work/a.py",
              "#!/x\n# /// script\n# [[tool.uv.index]]\n# url = 'https://corp.test/'\n# ///\n"}},
            kCorp},
        Way{"uv run --script a",
            {},
            {{"/work/a", "# /// script\n#\n# [[tool.uv.index]]\n# url = 'https://corp.test/'\n# ///\n"}},
            kCorp},
        Way{"uv sync --script a.py",
            {},
            {{"/work/a.py.lock", "[[package]]\nname='x'\nsource={registry='https://corp.test/'}\n"}},
            kCorp},
        Way{"uv pip install -r r.txt", {}, {{"/work/r.txt", "--index-url https://corp.test/"}}, kCorp},
        Way{"uv pip compile r.in", {}, {{"/work/r.in", "-i https://corp.test/"}}, kCorp},
        Way{"uv sync --frozen",
            {},
            {{"/work/pyproject.toml", ""},
             {"/work/uv.lock", "[[package]]\nname='x'\nsource={registry='https://corp.test/simple'}\n"}},
            kCorp},
        Way{"uv sync --frozen",
            {},
            {{"/work/pyproject.toml", ""},
             {"/work/uv.lock",
              "[[package]]\nname='x'\nsource={registry='https://a.test/'}\nwheels=[{url='https://corp.test/"
              "x.whl'}]\n"}},
            kCorp},
        Way{"uv sync --frozen",
            {},
            {{"/work/pyproject.toml", ""},
             {"/work/uv.lock",
              "[[package]]\nname='x'\nsource={registry='https://a.test/'}\nsdist={url='https://corp.test/"
              "x.zip'}\n"}},
            kCorp}));

INSTANTIATE_TEST_SUITE_P(
    PoetryAndPdm, Named,
    ::testing::Values(
        Way{"poetry install",
            {},
            {{"/work/pyproject.toml", "[[tool.poetry.source]]\nname='c'\nurl='https://corp.test/'"}},
            kCorp},
        Way{"poetry -C sub install",
            {},
            {{"/work/sub/pyproject.toml", "[[tool.poetry.source]]\nname='c'\nurl='https://corp.test/'"}},
            kCorp},
        Way{"poetry install -P sub",
            {},
            {{"/work/sub/pyproject.toml", "[[tool.poetry.source]]\nname='c'\nurl='https://corp.test/'"}},
            kCorp},
        Way{"poetry source add c https://corp.test/", {}, {}, kCorp},
        Way{"poetry install", {{"POETRY_REPOSITORIES_C_URL", "https://corp.test/"}}, {}, kCorp},
        Way{"poetry install", {{"POETRY_PYPI_MIRROR_URL", "https://corp.test/"}}, {}, kCorp},
        Way{"poetry install",
            {},
            {{"/home/ada/.config/pypoetry/config.toml", "[repositories.c]\nurl='https://corp.test/'"}},
            kCorp},
        Way{"poetry install",
            {},
            {{"/work/poetry.toml", "[plugins.pypi_mirror]\nurl='https://corp.test/'"}},
            kCorp},
        Way{"poetry install",
            {},
            {{"/work/pyproject.toml", "[project]\n"},
             {"/work/poetry.lock",
              "[[package]]\nname='x'\n[package.source]\ntype='legacy'\nurl='https://corp.test/'\n"}},
            kCorp},
        Way{"pdm install", {{"PDM_PYPI_URL", "https://corp.test/"}}, {}, kCorp},
        Way{"pdm install",
            {},
            {{"/work/pyproject.toml", "[[tool.pdm.source]]\nname='c'\nurl='https://${U}:${P}@corp.test/'"}},
            kCorp},
        Way{"pdm install", {}, {{"/work/pdm.toml", "[pypi]\nurl='https://corp.test/'"}}, kCorp},
        Way{"pdm install", {}, {{"/work/.pdm.toml", "[pypi.c]\nurl='https://corp.test/'"}}, kCorp},
        Way{"pdm install",
            {},
            {{"/home/ada/.config/pdm/config.toml", "[pypi.c]\nurl='https://corp.test/'"}},
            kCorp},
        Way{"pdm install", {}, {{"/etc/xdg/pdm/config.toml", "[pypi]\nurl='https://corp.test/'"}}, kCorp},
        Way{"pdm -c own.toml install", {}, {{"/work/own.toml", "[pypi]\nurl='https://corp.test/'"}}, kCorp},
        Way{"pdm install --proj sub",
            {},
            {{"/work/sub/pyproject.toml", "[[tool.pdm.source]]\nname='c'\nurl='https://corp.test/'"}},
            kCorp},
        Way{"pdm sync",
            {},
            {{"/work/pyproject.toml", "[project]\n"},
             {"/work/pdm.lock", "[[package]]\nname='x'\nfiles=[{url='https://corp.test/x.whl'}]\n"}},
            kCorp},
        Way{"pdm sync -L other.lock",
            {},
            {{"/work/pyproject.toml", "[project]\n"},
             {"/work/other.lock", "[[package]]\nname='x'\nfiles=[{url='https://corp.test/x.whl'}]\n"}},
            kCorp},
        Way{"pdm run a.py",
            {},
            {{"/work/a.py", "# /// script\n# [[tool.pdm.source]]\n# url = 'https://corp.test/'\n# ///\n"}},
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
  Files pip{{"/home/ada/.config/pip/pip.conf", kPipConf}};
  EXPECT_TRUE(intercepts(*make_plan(invocation_of("pip install six", {}, pip)), "corp.test"));
  Environment off{{"PIP_CONFIG_FILE", "/dev/null"}};
  EXPECT_FALSE(intercepts(*make_plan(invocation_of("pip install six", off, pip)), "corp.test"));
  EXPECT_FALSE(intercepts(*make_plan(invocation_of("uv sync", {}, pip)), "corp.test"));
  Files uv{{"/work/uv.toml", kUvProxy}};
  EXPECT_TRUE(make_plan(invocation_of("uv --no-config sync", {}, uv)).has_value());
  EXPECT_TRUE(make_plan(invocation_of("uv sync", {{"UV_NO_CONFIG", "1"}}, uv)).has_value());
  EXPECT_TRUE(make_plan(invocation_of("pip install six", {}, uv)).has_value());
  Files lock{{"/work/pyproject.toml", ""},
             {"/work/uv.lock", "[[package]]\nname='x'\nsource={git='https://h.test'}"}};
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
  EXPECT_EQ(configured->trust.ca_file, "/conf.pem");
  EXPECT_EQ(make_plan(invocation_of("pip install six", {{"ALL_PROXY", "http://all.test:5"}}))
                ->upstream.for_http->authority.host,
            "all.test");
}

TEST(Plan, RemembersTheUsersAuthorities) {
  Environment all{
      {"PIP_CERT", "/1"}, {"REQUESTS_CA_BUNDLE", "/2"}, {"SSL_CERT_FILE", "/3"}, {"CURL_CA_BUNDLE", "/4"}};
  for (const char* name : {"PIP_CERT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE"}) {
    EXPECT_EQ(make_plan(invocation_of("pip install six", all))->trust.ca_file, all[name]);
    all[name] = "";
  }
  EXPECT_EQ(make_plan(invocation_of("pip install six", all))->trust.ca_file, "");
}

// ---- the child's environment

const Secret<std::string>& proxy_url() {
  static const Secret<std::string> url(std::string("http://tomme:pw@127.0.0.1:4711"));
  return url;
}

Environment child_of(std::string_view command, Environment environment = {}, Files files = {}) {
  Result<Plan> plan = make_plan(invocation_of(command, std::move(environment), std::move(files)));
  EXPECT_TRUE(plan.has_value());
  return child_environment(*plan, {proxy_url(), "/run/bundle.pem", "/run/cache"});
}

TEST(ChildEnvironment, IsWhatInstallersWereMeasuredToRead) {
  Environment child =
      child_of("pip install six", {{"PATH", "/bin"}, {"NO_PROXY", "*"}, {"no_proxy", "pypi.org"}});
  for (const char* name :
       {"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "PIP_PROXY"}) {
    EXPECT_EQ(child[name], proxy_url().reveal()) << name;
  }
  for (const char* name : {"PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"}) {
    EXPECT_EQ(child[name], "/run/bundle.pem") << name;
  }
  for (const char* name : {"PIP_CACHE_DIR", "UV_CACHE_DIR", "POETRY_CACHE_DIR", "PDM_CACHE_DIR"}) {
    EXPECT_THAT(child[name], ::testing::StartsWith("/run/cache/")) << name;
  }
  // Present and empty, so that a .env file cannot fill them in.
  EXPECT_EQ(child.at("NO_PROXY"), "");
  EXPECT_EQ(child.at("no_proxy"), "");
  EXPECT_EQ(child["PATH"], "/bin");
  EXPECT_FALSE(child.contains("NIX_SSL_CERT_FILE"));
}

TEST(ChildEnvironment, OverwritesEverySpellingOfTheUsers) {
  Environment user{
      {"PIP_Proxy", "x"},        {"PIP_--PROXY", "x"},       {"PIP_cert", "x"},
      {"PIP_NO_PROXY_ENV", "1"}, {"PIP_Cache_Dir", "x"},     {"PIP_NO_CACHE_DIR", "0"},
      {"PIP_ISOLATED", "1"},     {"NIX_SSL_CERT_FILE", "x"}, {"PIP_INDEX_URL", "https://corp.test/"}};
  Environment child = child_of("pip install six", user);
  for (const char* gone : {"PIP_Proxy", "PIP_--PROXY", "PIP_cert", "PIP_NO_PROXY_ENV", "PIP_Cache_Dir",
                           "PIP_NO_CACHE_DIR", "PIP_ISOLATED"}) {
    EXPECT_FALSE(child.contains(gone)) << gone;
  }
  EXPECT_EQ(child["NIX_SSL_CERT_FILE"], "/run/bundle.pem");
  EXPECT_EQ(child["PIP_INDEX_URL"], "https://corp.test/");
}

TEST(ChildEnvironment, KeepsPoetrysVirtualEnvironmentsWhereTheyAre) {
  EXPECT_EQ(child_of("poetry install")["POETRY_VIRTUALENVS_PATH"], "/home/ada/.cache/pypoetry/virtualenvs");
  EXPECT_EQ(child_of("poetry install", {{"POETRY_CACHE_DIR", "/c"}})["POETRY_VIRTUALENVS_PATH"],
            "/c/virtualenvs");
  EXPECT_EQ(child_of("poetry install", {{"XDG_CACHE_HOME", "/x"}})["POETRY_VIRTUALENVS_PATH"],
            "/x/pypoetry/virtualenvs");
  EXPECT_EQ(child_of("poetry install", {{"POETRY_VIRTUALENVS_PATH", "/v"}})["POETRY_VIRTUALENVS_PATH"], "/v");
  Files files{
      {"/home/ada/.config/pypoetry/config.toml", "cache-dir='/k'\n[virtualenvs]\npath='{cache-dir}/v'\n"}};
  EXPECT_EQ(child_of("poetry install", {}, files)["POETRY_VIRTUALENVS_PATH"], "/k/v");
  EXPECT_FALSE(child_of("pip install six").contains("POETRY_VIRTUALENVS_PATH"));
}

TEST(ChildEnvironment, BeatsPoetrysOwnCertificates) {
  Files files{{"/home/ada/.config/pypoetry/config.toml",
               "[certificates.my-corp]\ncert='/old.pem'\nclient-cert='/c'\n"}};
  Environment child =
      child_of("poetry install",
               {{"POETRY_CERTIFICATES_X_CERT", "false"}, {"POETRY_CERTIFICATES_X_CLIENT_CERT", "/c"}}, files);
  EXPECT_EQ(child["POETRY_CERTIFICATES_MY_CORP_CERT"], "/run/bundle.pem");
  EXPECT_EQ(child["POETRY_CERTIFICATES_X_CERT"], "/run/bundle.pem");
  EXPECT_EQ(child["POETRY_CERTIFICATES_X_CLIENT_CERT"], "/c");
}

TEST(ChildEnvironment, NeverLinksIntoTheRunsCache) {
  EXPECT_EQ(child_of("uv sync", {{"UV_LINK_MODE", "symlink"}})["UV_LINK_MODE"], "copy");
  EXPECT_EQ(child_of("uv sync", {}, {{"/work/uv.toml", "link-mode='symlink'"}})["UV_LINK_MODE"], "copy");
  EXPECT_EQ(child_of("uv sync", {{"UV_LINK_MODE", "hardlink"}})["UV_LINK_MODE"], "hardlink");
  EXPECT_FALSE(child_of("uv sync").contains("UV_LINK_MODE"));
}

TEST(ChildEnvironment, WaitsLongEnoughForAFileToBeJudged) {
  Environment child = child_of(
      "pip install six", {{"PIP_TIMEOUT", "2"}, {"UV_HTTP_TIMEOUT", "180"}, {"PIP_DEFAULT_TIMEOUT", "x"}});
  EXPECT_EQ(child["PIP_TIMEOUT"], "15");
  EXPECT_EQ(child["UV_HTTP_TIMEOUT"], "180");
  EXPECT_EQ(child["PIP_DEFAULT_TIMEOUT"], "x");
  EXPECT_FALSE(child.contains("PDM_REQUEST_TIMEOUT"));
}

}  // namespace
}  // namespace tomme::guard
