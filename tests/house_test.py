"""The checks of the house are checked here: each must fail on what it is there to catch."""
import pathlib
import re
import subprocess
import sys

import pytest

TESTS = pathlib.Path(__file__).resolve().parent
ROOT = TESTS.parent
RUN = TESTS / "transcripts/run.py"

CODE = 'inline constexpr ErrorCode {constant}{{"{name}", Outcome::{outcome}, "{meaning}",\n    "a " "hint"}};\n'


def python(*arguments) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, *map(str, arguments)], capture_output=True, text=True, timeout=60)


def code(constant="kPemInvalid", name="pem/invalid", outcome="refused", meaning="a | text") -> str:
    return CODE.format(**locals())


@pytest.fixture
def tree(tmp_path):
    """Writes a source tree with these error codes and uses of them, and checks or writes the page."""
    def make(codes: str, use: str = "kPemInvalid", *options: str) -> subprocess.CompletedProcess:
        room = tmp_path / "src/core/encoding"
        room.mkdir(parents=True, exist_ok=True)
        (room / "errors.h").write_text(codes)
        (room / "pem.cc").write_text(f"return fail({use}, \"no\");\n")
        return python(ROOT / "tools/errors_doc.py", *options, tmp_path)
    return make


class TestErrorsDoc:
    def test_writes_what_check_accepts(self, tree, tmp_path):
        assert tree(code()).returncode == 0
        page = (tmp_path / "docs/errors.md").read_text()
        assert "## pem" in page
        assert "| `pem/invalid` | 1 | a \\| text | a hint |" in page
        assert tree(code(), "kPemInvalid", "--check").returncode == 0

    def test_check_refuses_an_old_page(self, tree):
        tree(code())
        result = tree(code(meaning="something else"), "kPemInvalid", "--check")
        assert (result.returncode, result.stdout) == (1, "docs/errors.md is out of date: make docs\n")

    @pytest.mark.parametrize("codes, use, words", [
        (code() + code("kPemTwice"), "kPemInvalid kPemTwice", "pem/invalid is already kPemInvalid"),
        (code(name="PEM/invalid"), "kPemInvalid", "is not subject/what-is-wrong"),
        (code(name="pem"), "kPemInvalid", "is not subject/what-is-wrong"),
        (code(outcome="fine"), "kPemInvalid", "no outcome fine"),
        (code(meaning="a sentence."), "kPemInvalid", "no full stop"),
        (code(), "kSomethingElse", "kPemInvalid is never used"),
        (code() + "inline constexpr ErrorCode kPemOdd = make();\n", "kPemInvalid kPemOdd", "kPemOdd is not written as"),
    ])
    def test_refuses(self, tree, codes, use, words):
        tree(codes, use)
        result = tree(codes, use, "--check")
        assert result.returncode == 1
        assert words in result.stdout


class TestFuzzListed:
    def test_refuses_a_target_without_line_or_seeds(self, tmp_path):
        (tmp_path / "fuzz").mkdir()
        (tmp_path / "fuzz/CMakeLists.txt").write_text("# tomme_fuzz(pem LINKS core/encoding)\n")
        (tmp_path / "fuzz/pem_fuzz.cc").write_text("")
        result = python(TESTS / "fuzz_listed.py", tmp_path)
        assert result.returncode == 1
        assert "no tomme_fuzz(pem …)" in result.stdout
        assert "fuzz/corpus/pem: no seeds" in result.stdout


@pytest.fixture
def transcript(tmp_path):
    """Runs a transcript against a program that is a shell script."""
    def play(text: str, *options: str) -> subprocess.CompletedProcess:
        program = tmp_path / "tomme"
        program.write_text('#!/bin/sh\n[ "$1" = --version ] && { echo tomme 9.8.7; exit; }\n'
                           'echo "out $*"; echo >&2 "hint: err"; exit 3\n')
        program.chmod(0o755)
        path = tmp_path / "case.txt"
        path.write_text(text)
        return python(RUN, "--program", program, "--shared", tmp_path / "absent", *options, path)
    return play


class TestTranscripts:
    GOOD = "# words\nfile a/b.txt:\n    inside\nsetup: cp a/b.txt c.txt\n$ cat c.txt && tomme {tmp}\n" \
           "inside\nout /[..]\n2> hint: err\nexit: 3\n"

    def test_accepts_what_is_said(self, transcript):
        result = transcript(self.GOOD)
        assert result.returncode == 0, result.stdout

    @pytest.mark.parametrize("old, new", [
        ("inside\nout", "insid\nout"), ("exit: 3", "exit: 0"), ("2> hint: err", "hint: err"),
        ("out /[..]", "out"), ("inside\nout /[..]\n", "inside\n"), ("setup: cp", "setup: false"),
        ("exit: 3\n", ""), ("# words", "words"),
    ])
    def test_refuses_any_difference(self, transcript, old, new):
        assert old in self.GOOD
        assert transcript(self.GOOD.replace(old, new)).returncode == 1

    def test_any_number_of_lines(self, transcript):
        assert transcript("$ seq 5; true\n1\n[...]\n5\nexit: 0\n").returncode == 0
        assert transcript("$ seq 5; true\n1\n[...]\n6\nexit: 0\n").returncode == 1

    def test_version_is_the_program_s(self, transcript):
        assert transcript("$ tomme --version\ntomme {version}\nexit: 0\n").returncode == 0

    def test_update_keeps_what_holds(self, transcript, tmp_path):
        assert transcript("# words\n$ tomme {tmp}/x y\nwrong\n2> hint[..]\nexit: 3\n", "--update").returncode == 0
        assert (tmp_path / "case.txt").read_text() == \
            "# words\n$ tomme {tmp}/x y\nout {tmp}/x y\n2> hint[..]\nexit: 3\n"

    def test_without_shared_it_is_skipped(self, transcript):
        result = transcript("$ ls {shared}\nexit: 0\n")
        assert result.returncode == 77
        assert "skipped, there is no" in result.stdout


@pytest.fixture
def layering(tmp_path):
    """Two rooms, upper over lower, and one file; the answer of the layering check."""
    def make(path: str, include: str) -> subprocess.CompletedProcess:
        (tmp_path / "CMakeLists.txt").write_text("tomme_room(core/lower)\ntomme_room(io/upper LINKS core/lower)\n"
                                                 "tomme_room(cli LINKS io/upper)\n")
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(f"#include {include}\n")
        return python(TESTS / "layering.py", tmp_path)
    return make


class TestLayering:
    @pytest.mark.parametrize("path, include", [
        ("src/io/upper/a.cc", '"core/lower/a.h"'), ("src/core/lower/a_test.cc", "<fstream>"),
        ("src/core/lower/a_for_test.h", "<fstream>"), ("src/cli/main.cc", '"io/upper/a.h"'),
    ])
    def test_accepts(self, layering, path, include):
        result = layering(path, include)
        assert result.returncode == 0, result.stdout

    @pytest.mark.parametrize("path, include, words", [
        ("src/core/lower/a.cc", '"io/upper/a.h"', "core/lower does not link io/upper"),
        ("src/core/lower/a.cc", "<fstream>", "core/ does no I/O"),
        ("src/io/upper/a.h", "<openssl/ssl.h>", "must not cross a room's header"),
        ("src/io/upper/a.cc", "<CLI/CLI.hpp>", "which belongs to cli"),
        ("src/io/other/a.cc", "<string>", "no tomme_room(io/other)"),
    ])
    def test_refuses(self, layering, path, include, words):
        result = layering(path, include)
        assert result.returncode == 1
        assert words in result.stdout


def test_no_test_module_imports_another():
    """What several need is in a module that is no test, so that a test can be renamed, moved or deleted by itself."""
    found = [f"{path.name}: {line}" for path in TESTS.rglob("*.py")
             for line in re.findall(r"^(?:from|import) \w+_test\b.*", path.read_text(), re.M)]
    assert not found, "\n".join(found)
