// Where the agent listens, as seen from a client.
#pragma once

#include <filesystem>

#include "common/error.h"

namespace signet::client {

/// $SIGNET_SOCK, else $XDG_RUNTIME_DIR/signet/agent.sock. Only absolute paths: a relative one would depend on the
/// folder that the client happens to run in, for git that of a repository.
///
/// @error AgentUnavailable  neither variable is set, or the one that counts is relative
[[nodiscard]] Result<std::filesystem::path> agent_socket_path();

/// Refuses a socket file that belongs to another user (neither us nor root).
///
/// @error AgentUnavailable  there is no such file, or it is no socket
/// @error NotAuthorized     it belongs to somebody else
[[nodiscard]] Result<void> check_socket_owner(const std::filesystem::path& path);

}  // namespace signet::client
