// Commands and answers of ISO 7816-4 as the card's applet sees them: parts joined, long answers split.
#pragma once

#include <expected>
#include <optional>

#include "common/bytes.h"

namespace signet::test {

/// SW1 SW2 (tokens.md D5).
enum class Status : std::uint16_t {
  Ok = 0x9000,
  WrongLength = 0x6700,
  SecurityNotSatisfied = 0x6982,
  Blocked = 0x6983,
  ConditionsNotSatisfied = 0x6985,
  WrongData = 0x6a80,
  NotFound = 0x6a82,
  NoRoom = 0x6a84,
  WrongParameters = 0x6a86,
  ReferenceNotFound = 0x6a88,
  UnknownInstruction = 0x6d00,
  UnknownClass = 0x6e00,
};

/// 63Cn; a card with more than 15 tries says 15.
[[nodiscard]] Status tries_left(int tries);

struct Command {
  std::uint8_t instruction = 0;
  std::uint8_t p1 = 0;
  std::uint8_t p2 = 0;
  Bytes data{};
};

struct Reply {
  Status status = Status::Ok;
  Bytes data{};
  bool wants_touch = false;  ///< the card gives this answer only when it was touched
};

[[nodiscard]] Bytes encode_reply(ByteView data, Status status);

/// Joins the parts of a command (CLA 10) and splits the answer to it (61xx).
class ApduChain {
 public:
  /// What the next APDU in short form makes: a whole command, nothing yet, or a status at once.
  [[nodiscard]] std::expected<std::optional<Command>, Status> receive(ByteView apdu);
  /// The answer, or its first 256 bytes.
  [[nodiscard]] Bytes begin_answer(const Reply& reply);
  /// For GET RESPONSE.
  [[nodiscard]] Bytes continue_answer();
  void reset();

 private:
  [[nodiscard]] Bytes take_part();

  Command parts_;
  bool chaining_ = false;
  Bytes rest_;  // of an answer that did not fit, with its status
};

}  // namespace signet::test
