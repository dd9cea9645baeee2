// Fulcio's v2 API (fulcio.proto; POST /api/v2/signingCert with public key and proof of possession).
#pragma once

#include <string>

#include "common/awaitable.h"
#include "common/bytes.h"
#include "common/error.h"
#include "common/time.h"
#include "sigstore/encoding/certificate.h"
#include "sigstore/encoding/public_key.h"
#include "sigstore/services/identity_token.h"
#include "sigstore/services/transport.h"

namespace signet::sigstore {

/// The digest that proof of possession signs: the subject's UTF-8 bytes by the key's default hash.
[[nodiscard]] Digest proof_of_possession_digest(const IdentityToken& token, KeyKind kind);

/// Asks for a certificate. The reply's chain is a hint and thrown away; nothing is verified here
/// (verify_issued_certificate() does).
///
/// @param base_url  from the signing config
/// @param proof     the key's signature over proof_of_possession_digest(), DER
/// @error CaUnavailable  no answer, 429, or a 5xx; the message names the service and the reason
/// @error CaRefused      a 4xx with the CA's message (made safe to show), or a reply that is not one
/// @error Deadline       no answer in time
Awaitable<Result<Certificate>> request_certificate(HttpTransport& transport, std::string base_url,
                                                   const IdentityToken& token, const PublicKey& key, ByteView proof,
                                                   Deadline deadline);

}  // namespace signet::sigstore
