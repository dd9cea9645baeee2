// The ID tokens of the identities: those that `signet login` brought, kept in memory alone, and those that lie in a
// file.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "common/error.h"
#include "common/secret.h"
#include "common/time.h"
#include "config/configuration.h"
#include "sigstore/services/identity_token.h"

namespace signet::agent {

/// What every Sigstore CA expects in an ID token's `aud`.
inline constexpr std::string_view kAudience = "sigstore";

/// Reads an ID token and holds it against the identity, before it is sent anywhere: a CA believes whoever holds one.
///
/// @error InvalidRequest  not an ID token
/// @error LoginRequired   ended, made for another audience, or names another issuer or subject than the identity does
[[nodiscard]] Result<sigstore::IdentityToken> read_id_token(Secret jwt, const config::Identity& identity, WallTime now);

/// One thread.
class Logins {
 public:
  /// @param clock  must outlive this object
  explicit Logins(const Clock& clock);

  /// Keeps an ID token for an identity, in place of the one before.
  ///
  /// @return  when it ends
  /// @error   as read_id_token(); what was there before stays
  [[nodiscard]] Result<WallTime> keep(Secret jwt, const config::Identity& identity);

  /// The identity's ID token: the one in memory as long as it is good, else the one in its file.
  ///
  /// @error LoginRequired   there is none, or none is good any more
  /// @error InvalidRequest  the file cannot be read, is open to others, or holds no ID token
  [[nodiscard]] Result<sigstore::IdentityToken> find(const config::Identity& identity) const;

  /// When the ID token in memory ends; nothing where there is none that is good.
  [[nodiscard]] std::optional<WallTime> until(const std::string& identity) const;

  void forget(const std::string& identity) { tokens_.erase(identity); }
  void forget_all() { tokens_.clear(); }

 private:
  const Clock& clock_;
  std::map<std::string, sigstore::IdentityToken> tokens_;
};

}  // namespace signet::agent
