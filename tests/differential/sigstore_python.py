"""Runs inside an environment with sigstore-python: verifies what standard input lists, one JSON line a case.

{"bundle": text, "artifact": path, "root": path}  ->  {"accepted": bool, "why": text}
"""
import json
import sys

from sigstore.dsse import Statement
from sigstore.hashes import Hashed
from sigstore.models import Bundle, TrustedRoot
from sigstore.verify import Verifier, policy
from sigstore_models.common.v1 import HashAlgorithm

import hashlib

verifiers: dict[str, Verifier] = {}


def verify(case: dict) -> None:
    """As its command line does: the envelope's statement must name the artifact."""
    root = case["root"]
    if root not in verifiers:
        verifiers[root] = Verifier(trusted_root=TrustedRoot.from_file(root))
    with open(case["artifact"], "rb") as file:
        digest = hashlib.sha256(file.read()).digest()
    hashed = Hashed(algorithm=HashAlgorithm.SHA2_256, digest=digest)
    bundle = Bundle.from_json(case["bundle"])
    anyone = policy.UnsafeNoOp()
    if bundle._dsse_envelope is None:
        verifiers[root].verify_artifact(hashed, bundle, anyone)
        return
    kind, payload = verifiers[root].verify_dsse(bundle, anyone)
    if kind != "application/vnd.in-toto+json" or not Statement(payload)._matches_digest(hashed):
        raise ValueError("the statement is about something else")


for line in sys.stdin:
    try:
        verify(json.loads(line))
        answer = {"accepted": True, "why": ""}
    except Exception as error:  # its refusals are of many classes
        answer = {"accepted": False, "why": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
