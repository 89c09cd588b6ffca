"""Addresses before our own `Url` and before Ada, the URL parser of Node: random texts and references, whole and in pieces, hostile
ones most of all. Both give one canonical text, or both refuse.

Where only we refuse, STRICTER must say why, judged by the text and by what Ada makes of it, not by our message. What
Ada refuses is refused. TOMME_URLS (20,000) says how many, TOMME_URLS_SEED which.
"""
import collections
import itertools
import os
import pathlib
import random
import re
import subprocess
import urllib.parse
from typing import Iterator, NamedTuple

import pytest

ada = pytest.importorskip("ada_url", reason="tests/requirements.txt is not installed")

URLS = int(os.environ.get("TOMME_URLS", "20000"))
SEED = int(os.environ.get("TOMME_URLS_SEED", "1"))
AT_A_TIME = 50_000
LONGEST = 16 * 1024  # Url::kMaxBytes

# What we refuse and Ada does not, with how to know it.
STRICTER = {
    "another scheme": lambda text, url: url.protocol not in ("http:", "https:"),
    "port 0": lambda text, url: url.port == "0",
    "a host that is no name of DNS": lambda text, url: not is_dns_or_address(url.hostname),
    "a host in other letters than ASCII": lambda text, url: any(byte >= 0x80 for byte in host_in(text)),
    "a dot behind the host": lambda text, url: re.search(rb"\.(:\d*)?$", host_in(text)) is not None,
    "too long": lambda text, url: len(text.encode()) > LONGEST,
}


def is_dns_or_address(host: str) -> bool:
    labels = host.split(".")
    return host.startswith("[") or len(host) <= 253 and all(re.fullmatch("[a-z0-9_-]{1,63}", label) for label in labels)


def host_in(text: str) -> bytes:
    """Host and port as they stand in an absolute address, escapes decoded."""
    host = re.sub(r"^[\x00-\x20]*([a-zA-Z][a-zA-Z0-9+.-]*:)?[/\\]*", "", re.sub(r"[\t\r\n]|[\x00-\x20]+$", "", text))
    return urllib.parse.unquote_to_bytes(re.split(r"[/\\?#]", host)[0].rpartition("@")[2])


class Case(NamedTuple):
    text: str
    base: str | None


class Address(NamedTuple):
    href: str  # without login and fragment
    fragment: bytes
    user: bytes
    password: bytes


# --- the two programs


@pytest.fixture(scope="module")
def program(tomme, root) -> pathlib.Path:
    for path in (tomme.resolve().parent / "tomme_parse_url", root / "build/release/tomme_parse_url"):
        if path.exists():
            return path
    pytest.skip("tomme_parse_url is not built")


def ask_tomme(program: pathlib.Path, cases: list[Case]) -> list[Address | str]:
    """An address, or why there is none."""
    lines = (" ".join(part.encode().hex() for part in case if part is not None) for case in cases)
    done = subprocess.run([program], input="\n".join(lines).encode() + b"\n", capture_output=True, timeout=600, check=True)
    answers: list[Address | str] = []
    for line in done.stdout.decode().splitlines():
        href, *rest = line[1:].split("\t")
        answers.append(Address(href, *map(bytes.fromhex, rest)) if line.startswith("+") else href)
    assert len(answers) == len(cases)
    return answers


def ask_ada(case: Case) -> tuple[Address, "ada.URL"] | None:
    try:
        url = ada.URL(case.text, base=case.base)
    except ValueError:
        return None
    fragment = url.hash[1:].encode()
    user, password = (urllib.parse.unquote_to_bytes(part) for part in (url.username, url.password))
    url.hash = ""
    if url.protocol in ("http:", "https:"):
        url.username = url.password = ""
    return Address(url.href, fragment, user, password), url


# --- texts

SCHEMES = ["https:", "http:", "HTTPS:", "hTTp:", "ftp:", "file:", "git+https:", "data:", "javascript:", "ht\ttp:", "https", ":", "1http:", ""]
SLASHES = ["//", "//", "//", "/", "", "\\\\", "/\\", "///", "\\", "/\t/", "////", "//\n"]
LOGINS = ["", "", "", "user@", "user:pass@", ":@", "@", "a:b:c@", "us%40er:p%3As@", "a@b@", "é@", "u/ser@", "[@", "a\\b@", "u?@", " @", "'@", "%@"]
HOSTS = ["index.test", "localhost", "127.0.0.1", "[::1]", "INDEX.Test", "a", "a_b.test", "-a-.test", "index.test.", "a..b", ".a", "", "127.1",
         "0x7f.1", "0x7f000001", "017700000001", "1.2.3.4.", "1.2.3.4.5", "256.1", "4294967295", "4294967296", "0x", "0X7F.0.0.1", "1.0x", "09", "1.09",
         "a.1", "a.0x1", "a.0x", "1a", "99999999999999999999", "[::]", "[::ffff:127.0.0.1]", "[0:0:0:0:0:0:0:1]", "[1:2:3:4:5:6:7::]",
         "[::1%25eth0]", "[::1.2.3]", "[::01.2.3.4]", "[1::2::3]", "[:1]", "[12345::]", "[::FFFF:0:0]", "[2001:DB8::0:1]", "[::1", "::1", "[]", "[::1\x00]", "[::1\x00.2.3.4]", "[1:0:0:2:0:0:0:3]",
         "%69ndex.test", "index%2etest", "%41", "%2f", "%00", "%zz", "%", "%c3%a9", "é.test", "\u212a.test", "ß.de", "xn--a", "xn--e1afmkfd", "xn--", "XN--A.b",
         "a\u00adb", "\u3002", "a\u3002b", "127\u30020.0.1", "\uff11.1", "a b", "a<b", "a|b", "a^b", "a'b", "a\"b", "a{b", "a`b", "a~b", "a!b", "a$b", "a*b", "a+b", "a,b", "a;b", "a=b",
         "a&b", "(a)", "a\tb", "a" * 63, "a" * 64, ".".join(["a" * 63] * 4), ".".join(["a" * 62] * 4), "\x7f", "a\x00b", "a%0ab", "a\u202eb", "\U0001f600", "a-", "--"]
PORTS = ["", "", "", "", ":443", ":80", ":8443", ":0", ":", ":00443", ":65535", ":65536", ":-1", ":+1", ":1x", ":\t80", ":8 0", ":٣", ":99999999999999999999", "::80", ":0x50"]
SEGMENTS = ["simple", "demo", "demo-1.0.tar.gz", ".", "..", "%2e", "%2E.", ".%2e", "%2e%2E", "...", ".%2", "%2e%", "", "a b", "é", "\U0001f600", "\u202e", "%2f", "%5c", "%00", "%zz", "%",
            "a%20b", "a+b", "a~b", "a;b=c", "a:b", "a@b", "a,b", "a!$&'()*b", "\"", "<", ">", "^", "`", "{", "}", "|", "[", "]", "\x00", "\x1f", "\x7f", "\x80", "\u00a0", "\t", "\r\n", "c:", "C|", "//", "=", "&", "'"]
JOINTS = ["/", "/", "/", "/", "\\", "//", "/\t"]
QUERIES = ["", "", "", "?", "?a=b", "?a='b", "?a=\"b", "?a b", "?é", "?%27", "?a?b", "?#", "?<>", "?`{}|^\\[]", "?\t", "?\x00\x7f", "?a/../b", "?%zz", "?\U0001f600", "?a#b?c", "??", "? "]
FRAGMENTS = ["", "", "", "", "#", "#sha256=00", "#egg=demo", "#a b", "#`<>\"", "#é", "##", "#?", "#{}|^'\\", "#\t", "#\x00", "# "]
ENDS = ["", "", "", "", " ", "\x00", "\n", "\t ", "\x1f", "\u00a0", "\ufeff", "\u3000"]
ALPHABET = [chr(code) for code in range(0x80)] + list("\x80\x9f\xa0é\u202e\u212a\u3002\uff0e\uff0f\uff3c\ufeff\ufffd\uffff\U00010000\U0010ffff")
BASES = ["https://user:pw@index.test:8443/simple/demo/?q#f", "http://index.test", "https://index.test/a", "https://[::1]/a/b/c", "http://h/a//b/..c/?x=/y/z"]


class Maker:
    def __init__(self, seed: int):
        self.chance = random.Random(seed)

    def case(self) -> Case:
        kind = self.chance.random()
        base = self.chance.choice(BASES) if kind < 0.5 else None
        text = self.absolute() if kind > 0.3 else self.reference()
        if self.chance.random() < 0.3:
            text = self.damaged(text)
        return Case(text, base)

    def absolute(self) -> str:
        pick = self.mostly
        return (self.chance.choice(ENDS) + pick(SCHEMES, 2) + pick(SLASHES, 1) + pick(LOGINS, 1) + pick(HOSTS, 4) + pick(PORTS, 1) +
                self.chance.choice(["", "/", "/", "/", "\\"]) + self.tail())

    def reference(self) -> str:
        return self.chance.choice(ENDS) + self.chance.choice(["", "", "/", "\\", "./", "../", "https:", "http:", "HTTP:", "ftp:", "a:b", "//", "\t/"]) + self.tail()

    def tail(self) -> str:
        path = "".join(self.chance.choice(SEGMENTS) + self.chance.choice(JOINTS) for _ in range(self.chance.choice([0, 1, 1, 2, 3, 5])))
        if self.chance.random() < 0.7:
            path = path.rstrip("/\\")
        return path + self.chance.choice(QUERIES) + self.chance.choice(FRAGMENTS) + self.chance.choice(ENDS)

    def mostly(self, parts: list[str], good: int) -> str:
        return self.chance.choice(parts[:good] if self.chance.random() < 0.6 else parts)

    def damaged(self, text: str) -> str:
        for _ in range(self.chance.choice([1, 1, 2, 4])):
            at = self.chance.randint(0, len(text))
            kind = self.chance.randrange(4)
            if kind == 0:
                text = text[:at] + text[at + 1:]
            elif kind == 1:
                text = text[:at] + self.chance.choice(ALPHABET) + text[at:]
            elif kind == 2:
                text = text[:at] + self.chance.choice(ALPHABET) + text[at + 1:]
            else:
                text = text[:at] + f"%{self.chance.randrange(256):02x}" + text[at:]
        return text


# --- what they are asked


class Comparison:
    def __init__(self, program: pathlib.Path):
        self.program, self.wrong = program, []
        self.agreed = self.refused = 0
        self.stricter: collections.Counter[str] = collections.Counter()

    def run(self, cases: list[Case]) -> None:
        for case, our in zip(cases, ask_tomme(self.program, cases)):
            their = ask_ada(case)
            if not self.agree(case, our, their):
                self.wrong.append(f"{case}\n  {our}\n  {their and their[0]}")

    def agree(self, case: Case, our: Address | str, their: tuple[Address, "ada.URL"] | None) -> bool:
        if their is None:
            self.refused += isinstance(our, str)
            return isinstance(our, str)
        if isinstance(our, str):
            why = next((why for why, holds in STRICTER.items() if holds(case.text, their[1])), None)
            self.stricter[why or "?"] += 1
            return why is not None
        self.agreed += our == their[0]
        return our == their[0]

    def expect_none_wrong(self) -> None:
        assert not self.wrong, f"{len(self.wrong)} differ:\n" + "\n".join(self.wrong[:20])


def test_every_host_port_and_segment(program):
    """One of each, so that no chance leaves one out."""
    comparison = Comparison(program)
    hosts = [f"https://{host}{port}/" for host, port in itertools.product(HOSTS, PORTS[3:])]
    paths = [f"https://h/{a}{joint}{b}" for a, joint, b in itertools.product(SEGMENTS, sorted(set(JOINTS)), SEGMENTS)]
    comparison.run([Case(text, None) for text in hosts + paths + ["https://h/" + "a" * LONGEST]])
    comparison.run([Case(f"{place}{character}x", base) for base in BASES for character in ALPHABET
                    for place in ("https://a", "https://u@h:8", "https://u", "p/", "?q", "#f", "")])
    comparison.expect_none_wrong()
    unused = STRICTER.keys() - comparison.stricter.keys() - {"another scheme"}
    assert not unused, f"not needed: {unused}"


def test_random_addresses(program):
    maker, comparison = Maker(SEED), Comparison(program)
    made: Iterator[Case] = (maker.case() for _ in range(URLS))
    while batch := list(itertools.islice(made, AT_A_TIME)):
        comparison.run(batch)
    print(f"seed {SEED}: {comparison.agreed} alike, {comparison.refused} refused by both, by us alone "
          f"{dict(comparison.stricter)}")
    comparison.expect_none_wrong()
    assert comparison.agreed > URLS / 4 and comparison.refused > URLS / 50
