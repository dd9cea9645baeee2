// The descriptors that a process of this folder starts with.
#pragma once

#include <sys/types.h>

#include <span>
#include <string>

#include "common/error.h"
#include "common/unique_fd.h"

namespace signet::pkcs11 {

inline constexpr int kControlFd = 3;   ///< signet-token: the agent's socketpair; signet-module: the link to its keeper
inline constexpr int kListenerFd = 4;  ///< a listening AF_UNIX socket
inline constexpr int kBoardFd = 5;     ///< signet-module: the board of calls

/// Closes every descriptor above `last`, and makes 3 to `last` close-on-exec. 0 to 2 are harden_process()'s.
///
/// @error Bug  the kernel refused
[[nodiscard]] Result<void> settle_descriptors(int last);

/// @error InvalidRequest  `fd` is not a socket of the AF_UNIX family with `listening` as asked
[[nodiscard]] Result<void> check_socket(int fd, bool listening);

/// One packet of the agent's, with the descriptor that may come with it.
struct Packet {
  std::string bytes;
  UniqueFd descriptor;
};

/// Takes one packet from a socket of type SOCK_SEQPACKET, without waiting. An empty packet where nothing is there; a
/// second descriptor, or one beside a packet that is too long, is closed.
///
/// @error WorkerFailed  the other end has gone
[[nodiscard]] Result<Packet> receive_packet(int fd);

/// The process at the other end of a connected AF_UNIX socket, as the kernel saw it connect or make the pair.
///
/// @error Bug  the kernel does not say
[[nodiscard]] Result<pid_t> peer_process(int fd);

}  // namespace signet::pkcs11
