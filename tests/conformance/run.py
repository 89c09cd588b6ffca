"""Runs every case of sigstore-conformance's bundle-verify assets through the built program.

The suite itself takes any exit code but 0 for a refusal, a crash too. Here a good bundle must end in 0, a
bad one in 1 (refused) or 2 (cannot be meant), and never in a signal, a sanitizer's report or a time-out.

    run.py --program build/release/tomme --assets .../sigstore-conformance [--client tests/conformance/sigstore-client]
"""
import argparse
import concurrent.futures
import hashlib
import os
import pathlib
import subprocess
import sys

SKIPPED = 77
IDENTITY = ("https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/"
            ".github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main")
ISSUER = "https://token.actions.githubusercontent.com"


def command(client: pathlib.Path, folder: pathlib.Path, by_digest: bool) -> list[str]:
    def said(name: str, otherwise: str) -> str:
        path = folder / name
        return path.read_text().strip() if path.exists() else otherwise

    words = [str(client), "verify-bundle", "--bundle", str(folder / "bundle.sigstore.json")]
    if (folder / "key.pub").exists():
        words += ["--key", str(folder / "key.pub")]
    else:
        words += ["--certificate-identity", said("identity", IDENTITY),
                  "--certificate-oidc-issuer", said("issuer", ISSUER)]
    if (folder / "trusted_root.json").exists():
        words += ["--trusted-root", str(folder / "trusted_root.json")]
    artifact = folder / "artifact"
    if not artifact.exists():
        artifact = folder.parent / "a.txt"
    if by_digest:
        return words + ["sha256:" + hashlib.sha256(artifact.read_bytes()).hexdigest()]
    return words + [str(artifact)]


def run(client: pathlib.Path, program: pathlib.Path, folder: pathlib.Path, by_digest: bool) -> str | None:
    """What is wrong with the case's outcome; None where it is right."""
    environment = os.environ | {"TOMME": str(program)}
    try:
        done = subprocess.run(command(client, folder, by_digest), capture_output=True, text=True,
                              errors="replace", env=environment, timeout=60)
    except subprocess.TimeoutExpired:
        return "did not end within 60 s"
    wanted = (1, 2) if folder.name.endswith("_fail") else (0,)
    if done.returncode not in wanted:
        return f"exit code {done.returncode}, not {' or '.join(map(str, wanted))}: {done.stderr.strip()[-500:]}"
    for sign in ("Sanitizer", "runtime error:", "terminate called"):
        if sign in done.stderr:
            return done.stderr.strip()[-500:]
    if done.returncode != 0 and not done.stderr.strip() and not done.stdout.strip():
        return "refused without a word"
    return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", type=pathlib.Path, required=True)
    parser.add_argument("--assets", type=pathlib.Path, required=True)
    parser.add_argument("--client", type=pathlib.Path,
                        default=pathlib.Path(__file__).parent / "sigstore-client")
    options = parser.parse_args()
    suite = options.assets / "bundle-verify"
    if not suite.is_dir():
        print(f"skipped: needs the suite's assets in {options.assets}")
        return SKIPPED
    cases = [(folder, by_digest) for folder in sorted(suite.iterdir()) if folder.is_dir()
             for by_digest in (False, True)]
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        outcomes = list(pool.map(
            lambda case: run(options.client.resolve(), options.program.resolve(), *case), cases))
    wrong = 0
    for (folder, by_digest), trouble in zip(cases, outcomes):
        if trouble is not None:
            wrong += 1
            print(f"{folder.name} by {'digest' if by_digest else 'path'}: {trouble}")
    print(f"{len(cases) - wrong} of {len(cases)} cases right")
    return 1 if wrong or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
