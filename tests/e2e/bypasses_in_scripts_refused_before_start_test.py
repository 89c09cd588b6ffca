"""Bypasses of the proxy by what scripts of PDM, hatch and pipenv start: refused, and nothing is started."""
import pytest

from asked import REQUIRED
from stage import Stage

HEAD = "# /// script\n# dependencies = ['six @ file:///tmp/six.whl']\n# ///\n"
PDM, HATCH = "[tool.pdm.scripts]\n", "[tool.hatch.envs.default]\n"


@pytest.fixture
def decoys(bare) -> Stage:
    """Installers that only leave a sign that they were started."""
    folder = bare.folder / "bin"
    folder.mkdir()
    for name in ("pip", "uv", "pdm", "hatch", "pipenv"):
        program = folder / name
        program.write_text(f'#!/bin/sh\necho started >> "{bare.folder}/started"\n')
        program.chmod(0o755)
    bare.environment["PATH"] = f"{folder}:/usr/bin:/bin"
    return bare


@pytest.mark.parametrize("options", [REQUIRED, ("--expect", "six=somebody/else")], ids=["required", "expected"])
@pytest.mark.parametrize("command,text,name", [
    ("pdm run go", PDM + "go = ['uv', 'pip', 'install', '--find-links', '/tmp/wheels', 'six']", "/tmp/wheels"),
    ("pdm run go", PDM + "go = 'head.py'", "/tmp/six.whl"),
    ("pdm lock", PDM + "post_lock = ['head.py']", "/tmp/six.whl"),
    ("pdm run go -q", PDM + "go = 'pip install six --config-settings x={{args}'", "braces"),
    ("hatch run head.py", HATCH, "/tmp/six.whl"),
    ("hatch env run -- pip install --find-links /tmp/wheels six", HATCH, "/tmp/wheels"),
    ("hatch run go", HATCH + "scripts = {go = 'sub -f /tmp/wheels', sub = 'pip install six'}", "/tmp/wheels"),
    ("hatch later", HATCH, "hatch later"),
], ids=lambda value: value if " run" in value else "")
def test_scripts_of_a_project(decoys, command, text, name, options):
    decoys.write("pyproject.toml", "[project]\nname = 'p'\nversion = '1'\n" + text + "\n")
    decoys.write("head.py", HEAD)
    result = decoys.run(*command.split(), options=options)
    assert result.code == 2 and name in result.err, result.said
    assert not (decoys.folder / "started").exists()


@pytest.mark.parametrize("words,env", [(["--find-links", "/tmp/wheels"], ""), ([], "FILE=/tmp/x # more\n")])
def test_words_and_variables_of_pipenv(decoys, words, env):
    decoys.write("Pipfile", "[scripts]\ngo = 'pip install six'\n")
    decoys.write(".env", env)
    result = decoys.run("pipenv", "run", "go", *words, options=REQUIRED)
    assert result.code == 2 and "[guard/unproven]" in result.err, result.said
    assert not (decoys.folder / "started").exists()


def test_ordinary_scripts_are_started(decoys):
    decoys.write("pyproject.toml", "[project]\nname = 'p'\nversion = '1'\n" + PDM + "go = ['pytest', '{args:tests}']\n" +
                 HATCH + "scripts = {go = 'pytest {args:tests}'}\n")
    decoys.write("Pipfile", "[scripts]\ngo = 'pytest -q'\n")
    for program in ("pdm", "hatch", "pipenv"):
        result = decoys.run(program, "run", "go", "-x", options=REQUIRED)
        assert result.code == 0, result.said
