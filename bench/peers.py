"""Verification beside sigstore-python and sigstore-go, on the same bundles.

Cold: one process verifies one bundle offline; wall and peak memory, the programs taking turns.
Steady: one thread of one process verifies again and again, reading the JSON each time; per CPU second.
`peers.py material` only makes the bundles (for verify_bench).
"""

import json
import os
import re
import sys
from pathlib import Path

from common import (ROOT, TOMME, WORK, built, go_program, interleaved, make_index, median, output_of, peak_mib, venv,
                    verdict)

PYTHON_PEER = ("sigstore==4.5.1", "pypi-attestations==0.0.30")
MATERIAL = WORK / "material"
ROUNDS = int(os.environ.get("BENCH_ROUNDS", 15))
STEADY_SECONDS = "3"
# sigstore-python wants to know whom to sign with, also where it only verifies.
SIGNING_CONFIG = {"mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json", "caUrls": [], "oidcUrls": [],
                  "rekorTlogUrls": [], "rekorTlogConfig": {"selector": "ANY"}, "tsaUrls": [],
                  "tsaConfig": {"selector": "ANY"}}


class Material:
    """One folder that tomme_make_index wrote: a wheel, its bundle, its provenance object, its trusted root."""

    def __init__(self, name, *options):
        folder = MATERIAL / name
        file = make_index(folder, "--dependencies", "0", "--project", "bench", *options)["files"][0]
        self.wheel = folder / "files" / file["filename"]
        self.bundle = folder / "bundles" / (file["filename"] + ".sigstore.json")
        self.provenance = folder / "files" / (file["filename"] + ".provenance")
        self.root = folder / "trusted_root.json"
        self.config = folder / "trust_config.json"
        self.identity, self.issuer = file["identity"], file["issuer"]
        self.config.write_text(trust_config(self.root))


class RealBundle:
    """A bundle of the public-good instance: its root is built into tomme, the peers are given it as a file."""

    def __init__(self, vectors):
        case = vectors / "sigstore-conformance" / "bundle-verify"
        self.wheel, self.bundle = case / "a.txt", case / "happy-path-v0.3" / "bundle.sigstore.json"
        self.root = vectors / "public-good" / "targets" / "trusted_root.json"
        self.identity = ("https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/"
                         "workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main")
        self.issuer = "https://token.actions.githubusercontent.com"
        MATERIAL.mkdir(parents=True, exist_ok=True)
        self.config = MATERIAL / "public_good.json"
        self.config.write_text(trust_config(self.root))


def trust_config(root):
    return json.dumps({"mediaType": "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json",
                       "trustedRoot": json.loads(root.read_text()), "signingConfig": SIGNING_CONFIG})


def cold(material, python, go):
    version = interleaved({"version": [TOMME, "--version"]}, 10 * ROUNDS)["version"]
    real = isinstance(material, RealBundle)
    commands = {"tomme": [TOMME, "verify", material.wheel, "--bundle", material.bundle,
                          *([] if real else ["--trusted-root", material.root]),
                          "--identity", material.identity, "--issuer", material.issuer]}
    if go:
        commands["sigstore-go"] = [go, material.bundle, material.root, material.issuer, material.identity,
                                   material.wheel]
    if python:
        commands["sigstore-python"] = [python / "sigstore", "--trust-config", material.config, "verify", "identity",
                                       "--offline", "--bundle", material.bundle, "--cert-identity", material.identity,
                                       "--cert-oidc-issuer", material.issuer, material.wheel]
    results = interleaved(commands, ROUNDS)
    kind = "real v1 bundle, public-good root" if real else "v1 bundle, root from a file"
    print(f"\ncold, one {kind}, offline, {ROUNDS} rounds taking turns\n")
    print(f"{'':18} {'median':>10} {'least':>10} {'peak':>10} {'ratio':>8}  asked")
    own = median(results["tomme"])
    asked = {"sigstore-python": 60, "sigstore-go": 3}
    for name, runs in results.items():
        ratio = median(runs) / own
        note = f"{asked[name]}x: {verdict(ratio >= asked[name])}" if name in asked else \
            f"under 16 MiB: {verdict(peak_mib(runs) < 16)}"
        print(f"{name:18} {median(runs) / 1e3:7.2f} ms {min(r['wall_us'] for r in runs) / 1e3:7.2f} ms "
              f"{peak_mib(runs):6.1f} MiB {ratio:7.1f}x  {note}")
    print(f"{'tomme --version':18} {median(version) / 1e3:7.2f} ms {min(r['wall_us'] for r in version) / 1e3:7.2f} ms "
          f"{peak_mib(version):6.1f} MiB {'':8}  under 2 ms: {verdict(median(version) < 2000)}")


def own_rates():
    """{row: verifications per CPU second} of verify_bench, one thread."""
    out = output_of([built("verify_bench"), "15"], env={**os.environ, "TOMME_BENCH_MATERIAL": str(MATERIAL)})
    return {row: float(rate) for row, rate in re.findall(r"^(v\d .*?)  +(\d+) ", out, re.MULTILINE)}


def steady(materials, python, go):
    kinds = [("v1 hashedrekord", materials[0], "bundle"), ("v1 dsse (PEP 740)", materials[0], "provenance"),
             ("v2 hashedrekord", materials[1], "bundle"), ("v2 dsse (PEP 740)", materials[1], "provenance")]
    theirs, others = {}, {}
    for row, m, kind in kinds:
        proof = m.bundle if kind == "bundle" else m.provenance
        # PEP 740 has no place for timestamps: what carries them there is known to Tomme alone.
        if python and row != "v2 dsse (PEP 740)":
            theirs[row] = float(output_of([python / "python", ROOT / "bench" / "sigstore_python.py", STEADY_SECONDS,
                                           m.root, m.identity, m.issuer, kind, proof, m.wheel]))
        if go and kind == "bundle":
            others[row] = float(output_of([go, "--steady", STEADY_SECONDS, proof, m.root, m.issuer, m.identity,
                                           m.wheel]))
    own = own_rates()
    print("\nsteady, one thread, JSON read each time: verifications per CPU second\n")
    print(f"{'':18} {'tomme':>10} {'sigstore-python':>16} {'ratio':>7} {'sigstore-go':>12} {'ratio':>7}")
    for row, _, _ in kinds:
        line = f"{row:18} {own[row]:10.0f}"
        for rates, width in ((theirs, 16), (others, 12)):
            line += f" {rates[row]:{width}.0f} {own[row] / rates[row]:6.2f}x" if row in rates else \
                f" {'-':>{width}} {'-':>7}"
        print(line)


def main():
    WORK.mkdir(parents=True, exist_ok=True)
    materials = [Material("rekor1"), Material("rekor2", "--rekor-v2")]
    if sys.argv[1:] == ["material"]:
        return
    python, go = venv("peers", *PYTHON_PEER), go_program("sigstore_go", "sigstore-go")
    vectors = Path(os.environ.get("TOMME_SHARED_DIR", ROOT.parent / "shared")) / "vectors"
    if vectors.is_dir():
        cold(RealBundle(vectors), python, go)
    else:
        print("cold, real bundle: left out, there is no ../shared")
    cold(materials[0], python, go)
    steady(materials, python, go)


if __name__ == "__main__":
    main()
