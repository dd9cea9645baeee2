// The tables of what may be signed for what: uses (D1), kinds of keys (D3), log policies (D4).
#pragma once

#include <optional>

#include "agent/policy/item.h"
#include "common/error.h"
#include "config/configuration.h"
#include "protocol/agent_messages.h"
#include "sigstore/encoding/public_key.h"

namespace signet::agent {

/// The use that an item needs: "raw" for whatever leaves without a certificate and a log entry, else what the object
/// is; a digest is "blob".
[[nodiscard]] config::Use use_for(const Item& item, protocol::Output output);

/// @error NotAuthorized  the identity's `use` does not have it; the remedy says what to add
[[nodiscard]] Result<void> check_use(const config::Identity& identity, const Item& item, protocol::Output output);

/// A request may tighten the identity's log policy and never loosen it.
///
/// @error NotAuthorized   it would loosen it
/// @error InvalidRequest  a log entry is required for a raw signature, which has none
/// @error NotBuiltYet     the identity's policy is another one than "require"
[[nodiscard]] Result<void> check_log_policy(const config::Identity& identity, protocol::Output output,
                                            std::optional<protocol::LogPolicy> asked);

/// @error KeyUnsuitable  keys of this kind do not sign what the identity is for (D3): it can be used for nothing
[[nodiscard]] Result<void> check_key_kind(const config::Identity& identity, sigstore::KeyKind kind);

}  // namespace signet::agent
