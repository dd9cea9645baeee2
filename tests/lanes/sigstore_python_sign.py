"""Signs with sigstore-python: sigstore_python_sign.py CLIENT_TRUST_CONFIG TOKEN_FILE FILE BUNDLE [statement]

With the last word FILE is an in-toto statement, else any file.
"""
import sys
from pathlib import Path

from sigstore.dsse import Statement
from sigstore.models import ClientTrustConfig
from sigstore.oidc import IdentityToken
from sigstore.sign import SigningContext

config, token, artifact, bundle, *form = sys.argv[1:]
context = SigningContext.from_trust_config(ClientTrustConfig.from_json(Path(config).read_text()))
content = Path(artifact).read_bytes()
with context.signer(IdentityToken(Path(token).read_text().strip())) as signer:
    made = signer.sign_dsse(Statement(content)) if form else signer.sign_artifact(content)
Path(bundle).write_text(made.to_json())
