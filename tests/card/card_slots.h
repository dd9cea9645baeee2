// Key slots and the data objects that belong to them (tokens.md D2).
#pragma once

#include <cstdint>
#include <optional>

namespace signet::test {

inline constexpr std::uint8_t kAttestationSlot = 0xf9;
inline constexpr std::uint8_t kManagementSlot = 0x9b;
inline constexpr std::uint8_t kPinReference = 0x80;
inline constexpr std::uint8_t kPukReference = 0x81;

inline constexpr std::uint8_t kNever = 1;
inline constexpr std::uint8_t kOnce = 2;    // PIN
inline constexpr std::uint8_t kAlways = 3;  // PIN
inline constexpr std::uint8_t kTouchAlways = 2;
inline constexpr std::uint8_t kTouchCached = 3;

/// The object with the certificate of the key in that slot; nothing where it is no key slot.
[[nodiscard]] constexpr std::optional<std::uint32_t> certificate_object(std::uint8_t slot) {
  if (slot == 0x9a) return 0x5fc105;
  if (slot == 0x9c) return 0x5fc10a;
  if (slot == 0x9d) return 0x5fc10b;
  if (slot == 0x9e) return 0x5fc101;
  if (slot >= 0x82 && slot <= 0x95) return 0x5fc10d + (slot - 0x82U);
  if (slot == kAttestationSlot) return 0x5fff01;
  return std::nullopt;
}

[[nodiscard]] constexpr std::uint8_t default_pin_policy(std::uint8_t slot) {
  if (slot == 0x9c) return kAlways;
  return slot == 0x9e ? kNever : kOnce;
}

}  // namespace signet::test
