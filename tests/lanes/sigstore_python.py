"""Verifies a bundle with sigstore-python, offline: sigstore_python.py TRUSTED_ROOT BUNDLE ARTIFACT SAN ISSUER"""
import sys
from pathlib import Path

from sigstore.models import Bundle, TrustedRoot
from sigstore.verify import Verifier, policy

root, bundle, artifact, san, issuer = sys.argv[1:]
verifier = Verifier(trusted_root=TrustedRoot.from_file(root))
expected = policy.Identity(identity=san, issuer=issuer)
parsed = Bundle.from_json(Path(bundle).read_text())
if artifact == "-":
    kind, payload = verifier.verify_dsse(parsed, expected)
    print(kind, len(payload))
else:
    verifier.verify_artifact(Path(artifact).read_bytes(), parsed, expected)
    print("OK")
