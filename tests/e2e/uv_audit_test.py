"""uv's own check for malware asks another host than the index: that host passes and is listed where proof is required,
and what it answers reaches uv. uv checks packages of PyPI alone, so the index on this machine stands where PyPI is."""
import json

import pytest

from asked import PROJECT, STRICT, WHEEL
from loopback_index import Answer, Index

MALWARE = {"id": "MAL-2026-1", "modified": "2026-01-02T03:04:05Z"}


class Database:
    """Answers as OSV does."""

    def __init__(self, server: Index):
        self.server, self.known = server, {}
        server.answers["/v1/querybatch"] = self.batch
        body = json.dumps(MALWARE | {"summary": "for tests"}).encode()
        server.answer(f"/v1/vulns/{MALWARE['id']}", body=body, Content_Type="application/json")

    def batch(self, _) -> Answer:
        queries = json.loads(self.server.seen[-1].body)["queries"]
        results = [{"vulns": [MALWARE]} if query["package"]["name"] in self.known else {} for query in queries]
        return Answer(200, json.dumps({"results": results}).encode(), {"Content-Type": "application/json"})

    def asked_about(self) -> list[str]:
        return [query["package"]["name"] for seen in self.server.asked("/v1/querybatch")
                for query in json.loads(seen.body)["queries"]]


@pytest.fixture
def osv(certificates):
    with Index(certificates, None) as server:
        yield Database(server)


@pytest.fixture
def locked(as_pypi):
    """A project with a lock, whose packages are PyPI's."""
    as_pypi.environment.pop("UV_DEFAULT_INDEX")
    as_pypi.environment |= {"https_proxy": as_pypi.environment["HTTPS_PROXY"], "UV_PREVIEW_FEATURES": "malware-check"}
    as_pypi.write("pyproject.toml", PROJECT)
    done = as_pypi.plain("uv", "lock", "-q")
    assert done.code == 0, done.said
    return as_pypi


def sync(stage, **env):
    return stage.run("uv", "sync", "-q", "--frozen", env=env, options=STRICT)


def set_up(way: str, stage, parent, osv):
    """How uv is told to check, and where."""
    address = f"{osv.server.base}/"
    if way == "usual":
        parent.instead["api.osv.dev:443"] = osv.server.host
        stage.environment["UV_MALWARE_CHECK"] = "1"
    elif way == "variable":
        stage.environment |= {"UV_MALWARE_CHECK": "1", "UV_MALWARE_CHECK_URL": address}
    elif way == "settings":
        settings = stage.home / ".config/uv/uv.toml"
        settings.parent.mkdir(parents=True)
        settings.write_text(f'[audit]\nmalware-check = true\nmalware-check-url = "{address}"\n')
    else:
        settings = f'[tool.uv.audit]\nmalware-check = true\nmalware-check-url = "{address}"\n'
        stage.write("pyproject.toml", PROJECT + settings)


@pytest.mark.parametrize("way", ["usual", "variable", "settings"])
def test_the_check_passes_where_proof_is_required(locked, parent, osv, way):
    set_up(way, locked, parent, osv)
    result = sync(locked)
    assert result.code == 0 and result.file(WHEEL)["verdict"] == "verified", result.said
    assert osv.asked_about() == ["tomme-demo", "tomme-demo-dep1", "tomme-demo-dep2"], result.said
    host = "api.osv.dev:443" if way == "usual" else osv.server.host
    assert host in result.report["notJudged"] and f"not judged  {host}" in result.err, result.said


def test_what_the_check_finds_reaches_uv(locked, parent, osv):
    set_up("variable", locked, parent, osv)
    osv.known = {"tomme-demo-dep1"}
    result = sync(locked)
    assert result.code not in (0, 40) and "Malware detected" in result.err, result.said
    assert not list(locked.work.glob(".venv/lib/*/site-packages/tomme_demo*")), result.said


def test_a_project_does_not_choose_whom_the_check_asks(locked, parent, osv):
    set_up("project", locked, parent, osv)
    result = sync(locked)
    assert result.code != 0 and not osv.server.seen, result.said
    assert osv.server.host in result.said, result.said
