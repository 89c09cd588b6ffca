"""`tomme verify pypi:NAME==VERSION` over TLS that only the user's own authorities vouch for."""
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
