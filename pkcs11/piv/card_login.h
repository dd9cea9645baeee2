// The PIN's way to a PIV card.
#pragma once

#include "common/error.h"
#include "pkcs11/piv/applet.h"
#include "pkcs11/serving/keeper_link.h"
#include "protocol/token_messages.h"

namespace signet::pkcs11 {

/// Sends the keeper's PIN where the policy wants it: Once, where the card does not remember it; Always, in any case,
/// and the next command must be the one that it is for. With one try left none is sent.
///
/// @error PinRequired   the keeper has none
/// @error PinIncorrect  the card refused it (how many tries are left stands in the sentence), or it can be no PIV PIN
/// @error PinLocked     no tries are left, or one
[[nodiscard]] Result<void> log_in_to_card(CardExchange& card, KeeperLink& link, protocol::PinPolicy policy);

}  // namespace signet::pkcs11
