// What signet-pin-entry says of itself, and how it ends.
#pragma once

#include <string_view>

#include "common/error.h"

namespace signet::pinentry {

inline constexpr int kHandedIn = 0;
inline constexpr int kUsage = 2;
inline constexpr int kEnvironment = 3;  ///< pinentry cannot ask; or the keeper did not take the PIN
inline constexpr int kCancelled = 4;    ///< the person said no
inline constexpr int kTimeOut = 5;      ///< nobody entered anything

[[nodiscard]] int exit_status_for(ErrorCode code);
[[nodiscard]] std::string_view help_text();

}  // namespace signet::pinentry
