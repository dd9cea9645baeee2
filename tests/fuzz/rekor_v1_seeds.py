"""Seeds of what goes to a Rekor v1 log and comes back: make() asks the log of a sandbox that runs."""
import base64
import json
import urllib.request

from real_seeds import compact, put


def b64(data):
    return base64.b64encode(data).decode()


def message(digest, signature, pem):
    """The upload of a message signature, in base64, under a certificate or key in PEM."""
    return compact({"apiVersion": "0.0.1", "kind": "hashedrekord", "spec": {
        "data": {"hash": {"algorithm": "sha256", "value": digest}},
        "signature": {"content": signature, "publicKey": {"content": b64(pem.encode())}}}})


def envelope(payload, signature, pem):
    """The upload of an envelope; its signature need not verify for a parser to begin at it."""
    inner = compact({"payload": b64(payload), "payloadType": "application/vnd.in-toto+json", "signatures": [{"sig": signature, "keyid": ""}]})
    return compact({"apiVersion": "0.0.1", "kind": "dsse", "spec": {
        "proposedContent": {"envelope": inner, "verifiers": [b64(pem.encode())]}}})


def make(log, digest, signature, pem):
    """log: its base URL; digest: SHA-256 in hex; signature: in base64, over it."""
    upload = message(digest, signature, pem)
    put("rekor_v1_upload", "message", upload)
    put("rekor_v1_upload", "envelope", envelope(b"{}", signature, pem))
    put("rekor_v1_upload", "search", compact({"hash": "sha256:" + digest, "email": "a@b.c", "operator": "and",
                                            "publicKey": {"format": "x509", "content": b64(pem.encode())}}))
    request = urllib.request.Request(log + "/api/v1/log/entries", upload.encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as reply:
        entry = json.load(reply)
    put("rekor_v1_reply", "entry", compact(entry))
    put("index_reply", "uuids", compact(list(entry) + [next(iter(entry))[16:]]))
