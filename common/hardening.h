// What every process of ours that sees a secret does before anything else (docs/threat-model.md).
#pragma once

#include "common/error.h"

namespace signet {

/// Opens /dev/null in the place of each of the descriptors 0 to 2 that is closed, the wrong way round for 0 and 1: no
/// file that is opened later is taken for one of them, and reading or writing there fails as it does without them. What
/// is said on standard error is lost.
///
/// @error Bug  /dev/null cannot be opened
[[nodiscard]] Result<void> settle_standard_streams();

/// Makes this process non-dumpable (no ptrace and no /proc access by other processes of the same user, no core), sets
/// the core limit to zero and no_new_privs, ignores SIGPIPE, and settles the standard streams.
///
/// @error Bug  the kernel refused one of them; a process that needs them must not go on
[[nodiscard]] Result<void> harden_process();

/// Sets the core limit to zero, ignores SIGPIPE and settles the standard streams: for clients, which stay dumpable so
/// that the agent can read who they are.
[[nodiscard]] Result<void> harden_client();

}  // namespace signet
