"""Runs inside the environment of the peer: sigstore-python's verifications per CPU second, JSON read each time.

    sigstore_python.py SECONDS TRUSTED_ROOT IDENTITY ISSUER bundle|provenance FILE ARTIFACT
"""

import hashlib
import sys
import time
from pathlib import Path

from pypi_attestations import Provenance
from sigstore.hashes import Hashed
from sigstore.models import Bundle, TrustedRoot
from sigstore.verify import Verifier, policy
from sigstore_models.common.v1 import HashAlgorithm

seconds, root, identity, issuer, kind, proof, artifact = sys.argv[1:]
verifier = Verifier(trusted_root=TrustedRoot.from_file(root))
text = Path(proof).read_text()
digest = Hashed(algorithm=HashAlgorithm.SHA2_256, digest=hashlib.sha256(Path(artifact).read_bytes()).digest())
signer = policy.Identity(identity=identity, issuer=issuer)


def verify_bundle():
    verifier.verify_artifact(digest, Bundle.from_json(text), signer)


def verify_provenance():
    for group in Provenance.model_validate_json(text).attestation_bundles:
        for attestation in group.attestations:
            verifier.verify_dsse(attestation.to_bundle(), signer)


verify = verify_bundle if kind == "bundle" else verify_provenance
verify()
best = 0.0
for _ in range(5):
    started, count = time.process_time(), 0
    while (spent := time.process_time() - started) < float(seconds) / 5:
        verify()
        count += 1
    best = max(best, count / spent)
print(f"{best:.1f}")
