// What foreign code in this process cannot do: a system-call filter that is set before the module is loaded.
#pragma once

#include "common/error.h"
#include "pkcs11/link/options.h"

namespace signet::pkcs11 {

/// Refuses, for this process and all that it starts: sockets of families other than AF_UNIX and what `needs` names;
/// io_uring, which opens sockets past this filter; looking into other processes (ptrace, process_vm_readv and _writev,
/// pidfd_getfd, kcmp); becoming dumpable again. Refused calls fail with EPERM (io_uring: ENOSYS; sockets:
/// EAFNOSUPPORT), because a module that tries its luck must not kill the process. System calls of another architecture
/// (32-bit, x32) end the whole process.
///
/// Needs no_new_privs (harden_process()). Call it while the process has one thread.
///
/// @error Bug  the kernel refused the filter; a process that needs it must not go on
[[nodiscard]] Result<void> confine_process(const Needs& needs);

/// Bounds what this process can allocate to 2 GiB (RLIMIT_DATA, which threads' stacks count towards): a module that
/// eats memory fails, and not the machine. Nothing under a sanitizer, which reserves more than that.
///
/// @error Bug  the kernel refused
[[nodiscard]] Result<void> bound_memory();

}  // namespace signet::pkcs11
