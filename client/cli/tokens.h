// How a token is shown to a person.
#pragma once

#include <string>

#include "protocol/agent_messages.h"

namespace signet::cli {

/// Several lines; the first one is its name and its state.
[[nodiscard]] std::string show_token(const protocol::TokenInfo& token);

}  // namespace signet::cli
