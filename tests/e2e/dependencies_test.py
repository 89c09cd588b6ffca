"""What a judged file says that it depends on: read as every installer reads it, in every place where one looks."""
import base64
import io
import subprocess
import tarfile
import zipfile

import pytest

from asked import EXPECT, PIP_INSTALL as PIP, STRICT, UV_INSTALL as UV, project
from loopback_index import Package
from made_archives import add, sdist, wheel
from stage import REFUSED

OTHER = "other-1.0.tar.gz"


def command_of(stage, index, tool: str) -> list[str]:
    return {"pip": [*PIP, "bearer"], "uv": [*UV, "bearer"]}.get(tool) or project(stage, index, tool, "bearer")


def assert_refused_as(result, code: str):
    assert result.code == REFUSED and code in result.said, result.said


@pytest.mark.parametrize("tool", ["pip", "pdm"])
def test_dependencies_beside_metadata(local, index, mark, tool):
    """pip and PDM take them from an egg's requires.txt where METADATA names none."""
    index.add(Package(OTHER, sdist("other-1.0", "3.0", mark, "w:gz"), None, None))
    text = f"tomme-demo @ {index.file_url(OTHER)}\n"
    add(index, "bearer", wheel("bearer", extra=[("bearer-1.0.dist-info/requires.txt", text)]))
    assert_refused_as(local.run(*command_of(local, index, tool), options=EXPECT), "wheel/ambiguous")


def test_a_wheel_with_dependencies_beside_metadata_is_noted_where_nothing_is_demanded(local, index):
    add(index, "bearer", wheel("bearer", extra=[("bearer-1.0.dist-info/requires.txt", "tomme-demo\n")]))
    result = local.run(*PIP, "--no-deps", "bearer")
    assert result.code == 0, result.said
    assert any("requires.txt" in note for note in result.report["notes"]), result.said


def test_metadata_that_is_less_deep(local, index, mark):
    """Poetry takes the file with METADATA in its path that is least deep."""
    index.add(Package(OTHER, sdist("other-1.0", "3.0", mark, "w:gz"), None, None))
    text = f"Metadata-Version: 2.1\nName: bearer\nVersion: 1.0\nRequires-Dist: tomme-demo @ {index.file_url(OTHER)}\n"
    add(index, "bearer", wheel("bearer", extra=[("METADATA", text)]))
    assert_refused_as(local.run(*command_of(local, index, "poetry"), options=EXPECT), "wheel/ambiguous")


def test_metadata_of_others_deeper_in_a_wheel(local, index):
    text = "Metadata-Version: 2.1\nName: other\nVersion: 1.0\n"
    add(index, "bearer", wheel("bearer", extra=[("bearer/_vendor/other-1.0.dist-info/METADATA", text),
                                                ("bearer/METADATA.txt", "of the stars\n")]))
    result = local.run(*PIP, "bearer", options=EXPECT)
    assert "wheel/ambiguous" not in result.said and (local.work / "out/bearer.py").exists(), result.said


@pytest.mark.parametrize("line", ["{base}/files/other-1.0.tar.gz#egg=tomme-demo", "file:///nowhere/tomme_demo-1.0.tar.gz", "./nowhere"])
def test_a_line_that_only_pdm_takes_for_a_dependency(local, index, mark, line):
    index.add(Package(OTHER, sdist("other-1.0", "3.0", mark, "w:gz"), None, None))
    add(index, "bearer", wheel("bearer", requires=line.format(base=index.base)))
    assert_refused_as(local.run(*command_of(local, index, "pdm"), options=EXPECT), "guard/dependency")


def test_an_encoded_line_that_only_uv_decodes(local, index, mark):
    index.add(Package(OTHER, sdist("other-1.0", "3.0", mark, "w:gz"), None, None))
    hidden = base64.b64encode(f"tomme-demo @ {index.file_url(OTHER)}".encode()).decode()
    add(index, "bearer", wheel("bearer", requires=f"=?utf-8?b?{hidden}?="))
    assert_refused_as(local.run(*command_of(local, index, "uv"), options=EXPECT), "guard/dependency")


# --- source distributions


def source(name: str, *, says: str = "", requires: str = "", more: dict[str, str] = {}, form: str = "tar.gz", info: bool = True) -> bytes:
    """`NAME-1.0.tar.gz` or `.zip`, whose PKG-INFO names `says`."""
    setup = f"from setuptools import setup; setup(name={name!r}, version='1.0', py_modules=[])\n"
    files = {f"{name}-1.0/setup.py": setup} | more
    if info:
        wanted = f"Requires-Dist: {requires}\n" if requires else ""
        files[f"{name}-1.0/PKG-INFO"] = f"Metadata-Version: 2.1\nName: {says or name}\nVersion: 1.0\n{wanted}"
    out = io.BytesIO()
    if form == "zip":
        with zipfile.ZipFile(out, "w") as archive:
            for path, text in files.items():
                archive.writestr(path, text)
        return out.getvalue()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for path, text in files.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    return out.getvalue()


DOWNLOAD = ["pip", "download", "-q", "--no-deps", "--no-build-isolation", "-d", "out", "bearer"]


def add_source(index, content: bytes, form: str = "tar.gz"):
    index.add(Package(f"bearer-1.0.{form}", content, None, None), "bearer")


@pytest.mark.parametrize("form", ["tar.gz", "zip"])
@pytest.mark.parametrize("tool", ["pip", "uv", "poetry", "pdm"])
def test_a_source_distribution_that_wants_an_address(local, index, mark, tool, form):
    index.add(Package(OTHER, sdist("other-1.0", "3.0", mark, "w:gz"), None, None))
    add_source(index, source("bearer", requires=f"tomme-demo @ {index.file_url(OTHER)}", form=form), form)
    assert_refused_as(local.run(*command_of(local, index, tool), options=EXPECT), "guard/dependency")


@pytest.mark.parametrize("form", ["tar.gz", "zip"])
def test_a_source_distribution_that_names_another_project(local, index, form):
    add_source(index, source("bearer", says="tomme-demo", form=form), form)
    assert_refused_as(local.run(*DOWNLOAD, options=EXPECT), "sdist/name")
    passed = local.run(*DOWNLOAD)
    assert "sdist/name" not in passed.said and any("PKG-INFO" in note for note in passed.report["notes"]), passed.said


@pytest.mark.parametrize("path", ["PKG-INFO", "other-1.0/PKG-INFO"])
def test_a_source_distribution_with_two_texts_at_its_top(local, index, path):
    add_source(index, source("bearer", more={path: "Metadata-Version: 2.1\nName: tomme-demo\nVersion: 1.0\n"}))
    assert_refused_as(local.run(*DOWNLOAD, options=EXPECT), "sdist/metadata")


@pytest.mark.parametrize("options", [[], EXPECT], ids=["default", "expect"])
def test_an_old_source_distribution_says_nothing(local, index, options):
    add_source(index, source("bearer", info=False))
    result = local.run(*DOWNLOAD, options=options)
    assert result.code != REFUSED and result.file("bearer-1.0.tar.gz")["verdict"] != "refused", result.said
    assert any("has no PKG-INFO" in note for note in result.report["notes"]) == bool(options), result.said


# --- cost


def test_a_page_is_read_once_for_all_that_a_wheel_names(local, index):
    lines = "\nRequires-Dist: ".join(f'other @ {index.base}/files/other-{n}.tar.gz ; extra == "x"' for n in range(60))
    add(index, "bearer", wheel("bearer", requires=lines))
    result = local.run(*PIP, "--no-deps", "bearer", options=EXPECT)
    assert result.file("bearer-1.0-py3-none-any.whl")["verdict"] != "refused", result.said
    assert len(index.asked("/simple/other/")) <= 1, result.said


def test_a_wheel_that_names_very_many_addresses(local, index):
    lines = "\nRequires-Dist: ".join(f'p{n} @ {index.base}/files/p{n}-1.tar.gz ; extra == "x"' for n in range(101))
    add(index, "bearer", wheel("bearer", requires=lines))
    assert_refused_as(local.run(*PIP, "--no-deps", "bearer", options=EXPECT), "101 dependencies by address")
    passed = local.run(*PIP, "--no-deps", "bearer")
    assert passed.code == 0, passed.said
    assert not any(seen.path.startswith("/simple/p") for seen in index.seen)


# --- extras

BACKEND = """
import shutil
def build_wheel(folder, settings=None, metadata=None):
    shutil.copy("bar.whl", folder + "/bar-1.0-py3-none-any.whl")
    return "bar-1.0-py3-none-any.whl"
"""


@pytest.mark.parametrize("options", [[], EXPECT, STRICT], ids=["default", "expect", "strict"])
def test_a_checkout_for_an_extra_that_nobody_asked_for(local, index, options):
    """An honest wheel may have one."""
    add(index, "bearer", wheel("bearer", requires='bar @ git+ssh://git@127.0.0.1:9/bar ; extra == "dev"'))
    result = local.run(*PIP, "bearer", options=[*options, *(["--allow", "bearer"] if options == STRICT else [])])
    assert (local.work / "out/bearer.py").exists(), result.said
    assert any("wants bar from git+ssh" in note for note in result.report["notes"]), result.said


def test_a_checkout_for_an_extra_that_was_asked_for_is_found_after_the_run(local, index):
    repository = local.folder / "repository"
    repository.mkdir()
    (repository / "bar.whl").write_bytes(wheel("bar"))
    (repository / "backend.py").write_text(BACKEND)
    (repository / "pyproject.toml").write_text("[build-system]\nrequires = []\nbuild-backend = 'backend'\nbackend-path = ['.']\n")
    for words in (["init", "-q"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"]):
        subprocess.run(["git", *words], cwd=repository, check=True, env=local.environment)
    add(index, "bearer", wheel("bearer", requires=f'bar @ git+file://{repository} ; extra == "dev"\nProvides-Extra: dev'))
    result = local.run(*PIP, "bearer[dev]", options=["--require", "attested", "--allow", "bearer"])
    assert result.code != 0 and "guard/installed" in result.said, result.said
