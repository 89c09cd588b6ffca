"""What README.md shows is what happens: its console blocks are run, with real installers and real attestations."""
import shlex

import pytest

from shown import steps
from stage import ROOT

SHOWN = [(step.command, step.shown) for step in steps(ROOT / "README.md")]


def in_one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture
def reader(stage, shared):
    """Somebody with a new environment of his own. What PyPI lists there, the machine's mirror may not."""
    stage.options = ["--attestations", str(shared / "vectors/pypi")]
    assert stage.plain("/usr/bin/python3", "-m", "venv", "venv").code == 0
    stage.environment["PATH"] = f"{stage.work}/venv/bin:{stage.environment['PATH']}"
    stage.environment["VIRTUAL_ENV"] = f"{stage.work}/venv"
    return stage


def test_the_readme_shows_both_commands():
    assert {shlex.split(command)[1] for command, _ in SHOWN} == {"run", "verify"}


@pytest.mark.parametrize("command,shown", SHOWN, ids=[command[:60] for command, _ in SHOWN])
@pytest.mark.usefixtures("pypi")
def test_the_readme_shows_what_happens(reader, shared, command, shown):
    words = shlex.split(command)
    if words[1] == "run":
        dashes = words.index("--")
        done = reader.run(*words[dashes + 1:], options=words[2:dashes])
    else:
        done = reader.plain(reader.program, *words[1:], cwd=shared / "vectors/pypi")
    said = in_one_line(done.said)
    for part in in_one_line(shown).split("…"):  # what is left out
        assert part.strip() in said
    ours = [line for line in done.err.splitlines() if line.startswith("tomme: ")]
    if "…" not in shown:
        assert ours == [line for line in shown.splitlines() if line.startswith("tomme: ")]
