"""Makes the seeds that come from real bundles (tests/conformance/assets): python3 tests/fuzz/real_seeds.py.

Few of each kind, and compact: what a seed shows a fuzzer once, it need not read again. make_seeds.py runs this, too.
"""
import base64
import json
from pathlib import Path

tree = Path(__file__).resolve().parents[2]
assets = tree / "tests" / "conformance" / "assets"
seeds = tree / "tests" / "fuzz" / "seeds"

# Name of the seed: case. One of each version, kind of entry, and source of time.
BUNDLES = {
    "v01": "happy-path-v0.1",
    "v02_intoto": "intoto-with-custom-trust-root",
    "v03_rekor1": "happy-path-v0.3-new-mediaType",
    "v03_rekor1_dsse": "happy-path-intoto-in-dsse-v3",
    "v03_rekor2": "rekor2-timestamp-with-embedded-cert",
    "v03_rekor2_dsse": "rekor2-dsse-happy-path",
    "v03_managed_key": "managed-key-happy-path",
}


def put(target, name, content):
    folder = seeds / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def sct_list(certificate):
    oid = bytes.fromhex("060a2b06010401d679020402")
    rest = certificate[certificate.index(oid) + len(oid):]
    for _ in range(2):  # an OCTET STRING in an OCTET STRING
        size, begin = (rest[1], 2) if rest[1] < 0x80 else (rest[2], 3)
        rest = rest[begin:begin + size]
    return rest


def leaf_of(bundle):
    material = bundle["verificationMaterial"]
    if "publicKey" in material:
        return None
    certificate = material.get("certificate") or material["x509CertificateChain"]["certificates"][0]
    return base64.b64decode(certificate["rawBytes"])


def bundle_parts(name, bundle):
    put("bundle", name, compact(bundle))
    material = bundle["verificationMaterial"]
    leaf = leaf_of(bundle)
    if leaf:
        put("certificate", name, leaf)
        put("sct_list", name, sct_list(leaf))
    for stamp in material.get("timestampVerificationData", {}).get("rfc3161Timestamps", []):
        put("timestamp", name, base64.b64decode(stamp["signedTimestamp"]))
    for entry in material["tlogEntries"]:
        put("log_body", name, base64.b64decode(entry["canonicalizedBody"]))
        note = entry.get("inclusionProof", {}).get("checkpoint", {}).get("envelope")
        if note:
            put("checkpoint", name, note)
            put("note", name, note)
    envelope = bundle.get("dsseEnvelope")
    if envelope:
        payload = base64.b64decode(envelope["payload"])
        put("dsse", name, envelope["payloadType"].encode() + b"\0" + payload)
        put("statement", name, payload)


def verification(name, case, bundle):
    """Bundle, trusted root, SAN, issuer, digest; of the trusted root what the bundle needs and a little more."""
    root = json.loads((assets / case["trusted_root"]).read_text())
    ids = {entry["logId"]["keyId"] for entry in bundle["verificationMaterial"]["tlogEntries"]}
    root["tlogs"] = [log for log in root["tlogs"] if log["logId"]["keyId"] in ids]
    put("verification", name, "\0".join([
        compact(bundle), compact(root), case.get("certificate_identity", "x"), case.get("certificate_oidc_issuer", "x"),
        "sha256:" + case["artifact_sha256"]]))


def authorities():
    root = json.loads((assets / "roots/production/trusted_root.json").read_text())
    for kind in ("certificateAuthorities", "timestampAuthorities"):
        chain = root[kind][-1]["certChain"]["certificates"]
        for number, certificate in enumerate(chain):
            put("certificate", f"{kind}_{number}", base64.b64decode(certificate["rawBytes"]))


def configurations():
    for instance in ("production", "staging"):
        for name in ("trusted_root.json", "signing_config.v0.2.json"):
            put("trust", f"{instance}.{name}", compact(json.loads((assets / "roots" / instance / name).read_text())))


def metadata():
    """Real roots; of the other kinds the smallest that can be read."""
    for version in (1, 15):
        put("tuf_metadata", f"root_{version}", (assets / f"roots/production/tuf-root-history/{version}.root.json").read_text())
    head = {"spec_version": "1.0.31", "version": 3, "expires": "2030-01-01T00:00:00Z"}
    hashes = {"sha256": "a0" * 32}
    delegations = {"keys": {}, "roles": [{"name": "r", "keyids": [], "threshold": 1, "terminating": True, "paths": ["*.json"]}]}
    for name, signed in {
        "timestamp": {"_type": "timestamp", **head, "meta": {"snapshot.json": {"version": 3, "length": 9, "hashes": hashes}}},
        "snapshot": {"_type": "snapshot", **head, "meta": {"targets.json": {"version": 3}, "r.json": {"version": 1}}},
        "targets": {"_type": "targets", **head, "targets": {"a.json": {"length": 1, "hashes": hashes}}, "delegations": delegations},
    }.items():
        put("tuf_metadata", name, compact({"signed": signed, "signatures": [{"keyid": "0f" * 32, "sig": "00"}]}))


def tiles():
    """Size of the tree, index, width - 1, and a tile or an entry bundle: by hand, from the layout of C2SP tlog-tiles."""
    def head(size, index, width):
        return size.to_bytes(3, "big") + index.to_bytes(3, "big") + bytes([width - 1])

    hashes = b"".join(bytes([number]) * 32 for number in range(256))
    put("tile", "full", head(0x123456, 70000, 256) + hashes)
    put("tile", "partial", head(3, 1, 3) + hashes[:96])
    put("tile", "entries", head(1, 0, 1) + b"\0\3one\0\0\0\5three")


def make():
    cases = {case["name"]: case for case in json.loads((assets / "manifest.json").read_text())["cases"]}
    for name, case_name in BUNDLES.items():
        case = cases[case_name]
        bundle = json.loads((assets / case["bundle"]).read_text())
        bundle_parts(name, bundle)
        verification(name, case, bundle)
    authorities()
    configurations()
    metadata()
    tiles()


if __name__ == "__main__":
    make()
