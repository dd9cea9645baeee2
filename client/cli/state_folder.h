// Folders of the client's own in the state folder.
#pragma once

#include <filesystem>
#include <string_view>

#include "common/error.h"

namespace signet::cli {

/// "$XDG_STATE_HOME/signet/NAME", made for its owner alone where it is missing.
///
/// @error InvalidRequest  it cannot be made, or is open to others
[[nodiscard]] Result<std::filesystem::path> state_folder(std::string_view name);

}  // namespace signet::cli
