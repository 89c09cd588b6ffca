"""Bypasses of the proxy that are known before the start: refused there, by name, and nothing is started."""
import shutil
import subprocess

import pytest

from asked import REQUIRED
from stage import Stage

PIP, UV, POETRY = ["pip", "install", "six"], ["uv", "pip", "install", "six"], ["poetry", "install"]


@pytest.fixture
def decoys(bare) -> Stage:
    """Installers that only leave a sign that they were started."""
    folder = bare.folder / "bin"
    folder.mkdir()
    for name in ("pip", "uv", "poetry", "pdm", "pipx", "tox", "nox"):
        program = folder / name
        program.write_text(f'#!/bin/sh\necho started >> "{bare.folder}/started"\n')
        program.chmod(0o755)
    bare.environment["PATH"] = f"{folder}:/usr/bin:/bin"
    return bare


def assert_not_started(stage: Stage, result, *names: str):
    assert result.code == 2, result.said
    for name in names:
        assert name in result.err, f"{name} is not named: {result.err}"
    assert not (stage.folder / "started").exists()
    said = [line for line in result.err.splitlines() if line.startswith("tomme: ") and not line.startswith("tomme: hint: ")]
    assert len(said) <= 1, result.err


@pytest.mark.parametrize("command,name", [
    ([*PIP, "--proxy", "http://elsewhere:1"], "--proxy"),
    ([*PIP, "--proxy=http://elsewhere:1"], "--proxy"),
    ([*PIP, "--prox", "http://elsewhere:1"], "--proxy"),
    (["pip", "--proxy", "", "install", "six"], "--proxy"),
    ([*PIP, "--cert", "/tmp/ca.pem"], "--cert"),
    (["pip", "--isolated", "install", "six"], "--isolated"),
    ([*PIP, "--trusted-host", "pypi.org"], "--trusted-host"),
    ([*UV, "--allow-insecure-host", "pypi.org"], "--allow-insecure-host"),
    ([*UV, "--trusted-host", "pypi.org"], "--trusted-host"),
    ([*UV, "--cache-dir", "/tmp/cache"], "--cache-dir"),
    ([*PIP, "--cache-dir", "/tmp/cache"], "--cache-dir"),
], ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_flag(decoys, command, name):
    assert_not_started(decoys, decoys.run(*command, options=REQUIRED), name)


@pytest.mark.parametrize("command", [
    [*PIP, "--find-links", "/tmp/wheels"], [*PIP, "-f", "https://example.test/links"], [*UV, "--find-links", "/tmp/wheels"],
    ["pip", "install", "https://example.test/six-1-py3-none-any.whl"], ["pip", "install", "six @ https://example.test/six-1.tar.gz"],
    ["uv", "pip", "install", "six @ https://example.test/six-1.tar.gz"],
    ["pip", "install", "git+https://example.test/six"], ["uv", "pip", "install", "git+https://example.test/six"],
    ["pip", "install", "./six-1-py3-none-any.whl"], ["pip", "install", "/tmp/six.tar.gz"],
    ["uv", "pip", "install", "./six-1-py3-none-any.whl"], ["pip", "install", "-r", "requirements.txt"],
    ["pip", "install", "file:///tmp/six.tar.gz"], ["poetry", "add", "git+https://example.test/six"]], ids=" ".join)
def test_what_carries_no_proof_where_proof_is_required(decoys, command):
    decoys.write("requirements.txt", "six @ https://example.test/six-1.tar.gz\n")
    result = decoys.run(*command, options=REQUIRED)
    assert result.code == 2, result.said
    assert not (decoys.folder / "started").exists()
    passed = decoys.run(*command)
    assert passed.code == 0, passed.said
    assert "note: " in passed.err, passed.said


FILES = {
    "fl/six-1-py3-none-any.whl": "", "c.txt": "six @ file:///tmp/six.whl\n",
    "sc.py": "# /// script\n# dependencies = ['six @ file:///tmp/six.whl']\n# ///\n",
    "e2/pip.conf": "[install]\nfind-links = /tmp/wheels\n", "e2/bin/python": "\x7f",
    "uv/uv.toml": "override-dependencies = ['six @ file:///tmp/six.whl']\n",
    "tool/pyproject.toml": "[tool.uv.extra-build-dependencies]\nsix = ['six @ file:///tmp/six.whl']\n",
    "pdm/pyproject.toml": "[tool.pdm.resolution.overrides]\nsix = 'file:///tmp/six.whl'\n",
    "options/pyproject.toml": "[tool.pdm.options]\ninstall = ['--override', '../c.txt']\n",
    "built/pyproject.toml": "[tool.poetry.build-constraints]\nsix = {helper = {path = 'helper.whl'}}\n",
    "news/uv.toml": "news = {path = 'helper.whl'}\n",
    "converted/pyproject.toml": "[tool.poetry.dependencies]\nsix = {path = 'six.whl'}\n",
    "tools/tooly/uv-receipt.toml": "[tool.options]\nfind-links = ['file:///tmp/wheels']\n"}


@pytest.mark.parametrize("options", [REQUIRED, ("--expect", "six=somebody/else")], ids=["required", "expected"])
@pytest.mark.parametrize("command,folder,name", [
    (UV, "uv", "override-dependencies"), (UV, "tool", "extra-build-dependencies"),
    (["uv", "pip", "install", "-r", "sc.py"], "", "six.whl"), (["uv", "run", "-"], "", "standard input"),
    (["uv", "tool", "upgrade", "tooly"], "", "uv-receipt.toml"), (["pdm", "install"], "pdm", "overrides"),
    (["poetry", "install"], "built", "build-constraints"), (["uv", "sync"], "news", "news.path"), (["pdm", "install"], "converted", "six.whl"),
    (["pdm", "install"], "options", "c.txt"), ([*PIP, "-f", "fl", "--no-index"], "", "fl"), (["env", "PIP_FIND_LINKS=fl", *PIP], "", "PIP_FIND_LINKS"),
    ([*PIP, "-i", "file:///tmp/index"], "", "file:///tmp/index"), (["env", "-i", *PIP], "", "env -i"),
    (["pip", "--python", "e2/bin/python", "install", "six"], "", "e2/pip.conf"), (PIP, "", "bin/pip"),
    (["pipx", "install", "--pip-args=--find-links /tmp/wheels", "six"], "", "/tmp/wheels")],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_sources_that_only_settings_or_shims_name(decoys, command, folder, name, options):
    """The decoy of pip is a shim as pyenv's are."""
    for path, text in FILES.items():
        decoys.write(path, text)
    result = decoys.run(*command, options=options, cwd=decoys.work / folder,
                        env={"UV_TOOL_DIR": str(decoys.work / "tools")})
    assert_not_started(decoys, result, name)


@pytest.mark.parametrize("options,variables,name", [
    (("--index", "ftp://example.test/"), {}, "ftp://example.test/"), ((), {"PIP_INDEX_URL": "https://pypi.org./simple"}, "dot"),
    ((), {"HTTPS_PROXY": "socks5://127.0.0.1:1080", "https_proxy": ""}, "only http and https proxies")])
def test_what_cannot_be_used_is_said_in_words(decoys, options, variables, name):
    assert_not_started(decoys, decoys.run(*PIP, options=options, env=variables), name)


@pytest.mark.parametrize("variables,name", [
    ({"PIP_TRUSTED_HOST": "pypi.org"}, "PIP_TRUSTED_HOST"), ({"PIP_FIND_LINKS": "/tmp/wheels"}, "PIP_FIND_LINKS"),
])
def test_pip_variable(decoys, variables, name):
    result = decoys.run(*PIP, options=REQUIRED, env=variables)
    assert result.code == 2, result.said
    assert name.lower().replace("pip_", "").replace("_", "-") in result.err.lower().replace("_", "-")


@pytest.mark.parametrize("variables,name", [
    ({"UV_INSECURE_HOST": "pypi.org"}, "UV_INSECURE_HOST"), ({"UV_FIND_LINKS": "/tmp/wheels"}, "UV_FIND_LINKS"),
])
def test_uv_variable(decoys, variables, name):
    assert_not_started(decoys, decoys.run(*UV, options=REQUIRED, env=variables), name)


@pytest.mark.parametrize("text,name", [
    ('https-proxy = "http://elsewhere:1"\n', "https-proxy"), ('allow-insecure-host = ["pypi.org"]\n', "allow-insecure-host"),
    ('find-links = ["/tmp/wheels"]\n', "find-links"), ('cache-dir = "/tmp/cache"\n[pip]\nfind-links = ["x"]\n', "find-links"),
    ("this is no toml [\n", "uv.toml")])
def test_uv_toml(decoys, text, name):
    decoys.write("uv.toml", text)
    assert_not_started(decoys, decoys.run(*UV, options=REQUIRED), name)


@pytest.mark.parametrize("text,name", [
    ("[global]\ntrusted-host = pypi.org\n", "trusted-host"), ("[install]\ntrusted-host = pypi.org\n", "trusted-host"),
    ("[global]\nfind-links = /tmp/wheels\n", "find-links")])
def test_pip_conf(decoys, text, name):
    path = decoys.home / ".config/pip/pip.conf"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert_not_started(decoys, decoys.run(*PIP, options=REQUIRED), name)


# --- bypasses that need no refusal, because the child's environment closes them


def child_environment(stage: Stage, *command, **more) -> dict[str, str]:
    result = stage.run(*(command or ("env",)), **more)
    assert result.code == 0, result.said
    return dict(line.split("=", 1) for line in result.out.splitlines() if "=" in line)


@pytest.mark.parametrize("variables", [
    {"NO_PROXY": "*"}, {"no_proxy": "pypi.org"}, {"ALL_PROXY": ""}, {"all_proxy": "", "NO_PROXY": "*"}, {"PIP_PROXY": ""},
    {"pip_proxy": "x"}, {"PIP_NO_PROXY_ENV": "1"}])
def test_proxy_variables_are_ours(bare, variables):
    for name in ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"):
        bare.environment.pop(name, None)
    child = child_environment(bare, env=variables)
    assert child["NO_PROXY"] == child["no_proxy"] == ""
    proxies = {child[name] for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "PIP_PROXY")}
    assert len(proxies) == 1 and proxies.pop().startswith("http://tomme:")
    assert "PIP_NO_PROXY_ENV" not in child


def test_trust_and_caches_are_ours(bare):
    child = child_environment(bare, env={"PIP_CACHE_DIR": "/tmp/x", "UV_CACHE_DIR": "/tmp/x", "POETRY_CACHE_DIR": "/tmp/x",
                                         "REQUESTS_CA_BUNDLE": "/etc/ssl/certs/ca-certificates.crt"})
    bundles = {child[name] for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT")}
    assert len(bundles) == 1
    caches = [child[name] for name in ("PIP_CACHE_DIR", "UV_CACHE_DIR", "POETRY_CACHE_DIR", "PDM_CACHE_DIR")]
    assert all(path.startswith(str(bare.cache / "runs")) for path in [*caches, *bundles])


def test_pip_conf_proxy_is_gone_through_and_not_round(local, index):
    """The user's own proxy is an upstream of ours: a dead one makes the run fail, not pass by."""
    path = local.home / ".config/pip/pip.conf"
    path.parent.mkdir(parents=True)
    path.write_text("[global]\nproxy = http://127.0.0.1:9\n")
    result = local.run("pip", "download", "-q", "--no-deps", "-d", "out", "tomme-demo", env={"PIP_RETRIES": "0"})
    assert result.code == 3, result.said
    assert not index.seen


@pytest.mark.parametrize("options", [REQUIRED, ("--expect", "six=somebody/else")], ids=["required", "expected"])
@pytest.mark.parametrize("command,name", [
    (["sh", "-c", "cd . && pip install six"], "sh -c"), (["bash", "-c", "pip install $WHAT"], "bash -c"),
    (["env", "-S", "pip install six"], "env -S"), (["env", "-C", "/", "pip", "install", "six"], "env -C"),
    (["xargs", "pip", "install"], "xargs"), (["tox"], "tox"), (["nox"], "nox"), (["pdm", "run", "go"], "[tool.pdm.scripts] go"),
    (["pdm", "install"], "post_install"), (["sh", "-c", "pip install --find-links /tmp/wheels six"], "/tmp/wheels")],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_shells_and_wrappers_that_hide_what_they_start(decoys, command, name, options):
    decoys.write("pyproject.toml", "[tool.pdm.scripts]\ngo = {composite = [{x = 1}, 'pip install $WHAT']}\n"
                                   "post_install = {shell = 'pip install six; x'}\n")
    assert_not_started(decoys, decoys.run(*command, options=options), name)


@pytest.mark.parametrize("way", [["--default-index", "localdir"], ["--index", "localdir"], ["--index", "x=localdir"],
                                 ["--index-url", "localdir"]], ids=" ".join)
def test_a_bare_word_that_is_a_folder_for_uv(local, demo, way):
    """uv itself takes it for a folder and installs from there; only a name that the settings define is none."""
    page = local.work / "localdir/tomme-demo"
    page.mkdir(parents=True)
    (page / demo.filename).write_bytes(demo.content)
    (page / "index.html").write_text(f'<a href="{demo.filename}">{demo.filename}</a>')
    install = ["uv", "pip", "install", "--target", "out", "--no-deps", *way, "tomme-demo"]
    assert local.plain(*install, env={"UV_CACHE_DIR": str(local.folder / "cache")}).code == 0
    strict = local.run(*install, options=REQUIRED)
    assert strict.code == 2 and "localdir" in strict.err, strict.said
    noted = local.run(*install)
    assert "localdir" in noted.err and "not judged" in noted.err, noted.said


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT", "[global]", "[download]"])
def test_a_folder_of_certificates_is_taken_over(local, certificates, variable):
    """In brackets: `cert` of that section of pip.conf."""
    folder = local.folder / "authorities"
    folder.mkdir()
    shutil.copy(certificates.authority, folder / "own.pem")
    hashed = subprocess.run(["openssl", "x509", "-hash", "-noout", "-in", folder / "own.pem"], check=True,
                            capture_output=True, text=True).stdout.strip()
    (folder / f"{hashed}.0").symlink_to("own.pem")
    local.environment.pop("SSL_CERT_FILE")
    if variable.startswith("["):
        settings = local.home / ".config/pip/pip.conf"
        settings.parent.mkdir(parents=True)
        settings.write_text(f"{variable}\ncert = {folder}\n")
    env = {} if variable.startswith("[") else {variable: str(folder)}
    download = ["pip", "download", "-q", "--no-deps", "-d", "out", "tomme-demo"]
    plain = local.plain(*download, env=env)
    assert plain.code == 0, plain.said
    shutil.rmtree(local.work / "out")
    result = local.run(*download, env=env)
    assert result.code == 0, result.said
    assert result.verdicts() == {"tomme_demo-1.0-py3-none-any.whl": "attested"}, result.said


def test_every_certificate_variable_that_uv_reads_is_trusted(local):
    """SSL_CERT_FILE has the index's authority; REQUESTS_CA_BUNDLE, which uv does not read, has another."""
    result = local.run("uv", "pip", "install", "--target", "out", "--no-deps", "tomme-demo",
                       env={"REQUESTS_CA_BUNDLE": "/etc/ssl/certs/ca-certificates.crt"})
    assert result.code == 0, result.said


def test_a_certificate_setting_that_cannot_be_read_is_named(local):
    result = local.run("pip", "download", "tomme-demo", env={"PIP_CERT": "/no/such/file"})
    assert result.code == 2, result.said
    assert "PIP_CERT" in result.err and "/no/such/file" in result.err, result.said


def test_a_tls_failure_names_the_variables_that_were_read(local):
    result = local.run("uv", "pip", "install", "--target", "out", "tomme-demo",
                       env={"SSL_CERT_FILE": "/etc/ssl/certs/ca-certificates.crt"})
    assert result.code == 3, result.said
    assert "SSL_CERT_FILE" in str(result.report) + result.err, result.said
