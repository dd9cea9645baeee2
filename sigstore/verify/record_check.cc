#include "sigstore/verify/record_check.h"

#include <utility>

#include "common/hex.h"
#include "sigstore/encoding/hash.h"

namespace signet::sigstore {
namespace {

constexpr auto kCode = RefusalCode::LogEntryMismatch;

bool is_of(const EntryVerifier& verifier, const Signer& signer) {
  if (!signer.certificate) {
    return verifier.kind == EntryVerifier::Kind::PublicKey && equal(verifier.der, signer.key.spki());
  }
  return verifier.kind == EntryVerifier::Kind::Certificate && equal(verifier.der, signer.certificate->der());
}

// For messages: enough to tell two apart.
std::string short_hash(ByteView bytes) { return "sha256:" + encode_hex(sha256(bytes)).substr(0, 16) + "…"; }

std::string description(const EntryVerifier& verifier) {
  const bool is_certificate = verifier.kind == EntryVerifier::Kind::Certificate;
  return (is_certificate ? "a certificate, " : "a key, ") + short_hash(verifier.der);
}

std::string description(const Signer& signer) {
  if (!signer.certificate) return "the key, " + short_hash(signer.key.spki());
  return "the certificate, " + short_hash(signer.certificate->der());
}

// One overload for each kind of record.
class RecordCheck {
 public:
  RecordCheck(const Bundle& bundle, const Signer& signer, SignedContent& content)
      : bundle_(bundle), signer_(signer), content_(content) {}

  Verdict<void> operator()(const HashedRekordV1& record) const {
    if (envelope() != nullptr) return refused(kCode, "the log entry is of a message, and the bundle has an envelope");
    return check_signature(record.signature, record.verifier);
  }

  Verdict<void> operator()(const HashedRekord& record) const {
    if (auto same = check_signature(record.signature, record.verifier); !same || envelope() == nullptr) return same;
    return check_content(content_.digest(record.digest.algorithm()), record.digest);
  }

  Verdict<void> operator()(const DsseRecord& record) const {
    return check_envelope(record.payload_hash, record.signatures);
  }

  Verdict<void> operator()(const IntotoRecord& record) const {
    if (auto same = check_envelope(record.payload_hash, record.signatures); !same) return same;
    if (record.payload_type == envelope()->payload_type) return {};
    return refused(kCode, "the log entry is of another type of payload", envelope()->payload_type, record.payload_type);
  }

 private:
  [[nodiscard]] const DsseEnvelope* envelope() const { return std::get_if<DsseEnvelope>(&bundle_.content); }

  [[nodiscard]] Verdict<void> check_signature(const Bytes& signature, const EntryVerifier& verifier) const {
    if (!is_of(verifier, signer_)) {
      return refused(kCode, "the log entry is of another certificate or key than the bundle's", description(signer_),
                     description(verifier));
    }
    if (signature == bundle_.signature()) return {};
    return refused(kCode, "the log entry is of another signature",
                   "that of the bundle, " + short_hash(bundle_.signature()), short_hash(signature));
  }

  [[nodiscard]] static Verdict<void> check_content(const Digest& expected, const Digest& found) {
    if (found == expected) return {};
    return refused(kCode, "the log entry is of another content", encode_digest(expected), encode_digest(found));
  }

  // The envelope's own hash cannot be compared: it is of a text that nobody has any more.
  [[nodiscard]] Verdict<void> check_envelope(const Digest& payload, const std::vector<RecordedSignature>& all) const {
    if (envelope() == nullptr) return refused(kCode, "the log entry is of an envelope, and the bundle has a message");
    if (all.size() != 1) return refused(kCode, "the log entry has not exactly one signature");
    if (auto same = check_signature(all.front().signature, all.front().verifier); !same) return same;
    return check_content(hash(payload.algorithm(), envelope()->payload), payload);
  }

  const Bundle& bundle_;
  const Signer& signer_;
  SignedContent& content_;
};

}  // namespace

Verdict<void> check_record(const LogBody& record, const Bundle& bundle, const Signer& signer, SignedContent& content) {
  return std::visit(RecordCheck(bundle, signer, content), record);
}

}  // namespace signet::sigstore
