"""Whose file is it? Each installer's own code is asked about thousands of names, hostile ones most of all: what any of them takes
for a project's, `may_be_of` must say may be the project's. TOMME_FILE_NAMES (4,000) says how many, TOMME_FILE_NAMES_SEED which.
"""
import http.server
import json
import os
import pathlib
import random
import re
import string
import subprocess
import threading

import pytest

NAMES = int(os.environ.get("TOMME_FILE_NAMES", "4000"))
SEED = int(os.environ.get("TOMME_FILE_NAMES_SEED", "1"))

# The first of each are honest ones.
BEHIND_NAME = ["-", "_", ".", "--", "-_", "_-", ".-", "-.", "__", "", "x", "+", "~", " ", "- ", "%2d", "-v", "-V", "_v", "\u2010"]
VERSIONS = ["1.0", "v1", "V1.0", "1", "01.0", "1-1", "1.0-1", "99999999999999999999", "99999999999999999999-1", "V99999999999999999999",
            "1!2", "1.0+local", "1.0+99999999999999999999", "1.0.post1", "1.0-post1", "1.0rc1", "1.0-rc-1", "1_0", "2004d", "dev-r123",
            "x", "evil-1.0", "evil_1.0", "1.0-evil", "", "-", "1.0.", "1.0 ", "\u0661", "1.0\u0661", "1.0.tar", "1.0-py3.11", "1.0.linux-x86_64"]
TAGS = ["", "", "-py3-none-any", "-py2.py3-none-any", "-1-py3-none-any", "-1x-py3-none-any", "-x-py3-none-any", "-py3-none",
        "-99999999999999999999-py3-none-any", "-py3-none-any-x"]
ENDINGS = [".tar.gz", ".zip", ".whl", ".tgz", ".tar", ".tar.bz2", ".tbz", ".tar.xz", ".txz", ".tlz", ".tar.lz", ".tar.lzma", ".tar.zst",
           ".tar.Z", ".TAR.GZ", ".Zip", ".WHL", ".egg", "", ".exe", ".whl.zip", ".sdist.zip"]
PROJECTS = ["demo", "kafka", "zope-interface", "v1", "a", "2to3", "demo-1", "demo-v1", "foo-bar-baz"]


class Maker:
    def __init__(self, seed: int):
        self.chance = random.Random(seed)

    def project(self, number: int) -> str:
        """Each its own, so that uv can be asked about all of them at once."""
        digits = "".join(string.ascii_lowercase[number // 26**place % 26] for place in range(4))
        return digits + "-" * self.chance.randrange(2) + self.chance.choice(PROJECTS)

    def spelled(self, project: str) -> str:
        def spell(letter: str) -> str:
            if letter == "-":
                return self.chance.choice(["-", "_", ".", "_", "-", "_", "-.", "__", "%2D"])
            if letter == "k" and self.chance.random() < 0.2:
                return "\u212a"  # KELVIN SIGN, whose small letter is "k"
            if self.chance.random() < 0.005:
                return f"%{ord(letter):02x}"
            return letter.upper() if self.chance.random() < 0.1 else letter

        return "".join(map(spell, project))

    def filename(self, project: str) -> str:
        name = self.spelled(project)
        if self.chance.random() < 0.1:
            name = self.chance.choice([name[:-1] or "q", "my-" + name, name + "s", name + "_extra", name + "-extra", "other"])
        return "".join([name] + [self.chance.choice(parts[:good] if self.chance.random() < 0.7 else parts)
                                 for parts, good in ((BEHIND_NAME, 1), (VERSIONS, 10), (TAGS, 4), (ENDINGS, 4))])

    def pairs(self, count: int) -> list[tuple[str, str]]:
        made = ((project, self.filename(project)) for project in map(self.project, range(count)))
        return [(project, filename) for project, filename in made if "\n" not in filename]


@pytest.fixture(scope="module")
def program(tomme, root) -> pathlib.Path:
    for path in (tomme.resolve().parent / "tomme_may_be_of", root / "build/release/tomme_may_be_of"):
        if path.exists():
            return path
    pytest.skip("tomme_may_be_of is not built")


@pytest.fixture(scope="module")
def pairs() -> list[tuple[str, str]]:
    return Maker(SEED).pairs(NAMES)


@pytest.fixture(scope="module")
def may_be(program, pairs) -> list[bool]:
    lines = "".join(f"{project}\t{filename}\n" for project, filename in pairs)
    done = subprocess.run([program], input=lines.encode(), capture_output=True, timeout=600, check=True)
    answers = [line == b"1" for line in done.stdout.splitlines()]
    assert len(answers) == len(pairs)
    return answers


@pytest.fixture(scope="module")
def peers(installers, pairs) -> dict:
    done = subprocess.run([installers / "bin/python", pathlib.Path(__file__).with_name("file_names_peer.py")],
                          input=json.dumps(pairs), capture_output=True, text=True, timeout=600, check=True)
    return json.loads(done.stdout)


def expect_all_known(who: str, taken: list[bool], pairs, may_be: list[bool]) -> None:
    missed = [pair for pair, theirs, ours in zip(pairs, taken, may_be) if theirs and not ours]
    assert not missed, f"{who} takes {len(missed)} that we do not: {missed[:10]}"
    assert sum(taken) > len(pairs) / 50, f"{who} took {sum(taken)} of {len(pairs)} names: a poor test"


@pytest.mark.parametrize("who", ["pip", "unearth", "unearth_loose", "poetry", "packaging"])
def test_what_an_installer_takes_may_be_the_projects(who, peers, pairs, may_be):
    expect_all_known(who, peers["taken"][who], pairs, may_be)


def test_what_uv_takes_may_be_the_projects(installers, tmp_path, pairs, may_be):
    latest = latest_by_uv(installers, tmp_path, dict(pairs))
    expect_all_known("uv", [project in latest for project, _ in pairs], pairs, may_be)


def test_a_name_is_not_everybodys(pairs, may_be):
    """The rule says yes too often, but not always: what begins with another name is another's."""
    plain = [(project, ours) for (project, filename), ours in zip(pairs, may_be) if re.fullmatch(r"other-[A-Za-z0-9_.+!~-]*", filename)]
    assert len(plain) > NAMES / 200 and not any(ours for _, ours in plain)


def test_every_ending_of_theirs_is_an_archives(program, peers):
    """By `demo.ENDING` without a version: it may be demo's only where the ending is known for one."""
    lines = "".join(f"demo\tdemo{ending}\n" for ending in peers["endings"])
    done = subprocess.run([program], input=lines, capture_output=True, text=True, timeout=60, check=True)
    assert dict(zip(peers["endings"], done.stdout.split())) == dict.fromkeys(peers["endings"], "1")


# --- uv has no code to import: it is asked for the latest version of projects whose pages have one file each


def latest_by_uv(installers: pathlib.Path, folder: pathlib.Path, files: dict[str, str]) -> set[str]:
    for project in files:
        info = folder / "installed" / f"{project.replace('-', '_')}-0.dev0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project}\nVersion: 0.dev0\n")
        (info / "RECORD").touch()

    class Pages(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            project = self.path.strip("/").rpartition("/")[2]
            listed = [{"filename": files[project], "url": "file", "hashes": {}}]
            page = json.dumps({"meta": {"api-version": "1.0"}, "name": project, "files": listed}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/vnd.pypi.simple.v1+json")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "UV_NO_CACHE": "1", "UV_NO_CONFIG": "1", "UV_PRERELEASE": "allow"}
        done = subprocess.run([installers / "bin/uv", "pip", "list", "--outdated", "--format", "json",
                               "--python", installers / "bin/python", "--target", folder / "installed",
                               "--default-index", f"http://127.0.0.1:{server.server_port}/simple"],
                              env=environment, capture_output=True, text=True, timeout=600)
    finally:
        server.shutdown()
    assert done.returncode == 0, done.stderr[-2000:]
    return {entry["name"] for entry in json.loads(done.stdout)}
