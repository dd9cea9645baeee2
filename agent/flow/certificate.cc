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
Awaitable<Result<Bytes>> prove_possession(const Intent& intent, const CertificateWish& wish,
                                          const sigstore::IdentityToken& id_token, Attendance attendance) {
  const sigstore::PublicKey& key = wish.key.public_key;
  const Digest digest = sigstore::proof_of_possession_digest(id_token, key.kind());
  const Patience patience{.deadline = wish.deadline, .answer = kTouchTime};
  attendance.purpose = "to obtain a certificate for " + display_text(identity_of(wish).san);
  auto proof = co_await wish.key.prove(intent, digest, patience, std::move(attendance));
  if (!proof) co_return proof;
  if (auto checked = key.verify_digest(digest, *proof); !checked) {
    co_return fail(std::move(checked.error()).during("checking the token's proof of possession"));
  }
  co_return proof;
}

Awaitable<Result<VerifiedCertificate>> issue(const IssuerParts& parts, const Intent& intent,
                                             const CertificateWish& wish, Attendance attendance) {
  const config::Identity& identity = identity_of(wish);
  auto id_token = parts.logins.find(identity);
  if (!id_token) co_return fail(std::move(id_token.error()));
  auto proof = co_await prove_possession(intent, wish, *id_token, std::move(attendance));
  if (!proof) co_return fail(std::move(proof.error()));
  const sigstore::PublicKey& key = wish.key.public_key;
  auto leaf = co_await sigstore::request_certificate(parts.transport, wish.ca, *id_token, key, *proof,
                                                     wish.deadline.within(kCaTime));
  if (!leaf) co_return fail(name_the_service(std::move(leaf.error()), ErrorCode::CaUnavailable, "the CA"));
  auto verified = sigstore::verify_issued_certificate(*leaf, key, identity.san, identity.issuer, wish.instance->root,
                                                      parts.clock.now());
  if (verified) co_return verified;
  co_return fail(std::move(verified.error())
                     .during("checking what the certificate authority at " + display_text(wish.ca) + " sent"));
}

// The line of an identity names its pinned key; the key of one signature is named here.
Outcome outcome_of(const Intent& intent, const CertificateWish& wish, const Result<VerifiedCertificate>& certificate) {
  if (!certificate) return Outcome{.error = certificate.error(), .note = intent.remarks()};
  intent.remark("valid until " + encode_rfc3339(certificate->certificate().not_after()));
  if (wish.key.backup) intent.remark(backup_text("for", wish.key));
  if (wish.key.ephemeral) intent.remark("for session key " + wish.key.public_key.pin());
  return Outcome{.note = intent.remarks()};
}

}  // namespace

Awaitable<Result<VerifiedCertificate>> obtain_certificate(const IssuerParts& parts, const CertificateWish& wish,
                                                          Attendance attendance) {
  auto intent = co_await parts.audit.intent(wish.approval, subject_of(wish), Deadline::after(kAuditTime));
  if (!intent) co_return fail(std::move(intent.error()));
  auto certificate = co_await issue(parts, *intent, wish, std::move(attendance));
  auto recorded =
      co_await parts.audit.outcome(*intent, outcome_of(*intent, wish, certificate), Deadline::after(kAuditTime));
  if (!recorded) co_return fail(std::move(recorded.error()));
  co_return certificate;
}

}  // namespace signet::agent
