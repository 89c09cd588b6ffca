"""`tomme verify --signature --certificate --online`: the log entry of an old detached signature is looked up in
the trusted root's first log. A proxy leads to a server on this machine instead, with the answers of the real one."""
import base64
import json
import pathlib
import shutil

import pytest

RETRIEVE = "/api/v1/log/entries/retrieve"
BUNDLE = "vectors/sigstore-conformance/bundle-verify/happy-path-v0.1/bundle.sigstore.json"


def hexed(data: str) -> str:
    return base64.b64decode(data).hex()


def rekor_answer(entry: dict) -> dict:
    """A bundle's entry as Rekor v1 gives it: {uuid: {body, integratedTime, logID, logIndex, verification}}."""
    proof = entry["inclusionProof"]
    return {"f" * 80: {
        "body": entry["canonicalizedBody"], "integratedTime": int(entry["integratedTime"]),
        "logID": hexed(entry["logId"]["keyId"]), "logIndex": int(entry["logIndex"]),
        "verification": {
            "signedEntryTimestamp": entry["inclusionPromise"]["signedEntryTimestamp"],
            "inclusionProof": {"checkpoint": proof["checkpoint"]["envelope"], "logIndex": int(proof["logIndex"]),
                               "treeSize": int(proof["treeSize"]), "rootHash": hexed(proof["rootHash"]),
                               "hashes": [hexed(data) for data in proof["hashes"]]}}}}


class Detached:
    """What a person of the old days has: a file, a signature, a certificate; and the log, at `index`."""

    def __init__(self, stage, index, certificates, parent, shared: pathlib.Path):
        self.stage, self.index = stage, index
        bundle = json.loads((shared / BUNDLE).read_text())
        material = bundle["verificationMaterial"]
        self.entry = material["tlogEntries"][0]
        leaf = material["x509CertificateChain"]["certificates"][0]["rawBytes"]
        stage.write("a.sig", bundle["messageSignature"]["signature"])
        stage.write("a.crt", f"-----BEGIN CERTIFICATE-----\n{leaf}\n-----END CERTIFICATE-----\n")
        shutil.copy(shared / "vectors/sigstore-conformance/a.txt", stage.work / "a.txt")
        root = json.loads((shared / "vectors/public-good/targets/trusted_root.json").read_text())
        root["tlogs"] = [log for log in root["tlogs"] if log["logId"]["keyId"] == self.entry["logId"]["keyId"]]
        stage.write("root.json", json.dumps(root))
        parent.instead["rekor.sigstore.dev:443"] = index.host
        stage.environment |= {"SSL_CERT_FILE": str(certificates.authority), "HTTPS_PROXY": parent.url}

    def log_has(self, *answers: dict):
        self.index.answer(RETRIEVE, body=json.dumps(answers).encode(), Content_Type="application/json")

    def verify(self):
        return self.stage.plain(self.stage.program, "verify", "a.txt", "--signature", "a.sig", "--certificate", "a.crt",
                                "--trusted-root", "root.json", "--anyone", "--online")


@pytest.fixture
def detached(bare, index, certificates, parent, shared) -> Detached:
    for name in ("https_proxy", "NO_PROXY", "no_proxy"):
        bare.environment.pop(name, None)
    return Detached(bare, index, certificates, parent, shared)


def test_found_and_verified(detached):
    detached.log_has(rekor_answer(detached.entry))
    result = detached.verify()
    assert result.code == 0, result.said
    asked = json.loads(detached.index.asked(RETRIEVE)[0].body)["entries"][0]
    assert asked["kind"] == "hashedrekord" and asked["apiVersion"] == "0.0.1"
    body = json.loads(base64.b64decode(detached.entry["canonicalizedBody"]))
    assert asked["spec"]["data"] == body["spec"]["data"]
    assert asked["spec"]["signature"]["content"] == body["spec"]["signature"]["content"]


def test_the_log_has_none(detached):
    detached.log_has()
    result = detached.verify()
    assert result.code == 1 and "[log/no-entry]" in result.err, result.said


def test_an_entry_of_something_else_is_refused(detached, shared):
    # GHSA-8pmp-678w-c8xx: the log answers with a genuine entry, of another signature.
    other = json.loads((shared / BUNDLE.replace("happy-path-v0.1", "happy-path-v0.3")).read_text())
    detached.log_has(rekor_answer(other["verificationMaterial"]["tlogEntries"][0]))
    result = detached.verify()
    assert result.code == 1, result.said


@pytest.mark.parametrize("status,body", [(500, b""), (200, b"{}"), (200, b"[[]]"), (200, b"[")])
def test_an_answer_that_is_none(detached, status, body):
    detached.index.answer(RETRIEVE, status=status, body=body)
    result = detached.verify()
    assert result.code in (1, 3) and result.err.count("\n") <= 3 and "[" in result.err, result.said


def test_no_log_to_ask(detached):
    detached.index.__exit__()
    result = detached.verify()
    assert result.code == 3, result.said
