"""A repository of `tomme tuf` in a folder, and clients of it with a memory of their own: python-tuf, go-tuf and tuf-js."""
import hashlib
import os
import pathlib
import shutil
import subprocess

import pytest
from servers import skip
from tuf_mirror import Mirror

try:
    from tuf.api import exceptions
    from tuf.ngclient import Updater
    from tuf.ngclient.fetcher import FetcherInterface
except ImportError:
    Updater, FetcherInterface = None, object

needs_python_tuf = pytest.mark.skipif(Updater is None, reason="python-tuf is not installed (tests/requirements.txt)")


class FolderFetcher(FetcherInterface):
    """What a web server of the folder would answer."""

    def _fetch(self, url: str):
        path = pathlib.Path(url.removeprefix("folder://"))
        if not path.is_file():
            raise exceptions.DownloadHTTPError("not found", 404)
        yield path.read_bytes()


class Client:
    """python-tuf with its memory of what it has seen."""

    def __init__(self, public: pathlib.Path, memory: pathlib.Path):
        self.public, self.memory = public, memory
        self.memory.mkdir()
        (self.memory / "downloads").mkdir()

    def updater(self) -> "Updater":
        return Updater(str(self.memory), f"folder://{self.public}/metadata/", str(self.memory / "downloads"),
                       f"folder://{self.public}/targets/", fetcher=FolderFetcher(),
                       bootstrap=(self.public / "metadata/1.root.json").read_bytes())

    def refresh(self) -> int:
        updater = self.updater()
        updater.refresh()
        return updater._trusted_set.timestamp.version

    def download(self, path: str) -> bytes | None:
        updater = self.updater()
        updater.refresh()
        info = updater.get_targetinfo(path)
        if info is None:
            return None
        target = self.memory / "downloads" / hashlib.sha256(path.encode()).hexdigest()
        return pathlib.Path(updater.download_target(info, str(target))).read_bytes()


class Repository:
    def __init__(self, tomme: pathlib.Path, folder: pathlib.Path):
        self.tomme, self.folder, self.public = tomme, folder, folder / "repository/public"
        folder.mkdir(exist_ok=True)

    def run(self, *words, expect: int = 0) -> str:
        done = subprocess.run([self.tomme, "tuf", *map(str, words)], cwd=self.folder, text=True, capture_output=True,
                              timeout=120, stdin=subprocess.DEVNULL, env=os.environ | {"TOMME_PASSPHRASE": "secret"})
        assert done.returncode == expect, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def there(self, verb: str, *words, expect: int = 0) -> str:
        return self.run(*verb.split(), "--repository", "repository", *words, expect=expect)

    def key(self, name: str, kind: str) -> pathlib.Path:
        self.run("key", "new", "--type", kind, name)
        return self.folder / name

    def write(self, name: str, content: str) -> str:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        return name


@pytest.fixture
def repository(tomme, tmp_path) -> Repository:
    return Repository(tomme, tmp_path / "work")


@pytest.fixture(scope="module")
def go_tuf(root) -> pathlib.Path:
    program = root / "build/tuf_go"
    if not program.exists():
        skip("there is no build/tuf_go (tools/setup test builds it with Go 1.25.5 or later): go-tuf is left out")
    return program


class GoClient:
    """go-tuf in a folder, with its memory of what it has seen and the first root to begin with."""

    def __init__(self, program: pathlib.Path, folder: pathlib.Path, root: pathlib.Path):
        self.program, self.folder, self.root = program, folder, root

    def run(self, mirror: Mirror, name: str) -> subprocess.CompletedProcess:
        words = [self.program, f"{mirror.url}/metadata/", f"{mirror.url}/targets/", self.folder, self.root, name]
        return subprocess.run(words, capture_output=True, text=True, timeout=60)

    def download(self, mirror: Mirror, name: str) -> bytes:
        done = self.run(mirror, name)
        assert done.returncode == 0, done.stderr
        return (self.folder / "targets" / name.replace("/", "%2F")).read_bytes()

    def refused(self, mirror: Mirror, name: str, words: str) -> None:
        """And what was trusted before is kept."""
        before = self.kept()
        done = self.run(mirror, name)
        assert done.returncode == 1 and words in done.stderr, done.stderr
        assert self.kept() == before

    def kept(self) -> dict[str, bytes]:
        """Without the root, with which go-tuf begins anew each time, and the bins, which come when they are needed."""
        return {path.name: path.read_bytes() for path in (self.folder / "metadata").glob("[st]*.json")}


NAMES = [f"b/{i}" for i in range(12)]


@pytest.fixture(scope="session")
def tuf_js(root) -> pathlib.Path:
    program = root / "build/tuf_js/client.mjs"
    if not program.exists() or not shutil.which("node"):
        pytest.skip("there is no build/tuf_js (tools/setup test makes it with Node 20.17 or later): tuf-js is left out")
    return program


class JsClient:
    """tuf-js, as GoClient."""

    def __init__(self, program: pathlib.Path, folder: pathlib.Path, root: pathlib.Path):
        self.program, self.folder, self.root = program, folder, root

    def download(self, mirror: Mirror, name: str) -> bytes:
        done = subprocess.run(["node", self.program, f"{mirror.url}/metadata/", f"{mirror.url}/targets/", self.folder,
                               self.root, name], capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout


def made(repository: Repository, *words) -> dict[str, pathlib.Path]:
    """A new repository with targets in it, and the keys of its roles."""
    keys = {}
    for role, kind in {"root": "ed25519", "targets": "ed25519", "bins": "ed25519", "online": "ecdsa"}.items():
        keys[role] = repository.folder / f"{role}.pem"
        repository.run("key", "new", "--no-passphrase", "--type", kind, f"{role}.pem")
    repository.run("init", "repository", *words, "--bits", "3", "--root-key", "root.pem.pub", "--targets-key",
                   "targets.pem.pub", "--online-key", "online.pem",
                   *(["--bins-key", "bins.pem.pub"] if words else []))
    sign(repository, keys)
    repository.there("add", *[repository.write(name, name) for name in NAMES])
    repository.there("publish")
    return keys


def sign(repository: Repository, keys: dict) -> str:
    words = [word for role in ("root", "targets", "bins") for word in ("--key", keys[role])]
    return repository.there("sign", "--yes", *words)
