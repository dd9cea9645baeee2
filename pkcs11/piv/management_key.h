// The management key of a PIV card, which making keys wants (tokens §D4): a mutual proof over one cipher block.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/bytes.h"
#include "common/error.h"
#include "pkcs11/piv/applet.h"
#include "pkcs11/serving/keeper_link.h"

namespace signet::pkcs11 {

enum class ManagementCipher : std::uint8_t { TripleDes = 0x03, Aes128 = 0x08, Aes192 = 0x0a, Aes256 = 0x0c };

/// Proves that we have the management key, and that the card has it.
///
/// @param key  24 bytes for TripleDes and Aes192, 16 for Aes128, 32 for Aes256
/// @error NotAuthorized  the card has another key
/// @error WorkerFailed   the card cannot prove that it has it
[[nodiscard]] Result<void> authenticate_management(CardExchange& card, ManagementCipher cipher, ByteView key);

/// Finds the management key and proves it: the factory's, or one that the card keeps behind its PIN (ykman's
/// --protect). No other key is known here: signet stores none.
///
/// @return  a warning where the card still has the factory's key
/// @error NotAuthorized  it is neither
/// @error PinRequired, PinIncorrect, PinLocked  as log_in_to_card()
[[nodiscard]] Result<std::optional<std::string>> open_management(CardExchange& card, const Firmware& firmware,
                                                                 KeeperLink& link);

}  // namespace signet::pkcs11
