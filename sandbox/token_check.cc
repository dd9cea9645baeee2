#include "sandbox/token_check.h"

#include <chrono>
#include <utility>

#include "common/base64.h"
#include "json/fields.h"
#include "json/reader.h"

namespace signet::sandbox {
namespace {

constexpr std::string_view kAudience = "sigstore";
constexpr std::chrono::seconds kLeeway{5};
constexpr std::size_t kMaxToken = std::size_t{32} * 1024;

std::unexpected<Error> refuse(std::string why) { return fail(ErrorCode::InvalidRequest, std::move(why)); }

Result<json::Value> decode(std::string_view part) {
  auto bytes = parse_base64url(part);
  if (!bytes) return refuse("a part of the token is not base64url");
  return json::parse(text_of(*bytes), {.bytes = kMaxToken, .depth = 8, .values = 500});
}

Result<void> check_signature(std::string_view header, std::string_view signed_text, std::string_view signature,
                             const OidcIssuer& issuer) {
  auto value = decode(header);
  if (!value) return fail(std::move(value.error()));
  json::Fields fields(*value, "token header", json::UnknownFields::Tolerate);
  const std::string algorithm = fields.text("alg");
  const auto key_id = fields.optional_text("kid");
  if (auto done = fields.finish(); !done) return done;
  if (algorithm != "ES256") return refuse("the token's algorithm is not ES256");
  if (key_id && *key_id != issuer.key_id()) return refuse("the token names a key that the issuer does not have");
  const auto raw = parse_base64url(signature);
  if (!raw) return refuse("the token's signature is not base64url");
  const auto der = der_from_jws(*raw);
  if (!der || !issuer.key().public_key().verify_message(bytes_of(signed_text), *der)) {
    return refuse("the token's signature does not verify");
  }
  return {};
}

bool names_us(json::Fields& fields) {
  const json::Value& value = fields.value("aud");
  if (const auto* one = value.as_string()) return *one == kAudience;
  for (const std::string& one : fields.texts("aud")) {
    if (one == kAudience) return true;
  }
  return false;
}

/// NumericDate (RFC 7519 §2), whole seconds.
WallTime moment(json::Fields& fields, std::string_view name, bool required) {
  constexpr std::int64_t kLast = 253402300799;  // the year 9999
  const std::int64_t seconds = required ? fields.integer(name) : fields.optional_integer(name).value_or(0);
  if (seconds >= 0 && seconds <= kLast) return wall_time_from_unix(seconds);
  fields.refuse(name, "is not a moment");
  return {};
}

Result<TokenIdentity> check_claims(const json::Value& claims, const OidcIssuer& issuer, WallTime now) {
  json::Fields fields(claims, "token", json::UnknownFields::Tolerate);
  TokenIdentity identity{.email = fields.text("email"), .issuer = fields.text("iss")};
  const std::string subject = fields.text("sub");
  const bool verified = fields.optional_boolean("email_verified").value_or(false);
  const WallTime expires = moment(fields, "exp", true);
  const WallTime issued = moment(fields, "iat", true);
  const WallTime begins = moment(fields, "nbf", false);
  const bool for_us = names_us(fields);
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  if (identity.issuer != issuer.url()) return refuse("the token is of another issuer");
  if (!for_us) return refuse("the token is for another audience");
  if (now >= expires) return refuse("the token has expired");
  if (issued > now + kLeeway || begins > now + kLeeway) return refuse("the token is not valid yet");
  if (!verified) return refuse("the token's e-mail address is not verified");
  if (!is_email_address(identity.email) || subject.empty()) return refuse("the token names nobody");
  return identity;
}

}  // namespace

Result<TokenIdentity> check_token(std::string_view jwt, const OidcIssuer& issuer, WallTime now) {
  if (jwt.size() > kMaxToken) return refuse("the token is too long");
  const auto first = jwt.find('.');
  const auto last = jwt.rfind('.');
  if (first == std::string_view::npos || first == last) return refuse("the token does not have three parts");
  const auto good = check_signature(jwt.substr(0, first), jwt.substr(0, last), jwt.substr(last + 1), issuer);
  if (!good) return fail(good.error());
  const auto claims = decode(jwt.substr(first + 1, last - first - 1));
  if (!claims) return fail(claims.error());
  return check_claims(*claims, issuer, now);
}

}  // namespace signet::sandbox
