// The key in a slot, from whatever the card shows of it: metadata (5.3 and later), attestation (4.3 and later, keys
// that the card made), certificate.
#pragma once

#include <optional>

#include "common/error.h"
#include "pkcs11/piv/applet.h"

namespace signet::pkcs11 {

struct SlotKey {
  std::uint8_t algorithm = 0;
  PublicKey public_key{};
  std::optional<protocol::PinPolicy> pin_policy{};
  std::optional<protocol::TouchPolicy> touch_policy{};
};

/// @return  nothing for an empty slot, or one whose key shows nothing of itself
/// @error KeyUnsuitable  a kind of key that is not known here
[[nodiscard]] Result<std::optional<SlotKey>> read_slot_key(CardExchange& card, const Firmware& firmware,
                                                           const PivSlot& slot);

/// The serial number that a card's attestations name, decimal: for firmware that does not say it otherwise. Nothing
/// where the card has made no key.
[[nodiscard]] Result<std::optional<std::string>> read_attested_serial(CardExchange& card);

/// The card's description of the key for org.signet.Token.
[[nodiscard]] protocol::TokenKey describe_slot_key(const PivSlot& slot, const SlotKey& key);

}  // namespace signet::pkcs11
