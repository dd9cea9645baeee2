// The ID token as a client sees it: read, never trusted (OpenID Connect Core §2; Fulcio's rules on claims).
#pragma once

#include <string>

#include "common/error.h"
#include "common/secret.h"
#include "common/time.h"

namespace signet::sigstore {

/// An ID token and the claims that its holder needs. The signature is not checked: the relying party is the CA.
class IdentityToken {
 public:
  /// @param audience  must be among the token's `aud`
  /// @error InvalidRequest  not a JWT of three parts, not strict JSON, or a claim is missing or malformed; never quotes
  /// the token
  /// @error LoginRequired   ended (`exp`), not yet begun (`iat`, `nbf`; 5 s leeway), made for another audience, or with
  /// an `email` that is not verified; the message says which
  [[nodiscard]] static Result<IdentityToken> parse(Secret jwt, std::string_view audience, WallTime now);

  [[nodiscard]] const Secret& jwt() const { return jwt_; }
  /// `iss`.
  [[nodiscard]] const std::string& issuer() const { return issuer_; }
  /// `email` where it is there, else `sub` (always `sub` for GitHub Actions): what proof of possession signs.
  [[nodiscard]] const std::string& subject() const { return subject_; }
  /// federated_claims.connector_id where it is there, else `iss`: what the certificate will name.
  [[nodiscard]] const std::string& certificate_issuer() const { return certificate_issuer_; }
  [[nodiscard]] WallTime expires() const { return expires_; }

 private:
  IdentityToken() = default;
  Secret jwt_;
  std::string issuer_;
  std::string subject_;
  std::string certificate_issuer_;
  WallTime expires_{};
};

}  // namespace signet::sigstore
