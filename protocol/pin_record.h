// How a PIN passes from the program that asked a person for it to the keeper (signet-token), over a connection that the
// agent has handed to the keeper and does not read: the upgrade of org.signet.Agent.EnterPin.
//
//   to the keeper   one record: one byte 0x00, or 0x01 where the person insists on the token's last try; one byte with
//                   the length, 1 to 255; the PIN
//   from it         0x01, the PIN was taken; or 0x02 and a sentence in UTF-8, it was not. Then it closes
//
// The PIN itself is never part of a value here: it stays in the locked page that it was typed into, or is read into.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/bytes.h"
#include "common/error.h"

namespace signet::protocol {

/// Longer than any token takes (PKCS#11 tokens report at most 255 in ulMaxPinLen).
inline constexpr std::size_t kMaxEnteredPin = 255;
inline constexpr std::size_t kPinRecordHead = 2;
inline constexpr std::size_t kMaxPinAnswer = 2048;

/// The sentence of a keeper that takes another PIN at this moment.
inline constexpr std::string_view kOtherPinComes = "another one is being handed in at this moment";

struct PinRecordHead {
  bool insists = false;
  std::size_t length = 0;  ///< of the PIN that follows
  /// @pre length is 1 to kMaxEnteredPin
  [[nodiscard]] std::array<std::uint8_t, kPinRecordHead> encode() const;
  bool operator==(const PinRecordHead&) const = default;
};

/// @param head  kPinRecordHead bytes
/// @error InvalidRequest  it is no head of a record; the sentence holds nothing of it
[[nodiscard]] Result<PinRecordHead> parse_pin_record_head(ByteView head);

/// @param outcome  a refusal's sentence is cut and made safe to show
[[nodiscard]] std::string encode_pin_answer(const Result<void>& outcome);

/// Reads all that the keeper said before it closed.
///
/// @error RateLimited     the keeper takes another one at this moment (kOtherPinComes): hand it in again
/// @error InvalidRequest  the PIN was not taken; why
/// @error WorkerFailed    it is no answer, or there is none
[[nodiscard]] Result<void> parse_pin_answer(std::string_view answer);

}  // namespace signet::protocol
