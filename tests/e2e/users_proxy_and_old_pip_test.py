"""Where people already are: behind a proxy, with an older pip, with PDM, with what Poetry asks PyPI."""
import subprocess

import pytest

from asked import PIP, PROJECT, UV, WHEEL, assert_refused, assert_taken
from conftest import FOLDER
from loopback_index import Index
from made_archives import changed
from stage import REFUSED


# --- a proxy that the user already has


@pytest.mark.parametrize("command", [PIP, UV], ids=["pip", "uv"])
def test_the_users_proxy_is_chained(local, index, parent, demo, command):
    local.environment |= {"HTTPS_PROXY": parent.url, "https_proxy": parent.url}
    result = local.run(*command, options=["--require", "attested"])
    assert_taken(local, result)
    assert set(parent.seen) == {(index.host, True)}
    assert "secret" not in result.said + local.report.read_text()
    index.content[f"/files/{WHEEL}"] = changed(demo.content)
    assert_refused(fresh(local), local.run(*command), "guard/hash")


def fresh(local):
    for path in local.work.glob("out/*"):
        if path.is_file():
            path.unlink()
        else:
            subprocess.run(["rm", "-r", path], check=True)
    subprocess.run(["rm", "-rf", local.cache], check=True)
    return local


def test_other_hosts_go_through_the_users_proxy_too(curl, certificates, made, parent):
    with Index(certificates, made) as other:
        curl.environment |= {"HTTPS_PROXY": parent.url}
        result = curl.run("curl", "-sS", "-o", "got", other.file_url(WHEEL))
        assert result.code == 0, result.said
        assert parent.seen == [(other.host, True)]
        assert other.host in result.report["notJudged"]


def test_hosts_that_need_no_proxy_get_none(local, index, parent):
    local.environment |= {"HTTPS_PROXY": parent.url, "NO_PROXY": "localhost"}
    assert_taken(local, local.run(*UV))
    assert not parent.seen


def test_a_proxy_that_refuses_us_is_named(local, index, parent):
    local.environment |= {"HTTPS_PROXY": parent.url.replace("secret", "guess"), "https_proxy": ""}
    result = local.run(*PIP)
    assert result.code == 3, result.said
    assert "the proxy" in result.said and "407" in result.said
    assert "guess" not in result.said


# --- older pips


@pytest.fixture(scope="session", params=["23.2.1", "24.1.2"])
def old_pip(request, installers):
    """These trust certifi's authorities, not the system's, and read other variables than today's."""
    folder = FOLDER / f"pip-{request.param}"
    if not (folder / "bin/pip").exists():
        for step in (["uv", "venv", "-q", "--clear", folder], ["uv", "pip", "install", "-q", "--python", folder, f"pip=={request.param}"]):
            done = subprocess.run([installers / "bin" / step[0], *step[1:]], capture_output=True, text=True)
            if done.returncode:
                pytest.skip(f"pip {request.param} cannot be had (no network?): {done.stderr.strip().splitlines()[-1]}")
    return folder / "bin/pip"


def test_older_pips_are_judged(local, index, demo, old_pip):
    command = [old_pip, *PIP[1:]]
    assert_taken(local, local.run(*command, options=["--require", "attested"]))
    index.content[f"/files/{WHEEL}"] = changed(demo.content)
    assert_refused(fresh(local), local.run(*command), "guard/hash")


# --- pdm


@pytest.fixture
def project(local, index):
    local.write("pyproject.toml", PROJECT + f'[[tool.pdm.source]]\nname = "pypi"\nurl = "{index.simple}"\nverify_ssl = true\n')
    local.environment |= {"PDM_CHECK_UPDATE": "0", "PDM_USE_UV": "0", "PDM_NON_INTERACTIVE": "1",
                          "REQUESTS_CA_BUNDLE": local.environment["SSL_CERT_FILE"]}
    done = local.plain("pdm", "use", "-q", "--first", "/usr/bin/python3")
    assert done.code == 0, done.said
    return local


def test_pdm_lock_and_sync(project, index):
    plain = project.plain("pdm", "lock", "-q")
    assert plain.code == 0, plain.said
    lock = project.work / "pdm.lock"
    before = lock.read_bytes()
    lock.unlink()
    result = project.run("pdm", "lock", "-q")
    assert result.code == 0, result.said
    assert lock.read_bytes() == before
    result = project.run("pdm", "sync", "-q", "--no-self", options=["--expect", "tomme-demo=example/tomme-demo", "--require", "attested"])
    assert result.code == 0, result.said
    assert result.file(WHEEL)["verdict"] == "verified"
    assert list(project.work.glob(".venv/lib/*/site-packages/tomme_demo.py"))


def test_pdm_prints_why_a_file_is_refused(project, index):
    assert project.plain("pdm", "lock", "-q").code == 0
    index.entry(WHEEL).provenance = "/provenance/tomme_demo_dep1-1.0-py3-none-any.whl"
    result = project.run("pdm", "sync", "--no-self")
    assert result.code == REFUSED, result.said
    assert result.file(WHEEL)["refusal"]["code"] == "statement/subject"
    assert not list(project.work.glob(".venv/lib/*/site-packages/tomme_demo.py"))


# --- poetry's own PyPI, by its JSON API of old


def test_poetrys_default_source(as_pypi, index):
    plain = as_pypi.plain("poetry", "lock")
    assert plain.code == 0, plain.said
    lock = as_pypi.work / "poetry.lock"
    before = lock.read_bytes()
    lock.unlink()
    result = as_pypi.run("poetry", "lock")
    assert result.code == 0, result.said
    assert lock.read_bytes() == before
    assert index.asked("/pypi/tomme-demo/1.0/json"), "poetry no longer asks the JSON API"
    result = as_pypi.run("poetry", "install", options=["--expect", "tomme-demo=example/tomme-demo", "--require", "attested"])
    assert result.code == 0, result.said
    assert result.file(WHEEL)["verdict"] == "verified"


def test_poetrys_default_source_with_a_changed_wheel(as_pypi, index, demo):
    assert as_pypi.plain("poetry", "lock").code == 0
    index.content[f"/files/{WHEEL}"] = changed(demo.content)
    result = as_pypi.run("poetry", "install")
    assert result.code == REFUSED, result.said
    assert result.file(WHEEL)["refusal"]["code"] == "guard/hash"
    assert not list(as_pypi.work.glob(".venv/lib/*/site-packages/tomme_demo.py"))


# --- attested and large


def test_an_attested_wheel_that_streams(stage, certificates, tmp_path_factory, made, tomme):
    """Over 16 MiB: it streams while it is judged, and is verified all the same."""
    program = next(path for path in (tomme.resolve().parent / "tomme_make_index", FOLDER.parent / "release/tomme_make_index") if path.exists())
    folder = tmp_path_factory.mktemp("large")
    subprocess.run([program, "--out", folder, "--project", "tomme-demo", "--dependencies", "0", "--padding", "20000000"], check=True)
    with Index(certificates, folder) as index:
        stage.environment |= {"SSL_CERT_FILE": str(certificates.authority), "PIP_INDEX_URL": index.simple}
        stage.options = ["--trusted-root", str(folder / "trusted_root.json")]
        result = stage.run(*PIP, options=["--expect", "tomme-demo=example/tomme-demo"])
        assert_taken(stage, result, "verified")
        assert (stage.work / "out" / WHEEL).stat().st_size > 20_000_000
        index.projects["tomme-demo"][0].provenance = None
        assert_refused(fresh(stage), stage.run(*PIP, options=["--require", "attested"]), "policy/unattested")
