"""`tomme tuf import`: repositories that other programs made go on here, with their clients' memories."""
import datetime
import hashlib
import os
import pathlib
import shutil
import subprocess

import pytest
from servers import skip
from tuf_stage import Client, Repository, repository  # noqa: F401: a fixture

try:
    from cryptography.hazmat.primitives import serialization
    from securesystemslib.signer import CryptoSigner
    from tuf.api.metadata import (DelegatedRole, Delegations, Key, Metadata, MetaFile, Role, Root, Snapshot,
                                  SuccinctRoles, TargetFile, Targets, Timestamp)
except ImportError:
    CryptoSigner = None

needs_python_tuf = pytest.mark.skipif(CryptoSigner is None,
                                      reason="python-tuf is not installed (tests/requirements.txt)")
EXPIRES = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) + datetime.timedelta(days=30)


class ByPythonTuf:
    """A small repository of python-tuf's making; `folder` is what a web server would serve."""

    def __init__(self, folder: pathlib.Path, consistent: bool, bits: int = 0):
        self.folder, self.consistent, self.bits = folder, consistent, bits
        self.signers = {"root": CryptoSigner.generate_ed25519(), "targets": CryptoSigner.generate_ecdsa(),
                        "online": CryptoSigner.generate_rsa(), "team": CryptoSigner.generate_ed25519()}
        self.files = {"a/b": b"content of a/b", "c": b"content of c", "team/x": b"theirs"}

    def key(self, name: str) -> "Key":
        return self.signers[name].public_key

    def private(self, name: str, to: pathlib.Path) -> pathlib.Path:
        key = self.signers[name]._private_key
        to.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                         serialization.NoEncryption()))
        return to

    def write(self, name: str, version: int | None, metadata: "Metadata", signer: str) -> "MetaFile":
        metadata.sign(self.signers[signer])
        data = metadata.to_bytes()
        prefixed = version is not None and (self.consistent or name == "root")
        path = self.folder / "metadata" / (f"{version}.{name}.json" if prefixed else f"{name}.json")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return MetaFile(version or 1, len(data), {"sha256": hashlib.sha256(data).hexdigest()})

    def target(self, name: str) -> "TargetFile":
        info = TargetFile.from_data(name, self.files[name], ["sha512", "sha256"])
        for prefixed in info.get_prefixed_paths() if self.consistent else [name]:
            path = self.folder / "targets" / prefixed
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self.files[name])
        return info

    def make(self) -> "ByPythonTuf":
        root = Root(version=1, expires=EXPIRES, consistent_snapshot=self.consistent)
        for role, name in {"root": "root", "targets": "targets", "snapshot": "online", "timestamp": "online"}.items():
            root.add_key(self.key(name), role)
        self.write("root", 1, Metadata(root), "root")
        meta = {}
        targets = Targets(version=3, expires=EXPIRES)
        if self.bits:
            bins = SuccinctRoles([self.key("online").keyid], 1, self.bits, "bin")
            targets.delegations = Delegations({self.key("online").keyid: self.key("online")}, succinct_roles=bins)
            for role in bins.get_roles():
                below = Targets(version=2, expires=EXPIRES)
                below.targets = {name: self.target(name) for name in self.files if bins.get_role_for_target(name) == role}
                meta[f"{role}.json"] = self.write(role, 2, Metadata(below), "online")
        else:
            targets.targets = {name: self.target(name) for name in ("a/b", "c")}
            team = DelegatedRole("team", [self.key("team").keyid], 1, True, paths=["team/*"])
            targets.delegations = Delegations({self.key("team").keyid: self.key("team")}, {"team": team})
            below = Targets(version=4, expires=EXPIRES)
            below.targets = {"team/x": self.target("team/x")}
            meta["team.json"] = self.write("team", 4, Metadata(below), "team")
        meta["targets.json"] = self.write("targets", 3, Metadata(targets), "targets")
        snapshot = Snapshot(version=7, expires=EXPIRES, meta=meta)
        listed = self.write("snapshot", 7, Metadata(snapshot), "online")
        self.write("timestamp", None, Metadata(Timestamp(version=20, expires=EXPIRES, snapshot_meta=listed)), "online")
        return self


def refresh_from(client: Client, public: pathlib.Path) -> Client:
    client.public = public
    return client


@needs_python_tuf
def test_a_repository_of_python_tuf_with_bins_goes_on(repository, tmp_path):
    old = ByPythonTuf(tmp_path / "old", consistent=True, bits=3).make()
    client = Client(old.folder, tmp_path / "memory")
    assert client.download("a/b") == b"content of a/b"
    online = old.private("online", tmp_path / "online.pem")
    said = repository.run("import", "--from", old.folder, "--online-key", online, "repository")
    assert "root version 1, timestamp version 20, 3 targets in 8 bins and 1 other role, 3 target files" in said
    refresh_from(client, repository.public)
    assert client.refresh() == 20
    assert client.download("c") == b"content of c"
    repository.there("verify", "--target-files")
    repository.there("add", repository.write("new", "new"))
    repository.there("remove", "c")
    repository.there("publish")
    repository.there("verify", "--target-files")
    assert client.refresh() == 21
    assert client.download("new") == b"new"
    assert client.download("a/b") == b"content of a/b"
    assert client.download("c") is None
    # A new online key is signed into root and into targets by those who hold them.
    new = repository.key("online2.pem", "ecdsa")
    repository.there("key add", "online", f"{new}.pub")
    repository.there("key remove", "snapshot", old.key("online").keyid)
    repository.there("key remove", "timestamp", old.key("online").keyid)
    repository.there("key remove", "bin", old.key("online").keyid)
    for name in ("root", "targets"):
        repository.there("sign", "--yes", "--key", old.private(name, tmp_path / f"{name}.pem"))
    repository.there("publish", "--online-key", online, "--online-key", new)
    assert client.download("new") == b"new"


@needs_python_tuf
def test_without_consistent_snapshots_and_bins_it_gets_both(repository, tmp_path):
    old = ByPythonTuf(tmp_path / "old", consistent=False).make()
    client = Client(old.folder, tmp_path / "memory")
    assert client.download("team/x") == b"theirs"
    online = old.private("online", tmp_path / "online.pem")
    said = repository.run("import", "--from", old.folder, "--online-key", online, "repository")
    assert "root version 2 is staged" in said and "no hash bins" in said
    assert "consistent snapshots" in repository.there("publish", expect=1)
    repository.there("sign", "--yes", "--key", old.private("root", tmp_path / "root.pem"))
    repository.there("publish")
    refresh_from(client, repository.public)
    assert client.refresh() == 21
    for name, content in old.files.items():
        assert client.download(name) == content
    # What the team signs goes on to be signed by the team.
    repository.there("add", "--role", "team", repository.write("team/y", "their second"))
    repository.there("sign", "--yes", "--key", old.private("team", tmp_path / "team.pem"))
    repository.there("publish")
    assert client.download("team/y") == b"their second"
    # And what is new goes into bins.
    assert "tomme tuf bins" in repository.there("add", repository.write("z", "z")) + repository.there("publish", expect=1)
    assert "staged bins" in repository.there("bins", "3")
    repository.there("sign", "--yes", "--key", old.private("targets", tmp_path / "targets.pem"))
    repository.there("publish")
    repository.there("publish")
    repository.there("verify", "--target-files")
    assert client.download("z") == b"z"
    for name, content in old.files.items():
        assert client.download(name) == content


@needs_python_tuf
def test_what_cannot_be_taken_over_is_refused(repository, tmp_path):
    old = ByPythonTuf(tmp_path / "old", consistent=True).make()
    stranger = repository.key("stranger.pem", "rsa")
    assert "repository/key" in repository.run("import", "--from", old.folder, "--online-key", stranger, "repository",
                                              expect=2)
    assert not (repository.public / "metadata/timestamp.json").exists()
    assert "repository/import" in repository.run("import", "--from", tmp_path, "other", expect=1)
    root = (old.folder / "metadata/1.root.json")
    root.rename(old.folder / "metadata/root.json")
    said = repository.run("import", "--from", old.folder, "repository")  # the one root that there is
    assert "no --online-key" in said
    assert "repository/key" in repository.there("publish", expect=2)
    assert "repository/exists" in repository.run("import", "--from", old.folder, "repository", expect=2)


def test_a_repository_of_go_tuf_goes_on(repository, root, tmp_path):
    program = root / "build/tuf_go"
    if not program.exists():
        skip("there is no build/tuf_go (tools/setup test builds it with Go 1.25.5 or later): go-tuf is left out")
    folder, file = tmp_path / "by-go", tmp_path / "file"
    file.write_bytes(b"content")
    subprocess.run([program, "--make", folder, "packages/a/a-1.0.tar.gz", file], check=True, timeout=60)
    said = repository.run("import", "--from", folder, "repository")
    assert "root versions 1 to 2" in said and "1 target in 0 bins" in said and "1 target file" in said
    repository.there("verify", "--target-files")


def test_a_repository_of_tuf_on_ci_is_taken_over(repository, shared):
    source = shared / "vectors/tuf-static/tuf-on-ci-0.11"
    when = (source / "faketime").read_text().strip()
    when = datetime.datetime.fromisoformat(when).strftime("%Y-%m-%dT%H:%M:%SZ")
    said = repository.run("import", "--from", source, "--time", when, "repository")
    assert "root version 1, timestamp version 2, 1 target in 0 bins and 2 other roles, 1 target file" in said
    repository.there("verify", "--target-files", "--time", when)
    assert (repository.public / "metadata/2.delegatedrole.json").read_bytes() == (
        source / "metadata/2.delegatedrole.json").read_bytes()


def test_sigstores_chain_of_roots_begins_where_it_can_be_trusted(repository, shared, tmp_path):
    """Its copy lacks a delegated role, so that it is refused in the end: no client could use that role."""
    source = shared / "vectors/tuf-static/sigstore-root-signing"
    assert "--root" in repository.run("import", "--from", source, "repository", expect=1)
    said = repository.run("import", "--from", source, "--root", source / "initial_root.json", "repository", expect=3)
    assert "5.registry.npmjs.org.json is missing" in said and "repository/damaged" in said
    client = shared / "vectors/public-good"  # as a client keeps it: plain names, roots in root_history/
    said = repository.run("import", "--from", client, "--root", client / "metadata/root_history/5.root.json",
                          "repository", expect=3)
    assert "8.registry.npmjs.org.json is missing" in said
    assert not (repository.public / "metadata/timestamp.json").exists()
    gap = tmp_path / "gap"
    shutil.copytree(client, gap)
    (gap / "metadata/root_history/9.root.json").unlink()
    said = repository.run("import", "--from", gap, "--root", client / "metadata/root_history/5.root.json",
                          "repository", expect=1)
    assert "root.json is version 15, and there is no root version 9" in said
