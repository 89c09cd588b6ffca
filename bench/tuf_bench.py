"""A TUF client at the size of PyPI, beside go-tuf and python-tuf: 16,384 hash bins over loopback.

The repository is made by `tomme tuf`, and all clients verify the same. Cold: one process with an empty folder refreshes
and downloads one target. Warm: a refresh inside one process, when nothing is new, by a client made anew (all that the
others can) and by one that is renewed. The server keeps connections, and the files that it has sent in memory.

BENCH_OTHER=PROGRAM: another build takes its turn, with a repository that it made itself.
"""

import contextlib
import hashlib
import os
import shutil

from common import (ROOT, TOMME, WORK, built, go_program, interleaved, median, output_of, peak_mib, tuf_download, venv,
                    verdict)
from loopback import Folder

PYTHON_PEER = ("tuf==7.0.1", "securesystemslib[crypto]==1.6.0")
BITS = int(os.environ.get("BENCH_TUF_BITS", 14))
TARGETS = int(os.environ.get("BENCH_TUF_TARGETS", 100_000))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", 15))
OTHER = os.environ.get("BENCH_OTHER")
FOLDER = WORK / "tuf"
CONTENT = b"a wheel"


def make_repository(program, folder):
    """What is served, and the name of the one target whose file is there.

    Without PEP 458's role between targets and bins: go-tuf 2.4.2 compares path_hash_prefixes with base64 of the digest
    (its #783) and finds nothing behind such a role."""
    digest = hashlib.sha256(CONTENT).hexdigest()
    names = [f"packages/{hashlib.sha256(str(i).encode()).hexdigest()}/project-{i}-py3-none-any.whl"
             for i in range(TARGETS)]
    (FOLDER / "list").write_text("".join(f"{name}\t{len(CONTENT)}\t{digest}\n" for name in names))
    output_of([program, "tuf", "init", "--pep458", "--bits", str(BITS), "--no-passphrase", folder])
    output_of([program, "tuf", "add", "--repository", folder, "--list", FOLDER / "list"])
    parent, _, base = names[0].rpartition("/")
    (folder / "public/targets" / parent).mkdir(parents=True)
    (folder / "public/targets" / parent / f"{digest}.{base}").write_bytes(CONTENT)
    return folder / "public", names[0]


def commands(url, root, name, python, go):
    """{name: command}; each takes a folder that the caller empties before."""
    metadata, targets = f"{url}/metadata/", f"{url}/targets/"
    rows = {"tomme": tuf_download(url, root, FOLDER / "tomme", name)}
    if go:
        rows["go-tuf"] = [go, metadata, targets, FOLDER / "go-tuf", root, name]
    if python:
        rows["python-tuf"] = [python, ROOT / "bench/tuf_python.py", "client", metadata, targets, FOLDER / "python-tuf",
                              root, name]
    return rows


def empty(name):
    shutil.rmtree(FOLDER / name, ignore_errors=True)


def print_cold(results):
    print(f"\ncold, {2**BITS} bins, {TARGETS} targets: refresh and one target, {ROUNDS} rounds taking turns\n")
    print(f"{'':12} {'median':>11} {'least':>11} {'CPU':>11} {'peak':>10} {'ratio':>8}  asked")
    own = median(results["tomme"])
    for name, runs in results.items():
        ratio = median(runs) / own
        note = {"tomme": f"under 24 MiB: {verdict(peak_mib(runs) < 24)}",
                "go-tuf": f"10x: {verdict(ratio >= 10)}"}.get(name, "")
        print(f"{name:12} {median(runs) / 1e3:8.2f} ms {min(r['wall_us'] for r in runs) / 1e3:8.2f} ms "
              f"{median(runs, 'cpu_us') / 1e3:8.2f} ms {peak_mib(runs):6.1f} MiB {ratio:7.1f}x  {note}")


def print_warm(url, root, python, go):
    metadata, rounds = f"{url}/metadata/", str(10 * ROUNDS)
    rows = {"tomme": [built("tuf_warm"), rounds, metadata, FOLDER / "tomme/metadata"]}
    if go:
        rows["go-tuf"] = [go, "--warm", rounds, metadata, FOLDER / "go-tuf", root]
    if python:
        rows["python-tuf"] = [python, ROOT / "bench/tuf_python.py", "warm", rounds, metadata, FOLDER / "python-tuf"]
    print(f"\nwarm, inside one process, nothing new: median of {rounds} refreshes\n")
    for name, command in rows.items():
        anew, *own = map(float, output_of(command).split())
        print(f"{name:12} {anew:8.2f} ms")
        if own:
            print(f"{'':6}renewed {own[0]:6.2f} ms  under 5 ms: {verdict(own[0] < 5)}")
            print(f"{'':6}of a cold one, loading libcurl: {own[1]:.2f} ms")


def main():
    WORK.mkdir(parents=True, exist_ok=True)
    peer, go = venv("tuf_peer", *PYTHON_PEER), go_program("tuf_go", "go-tuf")
    python = peer and peer / "python"
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    public, name = make_repository(TOMME, FOLDER / "repository")
    root = public / "metadata/1.root.json"
    with Folder(public) as server, contextlib.ExitStack() as stack:
        rows = commands(server.url, root, name, python, go)
        if OTHER:
            theirs, _ = make_repository(OTHER, FOLDER / "other-repository")
            url = stack.enter_context(Folder(theirs)).url
            rows["other"] = tuf_download(url, theirs / "metadata/1.root.json", FOLDER / "other", name, OTHER)
        print_cold(interleaved(rows, ROUNDS, before=empty))
        print_warm(server.url, root, python, go)


if __name__ == "__main__":
    main()
