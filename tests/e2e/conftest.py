"""Real installers, an index on this machine with attested packages, and a place to run both."""
import fcntl
import json
import os
import pathlib
import shutil
import signal
import ssl
import subprocess
import threading
import urllib.request

import pytest

from asked import PROJECT
from loopback_index import Certificates, Index, Package
from parent_proxy import ParentProxy
from stage import ROOT, Stage

FOLDER = ROOT / "build/e2e"

# Who starts the tests may ignore signals (nohup, a job in the background); what they start would inherit that.
for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGQUIT, signal.SIG_DFL),
                        (signal.SIGHUP, signal.SIG_DFL), (signal.SIGTERM, signal.SIG_DFL)):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, handler)


def make_installers(folder: pathlib.Path, wanted: str) -> str | None:
    """What went wrong, if anything did. uv sets up the others: it takes seconds where pip takes a minute."""
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith(("PIP_FIND", "PIP_INDEX", "PIP_EXTRA", "UV_"))}
    uv = [line for line in wanted.split() if line.startswith("uv==")]
    steps = (["/usr/bin/python3", "-m", "venv", "--clear", folder],
             [folder / "bin/pip", "install", "-q", "--disable-pip-version-check", *uv],
             [folder / "bin/uv", "pip", "install", "-q", "--python", folder / "bin/python", *wanted.split()])
    for step in steps:
        done = subprocess.run(step, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode:
            return (done.stdout + done.stderr).strip().splitlines()[-1]
    return None


@pytest.fixture(scope="session")
def installers() -> pathlib.Path:
    """pip, uv, poetry, pdm and pipx, unmodified from PyPI; made once and kept in build/."""
    folder, wanted = FOLDER / "installers", (ROOT / "tests/e2e/installers.txt").read_text()
    stamp = folder / "wanted.txt"
    FOLDER.mkdir(parents=True, exist_ok=True)
    with open(FOLDER / "installers.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # pytest has several workers
        if not stamp.exists() or stamp.read_text() != wanted:
            folder.mkdir(parents=True, exist_ok=True)
            wrong = make_installers(folder, wanted)
            if wrong:
                shutil.rmtree(folder)
                if "unsatisfiable" in wrong:  # else a slip in the list would skip most tests in silence
                    pytest.fail(f"installers.txt: {wrong}")
                pytest.skip(f"the installers cannot be had (no network?): {wrong}")
            stamp.write_text(wanted)
    return folder


@pytest.fixture(scope="session")
def pypi():
    """Tests that ask the real PyPI are skipped where it cannot be reached."""
    try:
        request = urllib.request.Request("https://pypi.org/simple/six/", method="GET")
        urllib.request.urlopen(request, timeout=15, context=ssl.create_default_context()).close()
    except OSError as error:
        pytest.skip(f"PyPI cannot be reached: {error}")


@pytest.fixture
def stage(tmp_path, tomme, installers) -> Stage:
    return Stage(tmp_path, tomme, installers)


@pytest.fixture
def bare(tmp_path, tomme) -> Stage:
    """Without installers: for commands of the system."""
    return Stage(tmp_path, tomme, None)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def made(tmp_path_factory, tomme) -> pathlib.Path:
    """A Sigstore of the tests' own and packages that it attests: tomme-demo and what it depends on."""
    beside = tomme.resolve().parent
    for program in (os.environ.get("TOMME_MAKE_INDEX"), beside / "tomme_make_index",
                    ROOT / "build/release/tomme_make_index"):
        if program and pathlib.Path(program).exists():
            break
    else:
        pytest.skip("tomme_make_index is not built")
    folder = tmp_path_factory.mktemp("made")
    subprocess.run([program, "--out", folder, "--sdists", "--dependencies", "2"], check=True)
    return folder


@pytest.fixture
def index(certificates, made, request):
    """An index of its own for each test, with the made packages and https on localhost."""
    with Index(certificates, made) as server:
        yield server


@pytest.fixture
def demo(made) -> Package:
    return Package.of(made / "files", "tomme_demo-1.0-py3-none-any.whl")


@pytest.fixture
def local(stage, index, certificates, made) -> Stage:
    """A stage whose only index is the one on this machine."""
    return at_home(stage, index, certificates, made)


@pytest.fixture
def curl(bare, index, certificates, made) -> Stage:
    """The same with no installer: requests are sent by hand."""
    if not shutil.which("curl", path="/usr/bin:/bin"):
        pytest.skip("curl is not installed")
    at_home(bare, index, certificates, made)
    bare.options += ["--index", index.simple]
    return bare


def at_home(stage: Stage, index: Index, certificates: Certificates, made: pathlib.Path) -> Stage:
    for name in ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "SSL_CERT_DIR"):
        stage.environment.pop(name, None)
    stage.environment |= {"SSL_CERT_FILE": str(certificates.authority), "PIP_INDEX_URL": index.simple,
                          "UV_DEFAULT_INDEX": index.simple, "PIP_RETRIES": "1", "UV_HTTP_RETRIES": "1"}
    stage.options = ["--trusted-root", str(made / "trusted_root.json")]
    return stage


@pytest.fixture
def parent():
    with ParentProxy("me:secret") as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def page_writer(tomme, root) -> pathlib.Path:
    """The program of written_pages.py."""
    for path in (tomme.resolve().parent / "tomme_write_page", root / "build/release/tomme_write_page"):
        if path.exists():
            return path
    pytest.skip("tomme_write_page is not built")


@pytest.fixture
def elsewhere(certificates, made):
    """Another server, whose files nobody judges."""
    with Index(certificates, made) as server:
        yield server


@pytest.fixture
def as_pypi(local, index, parent):
    """The index on this machine stands where PyPI is: a proxy leads there."""
    for host in ("pypi.org", "files.pythonhosted.org"):
        parent.instead[f"{host}:443"] = index.host
    for name, entries in index.projects.items():
        for entry in entries:
            entry.url = f"https://files.pythonhosted.org/files/{entry.filename}"
            entry.provenance = f"https://pypi.org{entry.provenance}"
        urls = [{"filename": entry.filename, "url": entry.url, "digests": {"sha256": entry.sha256}, "yanked": False,
                 "packagetype": "sdist" if entry.filename.endswith(".gz") else "bdist_wheel"} for entry in entries]
        needed = ["tomme-demo-dep1==1.0", "tomme-demo-dep2==1.0"] if name == "tomme-demo" else []
        about = {"info": {"name": name, "version": "1.0", "summary": "", "requires_dist": needed, "requires_python": ">=3.8",
                          "yanked": False}, "urls": urls, "releases": {"1.0": urls}}
        for path in (f"/pypi/{name}/json", f"/pypi/{name}/1.0/json"):
            index.answer(path, 200, json.dumps(about).encode(), Content_Type="application/json")
    local.write("pyproject.toml", PROJECT + "[tool.poetry]\npackage-mode = false\n")
    local.environment |= {"HTTPS_PROXY": parent.url, "POETRY_VIRTUALENVS_IN_PROJECT": "true",
                          "REQUESTS_CA_BUNDLE": local.environment["SSL_CERT_FILE"]}
    return local


@pytest.fixture
def mark(local):
    """What a build would leave behind."""
    path = local.folder / "mark"
    yield path
    assert not path.exists(), "a file without a proof was built"
