"""`tomme run` beside the plain command: pip download and uv pip install of a project with ten dependencies.

Every wheel is attested; the index is nginx over TLS on this machine. Plain and judged runs take turns, each
with empty caches (Tomme's own store included). Home, caches and target lie in memory, where there is
/dev/shm: `run` removes the installer's cache at its end, the plain command leaves it, and what a disk takes
to free it (it varies from 5 to 200 ms here) is neither's merit; BENCH_STAGE=FOLDER has them elsewhere.
BENCH_ROUNDS, BENCH_PADDING (bytes of a wheel's data) and BENCH_TRUST=system (the user's trust file holds the
system's 140 authorities as well) vary it too. BENCH_OTHER=PROGRAM has another build of tomme take its turn.
"""

import json
import os
import shutil
from pathlib import Path

from common import TOMME, WORK, interleaved, make_index, median, venv, verdict
from loopback import Nginx, free_port, make_certificates

ROUNDS = int(os.environ.get("BENCH_ROUNDS", 15))
PADDING = os.environ.get("BENCH_PADDING", "100000")
OTHER = os.environ.get("BENCH_OTHER")
INSTALLERS = ("pip==26.2", "uv==0.13.9")
SYSTEM_BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
PROJECT = "bench"


class Stage:
    """The folder of one run: home, caches and target, all empty before it."""

    def __init__(self, folder, trust):
        self.folder, self.trust = folder, trust
        self.home, self.out = folder / "home", folder / "out"

    def clear(self, _):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.home.mkdir(parents=True)

    def environment(self):
        return {"PATH": "/usr/bin:/bin", "HOME": str(self.home), "LANG": "C.UTF-8", "PIP_CERT": str(self.trust),
                "SSL_CERT_FILE": str(self.trust), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def stage_folder():
    memory = Path("/dev/shm")
    default = memory if memory.is_dir() and os.access(memory, os.W_OK) else WORK
    return Path(os.environ.get("BENCH_STAGE", default)) / f"tomme-bench-{os.getpid()}"


def commands(bin_folder, index_url, root, stage):
    pip = [bin_folder / "pip", "download", "-q", "-d", stage.out, "--index-url", index_url, PROJECT]
    uv = [bin_folder / "uv", "pip", "install", "-q", "--python", bin_folder / "python", "--target", stage.out,
          "--index-url", index_url, PROJECT]
    run = ["run", "--trusted-root", root, "--require", "attested", "--report", stage.home / "report.json", "--"]
    rows = {}
    for name, plain in (("pip", pip), ("uv", uv)):
        rows |= {name: plain, f"tomme run -- {name}": [TOMME, *run, *plain]}
        if OTHER:
            rows[f"tomme's other build, {name}"] = [OTHER, *run, *plain]
    return rows


def check(stage, files):
    """The judged run really judged every file."""
    report = json.loads((stage.home / "report.json").read_text())
    attested = [file for file in report["files"] if file["verdict"] == "attested"]
    assert len(attested) == files, f"{len(attested)} of {files} judged: {json.dumps(report)[:2000]}"


def main():
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    bin_folder = venv("installers", *INSTALLERS)
    if nginx is None or bin_folder is None:
        print("run: left out" + ("" if nginx else ", there is no nginx (Debian: nginx-light)"))
        return
    folder = WORK / "run"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    make_certificates(folder)
    port = free_port()
    base = f"https://localhost:{port}"
    manifest = make_index(folder / "index", "--base-url", base, "--project", PROJECT, "--dependencies", "10",
                          "--padding", PADDING)
    trust = folder / "ca.pem"
    if os.environ.get("BENCH_TRUST") == "system":
        trust = folder / "trust.pem"
        trust.write_text(SYSTEM_BUNDLE.read_text() + (folder / "ca.pem").read_text())
    stage = Stage(stage_folder(), trust)
    server = Nginx(nginx, folder, folder / "index", port)
    try:
        rows = commands(bin_folder, base + "/simple/", folder / "index" / "trusted_root.json", stage)
        last = {}

        def before(name):
            if last.get("name", "").startswith("tomme run"):
                check(stage, len(manifest["files"]))
            stage.clear(name)
            last["name"] = name

        results = interleaved(rows, ROUNDS, before, env=stage.environment(), cwd=folder)
    finally:
        server.stop()
        shutil.rmtree(stage.folder, ignore_errors=True)

    print(f"\n{len(manifest['files'])} attested wheels of {int(PADDING) / 1e3:.0f} kB over TLS, {ROUNDS} rounds taking "
          f"turns, empty caches in {stage.folder.parent}\n")
    print(f"{'':24} {'median':>11} {'least':>11} {'CPU':>11} {'ratio':>8}  asked")
    for installer, most in (("pip", 1.10), ("uv", 1.40)):
        plain = median(results[installer])
        for name, runs in results.items():
            if not name.endswith(installer):
                continue
            ratio = median(runs) / plain
            note = f"{most:.2f}: {verdict(ratio <= most)}" if name.startswith("tomme run") else ""
            print(f"{name:24} {median(runs) / 1e3:8.1f} ms {min(r['wall_us'] for r in runs) / 1e3:8.1f} ms "
                  f"{median(runs, 'cpu_us') / 1e3:8.1f} ms {ratio:8.3f}  {note}")


if __name__ == "__main__":
    main()
