// A PIV card in software: the applet of a YubiKey, as its firmware answers (NIST SP 800-73-4; tokens.md parts D and E).
//
// Stricter than the real one in one place: the PIN policy "always" wants the VERIFY as the command directly before the
// signature. On hardware other commands in between may do no harm, but nothing promises that.
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "common/bytes.h"
#include "tests/card/apdu.h"
#include "tests/card/attestation.h"
#include "tests/card/card_objects.h"
#include "tests/card/card_pin.h"
#include "tests/card/card_setup.h"
#include "tests/card/management_key.h"

namespace signet::test {

/// What a command is answered, and whether the card waits for a finger before that.
struct CardAnswer {
  Bytes bytes;  ///< data and SW1 SW2
  bool wants_touch = false;
};

class PivCard {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit PivCard(CardSetup setup);

  /// Power on, power off and reset alike: forgets PIN, management key, applet and half-sent commands. A touch is not
  /// forgotten.
  void reset();
  /// That of a YubiKey on USB, by which OpenSC knows it.
  [[nodiscard]] Bytes answer_to_reset() const;
  /// @param command  one APDU in short form
  /// @param now      decides whether an earlier touch still counts
  [[nodiscard]] CardAnswer transmit(ByteView command, Time now = std::chrono::steady_clock::now());
  /// The finger came for the answer that wanted it.
  void touched(Time now = std::chrono::steady_clock::now());
  /// What is answered where it did not come.
  [[nodiscard]] static Bytes untouched() { return encode_reply({}, Status::SecurityNotSatisfied); }

  [[nodiscard]] const CardMaker& maker() const { return maker_; }

 private:
  using Handler = Reply (PivCard::*)(const Command&);
  struct Instruction {
    std::uint8_t code;
    Firmware since;
    Handler run;
  };
  [[nodiscard]] static const Instruction* find_instruction(std::uint8_t code);
  [[nodiscard]] Reply run(const Command& command);

  // piv_card.cc
  Reply select(const Command& command);
  Reply version(const Command& command);
  Reply serial(const Command& command);
  Reply get_data(const Command& command);
  Reply put_data(const Command& command);
  Reply metadata(const Command& command);
  void put_keys();
  void put_management_key_in_object();

  // piv_card_pins.cc
  Reply verify(const Command& command);
  Reply change_reference(const Command& command);
  Reply unblock(const Command& command);
  Reply set_tries(const Command& command);
  Reply reset_applet(const Command& command);
  Reply set_management_key(const Command& command);

  // piv_card_keys.cc
  Reply authenticate(const Command& command);
  Reply generate(const Command& command);
  Reply import(const Command& command);
  Reply move(const Command& command);
  Reply attest(const Command& command);
  [[nodiscard]] Reply sign(const SlotKey& key, ByteView input, bool fresh);
  [[nodiscard]] bool pin_suffices(const SlotKey& key, bool fresh) const;
  [[nodiscard]] bool wants_touch(const SlotKey& key) const;

  CardSetup setup_;
  Firmware firmware_;
  CardPin pin_;
  CardPin puk_;
  ManagementKey management_;
  CardMaker maker_;
  CardObjects objects_;
  std::map<std::uint8_t, SlotKey> keys_;

  ApduChain chain_;
  /// Before firmware 5 the serial number is asked of the applet for one-time passwords. It has nothing else here.
  enum class Applet : std::uint8_t { None, Piv, Otp };
  Applet selected_ = Applet::None;
  bool verified_ = false;
  bool fresh_ = false;         // the last command was a VERIFY that succeeded
  bool was_fresh_ = false;     // and so it was before the command that runs now
  bool caches_touch_ = false;  // the finger that is waited for counts for a while
  Time now_{};
  Time touch_counts_until_{};
};

}  // namespace signet::test
