// A network and mounts of this process's own: the virtual reader listens on all addresses, and pcscd writes below /run.
#pragma once

namespace signet::test {

/// From here on this process and its children see a network with nothing but a loopback device, and an empty
/// /run/pcscd. Ends the process where the kernel refuses. Unix sockets are reached from outside as before.
void enter_private_network();

}  // namespace signet::test
