#include "sandbox/issuer_api.h"

#include <chrono>
#include <utility>

#include "json/fields.h"
#include "json/reader.h"
#include "json/writer.h"

namespace signet::sandbox {
namespace {

constexpr std::int64_t kMaxLifetime = std::int64_t{7} * 24 * 3600;

Result<TokenOptions> parse_request(std::string_view body) {
  const auto value = json::parse(body);
  if (!value) return fail(value.error());
  json::Fields fields(*value, "request");
  TokenOptions options;
  options.email = fields.text("email");
  const std::int64_t lifetime = fields.optional_integer("lifetime_s").value_or(3600);
  if (lifetime < 1 || lifetime > kMaxLifetime) fields.refuse("lifetime_s", "is not between 1 and 604800");
  if (!is_email_address(options.email)) fields.refuse("email", "is not an e-mail address");
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  options.lifetime = std::chrono::seconds(lifetime);
  return options;
}

void lie(TokenOptions& options, const Fault& fault, WallTime now) {
  if (fault.lies("other-audience")) options.audience = "another-audience";
  if (fault.lies("other-issuer")) options.issuer = "https://another-issuer.sandbox.test";
  if (fault.lies("other-key")) options.by_other_key = true;
  if (fault.lies("expired")) options.expires = now - std::chrono::minutes(1);
  if (fault.lies("unverified-email")) options.email_verified = false;
  if (fault.lies("alg-none")) options.without_signature = true;
}

HttpReply mint(const OidcIssuer& issuer, const Secret& secret, const HttpCall& call, const Fault& fault, WallTime now,
               Counters& counters) {
  if (!same_secret(bearer_of(call), secret.reveal())) {
    return {.status = 401, .body = R"({"error":"invalid_token"})"};
  }
  auto options = parse_request(call.body);
  if (!options) {
    return {
        .status = 400,
        .body = json::write(json::Object{{"error", "invalid_request"}, {"error_description", options.error().what}})};
  }
  lie(*options, fault, now);
  ++counters.tokens;
  return {.body = json::write(json::Object{{"id_token", issuer.mint(*options, now).reveal()}})};
}

}  // namespace

ServiceHandler make_issuer_api(const OidcIssuer& issuer, const Secret& secret, const Clock& clock, Counters& counters) {
  return [&](const HttpCall& call, const Fault& fault) -> Awaitable<HttpReply> {
    if (call.method == "POST" && call.path == "/mint") {
      co_return mint(issuer, secret, call, fault, clock.now(), counters);
    }
    if (call.method == "GET" && call.path == "/.well-known/openid-configuration") {
      co_return HttpReply{.body = issuer.discovery()};
    }
    if (call.method == "GET" && call.path == "/jwks") co_return HttpReply{.body = issuer.jwks()};
    co_return not_found();
  };
}

}  // namespace signet::sandbox
