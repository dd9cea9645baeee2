// The programs in libexec/signet that go online for us: `signet` itself links no libcurl.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.h"

namespace signet::cli {

/// Runs one until it ends, with what leads to the network in its environment and nothing else of ours. Its deadlines
/// are its own.
///
/// @param limit  of its answer, in bytes; one that says more is ended
/// @return       its standard output; its exit status is in that, too
/// @error WorkerFailed  it is not there, cannot be started, or said more
[[nodiscard]] Result<std::string> ask_network_program(std::string_view name, std::vector<std::string> arguments,
                                                      std::size_t limit);

}  // namespace signet::cli
