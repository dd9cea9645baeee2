// Step 5: the signed certificate timestamps that are embedded in the leaf (RFC 6962 §3).
#pragma once

#include "sigstore/encoding/certificate.h"
#include "sigstore/trust/trusted_root.h"
#include "sigstore/verify/refusal.h"

namespace signet::sigstore {

/// At least one embedded SCT must be a trusted CT log's, made within that log's time, over the precertificate that
/// belongs to the leaf. The precertificate is rebuilt from the leaf's own bytes.
///
/// @param issuer  the certificate that issued the leaf; its SPKI's hash is signed along
/// @error SctMissing  the leaf has no SCT list
/// @error SctInvalid  the list is malformed, or no SCT verifies; says why the nearest one does not
[[nodiscard]] Verdict<void> verify_scts(const Certificate& leaf, const Certificate& issuer, const TrustedRoot& root);

}  // namespace signet::sigstore
