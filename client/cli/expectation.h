// Whom a verification expects and how much must vouch for it, from the command line.
#pragma once

#include <optional>

#include "client/cli/verb.h"
#include "common/error.h"
#include "sigstore/verify/policy.h"

namespace signet::cli {

struct Expectation {
  std::optional<sigstore::IdentityPolicy> policy;  ///< nothing: whom the configuration allows
  sigstore::Thresholds thresholds;                 ///< they are those of `policy`, too
};

/// Reads --identity, --identity-regexp, --issuer, --issuer-regexp, --san-kind, --claim, --key, --logs, --timestamps and
/// --scts, as far as a verb has them.
///
/// @error InvalidRequest  half an identity, several issuers, a key beside an identity, a key that cannot be read, a
/// regular expression, kind, claim or number that is none, or no source of time
[[nodiscard]] Result<Expectation> read_expectation(const Arguments& arguments);

}  // namespace signet::cli
