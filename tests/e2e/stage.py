"""One person at one machine: a home, a folder to work in, a clean environment, and `tomme run`."""
import json
import os
import pathlib
import signal
import subprocess
from typing import NamedTuple

SECONDS = 180  # two tests at a time, under sanitizers: only what hangs takes longer
REFUSED = 40  # the exit status of a run in which something was refused
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

# Of the environment that the tests run in, only this reaches the program: how to get at the real network.
PASSED_ON = ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR",
             "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS")


class Result(NamedTuple):
    code: int
    out: str
    err: str
    report: dict | None

    @property
    def said(self) -> str:
        return self.out + self.err

    @property
    def by_the_installer(self) -> str:
        """What was said without the lines of tomme's own."""
        return "\n".join(line for line in self.said.splitlines() if not line.startswith("tomme: "))

    def file(self, name: str) -> dict:
        """The report's entry of a file."""
        found = [entry for entry in self.report["files"] if entry["file"] == name]
        assert len(found) == 1, f"{name} stands {len(found)} times in the report: {self.said}"
        return found[0]

    def verdicts(self) -> dict[str, str]:
        return {entry["file"]: entry["verdict"] for entry in self.report["files"]}


class Stage:
    def __init__(self, folder: pathlib.Path, program: pathlib.Path, installers: pathlib.Path | None):
        self.folder = folder
        self.program = program
        self.installers = installers
        self.home = folder / "home"
        self.work = folder / "work"
        self.cache = folder / "tomme-cache"
        self.report = folder / "report.json"
        for path in (self.home, self.work):
            path.mkdir()
        binaries = f"{installers / 'bin'}:" if installers else ""
        self.environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ} | {
            "PATH": f"{binaries}/usr/bin:/bin", "HOME": str(self.home), "TMPDIR": str(folder),
            "LC_ALL": "C.UTF-8", "TOMME_CACHE_DIR": str(self.cache), "TOMME_REFRESH": "never",
            "UV_PYTHON_DOWNLOADS": "never", "UV_PYTHON": "/usr/bin/python3", "UV_NO_PROGRESS": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1",
            "POETRY_NO_INTERACTION": "1", "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
        self.options: list[str] = []  # of every `tomme run` here

    def write(self, name: str, text: str) -> pathlib.Path:
        path = self.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def plain(self, *command, cwd=None, env=None, **more) -> Result:
        """The command as it is, without tomme."""
        pipe = subprocess.PIPE if "input" in more else subprocess.DEVNULL
        process = subprocess.Popen([str(word) for word in command], cwd=cwd or self.work, text=True,
                                   errors="backslashreplace", env=self.environment | (env or {}), stdin=pipe,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
        try:
            out, err = process.communicate(more.get("input"), timeout=SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # else what it started keeps the pipes open
            raise
        return Result(process.returncode, out, err, None)

    def words(self, options, command) -> list[str]:
        return [str(word) for word in (self.program, "run", "--report", self.report, *self.options, *options,
                                       "--", *command)]

    def run(self, *command, options=(), **more) -> Result:
        self.report.unlink(missing_ok=True)
        done = self.plain(*self.words(options, command), **more)
        report = json.loads(self.report.read_text()) if self.report.exists() else None
        return done._replace(report=report)

    def start(self, *command, options=(), env=None, **more) -> subprocess.Popen:
        """In a process group of its own, so that a signal can go to all of it, as a terminal's does."""
        self.report.unlink(missing_ok=True)
        return subprocess.Popen(self.words(options, command), cwd=self.work, text=True,
                                env=self.environment | (env or {}), stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, **more)

    def interrupt(self, process: subprocess.Popen, number=signal.SIGINT):
        os.killpg(process.pid, number)

    def run_folders(self) -> list[pathlib.Path]:
        return sorted((self.cache / "runs").glob("run.*"))
