// Asks a running sandbox through its control port.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/error.h"
#include "sandbox/state.h"

namespace signet::sandbox {

/// @error InvalidRequest    the sandbox does not know the service or the fault
/// @error IssuerUnavailable no sandbox answers
[[nodiscard]] Result<void> ask_for_fault(const Access& access, std::string_view service, std::string_view mode,
                                         std::optional<std::int64_t> count);

/// The counters as JSON, one line.
///
/// @error IssuerUnavailable  no sandbox answers
[[nodiscard]] Result<std::string> ask_for_counters(const Access& access);

}  // namespace signet::sandbox
