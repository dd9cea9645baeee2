// A PIV card in software: the applet of a YubiKey as far as ykcs11 asks for it (NIST SP 800-73-4; virtual-token notes
// in the tests that use it).
//
// It holds one P-256 key with a certificate in slot 9C, whose PIN policy is "always": a signature wants a VERIFY as the
// command directly before it.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "common/bytes.h"

namespace signet::test {

struct CardSetup {
  std::string pin = "123456";
  int tries = 3;
};

/// What a command is answered, and how long the card lets its reader wait before that.
struct CardAnswer {
  Bytes bytes;  ///< data and SW1 SW2
  bool wants_touch = false;
};

class PivCard {
 public:
  explicit PivCard(CardSetup setup);
  ~PivCard();
  PivCard(const PivCard&) = delete;
  PivCard& operator=(const PivCard&) = delete;

  /// Power on, power off and reset alike: forgets PIN, applet and half-sent commands.
  void reset();
  /// The answer-to-reset of a YubiKey 5 on USB, by which OpenSC knows it.
  [[nodiscard]] static Bytes answer_to_reset();
  /// @param command  one APDU in short form
  [[nodiscard]] CardAnswer transmit(ByteView command);

 private:
  struct Key;
  struct Command {
    std::uint8_t instruction = 0;
    std::uint8_t p1 = 0;
    std::uint8_t p2 = 0;
    Bytes data{};
  };
  [[nodiscard]] CardAnswer run(const Command& command);
  [[nodiscard]] CardAnswer verify(const Command& command);
  [[nodiscard]] CardAnswer get_data(const Command& command) const;
  [[nodiscard]] CardAnswer authenticate(const Command& command, bool pin_is_fresh) const;
  [[nodiscard]] Bytes tries_left() const;
  [[nodiscard]] Bytes first_part(Bytes whole);

  CardSetup setup_;
  int tries_;
  std::unique_ptr<Key> key_;
  bool selected_ = false;
  bool verified_ = false;
  bool fresh_ = false;  // the last command was a VERIFY that succeeded
  Bytes chained_;       // data of command parts that are not complete
  Bytes rest_;          // of an answer that did not fit
};

}  // namespace signet::test
