// Files that say whom to believe or what to run: only their reader and root may have written them.
#pragma once

#include <filesystem>
#include <string>

#include "common/error.h"

namespace signet::config {

/// Reads a whole regular file that only the reader and root can change, as resolve_owned() has it.
///
/// @error InvalidRequest  it cannot be read, or somebody else could have written it; the remedy says what to change
/// @error LimitExceeded   larger than `limit`
[[nodiscard]] Result<std::string> read_owned_file(const std::filesystem::path& path, std::size_t limit);

}  // namespace signet::config
