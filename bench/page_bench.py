"""`tomme run` on large index pages: 60,000 files beside the plain command, and six pages of 64 MB at once.

The index is nginx over TLS on this machine; plain and judged runs take turns with empty caches. The page lists one
attested wheel and 59,999 older ones that nobody asks for. BENCH_ROUNDS and BENCH_FILES vary it.
"""

import json
import os
import shutil

from common import TOMME, WORK, interleaved, make_index, median, run_once, venv, verdict
from loopback import Nginx, free_port, make_certificates
from run_bench import INSTALLERS, PROJECT, Stage, stage_folder

ROUNDS = int(os.environ.get("BENCH_ROUNDS", 9))
FILES = int(os.environ.get("BENCH_FILES", 60_000))
PAGES, PAGE_BYTES, PAGE_FILES = 6, 63_000_000, 60_000


def entries(count, base, padding=""):
    return [{"filename": f"bench-0.{number}-py3-none-any.whl", "hashes": {"sha256": f"{number:064x}"},
             "requires-python": ">=3.8", "size": 1000, "upload-time": "2024-01-02T03:04:05.000000Z", "yanked": False,
             "url": f"{base}/files/{padding}bench-0.{number}-py3-none-any.whl"} for number in range(count)]


def lengthen(page, base):
    document = json.loads(page.read_text())
    document["files"] += entries(FILES - len(document["files"]), base)
    page.write_text(json.dumps(document))


def large_pages(index, base):
    """Six projects with 60,000 files in 63 MB each: near the limits of a page, in both ways."""
    room = PAGE_BYTES // PAGE_FILES - len(json.dumps(entries(1, base)))
    for number in range(PAGES):
        folder = index / "simple" / f"bench{number}"
        folder.mkdir()
        files = entries(PAGE_FILES, base, "x" * room + f"{number}/")
        for entry in files:
            entry["filename"] = entry["filename"].replace("bench-", f"bench{number}-")
            entry["url"] = entry["url"].replace("bench-", f"bench{number}-")
        (folder / "index.json").write_text(json.dumps({"meta": {"api-version": "1.1"}, "name": f"bench{number}", "files": files}))


def main():
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    bin_folder = venv("installers", *INSTALLERS)
    if nginx is None or bin_folder is None:
        print("page: left out" + ("" if nginx else ", there is no nginx (Debian: nginx-light)"))
        return
    folder = WORK / "page"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    make_certificates(folder)
    port = free_port()
    base = f"https://localhost:{port}"
    make_index(folder / "index", "--base-url", base, "--project", PROJECT, "--dependencies", "0")
    page = folder / "index/simple" / PROJECT / "index.json"
    lengthen(page, base)
    large_pages(folder / "index", base)
    stage = Stage(stage_folder(), folder / "ca.pem")
    server = Nginx(nginx, folder, folder / "index", port)
    root = folder / "index" / "trusted_root.json"
    run = [TOMME, "run", "--trusted-root", root, "--require", "attested", "--"]
    pip = [bin_folder / "pip", "download", "-q", "--no-deps", "-d", stage.out, "--index-url", f"{base}/simple/", PROJECT]
    uv = [bin_folder / "uv", "pip", "install", "-q", "--no-deps", "--python", bin_folder / "python", "--target", stage.out,
          "--index-url", f"{base}/simple/", PROJECT]
    try:
        results = interleaved({"pip": pip, "tomme run -- pip": [*run, *pip], "uv": uv, "tomme run -- uv": [*run, *uv]},
                              ROUNDS, stage.clear, env=stage.environment(), cwd=folder)
        stage.clear("")
        asked = " & ".join(f"curl -sS -o /dev/null {base}/simple/bench{number}/" for number in range(PAGES))
        large = run_once([TOMME, "run", "--trusted-root", root, "--index", f"{base}/simple/", "--", "sh", "-c", f"{asked} & wait"],
                         env=stage.environment(), cwd=folder)
    finally:
        server.stop()
        shutil.rmtree(stage.folder, ignore_errors=True)

    print(f"\na page of {FILES} files, {page.stat().st_size / 1e6:.1f} MB, {ROUNDS} rounds taking turns, empty caches\n")
    print(f"{'':18} {'median':>11} {'CPU':>11} {'ratio':>8}  asked")
    for installer, most in (("pip", 1.05), ("uv", 1.30)):
        plain = median(results[installer])
        for name in (installer, f"tomme run -- {installer}"):
            ratio = median(results[name]) / plain
            note = f"{most:.2f}: {verdict(ratio <= most)}" if name != installer else ""
            print(f"{name:18} {median(results[name]) / 1e3:8.1f} ms {median(results[name], 'cpu_us') / 1e3:8.1f} ms "
                  f"{ratio:8.3f}  {note}")
    mib = large["peak_kib"] / 1024
    print(f"\nsix pages of {PAGE_BYTES / 1e6:.0f} MB with {PAGE_FILES} files each, at once: {mib:.0f} MiB at most in "
          f"{large['wall_us'] / 1e6:.1f} s; asked: 300 MiB: {verdict(mib < 300)}")


if __name__ == "__main__":
    main()
