"""Files that installers read otherwise than they look: what is hidden in them is refused before the start.

Each case is first shown without Tomme: the installer itself takes the wheel from the folder that the file hides.
"""
import pytest

from asked import REQUIRED
from stage import Stage

HIDDEN = "--find-links vendor\ntomme-demo\n"


def hidden_in(stage: Stage, demo, content: bytes, more: dict[str, bytes]):
    vendor = stage.work / "vendor"
    vendor.mkdir()
    (vendor / demo.filename).write_bytes(demo.content)
    (stage.work / "r.txt").write_bytes(content)
    for name, text in more.items():
        (stage.work / name).write_bytes(text)


@pytest.mark.parametrize("tool,content,more,line", [
    ("uv", b"--no-index #c \\\n" + HIDDEN.encode(), {}, 1),
    ("pip", HIDDEN.encode("utf-16"), {}, 1),
    ("pip", b"# coding: utf-7\n" + HIDDEN.encode().replace(b"--", b"+AC0ALQ-"), {}, 1),
    ("pip", b"# nothing\n-r=a.txt\n", {"=a.txt": HIDDEN.encode(), "a.txt": b""}, 2),
], ids=["comment that goes on", "utf-16", "utf-7", "equals sign"])
def test_a_requirements_file_has_one_reading(local, demo, tool, content, more, line):
    hidden_in(local, demo, content, more)
    install = [tool, *(["pip"] if tool == "uv" else []), "install", "--target", "out", "--no-deps", "--no-index", "-r", "r.txt"]
    plain = local.plain(*install, env={"UV_CACHE_DIR": str(local.folder / "cache")})
    assert plain.code == 0 and (local.work / "out/tomme_demo-1.0.dist-info").is_dir(), plain.said
    install.remove("--no-index")
    strict = local.run(*install, options=REQUIRED)
    assert strict.code == 2 and f"r.txt, line {line}" in strict.err, strict.said
