// The one error type: a code that a program acts on, a sentence for a person, and what to do next.
//
// An Error crosses the socket unchanged: each ErrorCode is also the name of a Varlink error (protocol/errors.h)
// and a row in docs/errors.md; a test ties the three lists together.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace signet {

/// Every way a request can fail, as a program may switch on it.
enum class ErrorCode : std::uint8_t {
  InvalidRequest,         ///< the request (or file, or configuration) is malformed; sending it again will not help
  NotAuthorized,          ///< this peer may not ask for this
  IdentityNotFound,       ///< no configured identity fits, or several do
  KeyNotFound,            ///< the token holds no such key
  KeyUnsuitable,          ///< the key exists but is not one for this signature
  LoginRequired,          ///< no valid ID token for this identity
  PinRequired,            ///< the token wants a PIN and none is known
  PinIncorrect,           ///< the token refused the PIN; it is never sent again
  PinLocked,              ///< no tries left
  TouchTimeout,           ///< nobody touched the token in time
  TokenRemoved,           ///< the token went away during the operation
  TokenBusy,              ///< another program holds the token
  WorkerFailed,           ///< a program that does a part of the work (a token's module, git) died or answered nonsense
  IssuerUnavailable,      ///< the OIDC issuer did not answer
  CaUnavailable,          ///< the certificate authority did not answer
  CaRefused,              ///< the certificate authority said no
  TimestampUnavailable,   ///< the timestamp authority did not answer
  TimestampRefused,       ///< the timestamp authority said no
  LogUnavailable,         ///< the transparency log did not answer
  LogRefused,             ///< the transparency log said no
  NotVerified,            ///< something that was received does not verify
  AuditUnavailable,       ///< the audit log cannot be written, so nothing is signed
  RateLimited,            ///< too many requests; try later
  LimitExceeded,          ///< a size or count is over its limit
  Locked,                 ///< the agent is locked
  Cancelled,              ///< the asker went away, what was made has no place to go, or others wrote faster
  Deadline,               ///< the deadline that the asker gave has passed
  NotBuiltYet,            ///< a planned feature that this version lacks
  RepositoryUnavailable,  ///< client side only: a TUF repository or git remote did not answer, or says no
  AgentUnavailable,       ///< client side only: no agent answers on the socket
  Bug,                    ///< signet itself is wrong; please report it
};

inline constexpr std::size_t kErrorCodeCount = static_cast<std::size_t>(ErrorCode::Bug) + 1;

/// The code's name as it stands in Varlink and in the documents, for example "PinIncorrect".
[[nodiscard]] std::string_view error_name(ErrorCode code);

/// The inverse of error_name(); nothing for a name that is not on the list.
[[nodiscard]] std::optional<ErrorCode> error_code_from_name(std::string_view name);

/// True for what a client says of the silence at the other end: nobody can answer with it, so it is no Varlink error.
[[nodiscard]] bool is_client_side(ErrorCode code);

/// Process exit status for a code: 1 the answer is no, 2 usage, 3 environment (no agent, no token, no network).
[[nodiscard]] int exit_status(ErrorCode code);

struct [[nodiscard]] Error {
  ErrorCode code = ErrorCode::Bug;        ///< what a program does next depends on this alone
  std::string what = {};                  ///< what failed, to which object; never a PIN, token or key material
  std::string remedy = {};                ///< the next step for a person; empty when there is none
  std::vector<std::string> context = {};  ///< innermost first: "reading checkpoint", "verifying app.tar.gz"

  /// The same error with one more line of context, for the caller that knows what was being done.
  Error during(std::string step) && {
    context.push_back(std::move(step));
    return std::move(*this);
  }

  /// One line for a person, without the remedy: "NotVerified: the checkpoint is not signed (reading
  /// app.sigstore.json)".
  [[nodiscard]] std::string sentence() const;

  bool operator==(const Error&) const = default;
};

template <typename T>
using Result = std::expected<T, Error>;

/// Makes the unexpected side of any Result: `return fail(ErrorCode::KeyNotFound, "no key labelled x", "signet key
/// list")`.
[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::string what, std::string remedy = {}) {
  return std::unexpected(Error{.code = code, .what = std::move(what), .remedy = std::move(remedy), .context = {}});
}

/// Hands an error on to a Result of another type.
[[nodiscard]] inline std::unexpected<Error> fail(Error error) { return std::unexpected(std::move(error)); }

}  // namespace signet
