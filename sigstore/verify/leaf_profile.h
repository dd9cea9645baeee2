// Step 6: is the leaf a Sigstore code-signing certificate, and whose?
#pragma once

#include <string>
#include <vector>

#include "sigstore/encoding/certificate.h"
#include "sigstore/verify/claims.h"
#include "sigstore/verify/refusal.h"

namespace signet::sigstore {

/// Who the CA says the signer is.
struct LeafIdentity {
  std::string san;     ///< e-mail address, URI, or the otherName of Fulcio (1.3.6.1.4.1.57264.1.7)
  std::string issuer;  ///< OIDC issuer: extension 57264.1.8, else 57264.1.1
  SanKind san_kind = SanKind::Email;
  std::vector<Claim> claims = {};
};

/// Not a CA, digitalSignature, EKU codeSigning, exactly one SAN, an issuer; where both issuer extensions are there they
/// must agree.
///
/// @error CertificateUnsuitable  any of these fails
[[nodiscard]] Verdict<LeafIdentity> verify_leaf_profile(const Certificate& leaf);

}  // namespace signet::sigstore
