"""What the measurements of whole programs share: where things are, running, medians."""

import json
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "build" / "bench"
BUILD = Path(os.environ.get("TOMME_BUILD", ROOT / "build" / "release"))
TOMME = os.environ.get("TOMME_PROGRAM", str(ROOT / "build" / "tomme"))
MEASURE = BUILD / "bench" / "tomme_measure"
LOG = WORK / "commands.log"  # what the measured commands printed in their last run


def built(name):
    """A program of the release build, wherever its folder is."""
    for path in (BUILD / name, BUILD / "bench" / name, BUILD / "tests" / "tools" / name):
        if path.is_file():
            return str(path)
    sys.exit(f"{name} is not built: make build first")


def venv(name, *requirements, python="/usr/bin/python3"):
    """An environment with exactly these requirements, made once; None (and a line) where it cannot be."""
    folder, wanted = WORK / name, "\n".join(requirements)
    stamp = folder / "requirements.txt"
    if not (stamp.exists() and stamp.read_text() == wanted):
        print(f"making {folder.relative_to(ROOT)} with {' '.join(requirements)}", flush=True)
        WORK.mkdir(parents=True, exist_ok=True)
        with open(WORK / f"{name}.log", "w") as log:
            for command in ([python, "-m", "venv", "--clear", folder],
                            [folder / "bin/pip", "install", "--quiet", "--disable-pip-version-check", *requirements]):
                if subprocess.run(command, stdout=log, stderr=log).returncode:
                    print(f"{name}: left out, could not be installed (see {log.name})")
                    return None
        stamp.write_text(wanted)
    return folder / "bin"


def go_program(folder, what):
    """The program of bench/FOLDER; None (and a line) where it cannot be built."""
    go, program = shutil.which("go"), WORK / folder
    if go is None:
        print(f"{what}: left out, there is no go (Debian: golang)")
        return None
    with open(WORK / f"{folder}.log", "w") as log:
        done = subprocess.run([go, "build", "-trimpath", "-o", program, "."], cwd=ROOT / "bench" / folder, stdout=log,
                              stderr=log)
    if done.returncode:
        print(f"{what}: left out, it could not be built (see {folder}.log)")
        return None
    return program


def make_index(folder, *options):
    """Attested packages in `folder`, made afresh (certificates live for ten minutes around now)."""
    subprocess.run(["rm", "-rf", folder], check=True)
    subprocess.run([built("tomme_make_index"), "--out", folder, *options], check=True)
    return json.loads((folder / "manifest.json").read_text())


def run_once(command, env=None, cwd=None):
    """{"wall_us", "cpu_us", "peak_kib"} of one run; the benchmark ends where the command fails."""
    with open(LOG, "w") as log:
        done = subprocess.run([MEASURE, *command], stdout=subprocess.PIPE, stderr=log, env=env, cwd=cwd, text=True)
    result = json.loads(done.stdout) if done.stdout else {"exit": done.returncode}
    if result["exit"] != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit {result['exit']}\n{LOG.read_text()[-2000:]}")
    return result


def output_of(command, **options):
    """What one run prints; the benchmark ends where the command fails."""
    with open(LOG, "w") as log:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=log, text=True, **options)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}: exit {done.returncode}\n{LOG.read_text()[-2000:]}")
    return done.stdout


def tuf_download(url, root, folder, name, program=TOMME):
    """`tomme tuf download` of one target of the repository at the URL, with `folder` as what the client keeps."""
    return [program, "tuf", "download", "--metadata-dir", folder / "metadata", "--metadata-url", f"{url}/metadata/",
            "--root", root, "--target-url", f"{url}/targets/", "--target-dir", folder / "targets", name]


def interleaved(commands, rounds, before=lambda name: None, **options):
    """{name: [result of each round]}: every round runs each command once; one round more warms up."""
    results = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            before(name)
            result = run_once(command() if callable(command) else command, **options)
            if number:
                results[name].append(result)
    return results


def median(results, field="wall_us"):
    return statistics.median(result[field] for result in results)


def peak_mib(results):
    return max(result["peak_kib"] for result in results) / 1024


def verdict(ok):
    return "as asked" if ok else "SHORT"
