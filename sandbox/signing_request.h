// What Fulcio is asked, in the form of either of its APIs.
#pragma once

#include <string>

#include "common/bytes.h"
#include "common/error.h"
#include "sandbox/http_server.h"
#include "sigstore/encoding/public_key.h"

namespace signet::sandbox {

/// A request for a certificate: a token, and a key with a proof that the asker has it.
struct SigningRequest {
  std::string token;
  Bytes key;                ///< SPKI, DER, with `proof`, or
  Bytes proof;              ///< its signature over the token's identity
  std::string request_pem;  ///< a certificate request
};

/// POST /api/v2/signingCert (fulcio.proto, CreateSigningCertificateRequest). The token may come in the body or as a
/// bearer; the body wins. Unknown members are ignored, as Fulcio does.
///
/// @error InvalidRequest  malformed; the message is for the 400
[[nodiscard]] Result<SigningRequest> parse_signing_request(const HttpCall& call);

/// POST /api/v1/signingCert, the legacy form: {"publicKey": {"content", "algorithm"}, "signedEmailAddress"} or
/// {"certificateSigningRequest"}, all in base64, and the token as a bearer.
///
/// @error InvalidRequest  as parse_signing_request()
[[nodiscard]] Result<SigningRequest> parse_legacy_signing_request(const HttpCall& call);

/// The key that the asker has shown to hold: the one that is certified.
///
/// @param identity  what the proof is a signature over
/// @error InvalidRequest  with Fulcio's own message (certificate_request.h)
[[nodiscard]] Result<sigstore::PublicKey> proven_key(const SigningRequest& request, std::string_view identity);

}  // namespace signet::sandbox
