// Paths that say whom to believe or what to run: only their reader and root may be able to change where they lead.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "common/error.h"

namespace signet {

/// The file that a path leads to, without symbolic links. Every folder and every link that is passed on the way, and
/// what is at its end, belongs to us or to root and can be replaced by nobody else: a link in a folder of somebody
/// else's leads where he likes tomorrow. A folder that others may write is good enough where it is sticky (/tmp).
///
/// @error InvalidRequest  it is not there, or somebody else could change it; the message names the part that is wrong,
///                        the remedy says what to change
[[nodiscard]] Result<std::filesystem::path> resolve_owned(const std::filesystem::path& path);

/// Reads a whole regular file that only the reader and root can change, as resolve_owned() has it.
///
/// @error InvalidRequest  it cannot be read, or somebody else could have written it; the remedy says what to change
/// @error LimitExceeded   larger than `limit`
[[nodiscard]] Result<std::string> read_owned_file(const std::filesystem::path& path, std::size_t limit);

}  // namespace signet
