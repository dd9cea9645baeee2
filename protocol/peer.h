// Who is at the other end of a Unix socket, as the kernel says (unix(7), SO_PEERCRED; Linux 6.5 SO_PEERPIDFD).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "common/error.h"
#include "common/unique_fd.h"

namespace signet::protocol {

/// A peer. uid says who opened the connection and is what policy rests on; pid, exe and unit say what the connecting
/// process was when it was looked at: for prompts and records, no wall within one uid (docs/threat-model.md).
struct Peer {
  uid_t uid = static_cast<uid_t>(-1);
  gid_t gid = static_cast<gid_t>(-1);
  pid_t pid = 0;
  std::optional<std::string> exe{};   ///< /proc/<pid>/exe, a hostile string; absent where it cannot be read
  std::optional<std::string> unit{};  ///< the last part of the cgroup v2 path
};

/// Reads the peer of a connected AF_UNIX socket. exe and unit are used only where a pidfd shows afterwards that the
/// process still lived while they were read; otherwise they are left out. The pidfd is the kernel's own of the
/// connecting process; before Linux 6.5 it is opened by pid, so call this right after accept().
///
/// @error Bug  SO_PEERCRED failed: `socket` is no connected AF_UNIX socket
[[nodiscard]] Result<Peer> peer_of(int socket);

/// True where that process has a controlling terminal (proc(5), stat): what it says is a hint for prompts.
[[nodiscard]] bool has_terminal(pid_t process);

/// The uid at the other end and nothing else.
///
/// @error Bug  as peer_of()
[[nodiscard]] Result<uid_t> peer_uid(int socket);

}  // namespace signet::protocol
