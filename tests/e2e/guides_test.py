"""What docs/guides shows is what happens: console blocks are played on a terminal, in order, each guide on machines
of its own. A prompt such as `alice$ ` names the machine, which is a folder here."""
import fcntl
import http.server
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import struct
import termios
import threading
import time

import pytest

from stage import ROOT

GUIDES = ROOT / "docs/guides"
SECONDS = 60
COLUMNS = 120
SITE = "https://tuf.example.org"  # what the guide calls the server's folder that is served
HOME = "server.example:/srv/tomme"  # and the folder in which one works there, for scp

# Whoever sits at the terminal answers these.
ANSWERS = ((rb"passphrase of [^\n]*: $", b"correct horse battery\n"), (rb"the same again: $", b"correct horse battery\n"),
           (rb"\[y/N\] $", b"y\n"), (rb"until Ctrl-C\r\n$", b"\x03"))

# The stand-in for scp: a machine is a folder beside this one.
SCP = f"""#!/bin/sh
for word; do shift; set -- "$@" "$(printf %s "$word" | sed 's|^{HOME}|'"$MACHINES"'/server|')"; done
options=; [ "$1" != -r ] || {{ options=-r; shift; }}
for last; do :; done
count=$#; sources=; while [ $# -gt 1 ]; do sources="$sources $1"; shift; done
exec cp $options $sources "$last"
"""


def shown(guide: str, machines: str) -> list[tuple[str, str, str]]:
    """Machine, command and what is shown of each command of a guide."""
    found = []
    for block in re.findall(r"^```console\n(.*?)^```", (GUIDES / guide).read_text(), re.M | re.S):
        parts = re.split(rf"^({machines})\$ ", block, flags=re.M)
        assert not parts[0], f"{guide}: a block that begins without a prompt: {parts[0]}"
        for machine, text in zip(parts[1::2], parts[2::2]):
            command, lines = "", text.splitlines(keepends=True)
            while lines:
                command += lines.pop(0)
                if not command.endswith("\\\n"):
                    break
            found.append((machine, command.rstrip("\n"), "".join(lines)))
    return found


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
            return re.sub(r"^\\?\d+", r"\\d+", re.escape(text))

        tokens = r"\s+|…|\b[0-9a-f]{12,64}\b|\b\d{4}-\d\d-\d\dT[\d:]+Z|\b\d+ (?:ms|bytes|hours?)|[^\s…]"
        return "".join(piece(match) if len(match[0]) > 1 or match[0].isspace() or match[0] == "…" else re.escape(match[0])
                       for match in re.finditer(tokens, shown.strip())), new

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
        return {"PATH": f"{self.tools}:/usr/bin:/bin", "HOME": str(self.folder), "MACHINES": str(self.folder),
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
                        time.sleep(0.05)  # it turns the echo off after the question, and drops what was typed before
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


@pytest.fixture
def site(machines):
    """https://tuf.example.org of the guide: the folder shop/public of the server."""
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=str(machines.folder / "server/shop/public"))

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_repository_for_two(machines, site):
    steps = shown("tuf-for-two.md", "alice|bob|server|user")
    assert len(steps) > 40, "the guide has lost commands"
    server, user = machines.folder_of("server"), machines.folder_of("user")
    (server / "acme_tool-1.0-py3-none-any.whl").write_text("some wheel\n")
    for machine, command, expected in steps:
        if machine == "user" and not (user / "root.json").exists():
            shutil.copy(server / "root.json", user)  # by mail, says the guide
        said = machines.typed(machine, machines.ids.put_into(command).replace(SITE, site)).replace(site, SITE)
        assert machines.ids.compare(expected, said), f"{machine}$ {command}\nshown:\n{expected}\nsaid:\n{said}"
