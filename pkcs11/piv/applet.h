// The commands of a PIV card, one function each (SP 800-73-4 part 2 §3; Yubico's additions).
//
// All of them may fail as CardExchange::send() does; "any of fault.h" is not repeated below.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/bytes.h"
#include "common/error.h"
#include "pkcs11/keys/public_key.h"
#include "pkcs11/piv/apdu.h"
#include "pkcs11/piv/slot.h"
#include "protocol/token_messages.h"

namespace signet::pkcs11 {

/// Makes the PIV applet the one that commands go to; another one's state is lost with that, and the PIN's too.
///
/// @error TokenRemoved  the card has no PIV applet
[[nodiscard]] Result<void> select_piv(CardExchange& card);

/// @error WorkerFailed  no card of Yubico's kind
[[nodiscard]] Result<Firmware> read_firmware(CardExchange& card);

/// The card's serial number, decimal; nothing where this firmware does not say it, or another applet is selected.
[[nodiscard]] Result<std::optional<std::string>> read_serial(CardExchange& card);

/// How often the PIN may still be wrong.
struct PinTries {
  bool verified = false;  ///< the card has taken it and has not forgotten that
  int left = 0;           ///< 0: blocked; not known where `verified`
};
[[nodiscard]] Result<PinTries> read_pin_tries(CardExchange& card);

/// A PIN or PUK as cards take it: padded to 8 bytes. Nothing for one that is not 6 to 8 bytes long: the card would
/// count it as wrong.
[[nodiscard]] std::optional<std::array<std::uint8_t, 8>> pad_pin(ByteView pin);

/// VERIFY; the caller reads the status.
[[nodiscard]] Result<Response> verify_pin(CardExchange& card, ByteView padded);

/// CHANGE REFERENCE DATA of the PIN, and RESET RETRY COUNTER, which sets a new PIN by the PUK; the caller reads the
/// status.
[[nodiscard]] Result<Response> change_pin(CardExchange& card, ByteView padded_old, ByteView padded_new);
[[nodiscard]] Result<Response> unblock_pin(CardExchange& card, ByteView padded_puk, ByteView padded_new);

/// Has the card forget that it was given its PIN (Yubico's addition); cards that do not know it go on remembering.
[[nodiscard]] Result<void> forget_pin(CardExchange& card);

/// How many tries are left, where a status says that a PIN or a PUK was wrong (0: it is blocked); else nothing.
[[nodiscard]] std::optional<int> tries_left(std::uint16_t status);

/// A data object, without its outer tag 53; nothing where the card has none.
[[nodiscard]] Result<std::optional<Bytes>> read_object(CardExchange& card, ByteView tag);

/// What METADATA says of a key: 5.3 and later.
struct KeyMetadata {
  std::uint8_t algorithm = 0;
  std::uint8_t pin_policy = 0;
  std::uint8_t touch_policy = 0;
  bool is_default = false;  ///< PIN, PUK, management key: nobody has changed it
  Bytes public_key;         ///< TLVs 86, or 81 and 82
};
/// @param slot  of a key, or 9B for the management key
/// @return      nothing for an empty slot
[[nodiscard]] Result<std::optional<KeyMetadata>> read_metadata(CardExchange& card, std::uint8_t slot);

/// The certificate that the card makes about a key that it made itself, DER; nothing where there is none.
[[nodiscard]] Result<std::optional<Bytes>> attest(CardExchange& card, std::uint8_t slot);

/// GENERATE ASYMMETRIC KEY PAIR; wants the management key first.
///
/// @return  the public key's TLVs
/// @error KeyUnsuitable  the card refused
[[nodiscard]] Result<Bytes> generate_key_pair(CardExchange& card, std::uint8_t slot, std::uint8_t algorithm,
                                              std::optional<protocol::PinPolicy> pin,
                                              std::optional<protocol::TouchPolicy> touch);

/// GENERAL AUTHENTICATE with a private key; the caller reads the status.
///
/// @param block  as signing_block() makes it
[[nodiscard]] Result<Response> sign_block(CardExchange& card, std::uint8_t slot, std::uint8_t algorithm,
                                          ByteView block);
/// The signature in the answer to sign_block().
[[nodiscard]] std::optional<Bytes> signature_from(const Response& response);

/// A public key from the TLVs of metadata and of GENERATE.
///
/// @error KeyUnsuitable  a kind that is not known here, or malformed
[[nodiscard]] Result<PublicKey> public_key_from_piv(std::uint8_t algorithm, ByteView tlvs);

}  // namespace signet::pkcs11
