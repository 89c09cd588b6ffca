"""Verifying an attested wheel of 1 GiB beside `openssl dgst -sha256` over it, taking turns.

All that `tomme verify` does besides hashing counts against it. Its memory must be that of a small wheel.
"""

import os

from common import TOMME, WORK, interleaved, make_index, median, peak_mib, verdict

ROUNDS = int(os.environ.get("BENCH_ROUNDS", 7))
SIZE = 1 << 30


def verify_command(material, file):
    return [TOMME, "verify", material / "files" / file["filename"], "--bundle",
            material / "bundles" / (file["filename"] + ".sigstore.json"), "--trusted-root",
            material / "trusted_root.json", "--identity", file["identity"], "--issuer", file["issuer"]]


def main():
    WORK.mkdir(parents=True, exist_ok=True)
    commands = {}
    for name, padding in (("tomme, 1 GiB", SIZE), ("tomme, small", 1)):
        folder = WORK / f"hash{padding}"
        file = make_index(folder, "--dependencies", "0", "--padding", str(padding))["files"][0]
        commands[name] = verify_command(folder, file)
    large = commands["tomme, 1 GiB"][2]
    commands["openssl dgst"] = ["openssl", "dgst", "-sha256", large]
    results = interleaved(commands, ROUNDS)
    large.unlink()

    print(f"\nSHA-256 of {SIZE >> 30} GiB, {ROUNDS} rounds taking turns\n")
    for name, runs in results.items():
        print(f"{name:14} {median(runs) / 1e3:9.1f} ms wall {median(runs, 'cpu_us') / 1e3:9.1f} ms CPU "
              f"{peak_mib(runs):6.1f} MiB")
    of_peer = {field: min(r[field] for r in results["openssl dgst"]) / min(r[field] for r in results["tomme, 1 GiB"])
               for field in ("wall_us", "cpu_us")}
    more = peak_mib(results["tomme, 1 GiB"]) - peak_mib(results["tomme, small"])
    print(f"speed of openssl's: {of_peer['wall_us']:.2f} by wall, {of_peer['cpu_us']:.2f} by CPU; "
          f"0.95 asked: {verdict(of_peer['wall_us'] >= 0.95)}")
    print(f"memory beyond a small wheel's: {more:.1f} MiB; flat asked: {verdict(more < 2)}")


if __name__ == "__main__":
    main()
