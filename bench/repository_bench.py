"""What a TUF repository of 10^4 to 10^7 targets costs, and what a client downloads for one install from it.

repository_bench makes each of them; then `tomme tuf download` runs against a server that counts, with an empty folder
and with one that is as old as some releases. The whole curve goes into docs/benchmarks.md and docs/benchmarks/*.svg,
a part of it (BENCH_TARGETS="10000 100000") into build/bench. BENCH_KEY=ed25519 for the other type of keys, BENCH_STAGE
for another place than build/bench.
"""

import json
import os
import re
import shutil
import sys
import time
from collections import Counter
from pathlib import Path
from statistics import median

from common import ROOT, WORK, built, output_of, run_once, tuf_download, verdict
from figure import Panel, draw
from loopback import Folder

WHOLE = (10_000, 100_000, 1_000_000, 10_000_000)
TARGETS = tuple(map(int, os.environ.get("BENCH_TARGETS", "").split())) or WHOLE
KEY = os.environ.get("BENCH_KEY", "ecdsa")
STAGE = Path(os.environ.get("BENCH_STAGE", WORK)) / "repository"
# Releases since the client's last refresh, where there was one.
INSTALLS = {"cold": None, "warm, nothing new": 0, "warm, 1 release later": 1, "warm, 60 releases later": 60}
NOTE = (f"{time.strftime('%Y-%m-%d')}, {os.environ.get('BENCH_MACHINE', 'an unnamed machine')} before it began, "
        f"{dict(ecdsa='ECDSA P-256', ed25519='Ed25519')[KEY]} keys")
BEGIN, END = "<!-- by make bench BENCH=repository -->\n", "<!-- end -->\n"


def part_of(path):
    """Which metadata it is; "bin" for all bins."""
    role = Path(path).stem.rpartition(".")[2]
    return "bin" if role.startswith("bins-") else role


def install(server, client, name):
    """The bytes of each kind of metadata that one install downloads."""
    server.sent.clear()
    run_once(tuf_download(server.url, server.folder / "metadata/1.root.json", client, name))
    sizes = Counter(total=0)
    for path, length in server.sent:
        if path.startswith("/metadata/"):
            sizes.update({part_of(path): length, "total": length})
    return sizes


def installs(folder, names):
    """{kind of install: medians over all names but the first, which the kept client has installed before}"""
    kept, client, medians = folder / "kept", folder / "client", {}
    with Folder(folder / "public") as server:
        for kind, releases in INSTALLS.items():
            server.put("/metadata/timestamp.json", (folder / f"timestamps/{releases or 0}.json").read_bytes())
            if releases == 0:
                install(server, kept, names[0])
            runs = []
            for name in names[1:]:
                shutil.rmtree(client, ignore_errors=True)
                client.mkdir()
                if releases is not None:
                    shutil.copytree(kept, client, dirs_exist_ok=True)
                runs.append(install(server, client, name))
            medians[kind] = {part: median(run[part] for run in runs) for part in set().union(*runs)}
    return medians


def measure(targets):
    folder = STAGE / str(targets)
    row = json.loads(output_of([built("repository_bench"), folder, KEY, str(targets)]))
    row["install"] = installs(folder, row["install"])
    print(json.dumps(row), flush=True)
    return row


def size(number):
    """Three digits: "705 kB"."""
    for unit in ("B", "kB", "MB", "GB"):
        if number < 999.5 or unit == "GB":
            return f"{number:.{0 if number >= 100 or unit == 'B' else 1 if number >= 10 else 2}f} {unit}"
        number /= 1000


def table(head, lines):
    first, *rest = ("| " + " | ".join(cells) + " |\n" for cells in (head, *lines))
    return first + "|---" * len(head) + "|\n" + "".join(rest)


def markdown(rows):
    costs = table(
        ["targets", "bins", "built in", "per million", "peak memory", "metadata", "a release, p50", "of it computing",
         "storing", "CPU"],
        [[f"{row['targets']:,}", f"{2**row['bits']:,}", f"{row['build_ms'] / 1e3:.3g} s",
          f"{row['build_ms'] / row['targets'] * 1e3:.3g} s", f"{row['peak_mib']} MiB", size(row["metadata_bytes"]),
          *(f"{row[f'release_{part}p50_ms']:.1f} ms" for part in ("", "computing_", "storing_", "cpu_"))]
         for row in rows])
    sizes = table(
        ["targets", "timestamp", "snapshot", "targets and bins", "one bin", *INSTALLS],
        [[f"{row['targets']:,}", *map(size, (cold["timestamp"], cold["snapshot"], cold["targets"] + cold["bins"],
                                               cold["bin"])),
          *(size(row["install"][kind]["total"]) for kind in INSTALLS)]
         for row in rows for cold in [row["install"]["cold"]]])
    batches = "".join(
        f"\nSustained, at {row['targets']:,} targets: accepting a batch of 70,000 in 100 transactions takes "
        f"{row['batch_of_70000_accept_ms'] / 1e3:.1f} s, publishing it, which\ntouches every bin, "
        f"{row['batch_of_70000_publish_ms'] / 1e3:.1f} s, of the ten seconds that there are.\n"
        for row in rows if "batch_of_70000_accept_ms" in row)
    asked = "".join(
        f"\nAsked at {row['targets']:,} targets: built within 60 s: {verdict(row['build_ms'] <= 60_000)}, and 4 GiB: "
        f"{verdict(row['peak_mib'] <= 4096)}; a\nrelease under 10 ms beside storing: "
        f"{verdict(row['release_computing_p50_ms'] < 10)}.\n" for row in rows if row["targets"] == WHOLE[-1])
    return f"{NOTE}.\n\n{costs}{asked}{batches}\nMetadata for one install:\n\n{sizes}"


def line(rows, value):
    return [(row["targets"], value(row)) for row in rows]


def draw_all(folder, rows):
    folder.mkdir(exist_ok=True)
    release = {name: line(rows, lambda row, key=key: row[f"release_{key}_p50_ms"])
               for name, key in (("computing", "computing"), ("storing", "storing"))}
    draw(folder / "tuf-repository.svg", "What a TUF repository costs, by its number of targets", NOTE, [
        Panel("building", "%g s", {
            "all of it": line(rows, lambda row: row["build_ms"] / 1e3),
            "per million": line(rows, lambda row: row["build_ms"] / row["targets"] * 1e3)}),
        Panel("one release, p50", "%g ms", release),
        Panel("metadata on disk", "%.0s %cB", {"": line(rows, lambda row: row["metadata_bytes"])}),
        Panel("peak memory while building", "%g MiB", {"": line(rows, lambda row: row["peak_mib"])})])
    draw(folder / "tuf-install.svg", "Metadata that one install downloads, by the number of targets", NOTE, [
        Panel("bytes", "%.0s %cB", {kind: line(rows, lambda row, kind=kind: row["install"][kind]["total"])
                                     for kind in ("cold", "warm, 60 releases later", "warm, nothing new")})])


def put_into(page, text):
    whole, places = re.subn(f"(?<={BEGIN}).*?(?={END})", lambda _: text, page.read_text(), flags=re.DOTALL)
    if places != 1:
        sys.exit(f"{page} has no place for the tables: {BEGIN.strip()} and {END.strip()}")
    page.write_text(whole)


def measure_all():
    """What each leaves is removed when all is measured: file systems that discard at once are busy for a minute."""
    shutil.rmtree(STAGE, ignore_errors=True)
    STAGE.mkdir(parents=True)
    return [measure(targets) for targets in TARGETS]


def main():
    if shutil.which("gnuplot") is None:
        sys.exit("gnuplot is missing: tools/setup bench installs it")
    rows = measure_all()
    text = markdown(rows)
    print(f"\n{text}")
    whole = TARGETS == WHOLE and KEY == "ecdsa"
    draw_all((ROOT / "docs" if whole else WORK) / "benchmarks", rows)
    if whole:
        put_into(ROOT / "docs/benchmarks.md", text)
    shutil.rmtree(STAGE)


if __name__ == "__main__":
    main()
