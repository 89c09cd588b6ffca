"""A TUF client at the size of PyPI, beside go-tuf and python-tuf: 16,384 hash bins over loopback.

Cold: one process with an empty folder refreshes and downloads one target. Warm: a refresh inside one process, when
nothing is new, by a client made anew (all that the others can) and by one that is renewed. The server is a process of its own that has all files in memory and keeps connections.
"""

import os
import shutil
import socketserver
import subprocess
import sys
import time
from pathlib import Path

from common import LOG, ROOT, TOMME, WORK, built, interleaved, median, peak_mib, venv, verdict
from loopback import free_port

PYTHON_PEER = ("tuf==7.0.1", "securesystemslib[crypto]==1.6.0")
BITS = int(os.environ.get("BENCH_TUF_BITS", 14))
TARGETS = int(os.environ.get("BENCH_TUF_TARGETS", 100_000))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", 15))
FOLDER = WORK / "tuf"


class Server(socketserver.ThreadingTCPServer):
    """GET over HTTP/1.1, each answer in one write."""
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, folder, port):
        super().__init__(("127.0.0.1", port), Handler)
        self.files = {}
        for path in folder.rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(content)}\r\n\r\n".encode()
                self.files["/" + path.relative_to(folder).as_posix()] = head + content


class Handler(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self):
        while line := self.rfile.readline():
            while self.rfile.readline().strip():
                pass
            path = line.split()[1].decode()
            self.wfile.write(self.server.files.get(path, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"))


def serve(folder, port):
    Server(Path(folder), int(port)).serve_forever()


def make_repository(python):
    """By python-tuf, once: it takes half a minute and is kept."""
    folder = FOLDER / f"repository-{BITS}-{TARGETS}"
    if not (folder / "name").exists():
        print(f"making a repository of {2**BITS} bins and {TARGETS} targets", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([python, ROOT / "bench/tuf_python.py", "make", folder, str(BITS), str(TARGETS)], check=True)
    return folder


def build_go():
    go, program = shutil.which("go"), WORK / "tuf_go"
    if go is None:
        print("go-tuf: left out, there is no go (Debian: golang)")
        return None
    with open(WORK / "tuf_go.log", "w") as log:
        done = subprocess.run([go, "build", "-trimpath", "-o", program, "."], cwd=ROOT / "bench" / "tuf_go", stdout=log,
                              stderr=log)
    if done.returncode:
        print("go-tuf: left out, it could not be built (see tuf_go.log)")
        return None
    return program


def start_server(folder):
    port = free_port()
    process = subprocess.Popen([sys.executable, __file__, "--serve", folder, str(port)])
    for _ in range(300):
        try:
            import socket
            socket.create_connection(("127.0.0.1", port), 1).close()
            return process, f"http://127.0.0.1:{port}"
        except OSError:
            time.sleep(0.1)
    sys.exit("the server did not start")


def commands(url, repository, python, go):
    """{name: command}; each takes a folder that the caller empties before."""
    name, root = (repository / "name").read_text(), repository / "root.json"
    metadata, targets = f"{url}/metadata/", f"{url}/targets/"
    rows = {"tomme": [TOMME, "tuf", "download", "--metadata-dir", FOLDER / "tomme", "--metadata-url", metadata, "--root",
                      root, "--target-url", targets, "--target-dir", FOLDER / "tomme-targets", name]}
    if go:
        rows["go-tuf"] = [go, metadata, targets, FOLDER / "go-tuf", root, name]
    rows["python-tuf"] = [python, ROOT / "bench/tuf_python.py", "client", metadata, targets, FOLDER / "python-tuf", root,
                          name]
    return rows


def empty(name):
    for folder in (FOLDER / name, FOLDER / f"{name}-targets"):
        shutil.rmtree(folder, ignore_errors=True)


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


def print_warm(url, repository, python, go):
    metadata, rounds = f"{url}/metadata/", str(10 * ROUNDS)
    rows = {"tomme": [built("tuf_warm"), rounds, metadata, FOLDER / "tomme"]}
    if go:
        rows["go-tuf"] = [go, "--warm", rounds, metadata, FOLDER / "go-tuf", repository / "root.json"]
    rows["python-tuf"] = [python, ROOT / "bench/tuf_python.py", "warm", rounds, metadata, FOLDER / "python-tuf"]
    print(f"\nwarm, inside one process, nothing new: median of {rounds} refreshes\n")
    for name, command in rows.items():
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=open(LOG, "w"), text=True)
        if done.returncode:
            sys.exit(f"{' '.join(map(str, command))}: exit {done.returncode}\n{LOG.read_text()[-2000:]}")
        anew, *own = map(float, done.stdout.split())
        print(f"{name:12} {anew:8.2f} ms")
        if own:
            print(f"{'':6}renewed {own[0]:6.2f} ms  under 5 ms: {verdict(own[0] < 5)}")
            print(f"{'':6}of a cold one, loading libcurl: {own[1]:.2f} ms")


def main():
    if sys.argv[1:2] == ["--serve"]:
        return serve(*sys.argv[2:])
    FOLDER.mkdir(parents=True, exist_ok=True)
    peer = venv("tuf_peer", *PYTHON_PEER)
    if peer is None:
        print("tuf: left out, the repository is made by python-tuf")
        return None
    python, go = peer / "python", build_go()
    repository = make_repository(python)
    server, url = start_server(repository)
    try:
        print_cold(interleaved(commands(url, repository, python, go), ROUNDS, before=empty))
        print_warm(url, repository, python, go)
    finally:
        server.terminate()
        server.wait()
    return None


if __name__ == "__main__":
    main()
