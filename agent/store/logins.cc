#include "agent/store/logins.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "common/display.h"
#include "common/file.h"

namespace signet::agent {
namespace {

// Real ones have one to three kilobytes.
constexpr std::size_t kMaxToken = std::size_t{64} * 1024;

std::unexpected<Error> another(const config::Identity& identity, std::string_view claim, std::string_view expected,
                               std::string_view found) {
  return fail(ErrorCode::LoginRequired,
              "the ID token for identity " + identity.name + " names the " + std::string(claim) + " " +
                  display_text(found) + "; the configuration expects " + display_text(expected),
              "log in as " + display_text(expected) + "; the token was sent nowhere");
}

}  // namespace

Result<sigstore::IdentityToken> read_id_token(Secret jwt, const config::Identity& identity, WallTime now) {
  auto token = sigstore::IdentityToken::parse(std::move(jwt), kAudience, now);
  if (!token) return fail(std::move(token.error()));
  if (token->certificate_issuer() != identity.issuer) {
    return another(identity, "issuer", identity.issuer, token->certificate_issuer());
  }
  if (token->subject() != identity.san) return another(identity, "subject", identity.san, token->subject());
  return token;
}

Logins::Logins(const Clock& clock) : clock_(clock) {}

Result<WallTime> Logins::keep(Secret jwt, const config::Identity& identity) {
  auto token = read_id_token(std::move(jwt), identity, clock_.now());
  if (!token) return fail(std::move(token.error()));
  const WallTime until = token->expires();
  tokens_.insert_or_assign(identity.name, std::move(*token));
  return until;
}

Result<sigstore::IdentityToken> Logins::find(const config::Identity& identity) const {
  const auto kept = tokens_.find(identity.name);
  if (kept != tokens_.end()) {
    auto token = read_id_token(kept->second.jwt().duplicate(), identity, clock_.now());
    if (token || identity.token_file.empty()) return token;
  }
  if (identity.token_file.empty()) {
    return fail(ErrorCode::LoginRequired, "nobody has logged in as identity " + identity.name,
                "signet login --identity " + identity.name + " --token-file FILE");
  }
  std::error_code ignored;
  if (!std::filesystem::exists(identity.token_file, ignored)) {
    return fail(ErrorCode::LoginRequired,
                "the ID token of identity " + identity.name + " is not there: " + identity.token_file.string(),
                "put one there, or: signet login --identity " + identity.name + " --token-file FILE");
  }
  auto jwt = read_secret_file(identity.token_file, kMaxToken);
  if (!jwt) return fail(std::move(jwt.error()).during("reading the ID token of identity " + identity.name));
  auto token = read_id_token(std::move(*jwt), identity, clock_.now());
  if (!token) return fail(std::move(token.error()).during("reading " + identity.token_file.string()));
  return token;
}

std::optional<WallTime> Logins::until(const std::string& identity) const {
  const auto kept = tokens_.find(identity);
  if (kept == tokens_.end() || kept->second.expires() <= clock_.now()) return std::nullopt;
  return kept->second.expires();
}

}  // namespace signet::agent
