"""What is published of files that people signed is read alike by python-tuf, go-tuf and tuf-js: root and targets in
many small variations, each either left out by `tomme tuf publish` or read by all of them. TOMME_TUF_FORMS says how many
of each (90), TOMME_TUF_FORMS_SEED which."""
import concurrent.futures
import copy
import hashlib
import json
import os
import pathlib
import random
import shutil
import subprocess

import pytest
from tuf_mirror import Mirror, static_repository
from tuf_stage import Client, GoClient, JsClient, Repository, made

try:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from securesystemslib.formats import encode_canonical
except ImportError:
    load_pem_private_key = None

LISTED = "b/3"  # by a hash bin: below all that is varied
MEMBERS = {"number": 7, "null": None, "object": {"Inner": ["x", None]}}
NUMBER = int(os.environ.get("TOMME_TUF_FORMS", "90"))
SEED = int(os.environ.get("TOMME_TUF_FORMS_SEED", "1"))


def places(value, path=()):
    """Each value inside, with the way to it."""
    yield path, value
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in inner:
        yield from places(item, (*path, step))


def with_value(document, path, value):
    out = copy.deepcopy(document)
    if not path:
        return value
    at = out
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return out


def variants_of(value):
    """What could be there in its place."""
    if isinstance(value, dict):
        yield from (value | {f"x-{name}": member} for name, member in MEMBERS.items())
        yield from ({name: item for name, item in value.items() if name != left} for left in value)
        yield from ({**{n: v for n, v in value.items() if n != name}, name.title(): value[name]} for name in value)
    elif isinstance(value, list):
        yield from (value + value[:1], value[::-1], value[1:], [*value, "another"], [*value, "a/b*"], [])
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (value + 1, 0)
    elif isinstance(value, str):
        yield from (value.upper(), value + "\n", value + " ", value[:-1], "another")


def variants(document):
    seen = {json.dumps(document)}
    for path, value in places(document):
        for other in variants_of(value):
            variant = with_value(document, path, other)
            if isinstance(variant, dict) and (text := json.dumps(variant)) not in seen:
                seen.add(text)
                yield path, variant


def digest(text: str, algorithm: str = "sha256") -> str:
    return hashlib.new(algorithm, text.encode()).hexdigest()


def targets_of_all_kinds(signed: dict) -> dict:
    """With all that a targets file can have; what it lists is never asked for."""
    out = copy.deepcopy(signed)
    out["targets"] = {"one/file": {"length": 3, "custom": {"a": 1},
                                   "hashes": {"sha256": digest("one"), "sha512": digest("one", "sha512")}}}
    return out


def forms(targets: dict):
    """Forms that some client takes otherwise."""
    one = targets["targets"]["one/file"]
    for path in ("a/.b", ".a/b", "a//b", "/a", "a/", "toString", "__proto__", "a/\u007f", "a b/c+d~", "é/日本", "A", "a/b.c"):
        yield ("path", path), targets | {"targets": {path: one}}
    for name, value in {"sha384": digest("one", "sha384"), "SHA256": digest("one"), "md5": digest("one", "md5"),
                        "other": "ab", "sha256": digest("one").upper(), "sha512": digest("one", "sha512")}.items():
        yield ("digest", name), targets | {"targets": {"one/file": one | {"hashes": one["hashes"] | {name: value}}}}


class Varied:
    """A repository of which copies get another root or targets."""

    def __init__(self, repository: Repository):
        self.repository, self.pems = repository, made(repository, "--pep458")
        self.signed = {"root": self.published("1.root.json"), "targets": self.published("1.targets.json")}

    def published(self, name: str) -> dict:
        return json.loads((self.repository.public / "metadata" / name).read_text())

    def next(self, role: str) -> dict:
        signed = copy.deepcopy(self.signed[role]["signed"])
        # Behind those of the other roles, which have other keys.
        signed["version"] = 2 if role == "root" else 20
        return targets_of_all_kinds(signed) if role == "targets" else signed

    def file(self, role: str, signed: dict) -> str:
        key = load_pem_private_key(self.pems[role].read_bytes(), None)
        signature = key.sign(encode_canonical(signed).encode()).hex()
        key_id = self.signed[role]["signatures"][0]["keyid"]
        return json.dumps({"signed": signed, "signatures": [{"keyid": key_id, "sig": signature}]})

    def copy_with(self, role: str, signed: dict, folder: pathlib.Path) -> Repository | None:
        """Nothing where it was left out."""
        shutil.copytree(self.repository.folder, folder)
        there = Repository(self.repository.tomme, folder)
        staged = there.public / "staged" / f"{role}.json"
        staged.parent.mkdir(exist_ok=True)
        staged.write_text(self.file(role, signed))
        subprocess.run([there.tomme, "tuf", "publish", "--repository", "repository"], cwd=folder, capture_output=True,
                       timeout=60, env=os.environ | {"TOMME_PASSPHRASE": "secret"})
        return None if staged.exists() else there


@pytest.fixture(scope="module")
def varied(tomme, tmp_path_factory) -> Varied:
    if load_pem_private_key is None:
        pytest.skip("python-tuf is not installed (tests/requirements.txt)")
    return Varied(Repository(tomme, tmp_path_factory.mktemp("forms") / "work"))


def by_clients(there: Repository, memory: pathlib.Path, root: pathlib.Path) -> dict[str, str]:
    """What each client that is there gives for one path."""
    memory.mkdir()
    first_root, given = there.public / "metadata/1.root.json", {}

    def look(name: str, download):
        try:
            content = download()
            given[name] = "no target" if content is None else content.decode()
        except Exception as error:  # noqa: BLE001: each client has its own
            no_target = f"target {LISTED} not found" in str(error) or f"not found: {LISTED}" in str(error)
            given[name] = "no target" if no_target else repr(error)[:300]

    look("python-tuf", lambda: Client(there.public, memory / "python").download(LISTED))
    with Mirror(static_repository(there.public)) as mirror:
        if (root / "build/tuf_go").exists():
            look("go-tuf", lambda: GoClient(root / "build/tuf_go", memory / "go", first_root).download(mirror, LISTED))
        js = root / "build/tuf_js/client.mjs"
        if js.exists() and shutil.which("node"):
            look("tuf-js", lambda: JsClient(js, memory / "js", first_root).download(mirror, LISTED))
    return given


@pytest.mark.parametrize("role", ["root", "targets"])
def test_what_is_published_is_read_by_all(varied, role, tmp_path, root):
    start = varied.next(role)
    some = list(variants(start))
    some = random.Random(SEED).sample(some, min(NUMBER, len(some)))
    all_of_them = [((), start), *some, *(forms(start) if role == "targets" else ())]

    def one(numbered):
        number, (what, signed) = numbered
        there = varied.copy_with(role, signed, tmp_path / str(number))
        given = by_clients(there, tmp_path / f"{number}-memory", root) if there else {}
        shutil.rmtree(tmp_path / str(number))
        return what, given

    with concurrent.futures.ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as threads:
        found = list(threads.map(one, enumerate(all_of_them)))
    published = sum(bool(given) for _, given in found)
    print(f"{role}: {len(found)} files, {published} of them published")
    for what, given in found:
        assert set(given.values()) in (set(), {LISTED}, {"no target"}), f"{what}: {given}"
    assert set(found[0][1].values()) == {LISTED}
    assert published > NUMBER // 20 and len(found) - published > NUMBER // 20
