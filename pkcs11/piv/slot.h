// The slots of a PIV card that hold keys for signing, and the kinds of key that cards make (SP 800-73-4 part 1 §4;
// Yubico's additions by firmware).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.h"
#include "protocol/token_messages.h"

namespace signet::pkcs11 {

/// A slot; as a key's id it is one byte in hexadecimal.
struct PivSlot {
  std::uint8_t number = 0;
  std::array<std::uint8_t, 3> certificate{};  ///< the tag of its certificate object
  std::string label;                          ///< "digital signature (slot 9c)"
  protocol::PinPolicy pin_policy{};           ///< where a card does not say
};

/// 9A, 9C, 9D, 9E, 82 to 95, in this order.
[[nodiscard]] std::vector<PivSlot> key_slots();

/// @param id  "9c"
/// @error InvalidRequest  no slot has that number
[[nodiscard]] Result<PivSlot> find_slot(std::string_view id);

struct Firmware {
  std::uint8_t major = 0;
  std::uint8_t minor = 0;
  std::uint8_t patch = 0;
  auto operator<=>(const Firmware&) const = default;
  [[nodiscard]] std::string text() const;
};

inline constexpr Firmware kHasAttestation{4, 3, 0};
inline constexpr Firmware kHasSerial{5, 0, 0};
inline constexpr Firmware kHasMetadata{5, 3, 0};

/// The number by which cards know a kind of key; nothing for one that PIV does not have.
[[nodiscard]] std::optional<std::uint8_t> algorithm_number(std::string_view algorithm);
[[nodiscard]] std::optional<std::string_view> algorithm_name(std::uint8_t number);

/// @error KeyUnsuitable  a kind that PIV does not have, that this firmware does not know, or that it makes badly (RSA
///                       on 4.2.6 to 4.3.4: CVE-2017-15361)
[[nodiscard]] Result<std::uint8_t> algorithm_for_new_key(std::string_view algorithm, const Firmware& firmware);

/// The bytes by which cards know policies (1 never, 2 once or always, 3 always or cached).
[[nodiscard]] std::uint8_t policy_number(protocol::PinPolicy policy);
[[nodiscard]] std::uint8_t policy_number(protocol::TouchPolicy policy);
/// Nothing for a default or a policy that is not known here (fingerprints).
[[nodiscard]] std::optional<protocol::PinPolicy> pin_policy_from(std::uint8_t number);
[[nodiscard]] std::optional<protocol::TouchPolicy> touch_policy_from(std::uint8_t number);

}  // namespace signet::pkcs11
