// Step 4: a path from the leaf to an authority of the trusted root, valid at every signing time.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "common/time.h"
#include "sigstore/encoding/certificate.h"
#include "sigstore/trust/trusted_root.h"
#include "sigstore/verify/refusal.h"

namespace signet::sigstore {

/// A path that was verified; only verify_chain() makes one.
class VerifiedChain {
 public:
  /// The certificate that issued the leaf: its key is part of what a CT log signs.
  [[nodiscard]] const Certificate& issuer() const { return issuer_; }
  /// URI of the CA in the trusted root.
  [[nodiscard]] const std::string& authority() const { return authority_; }

 private:
  friend Verdict<VerifiedChain> verify_chain(const Certificate& leaf, const TrustedRoot& root,
                                             std::span<const WallTime> times);
  VerifiedChain(Certificate issuer, std::string authority)
      : issuer_(std::move(issuer)), authority_(std::move(authority)) {}
  Certificate issuer_;
  std::string authority_;
};

/// Builds a path through one authority of the trusted root and checks it at each of the times: signatures, names, basic
/// constraints, validity of every certificate and of the authority (RFC 5280 §6.1). Certificates that come with a
/// bundle play no part.
///
/// @param times  at least one; all must fit the same authority
/// @error CertificateInvalid      an authority of that name is there, and its signature is not under the leaf
/// @error CaUntrusted             no authority of the trusted root leads to the leaf
/// @error CertificateNotValidThen  a time lies outside the leaf's, the path's or the authority's validity
[[nodiscard]] Verdict<VerifiedChain> verify_chain(const Certificate& leaf, const TrustedRoot& root,
                                                  std::span<const WallTime> times);

}  // namespace signet::sigstore
