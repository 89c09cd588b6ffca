"""Whose file it is, what a wheel says of itself, and archives that are odd: with real installers."""
import io
import struct
import zipfile

import pytest

from asked import EXPECT, STRICT
from loopback_index import Package
from made_archives import add, sdist, wheel
from stage import REFUSED

PIP = ["pip", "install", "-q", "--no-input", "--no-deps", "--target", "out"]
UV = ["uv", "pip", "install", "--no-deps", "--target", "out"]
TOOLS = {"pip": PIP, "uv": UV}


# --- whose file it is


@pytest.mark.parametrize("filename", ["tomme_demo-99999999999999999999-1.tar.gz", "tomme_demo-99999999999999999999.tar.gz",
                                      "tomme_demo-V2.0-1.tar.gz", "tomme_demo-v2.0.tar.gz", "TOMME.demo-2.0.tar.gz"])
@pytest.mark.parametrize("options", [EXPECT, STRICT], ids=["expect", "strict"])
def test_an_unproven_file_hidden_behind_an_odd_version(local, index, mark, filename, options):
    """Each is tomme-demo's for pip, whatever we make of its version."""
    index.projects["tomme-demo"] = []
    index.add(Package(filename, sdist("tomme-demo-x", "2.0", mark, "w:gz"), None, None), "tomme-demo")
    result = local.run("pip", "download", "--no-deps", "--no-build-isolation", "-d", "out", "tomme-demo", options=options)
    assert result.code != 0, result.said
    assert all(entry["verdict"] == "refused" for entry in result.report["files"]), result.said


def test_a_wheel_whose_metadata_names_another_project(local, index):
    """PDM goes by what METADATA says, pip by the file's name."""
    add(index, "other", wheel("other", says="tomme-demo"))
    for options in ([], EXPECT):
        result = local.run(*PIP, "other", options=options)
        assert result.code == REFUSED and "wheel/name" in result.said, result.said
        assert not (local.work / "out").exists(), result.said


@pytest.mark.parametrize("requirement", ["tomme-demo @ {base}/files/other-1.0.tar.gz", "tomme-demo @ {base}/files/other-1.0-py3-none-any.whl",
                                         "bar @ git+git://127.0.0.1:9/bar", "bar @ git+ssh://git@127.0.0.1:9/bar",
                                         "bar @ {base}/files/other-1.0.tar.gz"])
def test_a_dependency_by_an_address_that_is_not_its_projects(local, index, mark, requirement):
    """The host is judged, but as whose; and a checkout is seen by nobody."""
    index.add(Package("other-1.0.tar.gz", sdist("other-1.0", "3.0", mark, "w:gz"), None, None))
    add(index, "other", wheel("other"))
    add(index, "bearer", wheel("bearer", requires=requirement.format(base=index.base)))
    command = [*(word for word in PIP if word != "--no-deps"), "--no-build-isolation", "bearer"]
    result = local.run(*command, options=EXPECT)
    assert result.code == REFUSED and "guard/dependency" in result.said, result.said
    assert "git@" not in result.said


def test_a_checkout_as_a_dependency_is_in_the_report(local, index):
    add(index, "bearer", wheel("bearer", requires="bar @ git+git://127.0.0.1:9/bar?token=secret"))
    result = local.run(*PIP, "bearer")
    assert result.code == 0, result.said
    assert "not judged: bearer-1.0-py3-none-any.whl wants bar from git+git://127.0.0.1:9/bar" in result.report["notes"], result.said


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("options", [[], EXPECT], ids=["default", "expect"])
def test_an_extra_that_nobody_asked_for(local, index, tool, options):
    add(index, "bearer", wheel("bearer", requires='x @ file:///nowhere/x ; extra == "dev"'))
    result = local.run(*TOOLS[tool], "bearer", options=options)
    assert result.code == 0 and (local.work / "out/bearer.py").exists(), result.said


# --- odd archives


def commented_entries(content: bytes) -> bytes:
    source, out = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for info in source.infolist():
            info.comment = b"a comment"
            archive.writestr(info, source.read(info))
    return out.getvalue()


class Unseekable(io.BytesIO):
    """What a build that writes into a pipe has: sizes stand behind the data."""

    def seekable(self):
        return False

    def tell(self):
        raise OSError("a pipe")


def stored_with_descriptors(content: bytes) -> bytes:
    source, out = zipfile.ZipFile(io.BytesIO(content)), Unseekable()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for info in source.infolist():
            archive.writestr(info.filename, source.read(info))
    return out.getvalue()


ODD_ALIKE = {
    "descriptors": lambda: stored_with_descriptors(wheel("odd")),
    "zeros": lambda: wheel("odd") + bytes(3),
    "comment": lambda: wheel("odd", comment=b"made by hand"),
    "entry-comments": lambda: commented_entries(wheel("odd")),
    "folder-twice": lambda: wheel("odd", extra=[("odd_data/", ""), ("odd_data/", ""), ("odd_data/x.py", "")]),
    "file-twice": lambda: wheel("odd", extra=[("odd.py", "x = 1\n")]),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("kind", ODD_ALIKE)
def test_an_odd_wheel_that_everybody_reads_alike(local, index, tool, kind):
    add(index, "odd", ODD_ALIKE[kind]())
    for options in ([], EXPECT):
        result = local.run(*TOOLS[tool], "--upgrade", "odd", options=options)
        assert result.code == 0 and (local.work / "out/odd.py").exists(), result.said
        assert not any("differently" in note for note in result.report["notes"]), result.said


def unmarked_name(content: bytes) -> bytes:
    """An entry whose name is UTF-8 without saying so, as `zip -r` writes it."""
    changed = 0
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # where the flags of each header stand
        at = content.find(signature)
        while at >= 0:
            flags = struct.unpack_from("<H", content, at + offset)[0]
            changed += bool(flags & 1 << 11)
            content = content[:at + offset] + struct.pack("<H", flags & ~(1 << 11)) + content[at + offset + 2:]
            at = content.find(signature, at + 4)
    assert changed == 2
    return content


def left_over_zip64(content: bytes) -> bytes:
    """An entry with a second zip64 field, as `wheel tags` of wheel 0.47 left it."""
    source, out = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for info in source.infolist():
            copy = zipfile.ZipInfo(info.filename)
            copy.extra = struct.pack("<HHQQ", 1, 16, info.file_size, info.file_size)
            with archive.open(copy, "w", force_zip64=True) as entry:
                entry.write(source.read(info))
    return out.getvalue()


ODD = {
    "backslash": lambda: wheel("odd", extra=[("odd_data\\x.py", "")]),
    "zip64": lambda: left_over_zip64(wheel("odd")),
    "name": lambda: unmarked_name(wheel("odd", extra=[("odd_\u00e9.py", "")])),
    "gap": lambda: b"#!/bin/sh\n" + wheel("odd"),
    "other-content": lambda: wheel("odd", extra=[("odd.py", "x = 2\n")]),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("kind", ODD)
def test_an_odd_wheel_that_readers_may_take_differently(local, index, kind):
    """It passes where nothing is asked and nobody vouches for it, and is named; else it is refused."""
    content = ODD[kind]()
    add(index, "odd", content)
    result = local.run(*PIP, "odd")
    assert result.code == 0 and (local.work / "out/odd.py").exists(), result.said
    assert any("readers may unpack it differently" in note for note in result.report["notes"]), result.said
    result = local.run(*PIP, "--upgrade", "odd", options=EXPECT)
    assert result.code == REFUSED and "wheel/ambiguous" in result.said, result.said


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("kind", [kind for kind in ODD if kind != "gap"])  # whose METADATA we do not find
def test_the_metadata_of_an_odd_wheel(local, index, kind):
    """An installer that asks for METADATA alone gets it as pip reads it from the wheel."""
    content = ODD[kind]()
    metadata = zipfile.ZipFile(io.BytesIO(content)).read("odd-1.0.dist-info/METADATA")
    index.add(Package("odd-1.0-py3-none-any.whl", content, None, metadata))
    result = local.run(*PIP, "odd")
    assert result.code == 0 and (local.work / "out/odd.py").exists(), result.said
