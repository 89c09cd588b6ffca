"""The locks that people commit: each is byte for byte the same with `tomme run` in front as without, whatever the index's pages look
like. No cache is shared between the two, so that both ask the index; and with the caches that a run left, the same lock comes out again.
"""
import hashlib
import io
import pathlib
import shutil
import urllib.parse
import urllib.request
import zipfile
from typing import Callable, NamedTuple

import pytest

from conftest import at_home
from loopback_index import HTML, JSON, Entry, Index, Package
from stage import Stage

LOGIN = "ann:s3cr3t"
NEEDED = ("tomme-demo==1.0", "tomme-odd<2")
WHEELS = ("tomme_demo-1.0-py3-none-any.whl", "tomme_demo_dep1-1.0-py3-none-any.whl", "tomme_odd-1.1+local.1-py3-none-any.whl")
REAL = ("six==1.17.0", "abi3info==2024.10.3", "python-dateutil==2.9.0.post0")


def project(needed: tuple[str, ...]) -> str:
    return ('[project]\nname = "mine"\nversion = "1"\nrequires-python = ">=3.11,<4"\n'
            f"dependencies = {list(needed)}\n")


class Tool(NamedTuple):
    """`commands` one after the other make the file named `lock`."""
    lock: str
    commands: tuple[tuple[str, ...], ...]
    environment: dict[str, str] = {}
    has_addresses: bool = True

    @property
    def name(self) -> str:
        return self.commands[0][0]


UV_LOCK = ("uv", "lock", "-q")
COMPILE = ("uv", "pip", "compile", "-q", "pyproject.toml", "-o")
PDM_LOCK = ("pdm", "lock", "-q")
TOOLS = {
    "uv lock": Tool("uv.lock", (UV_LOCK,)),
    "uv pip compile": Tool("requirements.txt", ((*COMPILE, "requirements.txt", "--generate-hashes", "--emit-index-url"),), {}, False),
    "uv pip compile to pylock": Tool("pylock.toml", ((*COMPILE, "pylock.toml"),)),
    "uv export": Tool("pylock.toml", (("uv", "export", "-q", "-o", "pylock.toml"),)),
    "pip lock": Tool("pylock.toml", (("pip", "lock", "-q", "-r", "requirements.in"),)),
    "pdm lock": Tool("pdm.lock", (PDM_LOCK,), {}, False),
    "pdm lock, static addresses": Tool("pdm.lock", ((*PDM_LOCK, "-S", "static_urls"),)),
    "pdm lock to pylock": Tool("pylock.toml", (PDM_LOCK,), {"PDM_LOCK_FORMAT": "pylock"}),
    "poetry lock": Tool("poetry.lock", (("poetry", "lock"),), {}, False),
}
every_tool = pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS)


class Place:
    """Where the tools lock the same project again and again."""

    def __init__(self, stage: Stage, needed: tuple[str, ...], source: str | None):
        self.stage, self.needed, self.source = stage, needed, source
        stage.environment |= {"PDM_CHECK_UPDATE": "0", "PDM_USE_UV": "0", "PDM_NON_INTERACTIVE": "1",
                              "REQUESTS_CA_BUNDLE": stage.environment.get("SSL_CERT_FILE", "")}
        stage.write("requirements.in", "".join(f"{one}\n" for one in needed))

    def prepare(self, tool: Tool) -> None:
        sources = ""
        if tool.name == "pdm" and self.source:
            sources = f'[[tool.pdm.source]]\nname = "pypi"\nurl = "{self.source}"\nverify_ssl = true\n'
        elif tool.name == "poetry":
            login = urllib.parse.urlsplit(self.source or "")
            if login.username:
                self.stage.environment |= {"POETRY_HTTP_BASIC_HERE_USERNAME": login.username,
                                           "POETRY_HTTP_BASIC_HERE_PASSWORD": login.password}
            sources = "[tool.poetry]\npackage-mode = false\n"
            if self.source:
                bare = login._replace(netloc=login.netloc.rpartition("@")[2]).geturl()
                sources += f'[[tool.poetry.source]]\nname = "here"\nurl = "{bare}"\npriority = "primary"\n'
        self.stage.write("pyproject.toml", project(self.needed) + sources)
        if tool.name == "pdm":
            self.stage.write(".pdm-python", "/usr/bin/python3")

    def made_by(self, tool: Tool, run: Callable) -> bytes:
        for path in self.stage.work.glob("*.lock"):
            path.unlink()
        lock = self.stage.work / tool.lock
        lock.unlink(missing_ok=True)
        for command in tool.commands:
            done = run(*command, env=tool.environment)
            assert done.code == 0, done.said
        return lock.read_bytes()

    def compare(self, tool: Tool, index: Index | None = None, again: bool = False) -> str:
        """The lock, once it is known to be the same."""
        self.prepare(tool)

        def asked() -> set[str]:
            seen = {one.path for one in index.seen} if index else set()
            if index:
                index.seen.clear()
            return seen

        def fresh() -> None:
            for path in (self.stage.home, self.stage.cache):
                shutil.rmtree(path, ignore_errors=True)
            self.stage.home.mkdir()
            asked()

        fresh()
        plain = self.made_by(tool, self.stage.plain)
        without = asked()
        fresh()
        guarded = self.made_by(tool, self.stage.run)
        assert not index or {path for path in without if path.startswith("/simple/")} <= asked()
        assert guarded.decode() == plain.decode()
        if again:
            assert self.made_by(tool, self.stage.plain).decode() == plain.decode(), "the run left something else in the caches"
        return plain.decode()


# --- an index on this machine


class Listed(Entry):
    """With all that a page can say of a file."""

    def __init__(self, package: Package, number: int):
        super().__init__(package)
        self.number, self.size = number, len(package.content)
        self.hashes, self.more = {"sha256": self.sha256}, {}

    def json(self, base: str) -> dict:
        return {**super().json(base), "size": self.size, "upload-time": f"2025-03-{self.number + 1:02}T04:05:06.078901Z",
                "hashes": self.hashes, **self.more}

    def html(self, base: str) -> str:
        yanked = f' data-yanked="{self.more["yanked"]}"' if "yanked" in self.more else ""
        self.attributes = f'{yanked} data-requires-python="&gt;=3.8"'
        return super().html(base)


def wheel(version: str) -> Package:
    out, info = io.BytesIO(), f"tomme_odd-{version}.dist-info"
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in (("tomme_odd.py", ""), (f"{info}/METADATA", f"Metadata-Version: 2.1\nName: tomme-odd\nVersion: {version}\n"),
                           (f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"), (f"{info}/RECORD", "")):
            archive.writestr(name, text)
    return Package(f"tomme_odd-{version}-py3-none-any.whl", out.getvalue(), None, None)


def fill(index: Index, made: pathlib.Path) -> list[Listed]:
    packages = [Package.of(made / "files", path.name) for path in sorted((made / "files").iterdir()) if path.name.endswith((".whl", ".tar.gz"))]
    packages += [wheel("0.9"), wheel("1.0"), wheel("1.1+local.1"), wheel("1.2")]
    for number, package in enumerate(packages):
        index.add(package)
        entries = next(entries for entries in index.projects.values() if entries[-1].filename == package.filename)
        entries[-1] = Listed(package, number)
    index.entry(packages[-1].filename).more = {"yanked": "it does not work"}
    entries = [entry for entries in index.projects.values() for entry in entries]
    for entry, package in zip(entries, packages):
        assert entry.filename == package.filename
        if entry.number % 3 == 1:
            entry.hashes = {"sha256": entry.sha256, "md5": hashlib.md5(package.content).hexdigest()}
    return entries


QUERY = "?sig=a%2Bb%3D&until=9"


def relative(index: Index, elsewhere: Index, entries: list[Listed]) -> None:
    for entry in entries:
        entry.url = ("../../files/" if entry.number % 2 else "/files/") + entry.filename


def absolute(index: Index, elsewhere: Index, entries: list[Listed]) -> None:
    """Half of them with a query, as of storage that wants addresses signed."""
    for entry in entries:
        entry.url = f"{index.base}/files/{urllib.parse.quote(entry.filename)}"
        if entry.number % 4 > 1:
            entry.url, entry.metadata = entry.url + QUERY, None  # pip would ask for what is no file's metadata


def on_another_host(index: Index, elsewhere: Index, entries: list[Listed]) -> None:
    for entry in entries:
        entry.url = f"{elsewhere.base}/files/{urllib.parse.quote(entry.filename)}"
    index.user = LOGIN


SHAPES = {"relative": (JSON, relative), "relative, html": (HTML, relative), "absolute": (JSON, absolute),
          "on another host, html": (HTML, on_another_host)}


@pytest.fixture
def elsewhere(certificates):
    with Index(certificates, None) as server:
        yield server


@pytest.fixture
def own(certificates):
    with Index(certificates, None) as server:
        yield server


@every_tool
@pytest.mark.parametrize("form,shape", SHAPES.values(), ids=SHAPES)
def test_of_an_index_on_this_machine(stage, certificates, made, own, elsewhere, form, shape, tool):
    entries = fill(own, made)
    own.format = form
    elsewhere.content = own.content
    shape(own, elsewhere, entries)
    for path, content in list(own.content.items()):
        own.content |= {urllib.parse.quote(path): content, path + QUERY: content, urllib.parse.quote(path) + QUERY: content}
    at_home(stage, own, certificates, made)
    simple = own.simple.replace("//", f"//{LOGIN}@") if own.user else own.simple
    stage.environment |= {"PIP_INDEX_URL": simple, "UV_DEFAULT_INDEX": simple}
    stage.options += ["--file-host", elsewhere.host]
    lock = Place(stage, NEEDED, simple).compare(tool, own, again=shape is absolute)
    for name in WHEELS:
        assert own.entry(name).sha256 in lock
        if tool.has_addresses and shape is not relative:
            assert own.entry(name).url in lock


few_tools = pytest.mark.parametrize("tool", [TOOLS["uv lock"], TOOLS["pip lock"]], ids=["uv lock", "pip lock"])


@few_tools
def test_with_an_at_in_addresses(stage, certificates, made, own, tool):
    """As a feed may have a view: feed@view."""
    entries = fill(own, made)
    for entry in entries:
        own.content[f"/feed@view/{urllib.parse.quote(entry.filename)}"] = own.content[f"/files/{entry.filename}"]
        entry.url, entry.metadata = f"{own.base}/feed@view/{urllib.parse.quote(entry.filename)}", None
    at_home(stage, own, certificates, made)
    assert own.entry(WHEELS[0]).url in Place(stage, NEEDED, own.simple).compare(tool, own)


@few_tools
def test_with_a_page_of_links_and_a_direct_address(stage, certificates, made, own, tool):
    entries = fill(own, made)
    relative(own, own, entries)
    own.content |= {urllib.parse.quote(path): content for path, content in own.content.items()}
    links = "".join(entry.html(own.base) for entry in own.projects.pop("tomme-odd"))
    own.answer("/links/", body=f"<html><body>{links}</body></html>".encode(), Content_Type="text/html")
    at_home(stage, own, certificates, made)
    stage.environment |= {"UV_FIND_LINKS": f"{own.base}/links/", "PIP_FIND_LINKS": f"{own.base}/links/"}
    direct = f"tomme-demo @ {own.base}/files/{WHEELS[0]}"
    assert own.file_url(WHEELS[0]) in Place(stage, (direct, *NEEDED[1:]), own.simple).compare(tool, own)


def test_pip_locks_the_better_of_two_hashes(stage, certificates, made, own):
    """The one difference that is meant: pip takes the first hash of an entry, and Tomme writes SHA-256 first."""
    entry = next(entry for entry in fill(own, made) if entry.filename == WHEELS[0])
    md5 = hashlib.md5(own.content[f"/files/{entry.filename}"]).hexdigest()
    entry.hashes = {"md5": md5, "sha256": entry.sha256}
    at_home(stage, own, certificates, made)
    place, tool = Place(stage, NEEDED[:1], own.simple), TOOLS["pip lock"]
    place.prepare(tool)
    plain = place.made_by(tool, stage.plain).decode()
    assert f'md5 = "{md5}"' in plain
    assert place.made_by(tool, stage.run).decode() == plain.replace(f'md5 = "{md5}"', f'sha256 = "{entry.sha256}"')


# --- PyPI


@every_tool
@pytest.mark.usefixtures("pypi")
def test_of_pypi(stage, tool):
    source = None
    if tool.name == "poetry":
        try:
            urllib.request.urlopen("https://pypi.org/pypi/six/1.17.0/json", timeout=15).close()
        except OSError as error:
            pytest.skip(f"this PyPI has no JSON API, which poetry's default source needs: {error}")
    Place(stage, REAL, source).compare(tool)


@pytest.mark.usefixtures("pypi")
def test_of_pypi_as_a_source_of_poetrys(stage):
    Place(stage, REAL, "https://pypi.org/simple/").compare(TOOLS["poetry lock"])
