// What a virtual card is like when it comes out of its box: firmware, PINs, keys. A test writes it into a file, the
// program signet-virtual-card reads it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.h"

namespace signet::test {

/// Major, minor, patch; compares as versions do.
using Firmware = std::array<std::uint8_t, 3>;
[[nodiscard]] Firmware parse_firmware(std::string_view text);

/// A key that lies on the card at the start. Policies as the card knows them (tokens.md D2), 0: the slot's default.
struct CardKey {
  std::uint8_t slot = 0x9c;
  std::string algorithm = "p256";  ///< p256 p384 rsa2048 rsa3072 rsa4096 ed25519
  std::uint8_t pin_policy = 3;     ///< 1 never, 2 once, 3 always
  std::uint8_t touch_policy = 1;   ///< 1 never, 2 always, 3 cached
  bool certificate = true;         ///< one signed by the key itself lies in the slot's object
  bool imported = false;           ///< says so in its metadata, and cannot be attested
  bool operator==(const CardKey&) const = default;
};

struct CardSetup {
  std::string pin = "123456";
  int tries = 3;
  int wrong_pins = 0;  ///< tries that are used up already
  std::string puk = "12345678";
  int puk_tries = 3;
  std::string firmware = "5.4.3";
  std::uint32_t serial = 12345678;
  std::string management_algorithm{};     ///< 3des aes128 aes192 aes256; empty: the default of that firmware
  std::string management_key_hex{};       ///< empty: the factory default, as long as the algorithm wants it
  bool management_pin_protected = false;  ///< the management key lies in object 5FC109, readable with the PIN
  /// Of the attestation key in F9. A real one has RSA-2048, which takes longer to make than most tests.
  std::string attestation_algorithm = "p256";
  int attestation_intermediates = 0;  ///< certificates between root and F9; firmware 5.7.4 and later has three
  std::vector<CardKey> keys = {CardKey{}};
  bool operator==(const CardSetup&) const = default;
};

/// One JSON object; parse_card_setup() is the inverse.
[[nodiscard]] std::string encode_card_setup(const CardSetup& setup);
/// @error InvalidRequest  not what encode_card_setup() writes
[[nodiscard]] Result<CardSetup> parse_card_setup(std::string_view text);

}  // namespace signet::test
