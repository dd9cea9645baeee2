// The environment variables through which a service manager speaks to us.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/error.h"

namespace signet::agent {

/// The value of a variable, which is then no longer there. Call it while the process has one thread.
[[nodiscard]] std::optional<std::string> take_variable(const char* name);

/// Decimal digits and nothing else.
///
/// @error InvalidRequest  something else, or more than 64 bits hold; the message names the variable
[[nodiscard]] Result<std::uint64_t> parse_number(std::string_view variable, std::string_view value);

}  // namespace signet::agent
