// Which of the agent's identities a verb is about.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "client/lib/agent_client.h"
#include "common/error.h"

namespace signet::cli {

/// @param name  nothing: the one that a request gets which names nobody
/// @error IdentityNotFound  there is none of that name, or none stands for all; it lists those that there are
[[nodiscard]] Result<protocol::IdentityInfo> choose_identity(const std::vector<protocol::IdentityInfo>& identities,
                                                             const std::optional<std::string>& name);

}  // namespace signet::cli
