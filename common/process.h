// Programs that belong together, and how one of them ended.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "common/error.h"

namespace signet {

/// The program of that name in the folder of this one's own file: never one of PATH, which somebody may have changed.
///
/// @error WorkerFailed  there is no such executable file
[[nodiscard]] Result<std::filesystem::path> sibling_program(std::string_view name);

/// The program of that name that belongs to this one: where both are installed in libexec/signet/, where they were
/// built in the folder of this one.
///
/// @error WorkerFailed  there is no such executable file in either
[[nodiscard]] Result<std::filesystem::path> libexec_program(std::string_view name);

/// The first executable file of that name in the absolute folders of PATH; empty where there is none.
[[nodiscard]] std::filesystem::path program_in_path(std::string_view name);

/// How a process ended, by its status of waitpid(2): "with status 3", "by signal 9".
[[nodiscard]] std::string ending_text(int wait_status);

}  // namespace signet
