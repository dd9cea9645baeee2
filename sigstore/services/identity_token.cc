#include "sigstore/services/identity_token.h"

#include <cmath>
#include <optional>
#include <utility>

#include "common/base64.h"
#include "common/display.h"
#include "json/fields.h"
#include "json/reader.h"

namespace signet::sigstore {
namespace {

/// Real tokens are one to two KiB; GitHub's the longest.
constexpr std::size_t kMaxToken = std::size_t{32} * 1024;
constexpr json::ReadLimits kClaimLimits{.bytes = kMaxToken, .depth = 8, .values = 500};
/// What sigstore-python allows, too: the issuer's clock may be a little ahead of ours.
constexpr std::chrono::seconds kLeeway{5};
constexpr std::string_view kGithubActions = "https://token.actions.githubusercontent.com";

std::unexpected<Error> malformed(std::string_view why) {
  return fail(ErrorCode::InvalidRequest, "the ID token is malformed: " + std::string(why), "obtain a new ID token");
}

std::unexpected<Error> unusable(std::string why) {
  return fail(ErrorCode::LoginRequired, "the ID token cannot be used: " + std::move(why), "obtain a new ID token");
}

/// The middle part of `header.claims.signature`, decoded; the other two are looked at for their form alone.
Result<json::Value> parse_claims(std::string_view jwt) {
  if (jwt.size() > kMaxToken) return malformed("it is too long");
  const auto first = jwt.find('.');
  const auto second = first == std::string_view::npos ? first : jwt.find('.', first + 1);
  if (second == std::string_view::npos || jwt.find('.', second + 1) != std::string_view::npos) {
    return malformed("it does not have three parts");
  }
  const auto header = parse_base64url(jwt.substr(0, first));
  const auto claims = parse_base64url(jwt.substr(first + 1, second - first - 1));
  const auto signature = parse_base64url(jwt.substr(second + 1));
  if (!header || !claims || !signature) return malformed("a part is not base64url");
  if (auto parsed = json::parse(text_of(*header), kClaimLimits); !parsed || parsed->as_object() == nullptr) {
    return malformed("its header is not a JSON object");
  }
  auto value = json::parse(text_of(*claims), kClaimLimits);
  if (!value || value->as_object() == nullptr) return malformed("its claims are not a JSON object");
  return std::move(*value);
}

/// NumericDate (RFC 7519 §2): seconds, perhaps with a fraction.
std::optional<WallTime> moment(json::Fields& fields, std::string_view name, bool required) {
  const json::Value* value = required ? &fields.value(name) : fields.optional_value(name);
  if (value == nullptr || fields.failed()) return std::nullopt;
  constexpr double kLast = 253402300799.0;  // the year 9999
  const auto* whole = value->as_integer();
  const auto* number = value->as_double();
  const double seconds = whole != nullptr ? static_cast<double>(*whole) : (number != nullptr ? *number : -1.0);
  if (seconds < 0 || seconds > kLast) {
    fields.refuse(name, "is not a moment");
    return std::nullopt;
  }
  return wall_time_from_unix(static_cast<std::int64_t>(std::floor(seconds)));
}

bool audience_holds(json::Fields& fields, std::string_view audience) {
  const json::Value& value = fields.value("aud");
  if (const auto* one = value.as_string()) return *one == audience;
  const auto* several = value.as_array();
  if (several == nullptr) fields.refuse("aud", "is neither a text nor a list");
  for (std::size_t i = 0; several != nullptr && i < several->size(); ++i) {
    const auto* one = (*several)[i].as_string();
    if (one != nullptr && *one == audience) return true;
  }
  return false;
}

/// Some issuers write the claim as a text.
bool email_is_verified(json::Fields& fields) {
  const json::Value* value = fields.optional_value("email_verified");
  if (value == nullptr) return false;
  const auto* flag = value->as_bool();
  const auto* text = value->as_string();
  return (flag != nullptr && *flag) || (text != nullptr && *text == "true");
}

std::string connector(json::Fields& fields, const std::string& issuer) {
  const json::Value* federated = fields.optional_value("federated_claims");
  if (federated == nullptr || federated->as_object() == nullptr) return issuer;
  json::Fields inner(*federated, "ID token.federated_claims", json::UnknownFields::Tolerate);
  auto id = inner.optional_text("connector_id");
  if (auto done = inner.finish(); !done) fields.adopt(std::move(done.error()));
  return id && !id->empty() ? *id : issuer;
}

}  // namespace

Result<IdentityToken> IdentityToken::parse(Secret jwt, std::string_view audience, WallTime now) {
  const auto claims = parse_claims(jwt.reveal());
  if (!claims) return fail(claims.error());
  json::Fields fields(*claims, "ID token", json::UnknownFields::Tolerate);
  IdentityToken token;
  token.issuer_ = fields.text("iss");
  const std::string subject = fields.text("sub");
  const auto email = fields.optional_text("email");
  const bool email_counts = email && token.issuer_ != kGithubActions;
  const bool verified = email_is_verified(fields);
  const auto expires = moment(fields, "exp", true);
  const auto issued = moment(fields, "iat", true);
  const auto begins = moment(fields, "nbf", false);
  const bool for_us = audience_holds(fields, audience);
  token.certificate_issuer_ = connector(fields, token.issuer_);
  token.subject_ = email_counts ? *email : subject;
  if (auto done = fields.finish(); !done) return malformed(done.error().what);
  if (token.issuer_.empty() || subject.empty() || token.subject_.empty()) return malformed("it names nobody");
  if (!for_us) return unusable("it was made for another audience than " + display_text(audience, 60));
  if (now >= *expires) return unusable("it ended at " + encode_rfc3339(*expires));
  if (*issued > now + kLeeway || (begins && *begins > now + kLeeway)) {
    return unusable("it begins in the future (" + encode_rfc3339(begins ? std::max(*begins, *issued) : *issued) + ")");
  }
  if (email_counts && !verified) return unusable("its issuer has not verified the e-mail address");
  token.expires_ = *expires;
  token.jwt_ = std::move(jwt);
  return token;
}

}  // namespace signet::sigstore
