// The sandbox's OIDC issuer: ID tokens for whatever e-mail address its owner names, signed with ES256.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "common/secret.h"
#include "common/time.h"
#include "sandbox/software_key.h"

namespace signet::sandbox {

/// What a token says. The defaults make one that the sandbox's CA takes; each other member alone makes one that it
/// must refuse.
struct TokenOptions {
  std::string email;
  std::chrono::seconds lifetime = std::chrono::hours(1);

  std::optional<std::string> issuer{};
  std::string audience = "sigstore";
  std::optional<WallTime> expires{};     ///< instead of now + lifetime
  std::optional<WallTime> not_before{};  ///< instead of now
  bool email_verified = true;
  bool without_signature = false;  ///< alg "none" (RFC 7518 §3.6)
  bool by_other_key = false;       ///< another key under the issuer's key id
};

/// A name, '@' and a domain, in printable ASCII without spaces: what fits the IA5String of a certificate. At most 254
/// characters (RFC 5321 §4.5.3.1.3).
[[nodiscard]] bool is_email_address(std::string_view text);

class OidcIssuer {
 public:
  /// @param url  the `iss` of its tokens, byte for byte
  OidcIssuer(SoftwareKey key, std::string url);

  [[nodiscard]] Secret mint(const TokenOptions& options, WallTime now) const;

  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] const SoftwareKey& key() const { return key_; }
  /// The JWK's name: the start of the key's fingerprint.
  [[nodiscard]] std::string key_id() const;
  /// /.well-known/openid-configuration and the JWKS that it points to. There is no endpoint for browsers.
  [[nodiscard]] std::string discovery() const;
  [[nodiscard]] std::string jwks() const;

 private:
  SoftwareKey key_;
  std::string url_;
};

}  // namespace signet::sandbox
