// What signet-pin-entry says of itself, and how it ends (besides protocol/pin_entry_status.h).
#pragma once

#include <string_view>

#include "common/error.h"

namespace signet::pinentry {

inline constexpr int kUsage = 2;
inline constexpr int kEnvironment = 3;  ///< pinentry cannot ask; or the keeper did not take the PIN

[[nodiscard]] int exit_status_for(ErrorCode code);
[[nodiscard]] std::string_view help_text();

}  // namespace signet::pinentry
