// Socket activation: the listening sockets that a service manager made for us (sd_listen_fds(3)).
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>

#include "common/error.h"
#include "common/unique_fd.h"

namespace signet::agent {

/// The manager keeps the socket and its file: it outlives us, and whoever connects meanwhile waits in it.
struct HandedSocket {
  UniqueFd fd;                 ///< AF_UNIX, SOCK_STREAM, listening; close-on-exec, does not block
  std::filesystem::path path;  ///< where it is bound; absolute
};

/// By the names of their descriptors.
struct HandedSockets {
  std::optional<HandedSocket> varlink{};
  std::optional<HandedSocket> ssh{};
};

/// LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES as they were found.
struct ListenVariables {
  std::optional<std::string> pid{};
  std::optional<std::string> fds{};
  std::optional<std::string> names{};
};

/// Reads the three and removes them from the environment: they are for us and for nobody whom we start. Call it while
/// the process has one thread.
[[nodiscard]] ListenVariables take_listen_variables();

/// Takes over descriptors 3 and 4, as far as the variables say that they are meant for the process `self`; nothing
/// where they are not there or meant for another process. One that stands alone without a name is the agent's own.
///
/// @error InvalidRequest  a variable is malformed; no descriptor, or one of a name that nobody would serve, or two of
///                        one name; one is no listening AF_UNIX stream socket bound to an absolute path
/// @source  sd_listen_fds(3)
[[nodiscard]] Result<HandedSockets> take_handed_sockets(const ListenVariables& variables, pid_t self);

}  // namespace signet::agent
