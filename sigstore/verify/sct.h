// Step 5: the signed certificate timestamps that are embedded in the leaf (RFC 6962 §3).
#pragma once

#include <string>
#include <vector>

#include "common/time.h"
#include "sigstore/encoding/certificate.h"
#include "sigstore/trust/trusted_root.h"
#include "sigstore/verify/refusal.h"

namespace signet::sigstore {

/// An SCT that a CT log of the trusted root signed.
struct VerifiedSct {
  std::string log;  ///< the host of the CT log's base URL
  WallTime time;
  std::string counted_as;  ///< under what the log counts towards a threshold
};

/// Enough embedded SCTs must be trusted CT logs', made within those logs' time, over the precertificate that belongs to
/// the leaf. The precertificate is rebuilt from the leaf's own bytes.
///
/// @param issuer     the certificate that issued the leaf; its SPKI's hash is signed along
/// @param threshold  how many distinct logs must have signed; at least 1. The rest is not looked at
/// @error SctMissing  the leaf has no SCT list
/// @error SctInvalid  the list is malformed, or too few verify; says why the last one does not
[[nodiscard]] Verdict<std::vector<VerifiedSct>> verify_scts(const Certificate& leaf, const Certificate& issuer,
                                                            const TrustedRoot& root, unsigned threshold = 1);

}  // namespace signet::sigstore
