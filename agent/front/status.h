// What the agent tells about itself: identities, keys, tokens.
#pragma once

#include <chrono>
#include <vector>

#include "agent/front/parts.h"
#include "common/awaitable.h"
#include "common/error.h"
#include "protocol/agent_messages.h"

namespace signet::agent {

[[nodiscard]] std::vector<protocol::IdentityInfo> describe_identities(const Parts& parts);

/// The keys of all tokens that can be read, or of the one that is named.
///
/// @error KeyNotFound  no such token; and the worker's errors where one token is named
Awaitable<Result<protocol::KeysReply>> describe_keys(const Parts& parts, protocol::KeysRequest request);

/// Asks all tokens at once and waits at most kStatusTime for them.
Awaitable<protocol::StatusReply> describe_agent(const Parts& parts, std::chrono::seconds uptime);

}  // namespace signet::agent
