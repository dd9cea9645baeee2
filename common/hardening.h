// What every process of ours that sees a secret does before anything else (docs/threat-model.md).
#pragma once

#include "common/error.h"

namespace signet {

/// Makes this process non-dumpable (no ptrace and no /proc access by other processes of the same user, no core), sets
/// the core limit to zero and no_new_privs, and ignores SIGPIPE.
///
/// @error Bug  the kernel refused one of them; a process that needs them must not go on
[[nodiscard]] Result<void> harden_process();

/// Sets the core limit to zero and ignores SIGPIPE: for clients, which stay dumpable so that the agent can read who
/// they are.
[[nodiscard]] Result<void> harden_client();

}  // namespace signet
