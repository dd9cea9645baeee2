// A lock that one process holds for as long as it lives.
#pragma once

#include <filesystem>
#include <string_view>

#include "common/error.h"
#include "common/unique_fd.h"

namespace signet::agent {

/// Takes an exclusive flock(2) on a file, which is made where it is missing and stays when the lock goes: to remove it
/// would let two processes hold "the" lock.
///
/// @param what  what it protects, for the message
/// @error InvalidRequest  the file cannot be opened, or another process holds the lock: the message says which
[[nodiscard]] Result<UniqueFd> take_lock(const std::filesystem::path& path, std::string_view what);

}  // namespace signet::agent
