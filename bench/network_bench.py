"""`tomme run -- uv pip install` beside plain uv: a project of some 90 files, from the index that uv uses here.

Needs the network, whose speed is in both. Plain and judged runs take turns with empty caches in memory. BENCH_ROUNDS and
BENCH_PROJECT vary it.
"""

import os
import shutil

from common import TOMME, interleaved, median, venv, verdict
from run_bench import INSTALLERS, stage_folder

ROUNDS = int(os.environ.get("BENCH_ROUNDS", 9))
PROJECT = os.environ.get("BENCH_PROJECT", "jupyterlab")
MOST = 1.35


def main():
    bin_folder = venv("installers", *INSTALLERS)
    if bin_folder is None:
        return
    stage = stage_folder()
    environment = os.environ | {"HOME": str(stage / "home"), "UV_CACHE_DIR": str(stage / "uv"), "TOMME_CACHE_DIR": str(stage / "tomme")}

    def clear(_):
        shutil.rmtree(stage, ignore_errors=True)
        (stage / "home").mkdir(parents=True)

    uv = [bin_folder / "uv", "pip", "install", "-q", "--python", bin_folder / "python", "--target", stage / "out", PROJECT]
    try:
        results = interleaved({"uv": uv, "tomme run -- uv": [TOMME, "run", "--", *uv]}, ROUNDS, clear, env=environment)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    print(f"\n{PROJECT} over the network, {ROUNDS} rounds taking turns, empty caches\n")
    plain = median(results["uv"])
    for name, runs in results.items():
        walls = sorted(run["wall_us"] / 1e3 for run in runs)
        ratio = median(runs) / plain
        note = "" if name == "uv" else f"{MOST}: {verdict(ratio <= MOST)}"
        print(f"{name:18} {median(runs) / 1e3:8.0f} ms ({walls[0]:.0f} to {walls[-1]:.0f}) {ratio:8.2f}  {note}")


if __name__ == "__main__":
    main()
