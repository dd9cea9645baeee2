// Where clients find the agent: a socket, its lock, and the folder beside it.
#pragma once

#include <filesystem>
#include <optional>

#include "agent/service/handed_socket.h"
#include "agent/store/socket_file.h"
#include "common/error.h"
#include "common/unique_fd.h"

namespace signet::agent {

struct Address {
  std::optional<UniqueFd> lock;      ///< nothing: the folder is not ours, and so is none of its locks
  std::optional<SocketFile> socket;  ///< which clients know
  bool handed = false;               ///< it is somebody else's, who made it for us
  std::filesystem::path runtime;     ///< private: where the sockets of the workers may lie
};

/// Listens at `path`, in a folder that is made private.
///
/// @error InvalidRequest  as make_private_folder(), take_lock() and SocketFile::listen()
[[nodiscard]] Result<Address> make_address(const std::filesystem::path& path);

/// Takes what a service manager made.
///
/// @param state  our own folder, for where the socket's is not
/// @error InvalidRequest  as take_lock()
[[nodiscard]] Result<Address> adopt_address(HandedSocket handed, const std::filesystem::path& state);

}  // namespace signet::agent
