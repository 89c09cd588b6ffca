"""What tests ask installers for, most of all tomme-demo, and what has to come of it."""
import subprocess

import pytest

from stage import REFUSED

WHEEL = "tomme_demo-1.0-py3-none-any.whl"
DEPENDENCY = "tomme_demo_dep1-1.0-py3-none-any.whl"
# Of signers: the one of tomme-demo is expected; a proof is required of every file.
EXPECT = ["--expect", "tomme-demo=example/tomme-demo"]
REQUIRED = ("--require", "attested")
STRICT = [*EXPECT, *REQUIRED]
# Only the wheel of tomme-demo comes, into the folder out.
COMMANDS = {"pip": ["pip", "download", "-q", "--no-deps", "-d", "out", "tomme-demo==1.0", "--only-binary", ":all:"],
            "uv": ["uv", "pip", "install", "-q", "--no-deps", "--target", "out", "tomme-demo==1.0", "--only-binary", ":all:"]}
PIP, UV = COMMANDS["pip"], COMMANDS["uv"]
both = pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
# With dependencies, installed there.
PIP_INSTALL = ["pip", "install", "-q", "--no-input", "--no-build-isolation", "--target", "out"]
UV_INSTALL = ["uv", "pip", "install", "--target", "out"]
BY_PIP_AND_UV = pytest.mark.parametrize("command", [["pip", "--python", "v", "install", "-q"],
                                                    ["uv", "pip", "install", "-q", "--python", "v"]], ids=lambda words: words[0])
# A pyproject.toml that wants tomme-demo.
PROJECT = '[project]\nname = "mine"\nversion = "1"\nrequires-python = ">=3.11,<4"\ndependencies = ["tomme-demo==1.0"]\n'


def project(stage, index, tool: str, *dependencies: str) -> list[str]:
    """A project of Poetry or PDM that wants these; how it is installed."""
    source = (f'[[tool.poetry.source]]\nname = "local"\nurl = "{index.simple}"\npriority = "primary"\n[tool.poetry]\npackage-mode = false\n'
              if tool == "poetry" else
              f'[[tool.pdm.source]]\nname = "pypi"\nurl = "{index.simple}"\n[tool.pdm]\ndistribution = false\n')
    stage.write("pyproject.toml", f'[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.11"\n'
                                  f"dependencies = {list(dependencies)}\n{source}")
    stage.write("poetry.toml", "[solver]\nlazy-wheel = false\n[virtualenvs]\nin-project = true\n")
    subprocess.run(["/usr/bin/python3", "-m", "venv", "--without-pip", stage.work / ".venv"], check=True)
    return ["poetry", "install", "--no-root"] if tool == "poetry" else ["pdm", "install"]


def assert_refused(stage, result, code: str, file: str = WHEEL):
    assert result.code == REFUSED, result.said
    assert not list(stage.work.glob("out/tomme_demo*")), "it was installed all the same"
    refusals = {entry["refusal"]["code"] for entry in result.report["files"]
                if entry["file"] == file and "refusal" in entry}
    refusals |= {entry["why"]["code"] for entry in result.report["refused"]}
    assert code in refusals, f"{refusals} {result.said}"
    assert "tomme: " in result.by_the_installer and f"[{code}]" in result.by_the_installer, f"the installer does not say why: {result.said}"


def assert_taken(stage, result, verdict: str = "attested", file: str = WHEEL):
    assert result.code == 0, result.said
    assert result.file(file)["verdict"] == verdict, result.said
    assert list(stage.work.glob("out/tomme_demo*"))


def came(result) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for entry in result.report["installed"]:
        found.setdefault(entry["from"], set()).add(entry["project"])
    return found
