"""The other side of tuf_bench.py, run by the Python that has python-tuf.

tuf_python.py client METADATA_URL TARGETS_URL DIR ROOT NAME       refresh, and one target
tuf_python.py warm ROUNDS METADATA_URL DIR                        median milliseconds of a refresh of what is kept
tuf_python.py make FOLDER BITS TARGETS                            a repository: metadata/, targets/, root.json, name
"""
import datetime
import hashlib
import os
import statistics
import sys
import time
from pathlib import Path


def refreshed(metadata_url, folder, targets_url=None, root=None):
    from tuf.ngclient import Updater
    updater = Updater(f"{folder}/metadata", metadata_url, f"{folder}/targets", targets_url, bootstrap=root)
    updater.refresh()
    return updater


def client(metadata_url, targets_url, folder, root, name):
    os.makedirs(f"{folder}/metadata")
    os.makedirs(f"{folder}/targets")
    updater = refreshed(metadata_url, folder, targets_url, Path(root).read_bytes())
    updater.download_target(updater.get_targetinfo(name))


def warm(rounds, metadata_url, folder):
    took = []
    for _ in range(int(rounds)):
        started = time.perf_counter()
        refreshed(metadata_url, folder)
        took.append((time.perf_counter() - started) * 1e3)
    print(statistics.median(took))


def make(folder, bits, count):
    """As PEP 458 has it: targets delegates to bins, bins to 2**BITS bins; snapshot entries are versions only."""
    from securesystemslib.signer import CryptoSigner
    from tuf.api.metadata import (Delegations, DelegatedRole, Metadata, MetaFile, Root, Snapshot, SuccinctRoles,
                                  TargetFile, Targets, Timestamp)
    folder, bits = Path(folder), int(bits)
    expires = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) + datetime.timedelta(days=365)
    signer = CryptoSigner.generate_ed25519()
    succinct = SuccinctRoles([signer.public_key.keyid], 1, bits, "bin")
    names = list(succinct.get_roles())
    content = b"a wheel"
    paths = [f"packages/{hashlib.sha256(str(i).encode()).hexdigest()}/project-{i}-py3-none-any.whl"
             for i in range(int(count))]
    inside = {name: {} for name in names}
    for path in paths:
        inside[succinct.get_role_for_target(path)][path] = TargetFile(
            len(content), {"sha256": hashlib.sha256(content).hexdigest()}, path)
    root = Root(expires=expires, consistent_snapshot=True)
    for role in ("root", "timestamp", "snapshot", "targets"):
        root.add_key(signer.public_key, role)
    key = {signer.public_key.keyid: signer.public_key}
    targets = Targets(expires=expires, delegations=Delegations(
        key, {"bins": DelegatedRole("bins", [signer.public_key.keyid], 1, False, paths=["*", "*/*", "*/*/*"])}))
    bins = Targets(expires=expires, delegations=Delegations(key, succinct_roles=succinct))
    snapshot = Snapshot(expires=expires, meta={f"{name}.json": MetaFile() for name in ("targets", "bins", *names)})
    out = folder / "metadata"
    out.mkdir(parents=True)

    def write(name, payload):
        metadata = Metadata(payload)
        metadata.sign(signer)
        (out / name).write_bytes(metadata.to_bytes())

    write("1.root.json", root)
    write("1.targets.json", targets)
    write("1.bins.json", bins)
    for name, listed in inside.items():
        write(f"1.{name}.json", Targets(expires=expires, targets=listed))
    write("1.snapshot.json", snapshot)
    write("timestamp.json", Timestamp(expires=expires))
    chosen = Path(paths[0])
    (folder / "targets" / chosen.parent).mkdir(parents=True)
    (folder / "targets" / chosen.parent / f"{hashlib.sha256(content).hexdigest()}.{chosen.name}").write_bytes(content)
    (folder / "root.json").write_bytes((out / "1.root.json").read_bytes())
    (folder / "name").write_text(paths[0])


if __name__ == "__main__":
    {"client": client, "warm": warm, "make": make}[sys.argv[1]](*sys.argv[2:])
