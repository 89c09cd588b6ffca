"""Every attack that once made an installer take what nobody vouched for, with the installers that took it.

`--expect` names who signs tomme-demo, the index offers something else as tomme-demo, and nothing of it may be installed
or built. The packages are harmless: a build leaves a mark. TOMME_SHOW_ATTACKS=1 first shows that each works without
Tomme.
"""
import io
import json
import os
import shutil
import struct
import tarfile
import zipfile
import zlib

import pytest

from asked import EXPECT, PIP_INSTALL as PIP, UV_INSTALL as UV, WHEEL, project
from loopback_index import HTML, JSON, Index, Package, sha256

SHOW = os.environ.get("TOMME_SHOW_ATTACKS") == "1"
BIG = "9" * 20  # more than 64 bits
NAME_DIFFERS, NO_FILE = "its address has another name", "it is no file of tomme-demo"
OTHER, BEARER = "other-1.0.tar.gz", "bearer-1.0-py3-none-any.whl"
OTHER_WHEEL = "other-1.0-py3-none-any.whl"
GIT = "git+git://127.0.0.1:9"
BACKEND = """import pathlib, zipfile
pathlib.Path({mark!r}).write_text("built")
INFO = "{stem}.dist-info"
FILES = {{"tomme_demo.py": "x = 1\\n",
         INFO + "/METADATA": "Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n",
         INFO + "/WHEEL": "Wheel-Version: 1.0\\nGenerator: tests\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"}}
FILES[INFO + "/RECORD"] = "".join(path + ",,\\n" for path in FILES) + INFO + "/RECORD,,\\n"
def build_wheel(folder, settings=None, metadata=None):
    with zipfile.ZipFile(folder + "/{stem}-py3-none-any.whl", "w") as wheel:
        for path, text in FILES.items():
            wheel.writestr(path, text)
    return "{stem}-py3-none-any.whl"
"""


@pytest.fixture
def mark(local):
    """What a build leaves behind."""
    return local.folder / "mark"


def tree(version: str, mark, name: str = "tomme-demo") -> dict[str, str]:
    """A source tree whose build needs nothing."""
    stem = f"{name.replace('-', '_')}-{version}"
    return {"pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
            "backend.py": BACKEND.format(mark=str(mark), name=name, version=version, stem=stem),
            "PKG-INFO": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"}


def sdist(version: str, mark, mode: str = "w:gz", name: str = "tomme-demo") -> bytes:
    folder = f"{name.replace('-', '_')}-{version}"
    return packed({f"{folder}/{path}": text for path, text in tree(version, mark, name).items()}, mode)


def packed(files: dict[str, str], mode: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, format=tarfile.USTAR_FORMAT) as archive:
        for path, text in files.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    return out.getvalue()


def wheel_files(info: str, name: str, version: str = "1.0", requires: str = "") -> dict[str, str]:
    wanted = f"Requires-Dist: {requires}\n" if requires else ""
    info += ".dist-info"
    files = {f"{name.replace('-', '_')}.py": "x = 1\n",
             f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{wanted}",
             f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}
    return files | {f"{info}/RECORD": "".join(f"{path},,\n" for path in files) + f"{info}/RECORD,,\n"}


def zipped(files: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return out.getvalue()


def command_of(local, index, tool: str, wanted: str) -> list[str]:
    local.environment |= {"REQUESTS_CA_BUNDLE": local.environment["SSL_CERT_FILE"], "PDM_CHECK_UPDATE": "0"}
    return {"pip": [*PIP, wanted], "uv": [*UV, wanted]}.get(tool) or project(local, index, tool, wanted)


def offer(index, files: list[dict], project: str = "tomme-demo"):
    page = {"meta": {"api-version": "1.3"}, "name": project, "files": files}
    index.answer(f"/simple/{project}/", body=json.dumps(page).encode(), Content_Type=JSON)


def link(index, text: str, project: str = "tomme-demo", kind: str = HTML):
    index.answer(f"/simple/{project}/", body=text.encode(), Content_Type=kind)


def came(local, name: str = "tomme_demo", where: str = "work") -> list[str]:
    """What whose name begins so was installed."""
    return [path.name for path in (local.folder / where).rglob(f"{name}*.dist-info")]


def show(local, index, command: list[str], mark, name: str = "tomme_demo"):
    """That the installer itself is taken in."""
    if not SHOW:
        return
    shutil.copytree(local.work, local.folder / "plain", symlinks=True)
    done = local.plain(*command, cwd=local.folder / "plain", env={"UV_NO_CACHE": "1"})
    assert came(local, name, "plain") or mark.exists(), done.said
    mark.unlink(missing_ok=True)
    index.seen.clear()


def held(local, result, mark, name: str = "tomme_demo"):
    assert result.code != 0 and not mark.exists() and not came(local, name), result.said
    assert result.report is not None, result.said


def left_out(result) -> set[str]:
    return {entry["why"] for entry in result.report["leftOut"]}


# --- one file, two names


def tar_in_a_wheel(mark) -> bytes:
    """A wheel of evilbar for who reads a zip, and the source of tomme-demo 2.0 for who reads a tar: the tar's files
    stand in the extra field of the first entry."""
    sources = packed(tree("2.0", mark), "w:").rstrip(b"\0")
    members = sources + bytes(-len(sources) % 512) + bytes(1024)
    out, directory = b"", b""
    for path, text in wheel_files("evilbar-1.0", "evilbar").items():
        name, content, at = path.encode(), text.encode(), len(out)
        about = (0, 0, 0, 0x21, zlib.crc32(content), len(content), len(content), len(name))
        if out:
            out += struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, *about, 0) + name
        else:
            extra = 512 + len(members) - 30 - len(name)  # it ends where the tar ends
            head = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, *about, extra)
            out = tar_header(head + name + struct.pack("<HH", 0xCAFE, extra - 4)) + members
        out += content
        directory += struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, *about, 0, 0, 0, 0, 0o644 << 16, at) + name
    return out + directory + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 4, 4, len(directory), len(out), 0)


def tar_header(name: bytes) -> bytes:
    """Of an empty member that is called so, whatever bytes that are."""
    info = tarfile.TarInfo("x")
    header = bytearray(info.tobuf(tarfile.USTAR_FORMAT))
    header[:100] = name.ljust(100, b"\0")
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header)


TWO_NAMES = {  # what the page calls it, what its address ends in, and its bytes
    "zip": ("evilbar-1.0-py3-none-any.whl", f"tomme-demo-{BIG}.zip",
            lambda mark: zipped(wheel_files("evilbar-1.0", "evilbar") | tree(BIG, mark))),
    "whl": ("tomme_demo_evil-1.0-py3-none-any.whl", f"tomme_demo-{BIG}-py3-none-any.whl",
            lambda mark: zipped(wheel_files("tomme_demo_evil-1.0", "tomme-demo", BIG))),
    "tar": ("evilbar-1.0-py3-none-any.whl", "tomme-demo-2.0.tar", tar_in_a_wheel),
    "twin": ("tomme_demo_1-1.tar.gz", "tomme-demo-1-1.tar.gz", lambda mark: sdist("1.post1", mark)),
}


@pytest.mark.parametrize("tool,kind", [("pip", "zip"), ("pdm", "zip"), ("pip", "whl"), ("pdm", "whl"), ("pip", "tar"),
                                       ("pip", "twin")])
def test_a_page_that_calls_a_file_otherwise_than_its_address(local, index, mark, tool, kind):
    declared, name, make = TWO_NAMES[kind]
    content = make(mark)
    index.content[f"/files/{name}"] = content
    offer(index, [{"filename": declared, "url": f"../../files/{name}", "hashes": {"sha256": sha256(content)}}])
    command = command_of(local, index, tool, "tomme-demo")
    show(local, index, command, mark)
    result = local.run(*command, options=EXPECT)
    held(local, result, mark)
    assert left_out(result) <= {NAME_DIFFERS, NO_FILE} and not index.asked(f"/files/{name}"), result.said


VERSIONS = {"V": ("tomme-demo-V1.0-1.tgz", lambda mark: sdist("1.0.post1", mark)),
            "Vbz2": ("tomme-demo-V1.0-1.tar.bz2", lambda mark: sdist("1.0.post1", mark, "w:bz2")),
            "big": (f"tomme-demo-{BIG}-1.tar.gz", lambda mark: sdist(f"{BIG}.post1", mark)),
            "Vwhl": (f"tomme_demo-V{BIG}-1-py3-none-any.whl",
                     lambda mark: zipped(wheel_files(f"tomme_demo-{BIG}", "tomme-demo", BIG)))}


@pytest.mark.parametrize("tool,kind", [("pip", "V"), ("pip", "Vbz2"), ("pip", "big"), ("pip", "Vwhl"), ("pdm", "Vwhl")])
def test_a_version_that_only_the_installer_can_read(local, index, mark, tool, kind):
    name, make = VERSIONS[kind]
    index.content[f"/files/{name}"] = make(mark)
    link(index, f'<!DOCTYPE html><a href="../../files/{name}">{name}</a>')
    command = command_of(local, index, tool, "tomme-demo")
    show(local, index, command, mark)
    result = local.run(*command, options=EXPECT)
    held(local, result, mark)
    assert all(entry["verdict"] == "refused" for entry in result.report["files"]), result.said


# --- one address, two spellings


@pytest.mark.parametrize("tool,queries", [("uv", ("?a='b", "?a=%27b")), ("poetry", ("?", ""))], ids=["uv", "poetry"])
@pytest.mark.parametrize("name", ["o.tgz", "tomme_demo-9.0.tar.gz"])
def test_two_addresses_that_are_one_to_the_installer(local, index, mark, tool, queries, name):
    """The first is called a file of tomme-demo, the second one of another; the installer asks for the second."""
    content = sdist("9.0", mark)
    first, second = (f"/files/{name}{query}" for query in queries)
    index.content[first] = index.content[second] = content
    offer(index, [{"filename": "tomme_demo-9.0.tar.gz", "url": first, "hashes": {}},
                  {"filename": OTHER, "url": second, "hashes": {"sha256": sha256(content)}}])
    command = command_of(local, index, tool, "tomme-demo")
    show(local, index, command, mark)
    result = local.run(*command, options=EXPECT)
    held(local, result, mark)
    assert left_out(result) and left_out(result) <= {NAME_DIFFERS, NO_FILE}, result.said


# --- pages that only the installer can read


@pytest.mark.parametrize("tool", ["pip", "pdm"])
def test_html_with_a_list_of_projects_in_json_and_a_name_in_the_fragment(local, index, mark, tool):
    index.add(Package(OTHER, sdist("9.0", mark), None, None))
    ambiguous = "<a href='x'y='z'></a>"
    text = f"<a href='/files/{OTHER}#egg=tomme-demo-9.0'>x</a> {ambiguous}"
    link(index, json.dumps({"projects": [text]}), kind="text/html")
    command = command_of(local, index, tool, "tomme-demo")
    show(local, index, command, mark)
    result = local.run(*command, options=EXPECT)
    held(local, result, mark)
    assert not index.asked(f"/files/{OTHER}"), result.said


@pytest.mark.parametrize("tool,kind", [("pip", "text/html"), ("uv", "text/html"), ("poetry", "text/html"),
                                       ("pdm", "text/html"), ("poetry", "application/json")])
def test_links_to_another_host_in_what_looks_like_json(local, index, demo, certificates, tool, kind):
    with Index(certificates, None) as other:
        other.content[f"/{WHEEL}"] = demo.content
        text = f"<a href='{other.base}/{WHEEL}'>x</a> <a href='x'y='z'></a>"
        link(index, json.dumps({"projects": [text]} if kind == "text/html" else {"x": text}), kind=kind)
        command = command_of(local, index, tool, "tomme-demo")
        show(local, index, command, local.folder / "mark")
        other.seen.clear()
        result = local.run(*command)
        held(local, result, local.folder / "mark")
        assert not other.seen and not result.report["notJudged"], result.said


# --- what a dependency's address brings


@pytest.mark.parametrize("tool", ["uv", "poetry", "pdm"])
@pytest.mark.parametrize("says", ["other", "tomme-demo"])
def test_a_dependencys_address_of_another_projects_wheel(local, index, mark, tool, says):
    """PDM goes by the name in METADATA and would take the second for tomme-demo."""
    index.add(Package(OTHER_WHEEL, zipped(wheel_files("other-1.0", says)), None, None))
    wanted = f"tomme-demo @ {index.file_url(OTHER_WHEEL)}"
    index.add(Package(BEARER, zipped(wheel_files("bearer-1.0", "bearer", requires=wanted)), None, None))
    command = command_of(local, index, tool, "bearer")
    if (tool, says) == ("pdm", "tomme-demo"):
        show(local, index, command, mark, "bearer")
    result = local.run(*command, options=EXPECT)
    held(local, result, mark, "other")
    held(local, result, mark, "bearer")
    assert "guard/dependency" in result.said, result.said


@pytest.mark.parametrize("tool", ["pip", "uv", "poetry", "pdm"])
def test_an_address_of_another_projects_source_that_the_user_gives(local, index, mark, tool):
    index.add(Package(OTHER, sdist("3.0", mark), None, None))
    command = command_of(local, index, tool, f"tomme-demo @ {index.file_url(OTHER)}")
    show(local, index, command, mark)
    result = local.run(*command, options=EXPECT)
    held(local, result, mark)
    assert not index.asked(f"/files/{OTHER}"), result.said


@pytest.mark.parametrize("tool", ["pip", "poetry", "pdm"])
def test_a_dependency_of_the_honest_project_that_brings_another_one(local, index, mark, tool):
    """The honest tomme-demo is on the index and would be verified; what it depends on wants tomme-demo by address."""
    index.add(Package(OTHER, sdist("0.5", mark), None, None))
    dependency = "tomme_demo_dep1-1.0-py3-none-any.whl"
    wanted = f"tomme-demo @ {index.file_url(OTHER)}"
    index.projects["tomme-demo-dep1"] = []
    evil = zipped(wheel_files("tomme_demo_dep1-1.0", "tomme-demo-dep1", requires=wanted))
    index.add(Package(dependency, evil, None, None))
    index.projects["tomme-demo"] = [index.entry(WHEEL)]
    command = command_of(local, index, tool, "tomme-demo")
    show(local, index, command, mark)
    result = local.run(*command, options=EXPECT)
    assert result.code != 0 and not mark.exists() and "tomme_demo-0.5.dist-info" not in came(local), result.said
    assert "guard/dependency" in result.said, result.said


@pytest.mark.parametrize("tool", ["poetry", "pdm"])
@pytest.mark.parametrize("options", [EXPECT, []], ids=["expect", "default"])
def test_a_checkout_past_the_proxy(local, index, mark, tool, options):
    bearer = zipped(wheel_files("bearer-1.0", "bearer", requires=f"bar @ {GIT}/bar"))
    index.add(Package(BEARER, bearer, None, None))
    result = local.run(*command_of(local, index, tool, "bearer"), options=options)
    if options:
        held(local, result, mark, "bearer")
        assert "guard/dependency" in result.said, result.said
    else:  # there is nothing at that address, so the installer fails; what counts is that it is said
        assert any(f"wants bar from {GIT}/bar" in note for note in result.report["notes"]), result.said


# --- lies about an honest file


LIES = {"lie": "other", "url": "bar @ https://files.pythonhosted.org/files/" + OTHER,
        "file": "bar @ file://{folder}/" + OTHER, "git": f"bar @ {GIT}/bar"}


@pytest.mark.parametrize("lie", LIES)
def test_poetrys_pypi_lies_about_what_an_attested_project_wants(as_pypi, index, mark, lie):
    content = sdist("1.0", mark, name="other")
    (as_pypi.folder / OTHER).write_bytes(content)
    index.add(Package(OTHER, content, None, None)).url = f"https://files.pythonhosted.org/files/{OTHER}"
    about = json.loads(index.answers["/pypi/tomme-demo/1.0/json"](None).body)
    about["info"]["requires_dist"] = [LIES[lie].format(folder=as_pypi.folder)]
    for path in ("/pypi/tomme-demo/json", "/pypi/tomme-demo/1.0/json"):
        index.answer(path, body=json.dumps(about).encode(), Content_Type="application/json")
    index.seen.clear()
    result = as_pypi.run("poetry", "install", options=[*EXPECT, "--expect", "bar=example/bar", "--require", "attested"])
    assert result.code == 0 and result.file(WHEEL)["verdict"] == "verified", result.said
    assert index.asked("/pypi/tomme-demo/1.0/json") and not index.asked(f"/files/{OTHER}"), result.said
    assert not mark.exists() and not came(as_pypi, "other") and not came(as_pypi, "bar"), result.said
    assert len(came(as_pypi, "tomme_demo_dep")) == 2, "the dependencies of the wheel itself are missing"


@pytest.mark.parametrize("lie", ["other", f"bar @ {GIT}/bar"])
def test_pdms_json_api_lies_about_what_an_attested_project_wants(local, index, mark, lie):
    index.add(Package(OTHER, sdist("1.0", mark, name="other"), None, None))
    about = {"info": {"name": "tomme-demo", "version": "1.0", "summary": "", "requires_python": "",
                      "requires_dist": [lie]}, "urls": []}
    index.answer("/pypi/tomme-demo/1.0/json", body=json.dumps(about).encode(), Content_Type="application/json")
    command = command_of(local, index, "pdm", "tomme-demo")
    local.environment["PDM_PYPI_JSON_API"] = "1"
    if lie == "other":
        show(local, index, command, mark, "other")
    result = local.run(*command, options=[*EXPECT, "--require", "attested"])
    assert index.asked("/pypi/tomme-demo/1.0/json"), "PDM no longer asks the JSON API"
    assert not mark.exists() and not came(local, "other") and not index.asked(f"/files/{OTHER}"), result.said
    assert result.code == 0 and result.file(WHEEL)["verdict"] == "verified", result.said


@pytest.mark.parametrize("url", ["/files/blob?x", f"/files/{WHEEL}?x"])
def test_metadata_that_poetry_asks_for_without_the_query(local, index, demo, mark, url):
    """The wheel is the honest one. What stands at its address and .metadata adds a checkout that nobody sees."""
    lie = f"Metadata-Version: 2.1\nName: tomme-demo\nVersion: 1.0\nRequires-Dist: bar @ {GIT}/bar\n".encode()
    index.content[url] = demo.content
    index.answer(url.replace("?x", ".metadata"), body=lie, Content_Type="text/html")
    offer(index, [{"filename": WHEEL, "url": url, "hashes": {"sha256": sha256(demo.content)}, "core-metadata": True,
                   "provenance": index.base + f"/provenance/{WHEEL}"}])
    result = local.run(*command_of(local, index, "poetry", "tomme-demo"), options=[*EXPECT, "--require", "attested"])
    assert not index.asked(url.replace("?x", ".metadata")) and "127.0.0.1:9" not in result.said, result.said
    if "blob" in url:
        held(local, result, mark)
        assert NAME_DIFFERS in left_out(result), result.said
    else:
        assert result.code == 0 and result.file(WHEEL)["verdict"] == "verified", result.said
        assert len(came(local, "tomme_demo_dep")) == 2, result.said


# --- order, and proofs


def test_a_file_that_passed_under_another_name_before_its_page_was_read(curl, index, tmp_path):
    index.content["/files/other-1.0.tgz"] = sdist("9.0", tmp_path / "mark")
    offer(index, [{"filename": "tomme_demo-9.0.tar.gz", "url": "/files/other-1.0.tgz", "hashes": {}}])
    file = f"{index.base}/files/other-1.0.tgz"
    get = ("-sS", "-o", "got", "-w", "%{http_code} ")
    result = curl.run("curl", *get, file, "--next", *get, f"{index.simple}tomme-demo/", "--next", *get, file,
                      options=EXPECT)
    assert result.out.split()[-2:] == ["200", "403"], result.said
    assert NAME_DIFFERS in left_out(result) and "guard/left-out" in json.dumps(result.report), result.said


@pytest.mark.parametrize("name,mode", [("tomme-demo-2.0.tar.bz2", "w:bz2"), ("tomme-demo-2.0.tgz", "w:gz")])
def test_a_proof_that_is_listed_and_missing(local, index, mark, name, mode):
    """The name is none that a proof can be for; one that is hidden is not the same as none."""
    index.content[f"/files/{name}"] = sdist("2.0", mark, mode)
    offer(index, [{"filename": name, "url": f"../../files/{name}", "hashes": {}, "provenance": f"{index.base}/gone"}])
    command = command_of(local, index, "pip", "tomme-demo")
    show(local, index, command, mark)
    result = local.run(*command)
    held(local, result, mark)
    assert result.file(name)["refusal"]["code"] == "provenance/unavailable", result.said
