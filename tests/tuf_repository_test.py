"""Repositories of `tomme tuf`, as a whole program: python-tuf refreshes and downloads them, two publishers do not meet.
tuf_killed_test.py kills them."""
import hashlib
import os
import pathlib
import resource
import signal
import sqlite3
import subprocess
import time

import pytest
from tuf_stage import Client, Repository, Updater, repository  # noqa: F401: a fixture


@pytest.fixture
def client(repository, tmp_path) -> Client:
    if Updater is None:
        pytest.skip("python-tuf is not installed (tests/requirements.txt)")
    return Client(repository.public, tmp_path / "memory")


def test_python_tuf_downloads_what_was_added(repository, client):
    repository.run("init", "repository", "--bits", "4")
    names = [repository.write(f"packages/p{i}/p{i}-1.0.tar.gz", f"content {i}") for i in range(40)]
    names += [repository.write("simple/é.html".replace("é", "e+~!"), "odd but storable")]
    repository.there("add", *names)
    repository.there("publish")
    repository.there("verify", "--target-files")
    for name in names:
        assert client.download(name) == (repository.folder / name).read_bytes()
    assert client.download("packages/none") is None
    repository.write(names[0], "changed")
    repository.there("add", names[0])
    repository.there("remove", names[1])
    repository.there("publish")
    assert client.download(names[0]) == b"changed"
    assert client.download(names[1]) is None


def test_private_keys_and_the_repository_itself_are_no_targets(repository):
    """Nothing is stored: what is stored lies in the folder that is served."""
    repository.run("init", "repository", "--bits", "1")
    folder = repository.folder / "repository"
    here = Repository(repository.tomme, folder)
    (folder / "a.txt").write_text("a")
    (folder / "more").mkdir()
    stored = lambda: list((folder / "public/targets").rglob("*"))  # noqa: E731
    assert not [path for path in folder.iterdir() if "key" in path.name and not path.name.startswith(".")]
    everything = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))  # as a shell's *
    (folder / "link.txt").symlink_to(".keys/online.pem.pub")
    for names in (everything, ["."], ["a.txt", ".keys"], ["a.txt", "repository.db"], ["a.txt", "public/metadata"],
                  ["a.txt", "more/../.keys/root.pem.pub"], ["a.txt", "link.txt"]):
        assert "repository/own-file" in here.run("add", *names, expect=2), names
        assert stored() == []
    # A copy elsewhere, under whatever name.
    (folder / "more/release-notes").write_bytes((folder / ".keys/root.pem").read_bytes())
    said = here.run("add", "a.txt", "more", expect=2)
    assert "more/release-notes is a private key" in said and "repository/private-key" in said
    assert stored() == []
    (folder / "more/release-notes").unlink()
    # The key that publishes may lie anywhere.
    key = repository.key("elsewhere.pem", "ecdsa")
    repository.run("init", "second", "--bits", "1", "--root-key", key, "--online-key", key)
    assert "repository/own-file" in repository.run("add", "--repository", "second", "elsewhere.pem", expect=2)
    here.run("add", "a.txt", "more")
    here.run("publish")
    assert "verified 1 target " in here.run("verify", "--target-files")


def test_of_several_init_at_once_one_wins(repository):
    key = repository.key("key.pem", "ecdsa")
    places = [["--database", f"sqlite:{i}.db", "--files", "files"] for i in range(6)]
    started = [subprocess.Popen([repository.tomme, "tuf", "init", "--bits", str(i + 1), "--root-key", key, "--online-key",
                                 key, *place], cwd=repository.folder, text=True, stderr=subprocess.PIPE,
                                env=os.environ | {"TOMME_PASSPHRASE": "secret"}) for i, place in enumerate(places)]
    said = [(process.communicate(timeout=60)[1], process.returncode) for process in started]
    winners = [i for i, (_, code) in enumerate(said) if code == 0]
    assert len(winners) == 1, said
    assert all("repository/exists" in words and code == 2 for i, (words, code) in enumerate(said) if i not in winners)
    place = places[winners[0]]
    repository.run("sign", "--yes", "--key", key, *place)
    repository.run("publish", *place)
    assert f"in {2 ** (winners[0] + 1)} bins" in repository.run("verify", *place)


def test_rows_of_other_types_are_left_and_said(repository):
    """An index that is not in C++ writes to the queue; SQLite takes any type for any column."""
    repository.run("init", "repository", "--bits", "1")
    with sqlite3.connect(repository.folder / "repository/repository.db") as database:
        for row in ((b"a", 1, bytes(32)), ("a", "one", bytes(32)), ("a", 1, "x" * 32)):
            with pytest.raises(sqlite3.IntegrityError):
                database.execute("INSERT INTO tuf_change (path, length, sha256) VALUES (?, ?, ?)", row)
        # A database whose triggers are gone.
        database.execute("DROP TRIGGER tuf_change_added")
        database.execute("INSERT INTO tuf_change (path, length, sha256) VALUES (?, ?, ?)", (b"a", 1, bytes(32)))
    repository.there("add", repository.write("b", "b"))
    said = repository.there("publish", expect=1)
    assert "1 row of the queue cannot be listed" in said and "1 change in 1 bin" in said
    assert "verified 1 target " in repository.there("verify")


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_python_tuf_takes_every_type_of_key_and_several_holders(repository, client, kind):
    alice, bob, online = (repository.key(f"{name}.pem", kind) for name in ("alice", "bob", "online"))
    repository.run("init", "repository", "--bits", "2", "--root-key", alice, "--root-key", bob, "--root-threshold", 2,
                   "--online-key", online)
    assert "repository/unsigned" in repository.there("publish", expect=1)
    for role in ("root", "targets"):
        for holder in (alice, bob):  # each signs a copy of their own
            copy = repository.folder / f"{holder.stem}/{role}.json"
            copy.parent.mkdir(exist_ok=True)
            copy.write_bytes((repository.public / f"staged/{role}.json").read_bytes())
            assert f"{role} version 1" in repository.run("sign", "--yes", "--key", holder, copy)
            repository.there("merge", copy)
    repository.there("add", repository.write("a", "a"))
    repository.there("publish")
    assert client.download("a") == b"a"


def test_rotations_are_followed_by_a_client_that_knows_the_first_root_only(repository, client, tmp_path):
    repository.run("init", "repository", "--bits", "2")
    repository.there("add", repository.write("a", "a"))
    repository.there("publish")
    assert client.download("a") == b"a"
    root, targets = (repository.folder / f"repository/.keys/{name}.pem" for name in ("root", "targets"))
    new_root, new_online = repository.key("root2.pem", "rsa"), repository.key("online2.pem", "ed25519")
    old_online = repository.folder / "repository/.keys/online.pem"
    old_id = repository.run("key", "show", old_online).split()[0]
    repository.there("key add", "online", new_online)
    repository.there("key remove", "online", old_id)
    repository.there("key add", "root", new_root)
    repository.there("key threshold", "root", 2)
    words = repository.there("sign", "--yes", "--key", root)
    assert "root: 2 of 2 keys sign, in place of 1 of 1" in words
    assert f"timestamp: key taken away {old_id[:12]}" in words
    repository.there("sign", "--yes", "--key", new_root)
    repository.there("sign", "--yes", "--key", targets)
    repository.there("publish", "--online-key", old_online, "--online-key", new_online)
    repository.there("verify")
    repository.there("add", repository.write("b", "b"))
    repository.there("publish", "--online-key", new_online)
    assert client.download("b") == b"b"
    fresh = Client(repository.public, tmp_path / "fresh")
    assert fresh.download("a") == b"a"


def test_the_tree_of_pep_458(repository, client):
    repository.run("init", "repository", "--pep458", "--bits", "6")
    root, targets, bins = (repository.folder / f"repository/.keys/{name}.pem" for name in ("root", "targets", "bins"))
    name = repository.write("simple/sampleproject/index.html", "<html>")
    repository.there("add", name)
    repository.there("publish")
    assert client.download(name) == b"<html>"
    assert "64 hash bins by bins" in repository.there("status")
    # Another role beside the bins, asked first.
    team = repository.key("team.pem", "ed25519")
    said = repository.there("delegate", "team", "--key", f"{team}.pub", "--path", "team/*", "--terminating")
    assert "staged team version 1, to be signed by its holders" in said
    repository.there("sign", "--yes", "--key", targets)
    # Without the role clients would be refused all of its paths, so that the delegation waits for it.
    assert "not published: the staged targets" in repository.there("publish", expect=1)
    assert client.download(name) == b"<html>"
    repository.there("sign", "--yes", "--key", team)
    repository.there("publish")
    repository.there("add", "--role", "team", repository.write("team/x", "theirs"))
    repository.there("sign", "--yes", "--key", team)
    repository.there("publish")
    assert client.download("team/x") == b"theirs"
    repository.there("bins", 3)
    repository.there("sign", "--yes", "--key", bins)
    repository.there("publish")
    assert client.download(name) == b"<html>"
    # A new online key is one of the hash bins, and not of the role "bins" that people sign.
    new = repository.key("online2.pem", "ecdsa")
    assert "staged bins" in repository.there("key add", "online", f"{new}.pub")
    words = repository.there("sign", "--yes", "--key", root, "--key", bins)
    assert words.count("new key") == 3 and "bins: new key" in words and "\ntargets:" not in words
    repository.there("publish")
    repository.there("verify", "--target-files")


def test_a_list_of_targets(repository, client):
    repository.run("init", "repository", "--bits", "3")
    digest = hashlib.sha256(b"x").hexdigest()
    lines = [f"packages/{i}\t1\t{digest}" for i in range(500)] + [f'c\t1\t{digest}\t{{"k": 1}}']
    repository.write("list", "\n".join(lines))
    assert "501 targets in 8 bins" in repository.there("add", "--list", "list")
    client.refresh()
    info = client.updater().get_targetinfo("c")
    assert info.length == 1 and info.custom == {"k": 1}
    repository.write("list", "a\tb")
    assert "line 1" in repository.there("add", "--list", "list", expect=2)
    repository.there("verify")


def test_garbage_is_collected_and_the_client_goes_on(repository, client):
    repository.run("init", "repository", "--bits", "2")
    for content in ("one", "two"):
        repository.there("add", repository.write("a", content))
        repository.there("publish")
        assert client.download("a") == content.encode()
    before = len(list(repository.public.rglob("*.json")))
    future = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 7200))
    assert "1 target file," in repository.there("gc", "--time", future)
    assert len(list(repository.public.rglob("*.json"))) < before
    assert client.download("a") == b"two"


def test_two_publishers_do_not_meet(repository):
    repository.run("init", "repository", "--bits", "2")
    command = [repository.tomme, "tuf", "publish", "--repository", "repository"]
    environment = os.environ | {"TOMME_PASSPHRASE": "secret"}
    standing = subprocess.Popen([*command, "--watch", "1"], cwd=repository.folder, env=environment,
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        assert "publishing what is added" in standing.stderr.readline()
        done = subprocess.run(command, cwd=repository.folder, capture_output=True, text=True, env=environment)
        assert done.returncode == 3 and "repository/busy" in done.stderr
        repository.there("add", repository.write("a", "a"))  # anybody may add meanwhile
        for _ in range(100):
            time.sleep(0.1)
            if "queue: 0 changes" in repository.there("status"):
                break
    finally:
        standing.terminate()
    assert standing.wait(20) == 0
    assert "verified 1 target " in repository.there("verify")


def test_wrong_keys_and_damage_leave_what_is_published(repository):
    repository.run("init", "repository", "--bits", "2")
    stranger = repository.key("stranger.pem", "ecdsa")
    repository.there("add", repository.write("a", "a"))
    assert "repository/key" in repository.there("publish", "--online-key", stranger, expect=2)
    timestamp = (repository.public / "metadata/timestamp.json").read_bytes()
    snapshot = repository.public / "metadata/1.snapshot.json"
    content = snapshot.read_bytes()
    snapshot.write_bytes(content.replace(b'"version":1', b'"version":2', 1))
    repository.there("publish", expect=1)
    snapshot.unlink()
    assert "repository/damaged" in repository.there("publish", expect=3)
    assert (repository.public / "metadata/timestamp.json").read_bytes() == timestamp
    snapshot.write_bytes(content)
    repository.there("publish")
    assert "verified 1 target " in repository.there("verify")


def test_a_link_in_a_folder_does_not_publish_what_lies_elsewhere(repository):
    repository.run("init", "repository", "--bits", "1")
    secret = repository.folder / "secret"
    secret.write_text("secret")
    repository.write("dist/a", "a")
    (repository.folder / "dist/inside").symlink_to("a")
    repository.there("add", "dist")
    (repository.folder / "dist/sub").mkdir()
    (repository.folder / "dist/sub/outside").symlink_to(secret)
    assert "leads out of dist" in repository.there("add", "dist", expect=2)
    assert "queue: 2 changes" in repository.there("status")
    assert "1 target waits" in repository.there("add", "--prefix", "named", "dist/sub/outside")


def sparse(repository, name: str, size: int) -> str:
    with open(repository.folder / name, "wb") as file:
        file.truncate(size)
    return name


def left_behind(repository) -> list[pathlib.Path]:
    return [path for folder in ("targets", ".incoming") for path in (repository.public / folder).rglob("*")
            if path.is_file()]


def start_adding(repository, name: str, **options) -> subprocess.Popen:
    return subprocess.Popen([repository.tomme, "tuf", "add", "--repository", "repository", name], cwd=repository.folder,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)


def test_a_large_file_takes_little_memory(repository):
    repository.run("init", "repository", "--bits", "1")
    process = start_adding(repository, sparse(repository, "large", 400 << 20))
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0 and "1 target waits" in process.stdout.read()
    assert usage.ru_maxrss < 300_000  # KiB; most of it is of the sanitizers' build
    repository.there("publish")
    repository.there("verify", "--target-files")
    assert [path.stat().st_size for path in left_behind(repository)] == [400 << 20]


def test_what_is_not_stored_whole_is_not_there(repository):
    repository.run("init", "repository", "--bits", "1")
    name = sparse(repository, "large", 3 << 30)
    for word in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        process = start_adding(repository, name)
        time.sleep(0.5)
        process.send_signal(word)
        said, _ = process.communicate(timeout=60)
        assert process.returncode == (-9 if word == signal.SIGKILL else 3), said
        assert word == signal.SIGKILL or "usage/interrupted" in said
        assert left_behind(repository) == []

    def small_disk():
        resource.setrlimit(resource.RLIMIT_FSIZE, (20 << 20, 20 << 20))

    process = start_adding(repository, name, preexec_fn=small_disk, restore_signals=False)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 3 and "store/write" in said, said
    assert left_behind(repository) == []
    assert "queue: 0 changes" in repository.there("status")


def run_on(repository, place: list, variables: dict[str, str]) -> None:
    """Made, published, beside a standing publisher, killed: with other storage than one folder."""
    environment = os.environ | variables
    start = [repository.tomme, "tuf"]

    def run(verb: str, *words, expect: int = 0) -> str:
        done = subprocess.run([*start, *verb.split(), *place, *map(str, words)], cwd=repository.folder, text=True,
                              capture_output=True, timeout=120, env=environment, stdin=subprocess.DEVNULL)
        assert done.returncode == expect, f"{verb}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    for key in ("root.pem", "online.pem"):
        repository.run("key", "new", "--no-passphrase", "--type", "ecdsa", key)
    run("init", "--bits", 3, "--root-key", "root.pem.pub", "--online-key", "online.pem")
    run("sign", "--yes", "--key", "root.pem")
    run("add", repository.write("a", "a"))
    run("publish")
    with subprocess.Popen([*start, "publish", *place, "--watch", "1"], cwd=repository.folder, env=environment,
                          stdout=subprocess.PIPE, text=True) as standing:
        try:
            run("add", repository.write("b", "b"))
            assert "1 change " in standing.stdout.readline()
            assert "repository/busy" in run("publish", expect=3)
        finally:
            standing.kill()
    run("add", repository.write("a", "changed"))
    for _ in range(50):  # a server may take a moment to notice that a session is gone
        if subprocess.run([*start, "publish", *place], cwd=repository.folder, env=environment,
                          capture_output=True).returncode == 0:
            break
        time.sleep(0.2)
    assert "verified 2 targets" in run("verify", "--target-files")
    assert "queue: 0 changes" in run("status")
    run("gc")


def test_on_postgresql(repository, postgres):  # noqa: F811
    run_on(repository, ["--database", postgres, "--files", "files"], {})


def test_on_s3(repository, s3):  # noqa: F811
    run_on(repository, ["--database", "sqlite:r.db", "--files", s3["TOMME_TEST_S3"]], s3)
