"""Bundles, good ones and each changed in one place, before tomme and before sigstore-python.

Every field is dropped, exchanged for the same field of another bundle, and damaged. Where the two differ, the
tables below must say why, by the field's path; an excuse that nothing needs is a failure too.
"""
import base64
import concurrent.futures
import copy
import json
import os
import pathlib
import re
import subprocess
from typing import Any, Iterator, NamedTuple

import pytest

PEER = "sigstore==4.5.1"
HERE = pathlib.Path(__file__).resolve().parent


class Seed(NamedTuple):
    name: str
    bundle: Any
    artifact: pathlib.Path
    root: pathlib.Path


class Case(NamedTuple):
    name: str      # "seed: mutation of path"
    text: str
    seed: Seed


# --- changing one place


def leaves(value: Any, path: tuple = ()) -> Iterator[tuple]:
    """Paths of all members and elements, of what holds others as well as of what does not."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in items:
        yield (*path, key)
        yield from leaves(child, (*path, key))


def at(value: Any, path: tuple) -> Any:
    for key in path:
        value = value[key]
    return value


def damaged(value: Any) -> Any:
    """Another value of the same kind; of base64, other bytes."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return value + 1
    if not isinstance(value, str) or not value:
        return None
    if value.isdigit():
        return str(int(value) + 1)
    try:
        data = bytearray(base64.b64decode(value, validate=True))
    except ValueError:
        data = bytearray()
    if len(data) < 16:
        return ("x" if value[0] != "x" else "y") + value[1:]
    data[len(data) // 2] ^= 1
    return base64.b64encode(bytes(data)).decode()


def without(value: Any, path: tuple) -> Any:
    changed = copy.deepcopy(value)
    del at(changed, path[:-1])[path[-1]]
    return changed


def with_other(value: Any, path: tuple, other: Any) -> Any:
    changed = copy.deepcopy(value)
    at(changed, path[:-1])[path[-1]] = other
    return changed


def cases_of(seed: Seed, others: list[Seed]) -> Iterator[Case]:
    yield Case(f"{seed.name}: as it is", json.dumps(seed.bundle), seed)
    for path in leaves(seed.bundle):
        dotted = ".".join(map(str, path))
        value = at(seed.bundle, path)
        yield Case(f"{seed.name}: dropped {dotted}", json.dumps(without(seed.bundle, path)), seed)
        if (bad := damaged(value)) is not None:
            yield Case(f"{seed.name}: damaged {dotted}", json.dumps(with_other(seed.bundle, path, bad)), seed)
        for other in others:
            try:
                theirs = at(other.bundle, path)
            except (KeyError, IndexError, TypeError):
                continue
            if theirs != value:
                changed = with_other(seed.bundle, path, theirs)
                yield Case(f"{seed.name}: exchanged {dotted}", json.dumps(changed), seed)
                break


# --- the two programs


@pytest.fixture(scope="module")
def peer(root) -> pathlib.Path:
    folder = root / "build/differential"
    stamp = folder / "wanted.txt"
    if not stamp.exists() or stamp.read_text() != PEER:
        for step in (["/usr/bin/python3", "-m", "venv", "--clear", folder],
                     [folder / "bin/pip", "install", "-q", "--disable-pip-version-check", PEER]):
            done = subprocess.run(step, capture_output=True, text=True, stdin=subprocess.DEVNULL)
            if done.returncode:
                pytest.skip(f"{PEER} cannot be had (no network?): {(done.stdout + done.stderr).strip().splitlines()[-1]}")
        stamp.write_text(PEER)
    return folder / "bin/python"


def ask_peer(python: pathlib.Path, cases: list[Case]) -> list[dict]:
    lines = "".join(json.dumps({"bundle": case.text, "artifact": str(case.seed.artifact), "root": str(case.seed.root)}) + "\n"
                    for case in cases)
    done = subprocess.run([python, HERE / "sigstore_python.py"], input=lines, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def ask_tomme(tomme: pathlib.Path, cases: list[Case], folder: pathlib.Path) -> list[dict]:
    def ask(numbered: tuple[int, Case]) -> dict:
        number, case = numbered
        bundle = folder / f"{number}.json"
        bundle.write_text(case.text)
        done = subprocess.run([tomme, "verify", "--anyone", "--bundle", bundle, "--trusted-root", case.seed.root, case.seed.artifact],
                              capture_output=True, text=True, timeout=60)
        assert done.returncode in (0, 1), f"{case.name}: exit {done.returncode}\n{done.stderr}"
        return {"accepted": done.returncode == 0, "why": done.stderr.strip()}
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(ask, enumerate(cases)))


# --- what they are asked


@pytest.fixture(scope="module")
def seeds(tomme, root, tmp_path_factory, request) -> list[Seed]:
    program = next((path for path in (tomme.resolve().parent / "tomme_make_index", root / "build/release/tomme_make_index")
                    if path.exists()), None)
    if program is None:
        pytest.skip("tomme_make_index is not built")
    found = []
    for name, options in (("made v1", ()), ("made v2", ("--rekor-v2",))):
        folder = tmp_path_factory.mktemp("seeds")
        subprocess.run([program, "--out", folder, "--project", "demo", "--dependencies", "1", *options], check=True)
        for wheel in sorted((folder / "files").glob("*.whl")):
            bundle = json.loads((folder / "bundles" / f"{wheel.name}.sigstore.json").read_text())
            found.append(Seed(f"{name} {wheel.name.split('-')[0]}", bundle, wheel, folder / "trusted_root.json"))
    return found + real_seeds(root)


def real_seeds(root: pathlib.Path) -> list[Seed]:
    """Of the public suite: bundles with a root of their own, or of the public instance."""
    shared = pathlib.Path(os.environ.get("TOMME_SHARED_DIR", root.parent / "shared"))
    suite = shared / "vectors/sigstore-conformance"
    public_good = suite.parent / "public-good/targets/trusted_root.json"
    found = []
    for name in ("happy-path-v0.3", "happy-path-intoto-in-dsse-v3", "rekor2-happy-path", "rekor2-dsse-happy-path"):
        folder = suite / "bundle-verify" / name
        own = folder / "trusted_root.json"
        trusted = own if own.exists() else public_good
        if not (folder / "bundle.sigstore.json").exists() or not trusted.exists():
            continue
        found.append(Seed(name, json.loads((folder / "bundle.sigstore.json").read_text()), suite / "a.txt", trusted))
    return found


# Where we refuse what sigstore-python accepts, and why.
STRICTER = {
    r"^(made v2|rekor2).*: damaged verificationMaterial\.tlogEntries\.0\.logId\.keyId$":
        "it tries every log's key where the id is unknown",
    r"^(made v2|rekor2).*: (damaged|exchanged) verificationMaterial\.tlogEntries\.0\.logIndex$":
        "Rekor v2 has one index for an entry; it takes the proof's own and does not look at this one",
}
# The other way round.
LAXER = {
    r"^rekor2-happy-path: damaged .*\.signedTimestamp$":
        "the byte lies in a certificate that the token carries along; the trust root's is used, not that one",
}


def excused(name: str, table: dict[str, str], used: set[str]) -> bool:
    for pattern in table:
        if re.search(pattern, name):
            used.add(pattern)
            return True
    return False


def test_they_agree(tomme, peer, seeds, tmp_path):
    cases = [case for seed in seeds for case in cases_of(seed, [other for other in seeds if other is not seed])]
    ours, theirs = ask_tomme(tomme, cases, tmp_path), ask_peer(peer, cases)
    assert len(ours) == len(theirs) == len(cases)
    used: set[str] = set()
    unexplained = []
    for case, our, their in zip(cases, ours, theirs):
        if our["accepted"] == their["accepted"]:
            continue
        if not excused(case.name, LAXER if our["accepted"] else STRICTER, used):
            unexplained.append(f"{case.name}: {'accepted' if our['accepted'] else our['why']} / {their['why'] or 'accepted'}"[:300])
    good = [case.name for case, our in zip(cases, ours) if our["accepted"] and case.name.endswith("as it is")]
    assert len(good) == len(seeds)
    assert not unexplained, f"{len(unexplained)} of {len(cases)}:\n" + "\n".join(unexplained)
    if any(seed.name.startswith("rekor2") for seed in seeds):
        assert used == STRICTER.keys() | LAXER.keys(), f"not needed: {(STRICTER.keys() | LAXER.keys()) - used}"
