#include "sigstore/verify/signature_check.h"

#include <algorithm>
#include <string>
#include <utility>

namespace signet::sigstore {
namespace {

std::string described(const PublicKey& key) { return "a key of kind " + std::string(key_kind_name(key.kind())); }

// sigstore-python made such signatures until 2024; real bundles of CPython releases are among them.
bool may_sign_sha256(const Signer& signer) {
  return signer.certificate.has_value() &&
         (signer.key.kind() == KeyKind::EcdsaP384 || signer.key.kind() == KeyKind::EcdsaP521);
}

Verdict<void> check_hash(const Signer& signer, HashAlgorithm algorithm, bool by_old_clients) {
  const HashAlgorithm own = default_hash(signer.key.kind());
  if (algorithm == own) return {};
  if (by_old_clients && algorithm == HashAlgorithm::Sha256 && may_sign_sha256(signer)) return {};
  return refused(RefusalCode::AlgorithmUnsuitable, described(signer.key) + " signed by a hash that is not its own",
                 std::string(hash_name(own)), std::string(hash_name(algorithm)));
}

// Rekor v2 names the algorithm, and enables no other than the registry's.
Verdict<void> check_record_algorithm(const HashedRekord& record, const Signer& signer) {
  if (auto own = check_hash(signer, record.digest.algorithm(), false); !own) return own;
  const std::string_view expected = key_details_name(signer.key.kind());
  if (record.key_details == expected) return {};
  return refused(RefusalCode::AlgorithmUnsuitable,
                 "the log entry names another algorithm than that of " + described(signer.key), std::string(expected),
                 record.key_details);
}

// The digest of a message that a log holds; an envelope's record has none that is signed.
const Digest* logged_digest(const LogBody& record) {
  if (const auto* v1 = std::get_if<HashedRekordV1>(&record)) return &v1->digest;
  if (const auto* v2 = std::get_if<HashedRekord>(&record)) return &v2->digest;
  return nullptr;
}

std::unexpected<Refusal> not_signed() {
  return refused(RefusalCode::SignatureInvalid, "the signature is not one of this key over this content");
}

Verdict<void> check_message(const MessageSignature& message, const Signer& signer,
                            const std::vector<const LogBody*>& records) {
  std::vector<const Digest*> digests;
  digests.reserve(records.size() + 1);
  for (const LogBody* record : records) digests.push_back(logged_digest(*record));
  if (digests.empty()) digests.push_back(&message.digest);
  const Digest* checked = nullptr;
  for (const Digest* digest : digests) {
    if (checked != nullptr && *digest == *checked) continue;
    if (!signer.key.verify_digest(*digest, message.signature)) return not_signed();
    checked = digest;
    if (*digest == message.digest) continue;
    return refused(RefusalCode::ArtifactMismatch, "the bundle names another digest than the one that was signed",
                   encode_digest(*digest), encode_digest(message.digest));
  }
  return {};
}

Verdict<void> check_envelope(const DsseEnvelope& envelope, const Signer& signer, SignedContent& content) {
  if (signer.key.kind() == KeyKind::Ed25519) {
    if (signer.key.verify_message(content.pae(), envelope.signature)) return {};
    return not_signed();
  }
  if (signer.key.verify_digest(content.digest(default_hash(signer.key.kind())), envelope.signature)) return {};
  if (may_sign_sha256(signer) && signer.key.verify_digest(content.digest(HashAlgorithm::Sha256), envelope.signature)) {
    return {};
  }
  return not_signed();
}

}  // namespace

Verdict<void> check_algorithm(const Bundle& bundle, const Signer& signer, const std::vector<const LogBody*>& records) {
  const auto* message = std::get_if<MessageSignature>(&bundle.content);
  const auto is_prehashed = [](const LogBody* record) { return std::holds_alternative<HashedRekord>(*record); };
  if (signer.key.kind() == KeyKind::Ed25519 && (message != nullptr || std::ranges::any_of(records, is_prehashed))) {
    return refused(RefusalCode::AlgorithmUnsuitable,
                   "an Ed25519 key signs messages and entries of Rekor v2 by Ed25519ph, which this verifier lacks");
  }
  if (message != nullptr) {
    if (auto own = check_hash(signer, message->digest.algorithm(), true); !own) return own;
  }
  for (const LogBody* record : records) {
    if (const auto* v2 = std::get_if<HashedRekord>(record)) {
      if (auto own = check_record_algorithm(*v2, signer); !own) return own;
    } else if (const auto* v1 = std::get_if<HashedRekordV1>(record)) {
      if (auto own = check_hash(signer, v1->digest.algorithm(), true); !own) return own;
    }
  }
  return {};
}

Verdict<void> check_signature(const Bundle& bundle, const Signer& signer, const std::vector<const LogBody*>& records,
                              SignedContent& content) {
  if (const auto* message = std::get_if<MessageSignature>(&bundle.content)) {
    return check_message(*message, signer, records);
  }
  return check_envelope(std::get<DsseEnvelope>(bundle.content), signer, content);
}

}  // namespace signet::sigstore
