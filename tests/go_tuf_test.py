"""Beside go-tuf: it refreshes and downloads what `tomme tuf` publishes, and the other way round."""
import hashlib
import json
import os
import pathlib
import subprocess

import pytest
from tuf_mirror import Mirror, static_repository, version_of
from tuf_stage import GoClient, Repository, go_tuf, repository  # noqa: F401: fixtures

NAME = "packages/a/a-1.0.tar.gz"
BY_GO = "packages/a/a-1.0+local&more.tar.gz"


def served(repository: Repository) -> Mirror:  # noqa: F811
    return Mirror(static_repository(repository.public))


def changed(metadata: bytes) -> bytes:
    """Longer valid, under the signatures of what it was."""
    document = json.loads(metadata)
    document["signed"]["expires"] = "2099-01-01T00:00:00Z"
    return json.dumps(document).encode()


@pytest.fixture
def published(repository, request) -> Repository:  # noqa: F811
    """Root and targets by an Ed25519 key; the rest, with succinct hash bins, by an ECDSA key that is in place."""
    root, online = repository.key("root.pem", "ed25519"), repository.key("online.pem", "ecdsa")
    tree = getattr(request, "param", ())
    repository.run("init", "repository", *tree, "--bits", "4", "--root-key", f"{root}.pub", "--online-key", online)
    repository.there("sign", "--yes", "--key", root)
    others = [repository.write(f"b/{i}", f"b {i}") for i in range(20)]
    repository.there("add", repository.write(NAME, "content"), *others)
    repository.there("publish")
    return repository


@pytest.fixture
def client(go_tuf, published, tmp_path) -> GoClient:
    return GoClient(go_tuf, tmp_path / "go-tuf", published.public / "metadata/1.root.json")


@pytest.mark.parametrize("published", [(), ("--pep458",)], ids=["bins of targets", "bins of PEP 458"], indirect=True)
def test_go_tuf_downloads_what_was_added(published, client):
    with served(published) as mirror:
        root = json.loads(mirror.files["metadata/1.root.json"])["signed"]
        assert sorted(key["keytype"] for key in root["keys"].values()) == ["ecdsa", "ed25519"]
        delegators = [json.loads(mirror.files[name]) for name in ("metadata/1.targets.json", "metadata/2.bins.json")
                      if name in mirror.files]
        lengths = [role["signed"]["delegations"].get("succinct_roles", {}).get("bit_length") for role in delegators]
        assert 4 in lengths
        assert client.download(mirror, NAME) == b"content"
        for i in range(20):
            assert client.download(mirror, f"b/{i}") == f"b {i}".encode()
        client.refused(mirror, "b/20", "not found")
    published.there("add", published.write(NAME, "changed"))
    published.there("publish")
    with served(published) as mirror:
        assert client.download(mirror, NAME) == b"changed"


def test_go_tuf_follows_a_rotation_of_all_keys(published, client, tmp_path):
    with served(published) as mirror:
        client.download(mirror, NAME)
    old = [published.folder / f"{name}.pem" for name in ("root", "online")]
    new = [published.key("root2.pem", "ed25519"), published.key("online2.pem", "ecdsa")]
    ids = [published.run("key", "show", key).split()[0] for key in old]
    for role, at in {"root": 0, "targets": 0, "online": 1}.items():
        published.there("key add", role, f"{new[at]}.pub")
        published.there("key remove", role, ids[at])
    for key in (old[0], new[0]):
        published.there("sign", "--yes", "--key", key)
    published.there("publish", "--online-key", old[1], "--online-key", new[1])
    published.there("add", published.write("c", "c"))
    published.there("publish", "--online-key", new[1])
    fresh = GoClient(client.program, tmp_path / "fresh", client.root)
    with served(published) as mirror:
        for each in (client, fresh):
            assert each.download(mirror, "c") == b"c"
            assert each.download(mirror, NAME) == b"content"
            assert version_of((each.folder / "metadata/root.json").read_bytes()) == 2
        # A client for which the first root is the last one takes nothing by the new keys.
        mirror.answers["metadata/2.root.json"] = 404
        held = GoClient(client.program, tmp_path / "held", client.root)
        held.refused(mirror, NAME, "Verifying timestamp failed")


def test_go_tuf_refuses_what_was_changed(published, client):
    with served(published) as mirror:
        before = mirror.files["metadata/timestamp.json"]
        client.download(mirror, NAME)
        mirror.answers["metadata/timestamp.json"] = changed(before)
        client.refused(mirror, NAME, "Verifying timestamp failed")
    published.there("add", published.write("c", "c"))
    published.there("publish")
    with served(published) as mirror:
        client.download(mirror, "c")
        mirror.answers["metadata/timestamp.json"] = before
        client.refused(mirror, "c", "version 1 must be >= 2")
        del mirror.answers["metadata/timestamp.json"]
        stored = next(name for name in mirror.files if name.endswith(".c"))
        mirror.answers[stored] = b"d"
        client.refused(mirror, "c", "hash verification failed")
        del mirror.answers[stored]
        assert client.download(mirror, "c") == b"c"


@pytest.fixture
def by_go(go_tuf, tmp_path):
    """A mirror of a repository that go-tuf made, with two roots and one target."""
    folder, file = tmp_path / "by-go", tmp_path / "file"
    file.write_bytes(os.urandom(1000))
    done = subprocess.run([go_tuf, "--make", folder, BY_GO, file], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    with Mirror(static_repository(folder)) as mirror:
        mirror.root, mirror.content = folder / "metadata/1.root.json", file.read_bytes()
        yield mirror


def download(tomme: pathlib.Path, folder: pathlib.Path, mirror: Mirror, name: str) -> subprocess.CompletedProcess:
    return subprocess.run([tomme, "tuf", "download", "--metadata-dir", folder / "metadata", "--metadata-url",
                           f"{mirror.url}/metadata/", "--root", mirror.root, "--target-url", f"{mirror.url}/targets/",
                           "--target-dir", folder / "targets", name], capture_output=True, text=True, timeout=60)


def test_tomme_downloads_from_a_repository_of_go_tuf(tomme, by_go, tmp_path):
    done = download(tomme, tmp_path, by_go, BY_GO)
    assert done.returncode == 0, done.stderr
    assert pathlib.Path(done.stdout.strip()).read_bytes() == by_go.content
    assert version_of((tmp_path / "metadata/root.json").read_bytes()) == 2
    folder, _, last = BY_GO.rpartition("/")
    assert hashlib.sha256(by_go.content).hexdigest() in by_go.asked[-1]
    assert by_go.asked[-1].startswith(f"targets/{folder}/")
    assert download(tomme, tmp_path, by_go, last).returncode == 1


@pytest.mark.parametrize("path", ["2.root", "timestamp", "1.snapshot", "1.targets"])
def test_tomme_refuses_what_was_changed(tomme, by_go, tmp_path, path):
    path = f"metadata/{path}.json"
    by_go.answers[path] = changed(by_go.files[path])
    done = download(tomme, tmp_path, by_go, BY_GO)
    assert done.returncode == 1 and "[tuf/threshold]" in done.stderr, done.stderr
    assert not any((tmp_path / "targets").glob("*"))
