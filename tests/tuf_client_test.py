"""`tomme tuf refresh` and `download` as whole programs, against real repositories on this machine."""
import fcntl
import json
import os
import pathlib
import resource
import signal
import socket
import stat
import subprocess
import time

import pytest

from tuf_mirror import Mirror, public_good, static_repository, version_of

WHEN = "2026-08-21T00:00:00Z"
LATER = "2026-11-19T00:00:00Z"
CHAIN = [f"{number}.root.json" for number in range(6, 17)]
FIRST = [*CHAIN, "timestamp.json", "165.snapshot.json", "14.targets.json"]
FILES = ["root.json", "snapshot.json", "targets.json", "timestamp.json"]
TARGET = "trusted_root.json"


class Client:
    def __init__(self, program: pathlib.Path, folder: pathlib.Path, root: pathlib.Path):
        self.program, self.folder, self.root = program, folder / "metadata", root
        self.targets = folder / "targets"
        self.environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C.UTF-8"} | {
            name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}

    def words(self, verb: str, url: str | None, when: str, *options) -> list:
        source = ["--offline"] if url is None else ["--metadata-url", url]
        root = [] if url is None else ["--root", self.root]
        return [self.program, "tuf", verb, "--metadata-dir", self.folder, *source, *root, "--time", when, *options]

    def run(self, verb: str, url: str | None, *options, when=WHEN, **more) -> subprocess.CompletedProcess:
        return subprocess.run(self.words(verb, url, when, *options), capture_output=True, text=True, timeout=60,
                              env=self.environment, **more)

    def start(self, verb: str, url: str, *options) -> subprocess.Popen:
        return subprocess.Popen(self.words(verb, url, WHEN, *options), stdout=subprocess.PIPE, text=True,
                                stderr=subprocess.PIPE, env=self.environment)

    def refresh(self, mirror: Mirror, *options, **more):
        return self.run("refresh", mirror.url, *options, **more)

    def download_words(self, mirror: Mirror, *names) -> list:
        return ["--target-url", mirror.url + "/targets/", "--target-dir", self.targets, *names]

    def download(self, mirror: Mirror, *names, **more):
        return self.run("download", mirror.url, *self.download_words(mirror, *names), **more)

    def kept(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.folder.glob("*.json")}


@pytest.fixture
def mirror(shared):
    with Mirror(public_good(shared)) as running:
        yield running


@pytest.fixture
def client(tomme, tmp_path, shared) -> Client:
    return Client(tomme, tmp_path, shared / "vectors/public-good/metadata/root_history/5.root.json")


def refused(result, code: int, *words: str):
    assert result.returncode == code, result.stderr
    for word in words:
        assert word in result.stderr


class TestRealRepositories:
    def test_the_public_chain_from_root_5(self, client, mirror):
        result = client.refresh(mirror)
        assert (result.returncode, result.stderr) == (0, "")
        assert result.stdout.splitlines()[0] == "root version 15, expires 2026-11-20T13:58:18Z"
        assert mirror.asked == FIRST
        wanted = {"root.json": "15.root.json", "timestamp.json": "timestamp.json",
                  "snapshot.json": "165.snapshot.json", "targets.json": "14.targets.json"}
        assert client.kept() == {name: mirror.files[path] for name, path in wanted.items()}
        assert stat.S_IMODE(client.folder.stat().st_mode) == 0o700
        assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in client.folder.iterdir())

    def test_a_second_refresh_asks_for_two_files(self, client, mirror):
        client.refresh(mirror)
        mirror.take_asked()
        assert client.refresh(mirror).returncode == 0
        assert mirror.asked == ["16.root.json", "timestamp.json"]

    @pytest.mark.parametrize("name", ["sigstore-root-signing", "tuf-on-ci-0.11"])
    def test_static_repositories(self, client, shared, name):
        folder = shared / "vectors/tuf-static" / name
        client.root = folder / "initial_root.json"
        when = (folder / "faketime").read_text().strip().replace(" ", "T").removesuffix("+00:00").removesuffix("Z") + "Z"
        target = (folder / "targetpath").read_text().strip()
        with Mirror(static_repository(folder)) as mirror:
            result = client.run("download", mirror.url + "/metadata/", *client.download_words(mirror, target), when=when)
        assert result.returncode == 0, result.stderr
        assert pathlib.Path(result.stdout.strip()).read_bytes()


class TestMirrors:
    def test_403_is_no_more_roots_and_other_statuses_are_not(self, client, mirror):
        mirror.answers["16.root.json"] = 500
        refused(client.refresh(mirror), 3, "[tuf/mirror]", "status 500")
        assert version_of(client.kept()["root.json"]) == 15  # what was verified stays
        mirror.answers["16.root.json"] = 403
        assert client.refresh(mirror).returncode == 0

    @pytest.mark.parametrize("path", ["timestamp.json", "165.snapshot.json", "14.targets.json"])
    def test_what_must_be_there(self, client, mirror, path):
        mirror.answers[path] = 404
        refused(client.refresh(mirror), 3, "[tuf/unavailable]", path)

    def test_expired_says_what_and_when(self, client, mirror):
        refused(client.refresh(mirror, when=LATER), 1, "[tuf/expired]", "timestamp version 762",
                "2026-08-28T19:25:56Z", "hint: ")

    def test_tampered(self, client, mirror):
        timestamp = mirror.files["timestamp.json"]
        mirror.answers["timestamp.json"] = timestamp.replace(b'"version": 762', b'"version": 763')
        assert mirror.answers["timestamp.json"] != timestamp
        refused(client.refresh(mirror), 1, "[tuf/threshold]")
        assert list(client.kept()) == ["root.json"]

    def test_a_bad_first_root_asks_nobody(self, client, mirror, tmp_path):
        client.root = tmp_path / "root.json"
        client.root.write_bytes(mirror.files["5.root.json"].replace(b"2023", b"2033"))
        refused(client.refresh(mirror), 1, "[tuf/threshold]")
        client.root.write_text("{}")
        refused(client.refresh(mirror), 1, "root.json: ")
        assert mirror.asked == []

    def test_no_network(self, client, mirror):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))  # and does not listen
            url = f"http://127.0.0.1:{unused.getsockname()[1]}/"
            refused(client.run("refresh", url), 3, "[net/unreachable]")

    def test_too_long(self, client, mirror):
        mirror.answers["timestamp.json"] = b" " * 16_385
        refused(client.refresh(mirror), 1, "[tuf/too-long]")


class TestDownloads:
    def test_is_fetched_once(self, client, mirror):
        result = client.download(mirror, TARGET)
        assert result.returncode == 0, result.stderr
        path = client.targets / TARGET
        assert result.stdout == f"{path}\n"
        content = path.read_bytes()
        assert [name for name in mirror.take_asked() if TARGET in name] == \
            [name.removeprefix("/") for name in mirror.files if name.endswith("." + TARGET)]
        assert client.download(mirror, TARGET).returncode == 0
        assert not [name for name in mirror.take_asked() if TARGET in name]
        for damaged in (b"", content[:-1], content + b"\n", b"x" * len(content)):
            path.write_bytes(damaged)
            assert client.download(mirror, TARGET).returncode == 0
            assert path.read_bytes() == content
        assert [entry.name for entry in client.targets.iterdir()] == [TARGET]

    def test_another_file_is_not_kept(self, client, mirror):
        name = next(name for name in mirror.files if name.endswith("." + TARGET))
        for bad in (mirror.files[name][:-1], mirror.files[name] + b" ", b"x" * len(mirror.files[name])):
            mirror.answers[name] = bad
            assert client.download(mirror, TARGET).returncode == 1
            assert list(client.targets.iterdir()) == []
        mirror.answers[name] = 404
        refused(client.download(mirror, TARGET), 3, "[tuf/unavailable]", name)

    def test_the_first_that_is_missing_ends_it(self, client, mirror):
        refused(client.download(mirror, "rekor.pub", "missing", TARGET), 1, "[tuf/no-target]", "missing")
        assert [entry.name for entry in client.targets.iterdir()] == ["rekor.pub"]

    def test_a_link_is_replaced_and_not_followed(self, client, mirror, tmp_path):
        victim = tmp_path / "victim"
        victim.write_text("whole")
        client.targets.mkdir()
        (client.targets / TARGET).symlink_to(victim)
        assert client.download(mirror, TARGET).returncode == 0
        assert victim.read_text() == "whole" and not (client.targets / TARGET).is_symlink()

    def test_ctrl_c_leaves_nothing_behind(self, client, mirror):
        name = next(name for name in mirror.files if name.endswith("." + TARGET))
        mirror.slow.add(name)
        running = client.start("download", mirror.url, *client.download_words(mirror, TARGET))
        deadline = time.monotonic() + 30
        while name not in mirror.asked and time.monotonic() < deadline:
            time.sleep(0.02)
        running.send_signal(signal.SIGINT)
        assert running.wait(10) == -signal.SIGINT
        running.communicate()
        assert list(client.targets.iterdir()) == []
        mirror.slow.clear()
        assert client.download(mirror, TARGET).returncode == 0


class TestFolder:
    @pytest.mark.parametrize("name", ["timestamp.json", "snapshot.json", "targets.json"])
    @pytest.mark.parametrize("content", [b"", b"{\"signed\": {", b"\0" * 4096])
    def test_a_torn_file_is_thrown_away(self, client, mirror, name, content):
        client.refresh(mirror)
        whole = client.kept()
        (client.folder / name).write_bytes(content)
        result = client.refresh(mirror)
        assert (result.returncode, result.stderr) == (0, "")
        assert client.kept() == whole

    def test_a_torn_root_needs_another_to_begin_with(self, client, mirror):
        client.refresh(mirror)
        whole = client.kept()
        (client.folder / "root.json").write_bytes(whole["root.json"][:100])
        words = [word for word in client.words("refresh", mirror.url, WHEN) if word not in ("--root", client.root)]
        alone = subprocess.run(words, capture_output=True, text=True, timeout=60, env=client.environment)
        assert alone.returncode == 1, alone.stderr
        result = client.refresh(mirror)
        assert result.returncode == 0
        assert result.stderr.startswith("warning: the root in ") and result.stderr.count("\n") == 1
        assert client.kept() == whole

    def test_a_full_disk_leaves_what_was_there(self, client, mirror):
        client.refresh(mirror)
        whole = client.kept()
        (client.folder / "targets.json").unlink()

        def no_room():
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

        refused(client.refresh(mirror, preexec_fn=no_room), 3, "[store/write]", "targets.json")
        assert client.kept() == {name: content for name, content in whole.items() if name != "targets.json"}
        refused(client.download(mirror, TARGET, preexec_fn=no_room), 3, "[store/write]")
        assert client.refresh(mirror).returncode == 0
        refused(client.download(mirror, TARGET, preexec_fn=no_room), 3, "[store/write]")
        assert list(client.targets.iterdir()) == []
        assert sorted(client.kept()) == FILES

    def test_many_at_once(self, client, mirror):
        running = [client.start("download", mirror.url, *client.download_words(mirror, TARGET)) for _ in range(6)]
        for process in running:
            out, err = process.communicate(timeout=60)
            assert process.returncode == 0, err
        assert sorted(path.name for path in client.folder.iterdir()) == [".lock", *FILES]
        assert mirror.asked.count("15.root.json") == 1
        assert client.run("refresh", None).returncode == 0

    def test_waits_for_another_process_and_says_so(self, client, mirror):
        client.refresh(mirror)
        with open(client.folder / ".lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            waiting = client.start("refresh", mirror.url)
            assert waiting.stderr.readline() == f"waiting for another process that works in {client.folder}\n"
        waiting.communicate(timeout=60)
        assert waiting.returncode == 0

    def test_killed_it_leaves_no_lock(self, client, mirror):
        mirror.slow.add("165.snapshot.json")
        running = client.start("refresh", mirror.url)
        deadline = time.monotonic() + 30
        while "165.snapshot.json" not in mirror.asked and time.monotonic() < deadline:
            time.sleep(0.02)
        running.kill()
        running.communicate()
        mirror.slow.clear()
        result = client.refresh(mirror)
        assert (result.returncode, result.stderr) == (0, "")

    def test_a_folder_that_others_may_write_is_refused(self, client, mirror):
        client.folder.mkdir()
        client.folder.chmod(0o777)
        refused(client.refresh(mirror), 2, "[store/unsafe-folder]", "chmod")
        assert mirror.asked == []


class TestOffline:
    def test_uses_what_is_kept_and_says_how_stale_it_is(self, client, mirror):
        client.refresh(mirror)
        mirror.take_asked()
        result = client.run("refresh", None)
        assert (result.returncode, result.stderr) == (0, "")
        refused(client.run("refresh", None, when=LATER), 1, "[tuf/expired]", "timestamp version 762")
        refused(client.run("refresh", None, "--stale", "82", when=LATER), 1, "[tuf/expired]")
        result = client.run("refresh", None, "--stale", "83", when=LATER)
        assert result.returncode == 0, result.stderr
        assert result.stderr == "warning: offline: timestamp version 762, expired 2026-08-28T19:25:56Z, 82 days ago\n"
        assert mirror.asked == []

    def test_downloads_what_is_there(self, client, mirror):
        words = ["--target-dir", client.targets, TARGET]
        refused(client.run("download", None, *words), 3)
        client.refresh(mirror)
        refused(client.run("download", None, *words), 3, "[tuf/offline]")
        client.download(mirror, TARGET)
        assert client.run("download", None, *words).stdout == f"{client.targets / TARGET}\n"

    def test_works_in_a_folder_that_may_only_be_read(self, client, mirror):
        client.refresh(mirror)
        client.folder.chmod(0o500)
        try:
            assert client.run("refresh", None).returncode == 0
        finally:
            client.folder.chmod(0o700)

    def test_a_damaged_file_is_refused(self, client, mirror):
        client.refresh(mirror)
        snapshot = json.loads((client.folder / "snapshot.json").read_bytes())
        snapshot["signed"]["version"] += 1
        (client.folder / "snapshot.json").write_text(json.dumps(snapshot))
        assert client.run("refresh", None).returncode == 1


class TestSuite:
    """The adapter for the public suite has two exit statuses."""

    def adapter(self, root, client, *words):
        return subprocess.run([root / "tests/conformance/tuf-client", *map(str, words)], capture_output=True, text=True,
                              timeout=60, env=client.environment | {"TOMME": str(client.program)})

    def test_speaks_its_protocol(self, root, client, mirror):
        folder = ["--metadata-dir", client.folder]
        assert self.adapter(root, client, *folder, "init", client.root).returncode == 0
        assert client.kept() == {"root.json": client.root.read_bytes()}
        done = self.adapter(root, client, "--metadata-url", mirror.url + "/", *folder, "refresh")
        assert done.returncode == 1 and "[tuf/expired]" in done.stderr  # it is not August 2026
        for words in ([], ["refresh"], [*folder, "init"], [*folder, "--bad", "refresh"], [*folder, "refresh", "x"]):
            assert self.adapter(root, client, *words).returncode == 1
