"""A publisher that is killed at any moment, by SIGKILL, on each kind of storage: every client sees a valid repository
each time, one that remembers what it saw as well as one that sees it first, and nothing that was acknowledged is lost.

What is found after each kill is counted, so that the moments are known to fall into every step of a publication.
TOMME_TUF_KILLS says how many there are, else 200 in a folder and 25 on each of the others; TOMME_TUF_SEED which.
"""
import collections
import contextlib
import functools
import hashlib
import http.server
import os
import pathlib
import random
import re
import statistics
import subprocess
import threading
import time
from typing import NamedTuple

import pytest
from tuf_stage import Client, Repository, needs_python_tuf

# What is there after a kill, in the order of a publication.
NOTHING = "nothing written"              # while it starts, reads, signs, or makes files durable under other names
BINS = "some bins, no snapshot"
SNAPSHOT = "the snapshot, no timestamp"
VISIBLE = "the timestamp, the changes still in the queue"
DRAINED = "all of it, the queue empty"
STATES = [NOTHING, BINS, SNAPSHOT, VISIBLE, DRAINED]


class Storage(NamedTuple):
    words: list[str]
    public: pathlib.Path  # where what is served lies on this machine
    variables: dict[str, str]
    kills: int


@pytest.fixture(params=["sqlite, folder", "postgresql, folder", "sqlite, s3", "postgresql, s3"])
def storage(request, tmp_path) -> Storage:
    database, files = request.param.split(", ")
    few = request.param != "sqlite, folder"
    kills = int(os.environ.get("TOMME_TUF_KILLS", 25 if few else 200))
    where = "sqlite:r.db" if database == "sqlite" else request.getfixturevalue("fresh_database")
    if files == "folder":
        return Storage(["--database", where, "--files", "files"], tmp_path / "work/files", {}, kills)
    server = request.getfixturevalue("s3")
    if server.folder is None:  # asked by HTTP for what it has, it would be slower than the steps to be told apart
        pytest.skip("moto keeps files in memory, and what is there after a kill is seen in the folder of versitygw")
    prefix = f"killed-{database}"
    address = server["TOMME_TEST_S3"].replace("s3://bkt", f"s3://bkt/{prefix}")
    return Storage(["--database", where, "--files", address], server.folder / "bkt" / prefix, dict(server), kills)


class Publishing:
    """A repository, what was acknowledged, and who looks at it."""

    def __init__(self, tomme: pathlib.Path, folder: pathlib.Path, storage: Storage, chance: random.Random):
        self.repository = Repository(tomme, folder / "work")
        self.public, self.words, self.chance = storage.public, storage.words, chance
        self.environment = os.environ | storage.variables
        # Of each path what may be there: the content that was acknowledged last, and those that may have come after it.
        self.expected: dict[str, list[bytes]] = {}
        self.states: collections.Counter[str] = collections.Counter()
        self.took: collections.deque[tuple[float, float]] = collections.deque(maxlen=5)  # seconds, of the last ones
        for name in ("root.pem", "online.pem"):
            self.repository.run("key", "new", "--no-passphrase", "--type", "ed25519", name)
        self.run("init", "--bits", 5, "--root-key", "root.pem.pub", "--online-key", "online.pem")
        self.run("sign", "--yes", "--key", "root.pem")
        self.publish()
        self.clients = Clients(tomme, folder, self.public)

    def command(self, verb: str, *words) -> list[str]:
        return [str(self.repository.tomme), "tuf", verb, *self.words, *map(str, words)]

    def start(self, verb: str, *words) -> subprocess.Popen:
        return subprocess.Popen(self.command(verb, *words), cwd=self.repository.folder, env=self.environment, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def run(self, verb: str, *words) -> str:
        process = self.start(verb, *words)
        output = process.communicate(timeout=120)[0]
        assert process.returncode == 0, f"{verb}: {process.returncode}\n{output}"
        return output

    def publish(self) -> None:
        """To its end, and notes how long that took, and how much of it was left from the first file on. A server may take a
        moment to notice that the session of a killed one is gone."""
        for _ in range(100):
            started = time.monotonic()
            process = self.start("publish")
            self.begins_to_write(process)
            writes = time.monotonic()
            output = process.communicate(timeout=120)[0]
            if process.returncode == 0:
                if output.startswith("published"):
                    self.took.append((time.monotonic() - started, time.monotonic() - writes))
                return
            assert process.returncode == 3 and "repository/busy" in output, output
            time.sleep(0.05)
        raise AssertionError("the repository stays busy")

    def begins_to_write(self, process: subprocess.Popen) -> bool:
        """Waits for the first file that is served, or for the end."""
        folder = self.public / "metadata"
        before = os.stat(folder).st_mtime_ns if folder.is_dir() else 0
        while process.poll() is None:
            if folder.is_dir() and os.stat(folder).st_mtime_ns != before:
                return True
        return False

    def change(self, round_: int, names: list[str]) -> list[str]:
        for name in names:
            self.repository.write(name, f"{round_} {name}")
        return names

    def acknowledged(self, names: list[str]) -> None:
        self.expected |= {name: [self.content(name)] for name in names}

    def content(self, name: str) -> bytes:
        return (self.repository.folder / name).read_bytes()

    def queued(self) -> int:
        return int(re.search(r"queue: (\d+) change", self.run("status"))[1])

    def add(self, round_: int) -> None:
        names = self.change(round_, self.chance.sample([f"packages/{i}" for i in range(60)], 12))
        self.run("add", *names)
        self.acknowledged(names)

    def stage(self) -> None:
        """New versions of root and targets, so that the publication to come has those as well."""
        self.run("renew", "root", "targets")
        self.run("sign", "--yes", "--key", "root.pem")

    @contextlib.contextmanager
    def adding(self, round_: int):
        """While something else is done; killed one time in three. A change counts from the exit status 0 on."""
        names = self.change(round_, self.chance.sample([f"late/{i}" for i in range(20)], 2))
        process = self.start("add", *names)
        killer = threading.Timer(self.chance.uniform(0, 0.03), process.kill)
        if self.chance.random() < 1 / 3:
            killer.start()
        yield
        output = process.communicate(timeout=120)[0]
        killer.cancel()
        if process.returncode == 0:
            return self.acknowledged(names)
        assert process.returncode == -9, output
        for name in names:
            self.expected.setdefault(name, [b""]).append(self.content(name))

    def served(self) -> set[str]:
        return {path.name for path in (self.public / "metadata").iterdir()}

    def timestamp(self) -> bytes:
        return (self.public / "metadata/timestamp.json").read_bytes()

    def kill_one(self) -> bool:
        """Whether it was killed before its end: every other time at any moment, else at any from the first file on, which
        is where most of the steps are and little of the time goes."""
        files, timestamp = self.served(), self.timestamp()
        whole, rest = (1.1 * statistics.median(times) for times in zip(*self.took))
        process = self.start("publish")
        if self.chance.random() < 1 / 2:
            time.sleep(self.chance.uniform(0, whole))
        elif self.begins_to_write(process):
            time.sleep(self.chance.choice([0, self.chance.uniform(0, rest)]))
        process.kill()
        output = process.communicate()[0]
        if process.returncode != -9:
            assert process.returncode == 0 or "repository/busy" in output, output
            return False
        new = self.served() - files
        if self.timestamp() != timestamp:
            self.states[VISIBLE if self.queued() else DRAINED] += 1
        elif any(name.endswith(".snapshot.json") for name in new):
            self.states[SNAPSHOT] += 1
        else:
            self.states[BINS if any(".bins-" in name for name in new) else NOTHING] += 1
        return True

    def check(self) -> None:
        """Valid for every client; each acknowledged change is listed or still in the queue."""
        self.run("verify", "--target-files")
        digests = self.clients.refresh_all(sorted(self.expected))
        missing = [name for name, contents in self.expected.items() if len(contents) == 1
                   and digests[name] != hashlib.sha256(contents[0]).hexdigest()]
        queued = self.queued()
        assert len(missing) <= queued, f"{missing} are neither listed nor among the {queued} in the queue"

    def check_all(self) -> None:
        """With nothing left in the queue."""
        self.publish()
        assert self.queued() == 0
        digests = self.clients.refresh_all(sorted(self.expected))
        for name, contents in self.expected.items():
            allowed = [hashlib.sha256(content).hexdigest() if content else None for content in contents]
            assert digests[name] in allowed, name
        name = self.chance.choice(sorted(name for name, digest in digests.items() if digest))
        assert self.clients.download(name) in self.expected[name]


class Clients:
    """python-tuf and `tomme tuf refresh`, each with a memory of its own, and python-tuf without one."""

    def __init__(self, tomme: pathlib.Path, folder: pathlib.Path, public: pathlib.Path):
        self.tomme, self.folder, self.public = tomme, folder, public
        self.python = Client(public, folder / "memory")
        self.last, self.fresh = 0, 0
        handler = functools.partial(QuietHandler, directory=str(public))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def refresh_all(self, names: list[str]) -> dict[str, str | None]:
        """Digests as the repository lists them."""
        updater = self.python.updater()
        updater.refresh()
        version = updater._trusted_set.timestamp.version
        assert version >= self.last
        self.last = version
        self.fresh += 1
        assert Client(self.public, self.folder / f"fresh-{self.fresh}").refresh() == version
        url = f"http://127.0.0.1:{self.server.server_address[1]}/metadata/"
        done = subprocess.run([self.tomme, "tuf", "refresh", "--metadata-dir", self.folder / "kept", "--metadata-url", url,
                               "--root", self.public / "metadata/1.root.json"], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0 and f"timestamp version {version}," in done.stdout, done.stdout + done.stderr
        found = {name: updater.get_targetinfo(name) for name in names}
        return {name: info and info.hashes["sha256"] for name, info in found.items()}

    def download(self, name: str) -> bytes | None:
        return self.python.download(name)


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@needs_python_tuf
def test_killed_at_any_moment(tomme, tmp_path, storage):
    seed = int(os.environ.get("TOMME_TUF_SEED", random.randrange(1 << 32)))
    publishing = Publishing(tomme, tmp_path, storage, random.Random(seed))
    killed = 0
    try:
        for _ in range(5):
            publishing.add(-1)
            publishing.publish()
        # On a busy machine more of them come to their end before they are killed: then there are more rounds.
        for round_ in range(3 * storage.kills):
            if round_ >= storage.kills and killed >= storage.kills / 3:
                break
            publishing.add(round_)
            with publishing.adding(round_):
                killed += publishing.kill_one()
            publishing.check()
            if round_ % 10 == 9:
                publishing.check_all()
                publishing.stage()
        publishing.check_all()
    finally:
        publishing.clients.close()
        print(f"seed {seed}, {killed} of {storage.kills} or more killed before their end, and found: " +
              ", ".join(f"{publishing.states[state]} {state}" for state in STATES))
    assert killed >= storage.kills / 3
    if storage.kills >= 100:  # between the bins and the snapshot are microseconds
        found = publishing.states
        assert found[NOTHING] and found[BINS] + found[SNAPSHOT] and found[VISIBLE] and found[DRAINED]
