// What PC/SC answers instead of doing what it was asked.
#pragma once

#include <expected>
#include <string_view>

#include "common/error.h"

namespace signet::pkcs11 {

/// A return value other than SCARD_S_SUCCESS, and the function that gave it.
struct CardFault {
  long code = 0;
  std::string_view function;
};
template <typename T>
using CardResult = std::expected<T, CardFault>;

/// The card was reset by another program: nothing was sent to it, and what it knew of us is lost.
[[nodiscard]] bool is_reset(const CardFault& fault);
/// The card, or its reader, is not there any more. The handle stays so after the card is back.
[[nodiscard]] bool is_removal(const CardFault& fault);
/// pcscd is not there, or is another one than the context was made with.
[[nodiscard]] bool is_lost_service(const CardFault& fault);
/// Another program has the reader for itself.
[[nodiscard]] bool is_held(const CardFault& fault);

/// The error that a person is told.
///
/// @return TokenRemoved  no card, no reader, or no pcscd
/// @return TokenBusy     another program has it
/// @return NotAuthorized polkit refuses
/// @return WorkerFailed  everything else, by name and number
[[nodiscard]] Error error_from(const CardFault& fault);

}  // namespace signet::pkcs11
