// Another program that uses the virtual card at the same time: signet-card-guest.
#pragma once

#include <chrono>
#include <string>

#include "common/bytes.h"
#include "tests/card/line_program.h"
#include "tests/card/virtual_card.h"

namespace signet::test {

/// It lets go of everything when it ends; after stop_pcscd() another one is needed. Methods that cannot fail for a
/// reason of the test's end the test program.
class CardGuest {
 public:
  explicit CardGuest(const VirtualCard& reader, int card = 1);

  /// Begins a transaction: every other program waits, even to connect.
  void hold() { program_.obey("hold"); }
  /// The same, for that long from now.
  void hold(std::chrono::milliseconds span) { program_.obey("hold " + std::to_string(span.count())); }
  /// Shares the card and stays connected, so that its power stays on.
  void connect() { program_.obey("connect"); }
  /// Takes the reader EXCLUSIVE: others are refused. Nobody else may be connected.
  void take_exclusive() { program_.obey("exclusive"); }
  /// Ends any of these, and leaves the card as it is.
  void release() { program_.obey("release"); }
  void reset_card() { program_.obey("reset"); }
  /// Selects OpenPGP, as scdaemon does, and leaves without a reset: PIV is selected no more.
  void select_another_applet() { program_.obey("select d27600012401"); }
  /// Sends one APDU, on a connection of its own or on the one that is held.
  ///
  /// @return  the answer in hexadecimal, or "failed " and PC/SC's code
  std::string transmit(ByteView apdu);
  /// As take_exclusive(), where others may be connected: "done", or "failed " and PC/SC's code.
  std::string try_exclusive() { return program_.command("exclusive"); }

 private:
  LineProgram program_;
};

}  // namespace signet::test
