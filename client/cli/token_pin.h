// The PIN of a token, for verbs that need it before or beside a signature.
#pragma once

#include <string>

#include "client/lib/agent_client.h"
#include "common/error.h"
#include "protocol/agent_messages.h"

namespace signet::cli {

/// What Status says of one token.
///
/// @error KeyNotFound  no such token
/// @error NotBuiltYet  the agent is of a version that takes no PINs
[[nodiscard]] Result<protocol::TokenInfo> token_that_takes_a_pin(client::AgentClient& agent, const std::string& name);

/// Asks for its PIN at the terminal and hands it in.
///
/// @param purpose  "to unlock it"
/// @error as client::ask_for_pin()
[[nodiscard]] Result<void> ask_for_pin_of(const client::AgentClient& agent, const protocol::TokenInfo& token,
                                          const std::string& purpose);

}  // namespace signet::cli
