// The check at issuance (D2b): is this the certificate that was asked for?
#pragma once

#include "common/error.h"
#include "common/time.h"
#include "sigstore/encoding/certificate.h"
#include "sigstore/encoding/public_key.h"
#include "sigstore/trust/trusted_root.h"

namespace signet::sigstore {

/// A certificate that passed; only verify_issued_certificate() makes one.
class VerifiedCertificate {
 public:
  [[nodiscard]] const Certificate& certificate() const { return certificate_; }
  [[nodiscard]] const std::string& san() const { return san_; }
  [[nodiscard]] const std::string& issuer() const { return issuer_; }

 private:
  friend Result<VerifiedCertificate> verify_issued_certificate(const Certificate&, const PublicKey&, std::string_view,
                                                               std::string_view, const TrustedRoot&, WallTime);
  VerifiedCertificate(Certificate certificate, std::string san, std::string issuer)
      : certificate_(std::move(certificate)), san_(std::move(san)), issuer_(std::move(issuer)) {}
  Certificate certificate_;
  std::string san_;
  std::string issuer_;
};

/// Checks: our public key; chain to a CA of the trusted root now; at least one SCT; lifetime at most 24 h and valid
/// now (our clock may be 5 minutes behind the CA's); digitalSignature, codeSigning, no CA; exactly this SAN and OIDC
/// issuer.
///
/// @error CaRefused  any of them fails; the message says which, what was expected and what stands there
[[nodiscard]] Result<VerifiedCertificate> verify_issued_certificate(const Certificate& leaf, const PublicKey& key,
                                                                    std::string_view san, std::string_view issuer,
                                                                    const TrustedRoot& root, WallTime now);

}  // namespace signet::sigstore
