"""The main job on real input: unmodified installers, the real PyPI, real attestations."""
import shutil
import urllib.request

import pytest

from stage import REFUSED

WHEEL = "abi3info-2024.10.3-py3-none-any.whl"
SIGNED = [  # requirement, file, who
    ("abi3info==2024.10.3", WHEEL, "woodruffw/abi3info"),
    ("abi3info==2024.10.8", "abi3info-2024.10.8.tar.gz", "woodruffw/abi3info"),
    ("pypi-attestations==0.0.19", "pypi_attestations-0.0.19.tar.gz", "trailofbits/pypi-attestations"),
    ("sampleproject==3.0.0", "sampleproject-3.0.0.tar.gz", "919436158236-compute@developer.gserviceaccount.com"),
]
pytestmark = pytest.mark.usefixtures("pypi")


@pytest.fixture
def real(stage, shared):
    stage.options = ["--attestations", str(shared / "vectors/pypi")]
    return stage


def name_of(requirement: str) -> str:
    return requirement.partition("==")[0]


@pytest.mark.parametrize("requirement,filename,who", SIGNED)
def test_pip_takes_what_its_maintainer_attested(real, requirement, filename, who):
    result = real.run("pip", "download", "-q", "--no-deps", "-d", "out", requirement,
                      *([] if filename.endswith(".whl") else ["--no-binary", name_of(requirement)]),
                      options=["--expect", f"{name_of(requirement)}={who}"])
    assert result.code == 0, result.said
    assert result.file(filename)["verdict"] == "verified"
    assert (real.work / "out" / filename).exists()
    assert result.out == ""


@pytest.mark.parametrize("requirement,filename,who", SIGNED[:3])
def test_uv_takes_what_its_maintainer_attested(real, requirement, filename, who):
    binary = [] if filename.endswith(".whl") else ["--no-binary", name_of(requirement)]
    result = real.run("uv", "pip", "install", "-q", "--no-deps", "--target", "out", *binary, requirement,
                      options=["--expect", f"{name_of(requirement)}={who}"])
    assert result.code == 0, result.said
    assert result.file(filename)["verdict"] == "verified"


POETRY_PROJECT = """[project]
name = "mine"
version = "1"
requires-python = ">=3.11,<4"
dependencies = ["abi3info==2024.10.3"]
[tool.poetry]
package-mode = false
"""
SIMPLE_SOURCE = '[[tool.poetry.source]]\nname = "simple"\nurl = "https://pypi.org/simple/"\npriority = "primary"\n'


@pytest.mark.parametrize("source", ["", SIMPLE_SOURCE], ids=["default source", "simple source"])
def test_poetry_takes_what_its_maintainer_attested(real, source):
    if not source:
        try:
            urllib.request.urlopen("https://pypi.org/pypi/six/1.17.0/json", timeout=15).close()
        except OSError as error:
            pytest.skip(f"this PyPI has no JSON API, which poetry's default source needs: {error}")
    real.write("pyproject.toml", POETRY_PROJECT + source)
    real.environment["POETRY_VIRTUALENVS_IN_PROJECT"] = "true"
    if "SSL_CERT_FILE" in real.environment:  # poetry by itself reads the other name only
        real.environment["REQUESTS_CA_BUNDLE"] = real.environment["SSL_CERT_FILE"]
    plain = real.plain("poetry", "lock")
    assert plain.code == 0, plain.said
    before = (real.work / "poetry.lock").read_bytes()
    (real.work / "poetry.lock").unlink()
    result = real.run("poetry", "lock")
    assert result.code == 0, result.said
    assert (real.work / "poetry.lock").read_bytes() == before
    result = real.run("poetry", "install", options=["--expect", "abi3info=woodruffw/abi3info"])
    assert result.code == 0, result.said
    assert result.verdicts() == {WHEEL: "verified"}


def test_publish_and_slsa_attestations_are_both_judged(real):
    result = real.run("pip", "download", "-q", "--no-deps", "-d", "out", "--no-binary", "pypi-attestations",
                      "pypi-attestations==0.0.19")
    assert result.code == 0, result.said
    file = result.file("pypi_attestations-0.0.19.tar.gz")
    assert file["verdict"] == "attested"
    assert len(file["signers"]) >= 2


def test_without_an_expectation_a_proof_is_only_a_name(real):
    result = real.run("uv", "pip", "install", "-q", "--no-deps", "--target", "out", "abi3info==2024.10.3")
    assert result.code == 0, result.said
    assert result.file(WHEEL)["verdict"] == "attested"
    assert "no expected signer was given" in result.err
    assert "verified" not in result.err


def test_staging_is_another_world(real):
    command = ["pip", "download", "-q", "--no-deps", "-d", "out", "rfc8785==0.1.2"]
    result = real.run(*command, options=["--staging", "--expect", "rfc8785=william@yossarian.net"])
    assert result.code == 0, result.said
    assert result.verdicts() == {"rfc8785-0.1.2-py3-none-any.whl": "verified"}
    shutil.rmtree(real.work / "out")
    result = real.run(*command)
    assert result.code == REFUSED, result.said
    assert result.verdicts() == {"rfc8785-0.1.2-py3-none-any.whl": "refused"}
    assert "403 Client Error: tomme: " in result.said


@pytest.mark.parametrize("installer", ["pip", "uv"])
def test_no_attestation_passes_or_not_as_asked(real, installer):
    command = {"pip": ["pip", "download", "-q", "--no-deps", "-d", "out", "six==1.17.0"],
               "uv": ["uv", "pip", "install", "-q", "--no-deps", "--target", "out", "six==1.17.0"]}[installer]
    result = real.run(*command)
    assert result.code == 0, result.said
    assert result.verdicts() == {"six-1.17.0-py2.py3-none-any.whl": "unattested"}
    shutil.rmtree(real.work / "out")
    result = real.run(*command, options=["--require", "attested"])
    assert result.code == REFUSED, result.said
    assert "403" in result.said and "tomme: six-1.17.0-py2.py3-none-any.whl" in result.said


@pytest.mark.parametrize("installer", ["pip", "uv"])
def test_another_signer_than_expected_is_refused(real, installer):
    command = {"pip": ["pip", "download", "-q", "--no-deps", "-d", "out", "abi3info==2024.10.3"],
               "uv": ["uv", "pip", "install", "-q", "--no-deps", "--target", "out", "abi3info==2024.10.3"]}
    result = real.run(*command[installer], options=["--expect", "abi3info=somebody/else"])
    assert result.code == REFUSED, result.said
    assert result.file(WHEEL)["verdict"] == "refused"
    assert "woodruffw/abi3info" in result.file(WHEEL)["refusal"]["message"]
    assert not list(real.work.glob("out/abi3info*"))


def test_frozen_uv_asks_no_index_and_is_judged(real):
    real.write("pyproject.toml", '[project]\nname = "mine"\nversion = "1"\nrequires-python = ">=3.11"\n'
                                 'dependencies = ["abi3info==2024.10.3"]\n')
    plain = real.plain("uv", "lock", "-q")
    assert plain.code == 0, plain.said
    before = (real.work / "uv.lock").read_bytes()
    (real.work / "uv.lock").unlink()
    result = real.run("uv", "lock", "-q")
    assert result.code == 0, result.said
    assert (real.work / "uv.lock").read_bytes() == before
    result = real.run("uv", "sync", "-q", "--frozen", options=["--expect", "abi3info=woodruffw/abi3info"])
    assert result.code == 0, result.said
    assert result.verdicts() == {WHEEL: "verified"}
