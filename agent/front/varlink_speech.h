// Varlink, as it is spoken at the agent's own socket.
#pragma once

#include "agent/front/door.h"
#include "agent/front/methods.h"

namespace signet::agent {

/// @param methods  must outlive every connection
[[nodiscard]] Speech speak_varlink(Methods& methods);

}  // namespace signet::agent
