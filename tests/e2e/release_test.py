"""`tomme verify pypi:NAME==VERSION` over TLS that only the user's own authorities vouch for."""
import copy
import json

import pytest

RELEASE = "pypi:tomme-demo==1.0"


@pytest.fixture
def ask(bare, index, certificates, made):
    for name in ("HTTPS_PROXY", "https_proxy"):
        bare.environment.pop(name, None)
    bare.environment["SSL_CERT_FILE"] = str(certificates.authority)

    def ask(verb, *options, release=RELEASE):
        root = ("--trusted-root", made / "trusted_root.json") if verb == "verify" else ()
        return bare.plain(bare.program, verb, release, "--index", index.simple, *root, *options)
    return ask


def test_every_file_is_verified(ask):
    result = ask("verify", "--repository", "example/tomme-demo", "--format", "json")
    assert result.code == 0, result.said
    names = json.dumps(json.loads(result.out))
    assert "tomme_demo-1.0-py3-none-any.whl" in names and "tomme_demo-1.0.tar.gz" in names


def test_somebody_else(ask):
    result = ask("verify", "--repository", "somebody/else")
    assert result.code == 1 and "policy/identity" in result.said, result.said


def test_a_release_without_proof(ask, index):
    for entry in index.projects["tomme-demo"]:
        entry.provenance = None
    result = ask("verify", "--anyone")
    assert result.code == 1 and result.said.count("error:") == 2, result.said


def test_a_proof_that_cannot_be_had(ask, index):
    index.answer("/provenance/tomme_demo-1.0.tar.gz", status=503)
    result = ask("verify", "--anyone")
    assert result.code == 1 and "provenance/unavailable" in result.said, result.said
    assert "tomme_demo-1.0-py3-none-any.whl: " in result.said


def test_what_cannot_be_read_is_not_passed_over(ask, index):
    """A file that may be of the release is told, of another version is not."""
    like = index.projects["tomme-demo"][0]
    for name in ("tomme_demo-1.0.tar.bz2", "tomme-demo-1.0.win32.exe", "tomme_demo-2.0.tar.bz2", "tomme_demo-1.0.tar.gz.asc"):
        entry = copy.copy(like)
        entry.filename, entry.url = name, f"../../files/{name}"
        index.projects["tomme-demo"].append(entry)
    result = ask("verify", "--repository", "example/tomme-demo", "--format", "json")
    assert result.code == 3, result.said
    verdicts = {file["file"]: file["verdict"] for file in json.loads(result.out)["files"]}
    assert verdicts == {"tomme_demo-1.0-py3-none-any.whl": "verified", "tomme_demo-1.0.tar.gz": "verified",
                        "tomme_demo-1.0.tar.bz2": "unknown", "tomme-demo-1.0.win32.exe": "unknown"}
    assert "not looked at" in ask("verify", "--repository", "example/tomme-demo").said


def test_a_renamed_file_says_what_it_was_called(ask, index, bare, made):
    wheel = made / "files/tomme_demo-1.0-py3-none-any.whl"
    (bare.work / "renamed.whl").write_bytes(wheel.read_bytes())
    words = ("verify", "renamed.whl", "--provenance", f"{wheel}.provenance", "--repository", "example/tomme-demo",
             "--trusted-root", made / "trusted_root.json")
    result = bare.plain(bare.program, *words)
    assert result.code == 1 and "renamed.whl" in result.said, result.said
    assert bare.plain(bare.program, *words, "--name", wheel.name).code == 0
    assert bare.plain(bare.program, *words, "--name", "other-1.0-py3-none-any.whl").code == 1
