// The file of a PKCS#11 module, opened once and looked at before its code may run.
#pragma once

#include <filesystem>

#include "common/error.h"
#include "common/unique_fd.h"

namespace signet::pkcs11 {

/// Opens the module's file. It and every folder above it (symbolic links resolved) must belong to root or to this user
/// and be writable by nobody else; a folder that others may write is good enough where it is sticky (/tmp), because
/// nobody can replace another's file there. What is loaded afterwards is this descriptor, not the path.
///
/// @error WorkerFailed  it cannot be opened, is no regular file, or somebody else could have written it
[[nodiscard]] Result<UniqueFd> open_module_file(const std::filesystem::path& path);

}  // namespace signet::pkcs11
