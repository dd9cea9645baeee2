// The SSH agent protocol, as it is spoken at the second socket.
#pragma once

#include "agent/front/door.h"
#include "agent/ssh/ssh_session.h"

namespace signet::agent {

/// One request at a time for each connection, answered in order. A message that is too long, too slow or none ends the
/// connection; a client that goes away cancels what it asked for (D14).
///
/// @param parts  must outlive every connection
[[nodiscard]] Speech speak_ssh(const SshParts& parts);

}  // namespace signet::agent
