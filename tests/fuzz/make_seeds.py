"""Makes the seeds of the fuzz targets anew: python3 tests/fuzz/make_seeds.py DIR, where DIR was made by ./quickstart --keep DIR.

Each target gets a folder tests/fuzz/seeds/TARGET with well-formed inputs: what the programs of DIR wrote, the golden files of the
socket, a few lines by hand, and (real_seeds.py) parts of real bundles. Keys, certificates and logs in the first are a throw-away
sandbox's.
"""
import base64
import json
import subprocess
import sys
from pathlib import Path

import real_seeds
import rekor_v1_seeds
import ssh_seeds
from real_seeds import compact, put, sct_list, tree

house = Path(sys.argv[1])


def run(*words, **options):
    return subprocess.run(words, check=True, capture_output=True, **options).stdout


def pem(label, der):
    lines = base64.encodebytes(der).decode().replace("\n", "")
    return f"-----BEGIN {label}-----\n" + "\n".join(lines[i:i + 64] for i in range(0, len(lines), 64)) + f"\n-----END {label}-----\n"


def exported(name):
    line = next(line for line in (house / "env").read_text().splitlines() if line.startswith(f"export {name}="))
    return line.split("=", 1)[1].strip("'\"")


def git_seeds():
    commit = run("git", "-C", str(house / "repo"), "cat-file", "commit", "HEAD")
    tag = run("git", "-C", str(house / "repo"), "cat-file", "tag", "v1")
    put("git_object", "commit", commit)
    put("git_object", "tag", tag)
    put("evidence_note", "commit", commit)
    unsigned = b"\n".join(line for line in commit.split(b"\n") if not line.startswith((b"gpgsig", b" ")))
    put("git_object", "commit_unsigned", unsigned)
    armored = tag[tag.index(b"-----BEGIN"):]
    put("git_cms", "armored", armored)
    put("git_cms", "der", base64.b64decode(b"".join(armored.split(b"\n")[1:-2])))
    put("git_options", "sign", "--status-fd=2\0-bsau\0signet:maintainer")
    put("git_options", "verify", "--keyid-format=long\0--status-fd=1\0--verify\0/t/signature\0-")
    put("git_sequence", "rebase", "label onto\n\nreset onto\npick 366bee3 2\nexec true\n\x00fixup -C e1c3e9d 3\nx true\n")
    put("git_sequence", "am", "\x00\x002\n\x005\n\x00applying\x00")
    put("git_sequence", "revert", "\x00\x00\x00\x00\x00revert 366bee3 c3\nrevert e1c3e9d c4\n")


def bundle_seeds():
    text = (house / "repo" / "release.txt.sigstore.json").read_text()
    bundle = json.loads(text)
    material = bundle["verificationMaterial"]
    entry = material["tlogEntries"][0]
    leaf = base64.b64decode(material["certificate"]["rawBytes"])
    signature = bundle["messageSignature"]
    put("bundle", "digest", text)
    put("bundle", "statement", compact({**{k: v for k, v in bundle.items() if k != "messageSignature"}, "dsseEnvelope": {
        "payload": base64.b64encode(b'{"_type":"https://in-toto.io/Statement/v1","subject":[]}').decode(),
        "payloadType": "application/vnd.in-toto+json", "signatures": [{"sig": signature["signature"]}]}}))
    about = {"_type": "https://in-toto.io/Statement/v1", "subject": [{"name": "git+commit", "digest": {
        "gitCommit": 40 * "a", "sha256": 64 * "b"}}], "predicateType": "https://gitsign.sigstore.dev/predicate/git/v0.1", "predicate": {}}
    evidence = compact({**{k: v for k, v in bundle.items() if k != "messageSignature"}, "dsseEnvelope": {
        "payload": base64.b64encode(compact(about).encode()).decode(), "payloadType": "application/vnd.in-toto+json",
        "signatures": [{"sig": signature["signature"]}]}})
    put("evidence_note", "two_bundles", evidence + "\n" + text.strip() + "\n")
    put("evidence_note", "with_others", "\nhello\n" + evidence + "\n")
    put("json", "bundle", text)
    put("checkpoint", "signed", entry["inclusionProof"]["checkpoint"]["envelope"])
    put("checkpoint", "text", entry["inclusionProof"]["checkpoint"]["envelope"].split("\n\n")[0] + "\n")
    put("rekor_reply", "entry", compact(entry))
    put("rekor_reply", "index", entry["logIndex"])
    put("timestamp", "response", base64.b64decode(material["timestampVerificationData"]["rfc3161Timestamps"][0]["signedTimestamp"]))
    put("sct_list", "one", sct_list(leaf))
    put("certificate", "sandbox", leaf)
    root = compact(json.loads((house / "sandbox" / "trusted_root.json").read_text()))
    digest = base64.b64decode(signature["messageDigest"]["digest"]).hex()
    put("verification", "sandbox", "\0".join([compact(bundle), root, exported("SIGNET_IDENTITY"), exported("SIGNET_ISSUER"),
                                           "sha256:" + digest]))
    put("rekor_upload", "certificate", compact({"hashedRekordRequestV002": {
        "digest": signature["messageDigest"]["digest"], "signature": {"content": signature["signature"], "verifier": {
            "x509Certificate": {"rawBytes": material["certificate"]["rawBytes"]}, "keyDetails": "PKIX_ECDSA_P256_SHA_256"}}}}))
    config = json.loads((house / "sandbox" / "signing_config.v0.2.json").read_text())
    rekor_v1_seeds.make(config["rekorTlogUrls"][0]["url"], digest, signature["signature"], pem("CERTIFICATE", leaf))
    put("fulcio_reply", "chain", compact({"signedCertificateEmbeddedSct": {"chain": {"certificates": [pem("CERTIFICATE", leaf)]}}}))
    return leaf


def key_seeds(leaf):
    key = run("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout")
    request = run("openssl", "req", "-new", "-key", "/dev/stdin", "-subj", "/", "-outform", "DER", input=key)
    put("certificate_request", "der", request)
    put("certificate_request", "pem", pem("CERTIFICATE REQUEST", request))
    spki = run("openssl", "x509", "-inform", "DER", "-pubkey", "-noout", input=leaf)
    point = base64.b64decode(b"".join(spki.split(b"\n")[1:-2]))[-65:]
    curve = bytes.fromhex("06082a8648ce3d030107")
    put("token_attributes", "p256", bytes([len(curve)]) + curve + b"\x04\x41" + point)
    put("token_attributes", "raw_signature", b"\x00" + bytes(range(1, 65)))
    put("piv_answer", "p256_metadata", b"\x11" + b"\x01\x01\x11\x02\x02\x02\x01\x03\x01\x01\x04\x43\x86\x41\x04" + point[1:])
    put("piv_answer", "p256_generated", b"\x11" + b"\x86\x41\x04" + point[1:])
    put("piv_answer", "ed25519_generated", b"\xe0" + b"\x86\x20" + bytes(range(32)))
    put("piv_answer", "rsa_generated", b"\x07" + b"\x81\x82\x01\x00" + b"\xc1" * 256 + b"\x82\x03\x01\x00\x01")
    put("piv_answer", "signature", b"\x00" + bytes.fromhex("7c0a82083006020101020101"))


def configuration_seeds():
    put("configuration", "quickstart", (house / "config.toml").read_text().replace(str(house), "/h"))
    put("configuration", "verify_only", '[instance.a]\ntrusted_root = "r"\n[verify]\nallowed = [{ san = "a@b.c", issuer = "https://i.c", instance = "a" }]\n')
    put("configuration", "ephemeral", '[instance.a]\ntrusted_root = "r"\nsigning_config = "s"\nsandbox = true\n[module.m]\npath = "/m.so"\n[token.t]\nmodule = "m"\nlabel = "desk"\n[identity.i]\ninstance = "a"\nkey = "pkcs11:token=desk"\nephemeral = "p256"\nsan = "a@b.c"\nissuer = "https://i.c"\nuse = ["git"]\n')
    put("key_uri", "whole", "pkcs11:token=desk;serial=0123;id=%01%FF;object=my%20key;type=private")
    put("key_uri", "query", "pkcs11:object=x?pin-source=file:/p")
    put("worker_options", "whole", "--module\n/m.so\n--token-label\ndesk\n--pin-file\n/pin\n--needs\npcsc,tcp:h:1")
    put("worker_options", "piv", "--piv\n--token-serial\n12345678\n--pin-file\n/pin")
    put("worker_options", "prompt", "--module\n/m.so\n--token-label\ndesk\n--pin-keep\n900")
    for name in ("trusted_root.json", "signing_config.v0.2.json"):
        put("trust", name, (house / "sandbox" / name).read_text())


def service_seeds():
    claims = {"iss": "http://127.0.0.1:20001", "aud": "sigstore", "sub": "a@b.c", "email": "a@b.c", "email_verified": True,
              "iat": 1799999990, "nbf": 1799999990, "exp": 1800003600}
    put("identity_token", "claims", compact(claims))
    put("sandbox_token", "claims", compact(claims))
    put("service_reply", "grpc", compact({"code": 3, "message": "the token is expired", "details": []}))
    put("service_reply", "text", "502 Bad Gateway\n")
    subject = {"name": "a.txt", "digest": {"sha256": "a0" * 32, "gitCommit": "c0ffee"}}
    put("statement", "one_subject", compact({"_type": "https://in-toto.io/Statement/v1", "subject": [subject],
        "predicateType": "https://slsa.dev/provenance/v1", "predicate": {"a": [1, None]}}))
    put("statement", "two_subjects", compact({"_type": "https://in-toto.io/Statement/v1", "predicateType": "urn:x", "subject": [
        subject, {"uri": "u", "mediaType": "m", "annotations": {}, "digest": {"sha512": "0f" * 64, "sha384": "0e" * 48}}]}))
    put("json", "all_kinds", '{"n":null,"t":true,"i":-9223372036854775808,"d":1.5e-7,"s":"\\ud83d\\ude00\\u0000","a":[[],{}]}')


def audit_seeds():
    def line(sequence, **members):
        return compact({"schema": "signet.audit/1", "sequence": sequence, "time": "2026-01-31T12:00:00Z", **members})

    start = line(0, event="start", result={"answer": "done", "note": "5 bytes were set aside"})
    outcome = line(1, event="outcome", request="0123456789abcdef", operation="sign", peer={"uid": 1000, "pid": 7}, item=0,
                   what={"kind": "digest", "digest": "sha256:" + 64 * "a", "claims": {"name": "app"}}, identity="work",
                   decision={"answer": "allowed", "why": "use blob", "by": "configuration"},
                   result={"answer": "failed", "error": "CaRefused", "message": "no"})
    put("audit_line", "start", start)
    put("audit_line", "outcome", outcome)
    put("audit_tail", "torn", "\0" + start + "\n" + outcome + "\n{\"sch")
    put("audit_tail", "both", "\1" + line(2, event="start") + "\n\0" + start + "\n" + outcome + "\n")
    put("entry_bundle", "two", b"".join(len(text).to_bytes(2, "big") + text.encode() for text in (start, outcome)))
    put("verifier_key", "example", "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    put("verifier_key", "journal", "audit checkpoint: audit.signet/x\\n1\\nAA==\\n\\n\u2014 audit.signet/x AA==\\n\n")


def pin_seeds():
    put("pin_record", "record", b"\x00\x041234")
    put("pin_record", "insisting_head", b"\x01\x04")
    put("pin_record", "taken", b"\x01")
    put("pin_record", "refused", b"\x02it did not come in time")


def socket_seeds():
    for golden in sorted((tree / "tests" / "golden").glob("*/*.json")):
        message = json.loads(golden.read_text())
        interface = golden.parent.name
        whole = compact(message)
        put("varlink_call" if "-call-" in golden.name else "varlink_reply", f"{interface}.{golden.stem}", whole)
        target = "token_messages" if interface == "org.signet.Token" else "sign_request"
        put(target, golden.stem, compact(message.get("parameters", {})))
    for interface in sorted((tree / "protocol").glob("*.varlink")):
        put("varlink_interface", interface.stem, interface.read_text())


git_seeds()
key_seeds(bundle_seeds())
configuration_seeds()
service_seeds()
audit_seeds()
pin_seeds()
socket_seeds()
real_seeds.make()
ssh_seeds.make()
