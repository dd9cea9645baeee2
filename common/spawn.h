// Starting another program with a clean slate: the descriptors, arguments and environment that are named, and nothing
// else of ours.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "common/error.h"

namespace signet {

struct Command {
  std::filesystem::path program;                     ///< absolute
  std::vector<std::string> arguments{};              ///< after the program's name
  std::map<std::string, std::string> environment{};  ///< the whole of it
};

/// Own: apart from our terminal, and the head of a process group.
enum class Session : std::uint8_t { Ours, Own };

/// Starts it as a child of ours, with no signal ignored or blocked. Standard input, where it is not among the
/// descriptors, and standard output are /dev/null; standard error is ours; no other is open.
///
/// @param descriptors  their numbers there, and what they are here, which stays the caller's
/// @return             the child, which the caller reaps
/// @error WorkerFailed  the system refused
[[nodiscard]] Result<pid_t> spawn(const Command& command, const std::map<int, int>& descriptors,
                                  Session session = Session::Ours);

}  // namespace signet
