// The CA's look at an ID token: everything is verified, because this is the relying party (RFC 7519 §7.2).
#pragma once

#include <string>
#include <string_view>

#include "common/error.h"
#include "common/time.h"
#include "sandbox/oidc_issuer.h"

namespace signet::sandbox {

/// Whom a token names.
struct TokenIdentity {
  std::string email;
  std::string issuer;
};

/// Checks signature (ES256 by the issuer's key, no other algorithm), `iss`, `aud`, `exp`, `nbf` and `iat` (5 s leeway),
/// `email_verified`, and that `email` is an address.
///
/// @error InvalidRequest  any of them fails; the message says which (for tests: the CA's answer does not)
[[nodiscard]] Result<TokenIdentity> check_token(std::string_view jwt, const OidcIssuer& issuer, WallTime now);

}  // namespace signet::sandbox
