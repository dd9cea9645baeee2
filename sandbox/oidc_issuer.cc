#include "sandbox/oidc_issuer.h"

#include <algorithm>
#include <utility>

#include "common/base64.h"
#include "common/hex.h"
#include "json/writer.h"

namespace signet::sandbox {

bool is_email_address(std::string_view text) {
  constexpr std::size_t kLongest = 254;
  const auto at = text.find('@');
  return text.size() <= kLongest && at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
         text.find('@', at + 1) == std::string_view::npos &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

OidcIssuer::OidcIssuer(SoftwareKey key, std::string url) : key_(std::move(key)), url_(std::move(url)) {}

std::string OidcIssuer::key_id() const { return encode_hex(ByteView(key_.public_key().fingerprint()).first(8)); }

Secret OidcIssuer::mint(const TokenOptions& options, WallTime now) const {
  const json::Value header =
      json::Object{{"alg", options.without_signature ? "none" : "ES256"}, {"kid", key_id()}, {"typ", "JWT"}};
  const json::Value claims = json::Object{{"iss", options.issuer.value_or(url_)},
                                          {"sub", options.email},
                                          {"aud", options.audience},
                                          {"email", options.email},
                                          {"email_verified", options.email_verified},
                                          {"iat", unix_seconds(now)},
                                          {"nbf", unix_seconds(options.not_before.value_or(now))},
                                          {"exp", unix_seconds(options.expires.value_or(now + options.lifetime))}};
  std::string jwt =
      encode_base64url(bytes_of(json::write(header))) + "." + encode_base64url(bytes_of(json::write(claims)));
  const SoftwareKey& signer = options.by_other_key ? SoftwareKey::generate() : key_;
  const std::string signature =
      options.without_signature ? std::string() : encode_base64url(signer.sign_jws(bytes_of(jwt)));
  return Secret(jwt + "." + signature);
}

std::string OidcIssuer::discovery() const {
  return json::write(json::Object{{"issuer", url_},
                                  {"jwks_uri", url_ + "/jwks"},
                                  {"response_types_supported", json::Array{"id_token"}},
                                  {"subject_types_supported", json::Array{"public"}},
                                  {"id_token_signing_alg_values_supported", json::Array{"ES256"}},
                                  {"scopes_supported", json::Array{"openid", "email"}},
                                  {"claims_supported", json::Array{"iss", "sub", "aud", "email", "email_verified"}}});
}

std::string OidcIssuer::jwks() const {
  const Bytes point = key_.point();
  const json::Value key = json::Object{{"kty", "EC"},
                                       {"crv", "P-256"},
                                       {"use", "sig"},
                                       {"alg", "ES256"},
                                       {"kid", key_id()},
                                       {"x", encode_base64url(ByteView(point).first(32))},
                                       {"y", encode_base64url(ByteView(point).last(32))}};
  return json::write(json::Object{{"keys", json::Array{key}}});
}

}  // namespace signet::sandbox
