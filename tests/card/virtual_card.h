// Virtual PIV cards for one test: the program signet-virtual-card, its commands, and what the cards were asked.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/card/apdu_log.h"
#include "tests/card/card_setup.h"
#include "tests/card/line_program.h"
#include "tests/support/temporary_folder.h"

namespace signet::test {

inline constexpr std::string_view kYkcs11 = "/usr/lib/x86_64-linux-gnu/libykcs11.so";
inline constexpr std::string_view kOpenSc = "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so";

/// A reader with two slots behind a pcscd of its own. Methods that take a card mean the one in that slot; the first is
/// card 1.
class VirtualCard {
 public:
  using Span = std::chrono::milliseconds;

  /// Returns when pcscd has seen the cards. Ends the test program where that does not come about.
  explicit VirtualCard(const CardSetup& setup = {}, const std::optional<CardSetup>& second = std::nullopt);

  /// PCSCLITE_CSOCK_NAME.
  [[nodiscard]] std::map<std::string, std::string> environment() const;

  /// From here on a key whose touch policy wants a finger is touched after `delay`; at the start: at once. What is
  /// longer than the card waits is no touch: 6982.
  void set_touch(Span delay, int card = 1) { tell("touch", card, delay.count()); }
  /// How long the card waits; at the start: 15 seconds.
  void set_touch_limit(Span limit, int card = 1) { tell("touch-limit", card, limit.count()); }
  /// The finger comes now, where the card waits for it.
  void press(int card = 1) { tell("press", card); }

  /// Both return when pcscd has seen it.
  void remove(int card = 1) { tell("remove", card); }
  void insert(int card = 1);
  /// As remove(), but returns before pcscd has seen it.
  void pull(int card = 1) { tell("pull", card); }
  /// Another card takes its place, and is there when this returns; swap_back() exchanges the two again.
  void swap(const CardSetup& setup, int card = 1);
  void swap_back(int card = 1);

  /// The card is pulled while it is asked for the n-th time from now (1: the next), and gives no answer: SCardTransmit
  /// succeeds with no bytes, the next one fails. It stays out until insert().
  void remove_at_apdu(int n, int card = 1) { tell("remove-at", card, n); }
  /// The n-th answer from now is nonsense.
  void answer_garbage_at_apdu(int n, int size = 17, int card = 1);
  /// Every answer takes that much longer.
  void set_slow(Span delay, int card = 1) { tell("slow", card, delay.count()); }

  /// pcscd is killed; its socket is gone, the cards stay in the reader.
  void stop_pcscd() { program_.obey("stop-pcscd"); }
  /// It serves at the same path again, and has seen the cards.
  void start_pcscd() { program_.obey("start-pcscd"); }

  /// Certificates in PEM: the root of the maker of the card that is in the slot now, and what is between it and F9.
  [[nodiscard]] std::string attestation_root(int card = 1) const;
  [[nodiscard]] std::string attestation_intermediates(int card = 1) const;

  [[nodiscard]] std::vector<Apdu> apdus(int card = 1) const;
  /// What was asked so far is not counted any more.
  void forget_apdus(int card = 1);
  [[nodiscard]] long count_pins(int card = 1) const;
  [[nodiscard]] long count_wrong_pins(int card = 1) const;
  /// Commands that ask for one, whatever became of them.
  [[nodiscard]] long count_signatures(int card = 1) const;

 private:
  void tell(const std::string& verb, int card) { program_.obey(verb + " " + std::to_string(card)); }
  void tell(const std::string& verb, int card, long number);
  [[nodiscard]] std::filesystem::path file(std::string_view name, int card, std::string_view ending) const;
  [[nodiscard]] std::string write_setup(const CardSetup& setup);
  [[nodiscard]] std::vector<std::string> arguments(const CardSetup& setup, const std::optional<CardSetup>& second);

  TemporaryFolder folder_;
  int setups_ = 0;
  LineProgram program_;
};

}  // namespace signet::test
