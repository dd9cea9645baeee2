// How a certificate is obtained: ID token, proof of possession by the token, the CA, and the check of what it sent
// (D2b).
#pragma once

#include <memory>
#include <string>

#include "agent/audit/audit_log.h"
#include "agent/flow/key_in_hand.h"
#include "agent/store/instances.h"
#include "agent/store/logins.h"
#include "agent/tokens/tokens.h"
#include "common/awaitable.h"
#include "common/error.h"
#include "common/time.h"
#include "protocol/limits.h"
#include "sigstore/services/transport.h"
#include "sigstore/verify/issued_certificate.h"

namespace signet::agent {

/// What issuing needs of the agent; the parts outlive it.
struct IssuerParts {
  AuditLog& audit;
  Tokens& tokens;
  const Logins& logins;
  sigstore::HttpTransport& transport;
  const Clock& clock;
};

/// What is to be certified. Owns all it names: it may outlive the request that began it.
struct CertificateWish {
  Approval approval;  ///< its identity is the one that is certified
  KeyInHand key;
  std::shared_ptr<const Instance> instance;
  std::string ca;  ///< base URL
  /// Of what is asked for it. Requests that share a certificate wait for it with deadlines of their own; when the last
  /// one has gone it is cancelled.
  Deadline deadline = Deadline::after(protocol::kMaxDeadline);
};

/// Obtains a certificate, with an intent and an outcome of its own in the audit log.
///
/// @param attendance  hears what the proof of possession waits for
/// @error LoginRequired           no good ID token, or one for somebody else: it was sent nowhere
/// @error NotVerified             the proof of possession is not by the key in hand: nothing was sent
/// @error CaUnavailable, CaRefused  the CA did not answer, said no, or issued something else than was asked for
/// @error AuditUnavailable, and the token's errors
Awaitable<Result<sigstore::VerifiedCertificate>> obtain_certificate(const IssuerParts& parts,
                                                                    const CertificateWish& wish, Attendance attendance);

}  // namespace signet::agent
