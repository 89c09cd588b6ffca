"""What docs/guides shows is what happens: console blocks are played on a terminal, in order, each guide on machines
of its own. A prompt such as `alice$ ` names the machine, which is a folder here."""
import contextlib
import fcntl
import hashlib
import http.server
import json
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import termios
import threading
import time

import pytest

from shown import steps
from stage import PASSED_ON, ROOT, SECONDS

GUIDES = ROOT / "docs/guides"
COLUMNS = 120
SITE = "https://tuf.example.org"  # what the guide calls the server's folder that is served
HOME = "server.example:/srv/tomme"  # and the folder on the server in which the guide works, for scp

# What the person at the terminal answers.
ANSWERS = ((rb"passphrase of [^\n]*: $", b"correct horse\n"), (rb"the same again: $", b"correct horse\n"),
           (rb"\[y/N\] $", b"y\n"), (rb"until Ctrl-C\r\n$", b"\x03"))

# The stand-in for scp: a machine is a folder beside this one.
SCP = f"""#!/bin/sh
for word; do shift; set -- "$@" "$(printf %s "$word" | sed 's|^{HOME}|'"$MACHINES"'/server|')"; done
options=; [ "$1" != -r ] || {{ options=-r; shift; }}
for last; do :; done
sources=; while [ $# -gt 1 ]; do sources="$sources $1"; shift; done
exec cp $options $sources "$last"
"""


class Ids:
    """Key ids differ each time: which of the guide's is which of ours."""

    def __init__(self):
        self.ours: dict[str, str] = {}

    def pattern(self, shown: str) -> tuple[str, list[str]]:
        """A pattern for what is shown, and the ids that it meets for the first time."""
        new: list[str] = []

        def piece(match: re.Match) -> str:
            text = match[0]
            if text.isspace():
                return r"\s+"
            if text == "…":
                return r".*?"
            if re.fullmatch(r"[0-9a-f]{12,64}", text):
                if text[:12] in self.ours:  # lists are in the order of ids, which is another each time
                    return rf"(?:{'|'.join(self.ours.values())})[0-9a-f]*"
                new.append(text[:12])
                return r"([0-9a-f]{12})[0-9a-f]*"
            if re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]+Z", text):
                return r"\d{4}-\d\d-\d\dT[\d:]+Z"
            return re.sub(r"^\d+(?= (?:ms|bytes|hours?)$)", r"\\d+", text) if " " in text else re.escape(text)

        tokens = r"\s+|…|\b[0-9a-f]{12,64}\b|\b\d{4}-\d\d-\d\dT[\d:]+Z|\b\d+ (?:ms|bytes|hours?)|[^\s…]"
        return "".join(map(piece, re.finditer(tokens, shown.strip()))), new

    def compare(self, shown: str, said: str) -> bool:
        pattern, new = self.pattern(shown)
        match = re.fullmatch(pattern, said.strip(), re.S)
        if match:
            self.ours |= zip(new, match.groups())
        return match is not None

    def put_into(self, command: str) -> str:
        return re.sub(r"\b[0-9a-f]{12}\b", lambda match: self.ours[match[0]], command)


class Machines:
    """Folders that stand for machines, a terminal in each, and a web server for the folder that is served."""

    def __init__(self, folder: pathlib.Path, program: pathlib.Path):
        self.folder = folder
        self.tools = folder / "tools"
        self.tools.mkdir()
        (self.tools / "tomme").symlink_to(program.resolve())
        (self.tools / "scp").write_text(SCP)
        (self.tools / "scp").chmod(0o755)
        self.ids = Ids()

    def folder_of(self, machine: str) -> pathlib.Path:
        folder = self.folder / machine
        folder.mkdir(exist_ok=True)
        return folder

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
        return kept | {"PATH": f"{self.tools}:/usr/bin:/bin", "HOME": str(self.folder), "MACHINES": str(self.folder),
                       "LC_ALL": "C.UTF-8", "TERM": "xterm", "NO_COLOR": "1", "TOMME_REFRESH": "never",
                       "TOMME_CACHE_DIR": str(self.folder / "cache")}

    def typed(self, machine: str, command: str) -> str:
        """What a terminal shows of it, prompts are answered."""
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(self.folder_of(machine))
            os.execve("/bin/bash", ["bash", "-c", command], self.environment())
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
        said, answered, end = b"", 0, time.monotonic() + SECONDS
        try:
            while select.select([terminal], [], [], max(0, end - time.monotonic()))[0]:
                try:
                    said += os.read(terminal, 65536)
                except OSError:  # the terminal is closed: it has ended
                    break
                for question, answer in ANSWERS:
                    if re.search(question, said[answered:]):
                        answered = len(said)
                        os.write(terminal, answer)
            else:
                os.kill(child, signal.SIGKILL)
                pytest.fail(f"{command}: not done after {SECONDS} s: {said.decode(errors='replace')}")
        finally:
            os.close(terminal)
            os.waitpid(child, 0)
        return said.decode().replace("\r\n", "\n")


@pytest.fixture
def machines(tmp_path, tomme) -> Machines:
    return Machines(tmp_path, tomme)


@contextlib.contextmanager
def serving(folder: pathlib.Path):
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=str(folder))

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def site(machines):
    """https://tuf.example.org of the guide: the folder shop/public of the server."""
    with serving(machines.folder / "server/shop/public") as address:
        yield address


def test_a_repository_for_two(machines, site):
    all_steps = steps(GUIDES / "tuf-for-two.md", "alice|bob|server|user")
    assert len(all_steps) > 40, "the guide has lost commands"
    server, user = machines.folder_of("server"), machines.folder_of("user")
    (server / "acme_tool-1.0-py3-none-any.whl").write_text("some wheel\n")
    for machine, command, expected in all_steps:
        if machine == "user" and not (user / "root.json").exists():
            shutil.copy(server / "root.json", user)  # by mail, says the guide
        said = machines.typed(machine, machines.ids.put_into(command).replace(SITE, site)).replace(site, SITE)
        assert machines.ids.compare(expected, said), f"{machine}$ {command}\nshown:\n{expected}\nsaid:\n{said}"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_the_unit_is_one_that_systemd_takes(tmp_path, tomme):
    unit, = re.findall(r"^```ini\n(.*?)^```", (GUIDES / "tuf-for-two.md").read_text(), re.M | re.S)
    assert "/usr/local/bin/tomme " in unit
    path = tmp_path / "tomme-publish.service"
    path.write_text(unit.replace("/usr/local/bin/tomme ", f"{tomme.resolve()} "))
    done = subprocess.run(["systemd-analyze", "verify", path], capture_output=True, text=True, timeout=SECONDS)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


class Person:
    """Types the commands of a guide that needs no second machine."""

    def __init__(self, folder: pathlib.Path, program: pathlib.Path, pattern: str, more: str):
        self.work = folder / "work"
        self.tools = folder / "tools"
        for made in (self.work, self.tools):
            made.mkdir()
        # What PyPI lists, the mirror of a machine that runs tests may not.
        (self.tools / "tomme").write_text(f"""#!/bin/sh
case "$*" in {pattern}) command=$1; shift; set -- "$command" {more} "$@";; esac
exec {program.resolve()} "$@"
""")
        (self.tools / "tomme").chmod(0o755)
        self.environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ} | {
            "PATH": f"{self.work}/venv/bin:{self.tools}:/usr/bin:/bin", "VIRTUAL_ENV": f"{self.work}/venv",
            "HOME": str(folder), "LC_ALL": "C.UTF-8", "TOMME_REFRESH": "never",
            "TOMME_CACHE_DIR": str(folder / "cache"), "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}

    def typed(self, command: str) -> str:
        return subprocess.run(["bash", "-c", command], cwd=self.work, env=self.environment, text=True, timeout=SECONDS,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout

    def follows(self, guide: str):
        ids = Ids()
        for _, command, expected in steps(GUIDES / guide):
            said = self.typed(command)
            assert ids.compare(expected, said), f"$ {command}\nshown:\n{expected}\nsaid:\n{said}"


@pytest.fixture
def index_of_abi3info(shared, tmp_path):
    """A simple index on this machine with the one release that the guide asks PyPI for."""
    site, name = tmp_path / "site", "abi3info-2024.10.8.tar.gz"
    (site / "simple/abi3info").mkdir(parents=True)
    for file in (name, f"{name}.provenance"):
        shutil.copy(shared / "vectors/pypi" / file, site)
    digest = hashlib.sha256((site / name).read_bytes()).hexdigest()
    (site / "simple/abi3info/index.html").write_text(
        f'<!DOCTYPE html><a href="/{name}#sha256={digest}" data-provenance="/{name}.provenance">{name}</a>')
    with serving(site) as address:
        yield f"{address}/simple/"


def test_a_release_is_verified(tmp_path, tomme, shared, index_of_abi3info):
    person = Person(tmp_path, tomme, "verify*pypi:*", f"--index {index_of_abi3info}")
    bundles = shared / "vectors/sigstore-conformance/bundle-verify"
    for path in (shared / "vectors/pypi").glob("abi3info-*"):
        shutil.copy(path, person.work)
    (person.work / "changed").mkdir()
    for path in person.work.glob("*.whl*"):
        shutil.copy(path, person.work / "changed")
    shutil.copy(bundles / "a.txt", person.work)
    by_cosign = bundles / "happy-path-v0.3/bundle.sigstore.json"
    shutil.copy(by_cosign, person.work / "a.txt.sigstore.json")
    by_gh = [bundles / "happy-path-intoto-in-dsse-v3/bundle.sigstore.json", by_cosign]
    (person.work / "lines.jsonl").write_text("".join(json.dumps(json.loads(one.read_text())) + "\n" for one in by_gh))
    shutil.copy(bundles / "managed-key-happy-path/bundle.sigstore.json", person.work / "with-a-key.sigstore.json")
    shutil.copy(bundles / "managed-key-happy-path/key.pub", person.work / "cosign.pub")
    person.follows("verify-a-release.md")


@pytest.fixture
def installing(tmp_path, tomme, shared, pypi):
    """With what PyPI lists for abi3info, and an empty environment."""
    person = Person(tmp_path, tomme, "run*", f"--attestations {shared / 'vectors/pypi'}")
    assert person.typed("/usr/bin/python3 -m venv venv") == ""
    return person


def test_a_first_install(installing):
    installing.follows("first-install.md")


def test_a_refusal_is_read(installing):
    installing.follows("read-a-refusal.md")


@pytest.mark.skipif(not shutil.which("jq"), reason="jq is not installed")
def test_in_ci(installing):
    (installing.work / "tomme.options").write_text("""# who should have signed; reviewed like code
--expect abi3info=woodruffw/abi3info
--require attested,expected
--allow six
""")
    (installing.work / "requirements.txt").write_text("abi3info==2024.10.3\nsix==1.17.0\n")
    installing.follows("ci.md")


DOCUMENTS = sorted(path.relative_to(ROOT) for folder in (ROOT, ROOT / "docs", GUIDES) for path in folder.glob("*.md"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_links_lead_somewhere(document):
    page = ROOT / document
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        place, _, heading = target.partition("#")
        if "://" in place:
            continue
        path = page.parent / place if place else page
        assert path.exists(), target
        titles = re.findall(r"^#+ (.*)$", path.read_text(), re.M) if heading else []
        anchors = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
        assert not heading or heading in anchors, target
