"""Seeds of the targets of SSH's formats, by keys that ssh-keygen makes for them: make()."""
import base64
import subprocess
import tempfile
from pathlib import Path

from real_seeds import put

SESSION_ID = bytes(range(32))
KINDS = {"ed25519": ["-t", "ed25519"], "p256": ["-t", "ecdsa", "-b", "256"], "p521": ["-t", "ecdsa", "-b", "521"],
         "rsa": ["-t", "rsa", "-b", "2048"]}


def string(content):
    data = content.encode() if isinstance(content, str) else content
    return len(data).to_bytes(4, "big") + data


def signature_of(sshsig):
    """The signature's blob: the last field of an armored file."""
    data = base64.b64decode("".join(sshsig.splitlines()[1:-1]))[10:]
    for _ in range(4):
        data = data[4 + int.from_bytes(data[:4], "big"):]
    return data[4:]


def login(method, algorithm, key, behind=b""):
    return (string(SESSION_ID) + b"\x32" + string("git") + string("ssh-connection") + string(method) + b"\x01" + string(algorithm) +
            string(key) + behind)


def blob_of(line):
    return base64.b64decode(line.split()[1])


def of_one_key(name, algorithm, line, sshsig):
    key = blob_of(line)
    signature = signature_of(sshsig)
    put("ssh_key", name, key)
    put("ssh_key_line", name, line)
    put("sshsig_file", name, sshsig)
    put("ssh_login", name, login("publickey", algorithm, key))
    put("ssh_login", f"{name}_hostbound", login("publickey-hostbound-v00@openssh.com", algorithm, key, string(key)))
    bind = string(key) + string(SESSION_ID) + string(signature) + b"\x01"
    put("ssh_session_bind", name, bind)
    put("ssh_agent_request", f"{name}_bind", string(b"\x1b" + string("session-bind@openssh.com") + bind))
    put("ssh_agent_request", f"{name}_sign", string(b"\x0b") + string(b"\x0d" + string(key) + string(sshsig_request()) + bytes([0, 0, 0, 4])))
    put("ssh_agent_answer", f"{name}_identities", b"\x0c" + bytes([0, 0, 0, 1]) + string(key) + string("a key"))
    put("ssh_agent_answer", f"{name}_signature", b"\x0e" + string(signature))


def of_one_certificate(name, algorithm, key, certificate, sshsig):
    """The host shows it; each target of its own reads it in its place."""
    put("ssh_host_key", name, certificate)
    put("ssh_session_bind", f"{name}_certified", string(certificate) + string(SESSION_ID) + string(signature_of(sshsig)) + b"\x00")
    put("ssh_login", f"{name}_certified", login("publickey-hostbound-v00@openssh.com", algorithm, key, string(certificate)))


def sshsig_request(namespace="git", algorithm="sha512", size=64):
    return b"SSHSIG" + string(namespace) + string("") + string(algorithm) + string(bytes(size))


def make():
    put("sshsig_request", "git", sshsig_request())
    put("sshsig_request", "file", sshsig_request("file", "sha256", 32))
    put("ssh_agent_request", "lock", string(b"\x16" + string("password")) + string(b"\x17" + string("password")))
    put("ssh_agent_request", "query", string(b"\x1b" + string("query")) + string(b"\x13"))
    put("ssh_agent_answer", "failure", b"\x05")
    with tempfile.TemporaryDirectory() as folder:
        for name, words in KINDS.items():
            path = Path(folder, name)
            subprocess.run(["ssh-keygen", "-q", "-N", "", "-C", "a key", "-f", path, *words], check=True)
            sshsig = subprocess.run(["ssh-keygen", "-Y", "sign", "-n", "git", "-f", path], input=b"", check=True, capture_output=True)
            line = path.with_suffix(".pub").read_text()
            algorithm = "rsa-sha2-512" if name == "rsa" else line.split()[0]
            of_one_key(name, algorithm, line, sshsig.stdout.decode())
            certify = ["ssh-keygen", "-q", "-s", path, "-h", "-I", "a host", "-n", "localhost,build.example.org", "-z", "7",
                       "-O", "critical:a@b=c", "-O", "extension:d@e", path.with_suffix(".pub")]
            subprocess.run(certify, check=True)
            certificate = blob_of(Path(folder, f"{name}-cert.pub").read_text())
            of_one_certificate(name, algorithm, blob_of(line), certificate, sshsig.stdout.decode())
