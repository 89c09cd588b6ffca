"""Makes docs/errors.md from the ErrorCode constants in src/**/errors.h; --check only compares.

Either way it fails on codes that break the rules of the house: a name twice, a name that is not
"subject/what-is-wrong", a meaning that is no sentence of ours. --check also fails on a constant that
nothing uses.
"""
import pathlib
import re
import sys
from typing import NamedTuple

STRING = r'"(?:[^"\\\n]|\\.)*"'
TEXT = rf"((?:{STRING}\s*)+)"
CODE = re.compile(
    rf"inline\s+constexpr\s+ErrorCode\s+(k\w+)\s*\{{\s*{TEXT},\s*Outcome::(\w+)\s*,\s*{TEXT},\s*{TEXT},?\s*\}}\s*;")
ANY_CODE = re.compile(r"\bErrorCode\s+(k\w+)")
NAME = re.compile(r"([a-z0-9]+(?:-[a-z0-9]+)*)/[a-z0-9]+(?:-[a-z0-9]+)*")
EXIT = {"refused": 1, "wrong_usage": 2, "could_not_tell": 3}
ESCAPES = {r"\"": '"', r"\\": "\\", r"\n": " ", r"\'": "'"}

HEAD = """# Error codes

Made from the `errors.h` of every room by `make docs`; do not edit.

Every failure has a code, a sentence with the values at hand and a hint. A code is never reused for
something else, so a script may rely on it.

The exit status says what a failure means: **1** refused (a verification or a policy said no), **2** wrong
usage (the command line or a setting cannot be meant), **3** could not tell (network or file system), which
is never to be read as "fine".
"""


class Code(NamedTuple):
    constant: str
    name: str
    outcome: str
    meaning: str
    hint: str
    header: str

    @property
    def subject(self) -> str:
        return self.name.partition("/")[0]


def literal(text: str) -> str:
    """The value of adjacent C++ string literals."""
    joined = "".join(piece[1:-1] for piece in re.findall(STRING, text))
    return re.sub(r"\\.", lambda match: ESCAPES[match.group()], joined)


def codes_of(root: pathlib.Path) -> tuple[list[Code], list[str]]:
    codes, wrong = [], []
    for path in sorted((root / "src").rglob("errors.h")):
        header, text = path.relative_to(root).as_posix(), path.read_text()
        found = [Code(constant, literal(name), outcome, literal(meaning), literal(hint), header)
                 for constant, name, outcome, meaning, hint in CODE.findall(text)]
        unread = set(ANY_CODE.findall(text)) - {code.constant for code in found}
        wrong += [f"{header}: {constant} is not written as the others are" for constant in sorted(unread)]
        codes += found
    return codes, wrong


def broken_rules(code: Code) -> list[str]:
    where = f"{code.header}: {code.constant}"
    rules = [
        (NAME.fullmatch(code.name), f"{where}: {code.name!r} is not subject/what-is-wrong in lower case"),
        (code.outcome in EXIT, f"{where}: no outcome {code.outcome}"),
        (code.meaning and not code.meaning.endswith("."), f"{where}: the meaning is one sentence, no full stop"),
        (code.hint and not code.hint.endswith("."), f"{where}: the hint is there and ends without a full stop"),
    ]
    return [words for holds, words in rules if not holds]


def doubles(codes: list[Code]) -> list[str]:
    first: dict[str, Code] = {}
    wrong = []
    for code in codes:
        before = first.setdefault(code.name, code)
        if before is not code:
            wrong.append(f"{code.header}: {code.constant}: {code.name} is already {before.constant} in {before.header}")
    return wrong


def unused(root: pathlib.Path, codes: list[Code]) -> list[str]:
    """A code that only tests name can never be seen by a user."""
    used: set[str] = set()
    for path in (root / "src").rglob("*"):
        if path.suffix in (".h", ".cc") and path.name != "errors.h" and not path.stem.endswith("_test"):
            used |= set(re.findall(r"\bk[A-Z]\w*", path.read_text()))
    return [f"{code.header}: {code.constant} is never used" for code in codes if code.constant not in used]


def cell(text: str) -> str:
    return text.replace("|", r"\|").replace("<", "&lt;")


def page(codes: list[Code]) -> str:
    parts = [HEAD]
    for subject in sorted({code.subject for code in codes}):
        parts.append(f"\n## {subject}\n\n| code | exit | meaning | what to do |\n|---|---|---|---|\n")
        for code in sorted((c for c in codes if c.subject == subject), key=lambda c: c.name):
            parts.append(f"| `{code.name}` | {EXIT[code.outcome]} | {cell(code.meaning)} | {cell(code.hint)} |\n")
    return "".join(parts)


def main(arguments: list[str]) -> int:
    check = "--check" in arguments
    places = [argument for argument in arguments if argument != "--check"]
    root = pathlib.Path(places[0]) if places else pathlib.Path(__file__).resolve().parent.parent
    codes, wrong = codes_of(root)
    for code in codes:
        wrong += broken_rules(code)
    wrong += doubles(codes)
    if not wrong:
        target, text = root / "docs/errors.md", page(codes)
        if not check:
            target.parent.mkdir(exist_ok=True)
            target.write_text(text)
        elif not target.exists() or target.read_text() != text:
            wrong.append("docs/errors.md is out of date: make docs")
    if check:
        wrong += unused(root, codes)
    print("\n".join(wrong) or f"{len(codes)} error codes")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
