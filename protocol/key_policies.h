// What cards keep for each key: when it wants the PIN, and when a touch.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace signet::protocol {

enum class PinPolicy : std::uint8_t { Never, Once, Always };
/// Cached: one touch serves for a while (15 s on a YubiKey).
enum class TouchPolicy : std::uint8_t { Never, Always, Cached };

/// The names in messages, in the order of the enumerators.
inline constexpr std::array<std::string_view, 3> kPinPolicies = {"never", "once", "always"};
inline constexpr std::array<std::string_view, 3> kTouchPolicies = {"never", "always", "cached"};

[[nodiscard]] constexpr std::string_view pin_policy_name(PinPolicy policy) {
  return kPinPolicies.at(static_cast<std::size_t>(policy));
}
[[nodiscard]] constexpr std::string_view touch_policy_name(TouchPolicy policy) {
  return kTouchPolicies.at(static_cast<std::size_t>(policy));
}

}  // namespace signet::protocol
