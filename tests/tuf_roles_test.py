"""A repository whose files do not say their roles, as tomme wrote it before, is brought to where every client tells
roles apart, by one signed step; python-tuf, go-tuf and tuf-js read it before, between and after."""
import json
import pathlib

import pytest
from tuf_mirror import Mirror, static_repository
from tuf_stage import NAMES, Client, GoClient, JsClient, Repository, go_tuf, made, repository, sign, tuf_js  # noqa: F401: fixtures

try:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from securesystemslib.signer import CryptoSigner
    from tuf.api.metadata import Metadata
except ImportError:
    Metadata = None

OLD_VERSION = 7


def as_before(public: pathlib.Path, pems: dict) -> None:
    """Files that do not say their roles, all bins of one version, a snapshot that lists versions alone."""
    folder = public / "metadata"
    timestamp = Metadata.from_file(str(folder / "timestamp.json"))
    snapshot = Metadata.from_file(str(folder / f"{timestamp.signed.snapshot_meta.version}.snapshot.json"))
    files = {name: Metadata.from_file(str(folder / f"{listed.version}.{name}"))
             for name, listed in snapshot.signed.meta.items()}
    public_keys = dict(Metadata.from_file(str(folder / "1.root.json")).signed.keys)
    for file in files.values():
        public_keys |= file.signed.delegations.keys if file.signed.delegations else {}

    def write(file, pem: str, path: pathlib.Path):
        key_ids = list(file.signatures)
        file.signatures.clear()
        private = load_pem_private_key(pems[pem].read_bytes(), None)
        for key_id in key_ids:
            file.sign(CryptoSigner(private, public_keys[key_id]), append=True)
        path.write_bytes(file.to_bytes())

    for name, file in files.items():
        role = name.removesuffix(".json")
        assert file.signed.unrecognized_fields.pop("x-tomme-role") == role
        (folder / f"{file.signed.version}.{name}").unlink()
        file.signed.version = file.signed.version if role in pems else OLD_VERSION
        write(file, role if role in pems else "online", folder / f"{file.signed.version}.{name}")
        listed = snapshot.signed.meta[name]
        listed.version, listed.length, listed.hashes = file.signed.version, None, None
    snapshot.signed.version += 1
    write(snapshot, "online", folder / f"{snapshot.signed.version}.snapshot.json")
    timestamp.signed.version += 1
    timestamp.signed.snapshot_meta.version = snapshot.signed.version
    write(timestamp, "online", folder / "timestamp.json")


def files_of(public: pathlib.Path) -> dict[str, dict]:
    """What the snapshot lists, and the files, by role."""
    folder = public / "metadata"
    version = json.loads((folder / "timestamp.json").read_text())["signed"]["meta"]["snapshot.json"]["version"]
    meta = json.loads((folder / f"{version}.snapshot.json").read_text())["signed"]["meta"]
    return {name.removesuffix(".json"): listed | json.loads((folder / f"{listed['version']}.{name}").read_text())
            for name, listed in meta.items()}


@pytest.mark.skipif(Metadata is None, reason="python-tuf is not installed (tests/requirements.txt)")
@pytest.mark.parametrize("tree", [(), ("--pep458",)], ids=["bins of targets", "bins of PEP 458"])
@pytest.mark.parametrize("client", ["python-tuf", "go-tuf", "tuf-js"])
def test_a_repository_is_brought_to_where_roles_are_told_apart(repository, request, tmp_path, tree, client):  # noqa: F811
    pems = made(repository, *tree)
    as_before(repository.public, pems)
    root = repository.public / "metadata/1.root.json"
    if client == "python-tuf":
        there = Client(repository.public, tmp_path / "memory")
        download = there.download
    else:
        program = request.getfixturevalue(client.replace("-", "_"))
        there = (GoClient if client == "go-tuf" else JsClient)(program, tmp_path / "memory", root)

        def download(name: str) -> bytes:
            with Mirror(static_repository(repository.public)) as mirror:
                return there.download(mirror, name)

    def expect(content: dict[str, str]) -> None:
        for name, words in content.items():
            assert download(name) == words.encode()

    content = {name: name for name in NAMES}
    expect(content)
    said = repository.there("verify")
    assert "tomme tuf renew" in said and "hash bins have versions in common" in said
    # It goes on as it is: what is written now says its role.
    content[NAMES[0]] = "changed"
    repository.there("add", repository.write(NAMES[0], "changed"))
    repository.there("publish")
    expect(content)
    assert "hash bins have versions in common" in repository.there("verify")
    # The step.
    people = ["targets", "bins"] if tree else ["targets"]
    repository.there("renew", *people)
    words = sign(repository, pems)
    for role in people:
        assert f'says that it is the file of the role "{role}"' in words
    assert "in 8 bins" in repository.there("publish")
    expect(content)
    said = repository.there("verify", "--target-files")
    assert "tomme tuf renew" not in said and "verified 12 targets" in said
    files = files_of(repository.public)
    bins = {role: file for role, file in files.items() if role not in people}
    assert all(file["signed"]["x-tomme-role"] == role for role, file in files.items())
    assert len({file["version"] for file in bins.values()}) == len(bins) == 8
    assert min(file["version"] for file in bins.values()) > OLD_VERSION
    assert all(("hashes" in file) == (role in people) for role, file in files.items())
    # Other bins: the same counter goes on, so that no old file has the number of a new one.
    highest = max(file["version"] for file in bins.values())
    repository.there("bins", 4)
    sign(repository, pems)
    repository.there("publish")
    expect(content)
    new = [file["version"] for role, file in files_of(repository.public).items()
           if role not in people and file["version"] > highest]
    assert len(set(new)) == 16


@pytest.mark.skipif(Metadata is None, reason="python-tuf is not installed (tests/requirements.txt)")
def test_the_tree_of_pep_458_has_a_key_for_bins_alone(repository):  # noqa: F811
    said = repository.run("init", "repository", "--pep458", "--bits", "2")
    assert "in common" not in said and "bins.pem" in said
    roles = files_of(repository.public)
    holder = roles["targets"]["signed"]["delegations"]["roles"][0]["keyids"]
    root = json.loads((repository.public / "metadata/1.root.json").read_text())["signed"]["roles"]
    assert not set(holder) & {key for role in root.values() for key in role["keyids"]}
    assert sorted(role for role in roles if role.startswith("b-")) == ["b-0", "b-1", "b-2", "b-3"]
    assert "in common" not in repository.there("verify")
