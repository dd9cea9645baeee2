// What the owner of a PIV card does with its PIN: at the card's own door, apart from the agent and its keeper.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "common/bytes.h"
#include "common/error.h"
#include "pkcs11/piv/applet.h"

namespace signet::pkcs11 {

/// Tries tells how many are left. Verify has the card take the PIN, which gives it all its tries back. Change wants the
/// PIN and a new one, Unblock the PUK and a new PIN.
enum class PinTask : std::uint8_t { Tries, Verify, Change, Unblock };

/// "tries", "verify", "change", "unblock".
[[nodiscard]] std::optional<PinTask> pin_task_from(std::string_view name);

/// How many secrets it wants: 0, 1 or 2.
[[nodiscard]] std::size_t count_secrets(PinTask task);

/// Does it, once, and has the card forget that it was given its PIN.
///
/// @param first   the PIN, or with Unblock the PUK; 6 to 8 bytes
/// @param second  the new PIN; 6 to 8 bytes
/// @return        how many tries the PIN has afterwards (0: it is blocked); nothing where it was done and the card went
///                away before it said that
/// @error InvalidRequest  one of them is too short or too long, and nothing was sent; or the card does not take the new
///                        PIN
/// @error PinIncorrect    the card refused the PIN or the PUK; how many tries are left stands in the sentence
/// @error PinLocked       no tries are left
[[nodiscard]] Result<std::optional<int>> do_pin_task(CardExchange& card, PinTask task, ByteView first, ByteView second);

}  // namespace signet::pkcs11
