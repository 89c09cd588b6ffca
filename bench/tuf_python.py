"""The other side of tuf_bench.py, run by the Python that has python-tuf.

tuf_python.py client METADATA_URL TARGETS_URL DIR ROOT NAME       refresh, and one target
tuf_python.py warm ROUNDS METADATA_URL DIR                        median milliseconds of a refresh of what is kept
"""
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


if __name__ == "__main__":
    {"client": client, "warm": warm}[sys.argv[1]](*sys.argv[2:])
