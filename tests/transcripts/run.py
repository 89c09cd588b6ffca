"""Runs transcripts of the command line and compares what tomme says, word for word.

    run.py --program build/tomme [--shared ../shared] [--update] FILE.txt…

A transcript is a text file of blocks, run in order in one fresh folder (also HOME):

    # Words for the reader, between blocks.
    file policy.toml:
        [a file to have, indented by four]
    setup: cp {shared}/vectors/pypi/rfc8785* .
    $ tomme verify rfc8785-0.1.2-py3-none-any.whl --anyone
    what stdout says
    2> what stderr says
    exit: 0

Commands and setup lines are bash; a block ends with its exit line. In expected lines `[..]` stands
for any text within the line and a line `[...]` for any number of lines. `{shared}`, `{tmp}` and
`{version}` are replaced everywhere. A transcript that names {shared} is skipped (exit status 77)
where that folder is absent. --update writes what came out, and keeps lines that still hold.
"""
import argparse
import difflib
import os
import pathlib
import re
import subprocess
import sys
import tempfile
from typing import NamedTuple

SKIPPED = 77
SECONDS = 60


class Block(NamedTuple):
    """A line of the file that is not a command, or a command with its expected lines."""
    line: str
    command: str | None = None
    setup: str | None = None
    file: tuple[str, str] | None = None
    expected: tuple[str, ...] = ()


class Malformed(Exception):
    pass


def parse(text: str) -> list[Block]:
    lines, blocks, at = text.splitlines(), [], 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if line.startswith("$ "):
            start = at
            while at < len(lines) and not lines[at].startswith("exit: "):
                if lines[at].startswith("$ "):
                    raise Malformed(f"line {at + 1}: the block above has no exit line")
                at += 1
            if at == len(lines):
                raise Malformed(f"line {start}: the block has no exit line")
            at += 1
            blocks.append(Block(line, command=line[2:], expected=tuple(lines[start:at])))
        elif line.startswith("setup: "):
            blocks.append(Block(line, setup=line[7:]))
        elif match := re.fullmatch(r"file ([\w./-]+):", line):
            start = at
            while at < len(lines) and (lines[at].startswith("    ") or not lines[at].strip()):
                at += 1
            while at > start and not lines[at - 1].strip():
                at -= 1
            content = "".join(row[4:] + "\n" for row in lines[start:at])
            blocks.append(Block("\n".join(lines[start - 1:at]), file=(match[1], content)))
        elif not line.strip() or line.startswith("#"):
            blocks.append(Block(line))
        else:
            raise Malformed(f"line {at}: not a command, setup, file or # line: {line}")
    return blocks


def line_matches(pattern: str, line: str) -> bool:
    return re.fullmatch(".*".join(re.escape(piece) for piece in pattern.split("[..]")), line) is not None


def matches(expected: list[str], actual: list[str]) -> bool:
    """Whether the lines correspond; `[...]` takes as few lines as will do."""
    if not expected:
        return not actual
    if expected[0] == "[...]" or expected[0] == "2> [...]":
        return any(matches(expected[1:], actual[skip:]) for skip in range(len(actual) + 1))
    return bool(actual) and line_matches(expected[0], actual[0]) and matches(expected[1:], actual[1:])


class Stage:
    """The folder, the environment and the replacements of one transcript."""

    def __init__(self, folder: pathlib.Path, program: pathlib.Path, shared: pathlib.Path | None):
        version = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=SECONDS)
        self.folder = folder
        self.values = {"tmp": str(folder), "version": version.stdout.split()[1]}
        if shared:
            self.values["shared"] = str(shared)
        kept = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
        self.environment = kept | {"PATH": f"{program.parent}:/usr/bin:/bin", "HOME": str(folder), "TMPDIR": str(folder),
                                   "LC_ALL": "C.UTF-8", "TZ": "UTC", "TOMME_REFRESH": "never"}

    def fill(self, text: str) -> str:
        for name, value in self.values.items():
            text = text.replace("{" + name + "}", value)
        return text

    def empty(self, text: str) -> str:
        """The opposite, for --update; the version only where it cannot be part of a longer number."""
        for name, value in self.values.items():
            if name != "version" and value:
                text = text.replace(value, "{" + name + "}")
        return text

    def bash(self, command: str) -> subprocess.CompletedProcess:
        return subprocess.run(["bash", "-c", self.fill(command)], cwd=self.folder, env=self.environment,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS)


def what_came_out(result: subprocess.CompletedProcess) -> list[str]:
    out = result.stdout.decode(errors="backslashreplace").splitlines()
    err = result.stderr.decode(errors="backslashreplace").splitlines()
    status = result.returncode if result.returncode >= 0 else 128 - result.returncode
    return out + [f"2> {line}".rstrip() for line in err] + [f"exit: {status}"]


def kept_where_right(stage: Stage, expected: tuple[str, ...], actual: list[str]) -> list[str]:
    """The new expectation: old lines where they still match, else what came out."""
    patterns = [stage.fill(line) for line in expected]
    if matches(patterns, actual):
        return list(expected)
    new: list[str] = []
    for line in actual:
        old = next((e for e, p in zip(expected, patterns) if p not in ("[...]", "2> [...]") and line_matches(p, line)), None)
        new.append(old if old is not None else stage.empty(line))
    return new


def run(blocks: list[Block], stage: Stage) -> tuple[list[str], list[str]]:
    """What is wrong, and the transcript as it came out."""
    wrong, transcript = [], []
    for block in blocks:
        transcript.append(block.line)
        if block.file:
            path = stage.folder / block.file[0]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(stage.fill(block.file[1]))
        elif block.setup:
            result = stage.bash(block.setup)
            if result.returncode != 0:
                wrong.append(f"{block.line}\n  failed: {result.stderr.decode(errors='replace').strip()}")
                break
        elif block.command:
            actual = what_came_out(stage.bash(block.command))
            expected = [stage.fill(line) for line in block.expected]
            transcript += kept_where_right(stage, block.expected, actual)
            if not matches(expected, actual):
                diff = difflib.unified_diff(expected, actual, "expected", "came out", lineterm="")
                wrong.append(block.line + "\n" + "\n".join(diff))
    return wrong, transcript


def one(path: pathlib.Path, program: pathlib.Path, shared: pathlib.Path, update: bool) -> int:
    text = path.read_text()
    has_shared = (shared / "vectors").is_dir()
    if "{shared}" in text and not has_shared:
        print(f"{path.name}: skipped, there is no {shared}/vectors")
        return SKIPPED
    try:
        blocks = parse(text)
        with tempfile.TemporaryDirectory(prefix="tomme-transcript-") as folder:
            stage = Stage(pathlib.Path(folder).resolve(), program, shared if has_shared else None)
            wrong, transcript = run(blocks, stage)
    except Malformed as error:
        print(f"{path}: {error}")
        return 1
    except subprocess.TimeoutExpired as error:
        print(f"{path}: not done after {SECONDS} s: {error.cmd[-1]}")
        return 1
    if wrong and update:
        path.write_text("\n".join(transcript) + "\n")
        print(f"{path.name}: rewritten, read the difference before you commit it")
        return 0
    for words in wrong:
        print(f"{path}:\n{words}\n")
    return 1 if wrong else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=pathlib.Path, required=True)
    parser.add_argument("--shared", type=pathlib.Path, default=pathlib.Path("../shared"))
    parser.add_argument("--update", action="store_true")
    parser.add_argument("files", type=pathlib.Path, nargs="+")
    given = parser.parse_args()
    results = {one(path, given.program.resolve(), given.shared.resolve(), given.update) for path in given.files}
    return 1 if 1 in results else max(results)


if __name__ == "__main__":
    sys.exit(main())
