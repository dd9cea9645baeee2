// Evidence that was signed and could not be put beside its commits. It is kept in a file, so that nobody signs again.
//
// "git-attest/<32 hex digits>.jsonl" in the state folder, for its owner alone (0600): a bundle on each line.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "common/error.h"

namespace signet::cli {

/// Writes bundles into such a file.
///
/// @param lines  by the id of the commit that each is of; without line ends
/// @return  where it lies
/// @error InvalidRequest  it cannot be written, or its folder is open to others
[[nodiscard]] Result<std::filesystem::path> keep_signed(const std::map<std::string, std::string>& lines);

/// Reads bundles again, by the id of the commit that each is of. Whose they are is not looked at.
///
/// @error InvalidRequest  it cannot be read; a line is no evidence about a commit, is the second one about it, or is
///                        about one that is not in the repository
/// @error LimitExceeded   larger than 128 MiB
/// @error as run_git()
[[nodiscard]] Result<std::map<std::string, std::string>> read_signed(const std::filesystem::path& file);

}  // namespace signet::cli
