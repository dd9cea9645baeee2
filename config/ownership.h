// Files that say whom to believe or what to run: only their reader and root may have written them.
#pragma once

#include <filesystem>
#include <string>

#include "common/error.h"

namespace signet::config {

/// Reads a whole regular file. It and every folder above it (symbolic links resolved) must belong to the reader or to
/// root and be writable by nobody else; a folder that others may write is good enough where it is sticky (/tmp),
/// because nobody can replace another's file there.
///
/// @error InvalidRequest  it cannot be read, or somebody else could have written it; the remedy says what to change
/// @error LimitExceeded   larger than `limit`
[[nodiscard]] Result<std::string> read_owned_file(const std::filesystem::path& path, std::size_t limit);

}  // namespace signet::config
