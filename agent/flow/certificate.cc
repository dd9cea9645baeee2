#include "agent/flow/certificate.h"

#include <utility>

#include "agent/flow/deadlines.h"
#include "agent/flow/service_errors.h"
#include "common/display.h"
#include "sigstore/services/fulcio.h"

namespace signet::agent {
namespace {

using sigstore::VerifiedCertificate;

const config::Identity& identity_of(const CertificateWish& wish) { return *wish.approval.decision().identity(); }

Subject subject_of(const CertificateWish& wish) {
  const config::Identity& identity = identity_of(wish);
  return Subject{
      .operation = Operation::Certificate,
      .kind = "certificate",
      .summary = display_text(identity.san) + " (" + display_text(identity.issuer) + ") at " + display_text(wish.ca)};
}

// Nothing leaves before the proof was checked under the pinned key: whoever could make the CA certify another key under
// this identity could sign in its name.
Awaitable<Result<Bytes>> prove_possession(const IssuerParts& parts, const Intent& intent, const CertificateWish& wish,
                                          const sigstore::IdentityToken& id_token, OnWaiting on_waiting) {
  auto token = parts.tokens.find(wish.key.token());
  if (!token) co_return fail(std::move(token.error()));
  const sigstore::PublicKey& key = wish.key.public_key();
  const Digest digest = sigstore::proof_of_possession_digest(id_token, key.kind());
  auto proof = co_await (*token)->sign(intent, wish.key, digest, Deadline::after(kTouchTime), std::move(on_waiting));
  if (!proof) co_return proof;
  if (auto checked = key.verify_digest(digest, *proof); !checked) {
    co_return fail(std::move(checked.error()).during("checking the token's proof of possession"));
  }
  co_return proof;
}

Awaitable<Result<VerifiedCertificate>> issue(const IssuerParts& parts, const Intent& intent,
                                             const CertificateWish& wish, OnWaiting on_waiting) {
  const config::Identity& identity = identity_of(wish);
  auto id_token = parts.logins.find(identity);
  if (!id_token) co_return fail(std::move(id_token.error()));
  auto proof = co_await prove_possession(parts, intent, wish, *id_token, std::move(on_waiting));
  if (!proof) co_return fail(std::move(proof.error()));
  const sigstore::PublicKey& key = wish.key.public_key();
  auto leaf = co_await sigstore::request_certificate(parts.transport, wish.ca, *id_token, key, *proof,
                                                     Deadline::after(kCaTime));
  if (!leaf) co_return fail(name_the_service(std::move(leaf.error()), ErrorCode::CaUnavailable, "the CA"));
  co_return sigstore::verify_issued_certificate(*leaf, key, identity.san, identity.issuer, wish.instance->root,
                                                parts.clock.now());
}

Outcome outcome_of(const Result<VerifiedCertificate>& certificate) {
  if (!certificate) return Outcome{.error = certificate.error()};
  return Outcome{.note = "valid until " + encode_rfc3339(certificate->certificate().not_after())};
}

}  // namespace

Awaitable<Result<VerifiedCertificate>> obtain_certificate(const IssuerParts& parts, const CertificateWish& wish,
                                                          OnWaiting on_waiting) {
  auto intent = co_await parts.audit.intent(wish.approval, subject_of(wish));
  if (!intent) co_return fail(std::move(intent.error()));
  auto certificate = co_await issue(parts, *intent, wish, std::move(on_waiting));
  auto recorded = co_await parts.audit.outcome(*intent, outcome_of(certificate));
  if (!recorded) co_return fail(std::move(recorded.error()));
  co_return certificate;
}

}  // namespace signet::agent
