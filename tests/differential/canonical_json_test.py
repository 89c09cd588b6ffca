"""The canonical JSON that TUF signs, byte for byte beside securesystemslib: random documents, the seeds of the fuzz
targets, real metadata, and each of them damaged.

Where only we refuse, STRICTER must say why, judged by the document and not by our message; an excuse that nothing
needs is a failure too. TOMME_JSON_DOCUMENTS (20,000) says how many random documents, TOMME_JSON_SEED which.
"""
import itertools
import json
import os
import pathlib
import random
import re
import struct
import subprocess
from typing import Any, Iterator, NamedTuple

import pytest

formats = pytest.importorskip("securesystemslib.formats", reason="tests/requirements.txt is not installed")
from securesystemslib.exceptions import FormatError  # noqa: E402

DOCUMENTS = int(os.environ.get("TOMME_JSON_DOCUMENTS", "20000"))
SEED = int(os.environ.get("TOMME_JSON_SEED", "1"))
AT_A_TIME = 10_000
CONTROL = re.compile(rb"[\x00-\x1f]")
DEPTH, BYTES, VALUES = 64, 16 * 1024 * 1024, 1_000_000  # json::Limits

# What we refuse and they do not: a signer and a verifier who read such a text differently sign different things.
STRICTER = {
    "duplicate member": "Python keeps the last one, other readers the first",
    "whole number beyond 64 bits": "other readers round it or fail",
    "more than 64 levels": "readers that recurse run out of stack",
    "more than 16 MiB": "a bound on memory",
    "more than 1,000,000 values": "a bound on memory",
}


# --- the two programs


class Answer(NamedTuple):
    canonical: bytes | None  # None: refused
    why: str


class Reading(NamedTuple):
    """A document as Python reads it, and what STRICTER has against it."""
    canonical: bytes | None
    value: Any
    against: frozenset[str]


def find_program(tomme: pathlib.Path, root: pathlib.Path) -> pathlib.Path:
    name = "tomme_canonical_json"
    for path in (tomme.resolve().parent / name, root / "build/release" / name):
        if path.exists():
            return path
    pytest.skip(f"{name} is not built")


def ask_tomme(program: pathlib.Path, documents: list[bytes]) -> list[Answer]:
    requests = b"".join(struct.pack(">I", len(document)) + document for document in documents)
    done = subprocess.run([program], input=requests, capture_output=True, timeout=600)
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-2000:]
    answers, at = [], 0
    while at < len(done.stdout):
        kind, length = struct.unpack_from(">cI", done.stdout, at)
        text = done.stdout[at + 5:at + 5 + length]
        answers.append(Answer(text, "") if kind == b"+" else Answer(None, text.decode()))
        at += 5 + length
    assert at == len(done.stdout) and len(answers) == len(documents)
    return answers


def read_by_peer(document: bytes) -> Reading:
    against: set[str] = set()

    def members(pairs: list[tuple[str, Any]]) -> dict:
        value = dict(pairs)
        if len(value) < len(pairs):
            against.add("duplicate member")
        return value

    def whole(digits: str) -> int:
        number = int(digits)
        if not -1 << 63 <= number < 1 << 64:
            against.add("whole number beyond 64 bits")
        return number

    try:
        value = json.loads(document.decode(), object_pairs_hook=members, parse_int=whole)
        canonical = formats.encode_canonical(value).encode()
    except (ValueError, FormatError, RecursionError):
        return Reading(None, None, frozenset())
    if document.count(b"[") + document.count(b"{") > DEPTH and levels(document) > DEPTH:
        against.add("more than 64 levels")
    if len(document) > BYTES:
        against.add("more than 16 MiB")
    if len(document) > VALUES and document.count(b",") >= VALUES - 1:  # the one test of it has no texts
        against.add("more than 1,000,000 values")
    return Reading(canonical, value, frozenset(against))


def levels(document: bytes) -> int:
    """Of a text that is JSON: the deepest nesting outside of strings."""
    deepest = now = 0
    inside = escaped = False
    for byte in document:
        if inside:
            inside = escaped or byte != 0x22
            escaped = not escaped and byte == 0x5c
        elif byte == 0x22:
            inside = True
        elif byte in b"[{":
            now += 1
            deepest = max(deepest, now)
        elif byte in b"]}":
            now -= 1
    return deepest


# --- documents

# Around every border of an encoding, an escape, or an order: UTF-16 sorts U+E000 behind U+10000, UTF-8 before.
CHARACTERS = (
    [chr(code) for code in range(0x20)] + list('"\\/ abcAZ09{}[]:,') + ["\x7f", "\x80", "\x9f", "\xa0", "é", "e\u0301", "ß"] +
    ["\u07ff", "\u0800", "\u2028", "\u2029", "\ud7ff", "\ue000", "\ufb33", "\ufdd0", "\ufeff", "\ufffd", "\uffff"] +
    ["\U00010000", "\U0001f600", "\U000fffff", "\U00100000", "\U0010ffff"])
SURROGATES = ["\ud800", "\udbff", "\udc00", "\udfff"]
SHORT_ESCAPES = {'"': '\\"', "\\": "\\\\", "/": "\\/", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
BORDERS = [0, 9, 10, 1 << 31, 1 << 32, 1 << 53, 1 << 63, 1 << 64, 10**18, 10**19, 10**20]
OTHER_NUMBERS = ["1.0", "-0.0", "1e0", "1E+2", "1e-2", "0.1", "1e400", "-1e400", "1e-400", "123456789012345678901.5",
                 "01", "-", "+1", ".5", "1.", "1e", "0x1", "NaN", "Infinity", "-Infinity", "1_000", "\u0661"]
TOKENS = [b'"', b"\\", b"\\u", b"\\ud800", b"\\udc00", b"\\u0000", b"{", b"}", b"[", b"]", b":", b",", b"0", b"-", b".", b"e",
          b" ", b"\n", b"\0", b"\x7f", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xef\xbb\xbf", b"\xff", b"null",
          b"true", b"//", b"/**/", b'"":', b',"":0', b"18446744073709551616", b"-9223372036854775809"]


class Maker:
    """Random documents, most of them JSON, spelled in every way that JSON allows."""

    def __init__(self, seed: int, seeds: list[bytes]):
        self.chance, self.seeds = random.Random(seed), seeds

    def document(self) -> bytes:
        kind = self.chance.random()
        if kind < 0.7:
            return self.value(self.chance.randrange(5)).encode("utf-8", "surrogatepass")
        if kind < 0.71:
            return self.nested()
        first = self.seeds if kind > 0.85 else [self.value(3).encode("utf-8", "surrogatepass")]
        return self.damaged(self.chance.choice(first))

    def nested(self) -> bytes:
        depth = self.chance.randint(DEPTH - 2, DEPTH + 2)
        opened = [self.chance.choice(["[", "[0,", '{"a":', '{"[":']) for _ in range(depth - 1)]
        closed = ["]" if text.startswith("[") else "}" for text in reversed(opened)]
        return "".join([*opened, "[]", *closed]).encode()

    def space(self) -> str:
        return "" if self.chance.random() < 0.9 else "".join(self.chance.choices(" \t\r\n", k=self.chance.randint(1, 3)))

    def value(self, depth: int) -> str:
        kind = self.chance.random()
        if depth > 0 and kind < 0.35:
            return self.listed("{}", [self.member(depth) for _ in range(self.chance.randrange(6))])
        if depth > 0 and kind < 0.55:
            return self.listed("[]", [self.value(depth - 1) for _ in range(self.chance.randrange(5))])
        if kind < 0.75:
            return self.text()
        return self.number() if kind < 0.93 else self.chance.choice(["null", "true", "false"])

    def listed(self, brackets: str, items: list[str]) -> str:
        inner = ",".join(self.space() + item + self.space() for item in items) or self.space()
        return brackets[0] + inner + brackets[1]

    def member(self, depth: int) -> str:
        return self.text() + self.space() + ":" + self.space() + self.value(depth - 1)

    def number(self) -> str:
        kind = self.chance.random()
        if kind < 0.03:
            return self.chance.choice(OTHER_NUMBERS)
        sign = self.chance.choice(["", "", "-"])
        if kind < 0.3:
            return sign + str(abs(self.chance.choice(BORDERS) + self.chance.randint(-1, 1)))
        return sign + str(self.chance.getrandbits(self.chance.choice([1, 16, 53, 63, 64, 65] if kind > 0.9 else [4, 31, 62])))

    def text(self) -> str:
        characters = self.chance.choices(CHARACTERS, k=self.chance.choice([0, 1, 1, 2, 3, 8]))
        if self.chance.random() < 0.01:
            characters.insert(self.chance.randint(0, len(characters)), self.chance.choice(SURROGATES))
        return '"' + "".join(map(self.spelled, characters)) + '"'

    def spelled(self, character: str) -> str:
        must = character < " " or character in '"\\'
        kind = self.chance.random()
        if kind < 0.002 or (not must and kind < 0.7):
            return character
        if character in SHORT_ESCAPES and kind < 0.85:
            return SHORT_ESCAPES[character]
        units = character.encode("utf-16-be", "surrogatepass")
        return "".join("\\u" + "".join(self.chance.choice([digit, digit.upper()]) for digit in unit.hex())
                       for unit in (units[:2], units[2:]) if unit)

    def damaged(self, document: bytes) -> bytes:
        changed = bytearray(document)
        for _ in range(self.chance.randint(1, 3)):
            at = self.chance.randint(0, len(changed))
            to = min(len(changed), at + self.chance.choice([1, 1, 2, 5, 20]))
            kind = self.chance.randrange(5)
            if kind == 0 and at < len(changed):
                changed[at] ^= 1 << self.chance.randrange(8)
            elif kind == 1:
                del changed[at:to]
            elif kind == 2:
                changed[at:at] = changed[at:to]
            elif kind == 3:
                changed[at:to] = self.chance.choice(TOKENS)
            else:
                changed[at:at] = self.chance.choice(TOKENS)
        return bytes(changed)


def batches(documents: Iterator[bytes]) -> Iterator[list[bytes]]:
    while batch := list(itertools.islice(documents, AT_A_TIME)):
        yield batch


# --- what they are asked


def same(a: Any, b: Any) -> bool:
    """Equal and of one type throughout: for Python, True is 1."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b


def short(document: bytes) -> str:
    return repr(document if len(document) <= 300 else document[:150] + b" ... " + document[-150:])


class Comparison:
    def __init__(self, program: pathlib.Path):
        self.program, self.wrong = program, []
        self.used: set[str] = set()
        self.agreed = self.refused = self.raw = 0

    def run(self, documents: list[bytes]) -> None:
        accepted = []
        for document, our in zip(documents, ask_tomme(self.program, documents)):
            their = read_by_peer(document)
            if self.agree(document, our, their) and our.canonical is not None:
                accepted.append((document, our.canonical, their.value))
        self.round_trip(accepted)

    def agree(self, document: bytes, our: Answer, their: Reading) -> bool:
        wanted = None if their.against else their.canonical
        if their.canonical is not None:
            self.used |= their.against
        if our.canonical == wanted:
            self.agreed += wanted is not None
            self.refused += wanted is None
            return True
        self.wrong.append(f"{short(document)}: {our} / {short(their.canonical or b'')} {set(their.against)}")
        return False

    def round_trip(self, accepted: list[tuple[bytes, bytes, Any]]) -> None:
        """What is canonical says the same, and is its own canonical form; but with control characters it is no JSON."""
        again = ask_tomme(self.program, [canonical for _, canonical, _ in accepted])
        for (document, canonical, value), our in zip(accepted, again):
            controls = CONTROL.search(canonical) is not None
            self.raw += controls
            if our.canonical != (None if controls else canonical):
                self.wrong.append(f"{short(document)}: written as {short(canonical)}, which is read as {our}")
            if not same(json.loads(canonical.decode(), strict=False), value):
                self.wrong.append(f"{short(document)}: written as {short(canonical)}, which says something else")

    def expect_none_wrong(self) -> None:
        assert not self.wrong, f"{len(self.wrong)} differ:\n" + "\n".join(self.wrong[:20])


@pytest.fixture(scope="module")
def program(tomme, root) -> pathlib.Path:
    return find_program(tomme, root)


@pytest.fixture(scope="module")
def seeds(root) -> list[bytes]:
    found = sorted(path for path in (root / "fuzz/corpus").rglob("*") if path.is_file())
    vectors = pathlib.Path(os.environ.get("TOMME_SHARED_DIR", root.parent / "shared")) / "vectors"
    found += sorted(path for path in vectors.rglob("*.json") if path.is_file())
    return [path.read_bytes() for path in found]


def test_every_kind_of_text(program):
    """One of each, so that no chance leaves one out; the limits at and above what is allowed."""
    wide = b"[" + b"0," * (VALUES - 2) + b"0]"
    assert wide.count(b",") == VALUES - 2
    long = b'"' + b"a" * (BYTES - 2) + b'"'
    deep = b"[" * DEPTH + b"]" * DEPTH
    comparison = Comparison(program)
    comparison.run([wide, wide[:-1] + b",0]", long, long[:-1] + b'a"', deep, b"[" + deep + b"]"])
    comparison.run([number.encode() for number in OTHER_NUMBERS] +
                   [str(sign * (border + step)).encode() for border in BORDERS for step in (-1, 0, 1) for sign in (1, -1)])
    characters = CHARACTERS + SURROGATES + [a + b for a in SURROGATES for b in SURROGATES]
    comparison.run([json.dumps(text, ensure_ascii=escaped).encode("utf-8", "surrogatepass")
                    for text in characters for escaped in (True, False)])
    comparison.run([json.dumps({a: 0, b: 1}).encode() for a, b in itertools.permutations(CHARACTERS[32:], 2)])
    comparison.run([b'{"a":1,"a":1}', b'{"a":1,"\\u0061":2}', b'{"":1,"":2}', b'{"":{"":[]}}', b"", b" ", b"\xef\xbb\xbf1",
                    b"1 2", b"[1,]", b'{"a":1,}', b"'a'", b"{a:1}", b"-0", b"nul", b'"\t"', b'"\\a"', b'"\\u00g0"',
                    b'"\\u 041"', b'"\\u+041"'])
    comparison.expect_none_wrong()
    assert comparison.used == STRICTER.keys(), f"not needed: {STRICTER.keys() - comparison.used}"


def test_seeds_and_real_metadata(program, seeds):
    comparison = Comparison(program)
    for batch in batches(iter(seeds)):
        comparison.run(batch)
    comparison.expect_none_wrong()
    assert comparison.agreed >= 10 and comparison.refused >= 10


def test_random_documents(program, seeds):
    maker = Maker(SEED, [seed for seed in seeds if len(seed) <= 4096])
    comparison = Comparison(program)
    for batch in batches(maker.document() for _ in range(DOCUMENTS)):
        comparison.run(batch)
    print(f"seed {SEED}: {comparison.agreed} written alike, {comparison.raw} of them with raw control characters, "
          f"{comparison.refused} refused")
    comparison.expect_none_wrong()
    assert comparison.agreed > DOCUMENTS / 3 and comparison.refused > DOCUMENTS / 20 and comparison.raw > DOCUMENTS / 20
