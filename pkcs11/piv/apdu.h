// Commands to a card and their answers, in short form with command chaining and GET RESPONSE (ISO/IEC 7816-4 §5.1.1,
// §5.3.4): no client of PIV cards sends extended lengths, and not every reader bears them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/bytes.h"
#include "common/error.h"
#include "pkcs11/pcsc/card.h"

namespace signet::pkcs11 {

struct Command {
  std::uint8_t instruction = 0;
  std::uint8_t p1 = 0;
  std::uint8_t p2 = 0;
  Bytes data{};
};

struct Response {
  Bytes data;
  std::uint16_t status = 0;  ///< SW1 SW2
  [[nodiscard]] bool is_good() const { return status == 0x9000; }
};

/// "6982": for messages.
[[nodiscard]] std::string status_text(std::uint16_t status);

/// One transaction's exchange with the card. Remembers the fault that ended it, so that who began it can put that
/// right.
class CardExchange {
 public:
  explicit CardExchange(Card::Transaction& transaction) : transaction_(transaction) {}
  CardExchange(const CardExchange&) = delete;
  CardExchange& operator=(const CardExchange&) = delete;
  ~CardExchange() = default;

  /// Sends a command, in parts where it is long, and collects all of the answer. The data of the command is wiped from
  /// what was sent.
  ///
  /// @error WorkerFailed  the answer has more than 16 KiB
  /// @error any of fault.h
  [[nodiscard]] Result<Response> send(const Command& command);

  [[nodiscard]] const std::optional<CardFault>& fault() const { return fault_; }
  /// Commands that the card has answered so far, or begun to.
  [[nodiscard]] int answers() const { return answers_; }

 private:
  [[nodiscard]] Result<Response> transmit(ByteView apdu);

  Card::Transaction& transaction_;
  std::optional<CardFault> fault_;
  int answers_ = 0;
};

}  // namespace signet::pkcs11
