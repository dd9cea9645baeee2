// The one PIV card that is meant, as it is reached at this moment: pcscd, a reader, the card, its PIV applet.
//
// Everything may change under it: the card is pulled, another program resets it or selects another applet or takes the
// reader for itself, pcscd is restarted. Each piece of work is one short transaction; what was lost before it began is
// put right first, and between two pieces other programs have their turn.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "common/error.h"
#include "common/time.h"
#include "pkcs11/piv/applet.h"

namespace signet::pkcs11 {

struct CardFacts {
  Firmware firmware;
  std::string serial;  ///< empty where neither firmware nor attestations say it
  bool operator==(const CardFacts&) const = default;
};

/// True where nobody waits for the answer any more.
using HasGone = std::function<bool()>;

/// Only by the thread that has the turn (serving/turn.h).
class LiveCard {
 public:
  /// @param serial  the card's; without it, the only PIV card
  explicit LiveCard(std::optional<std::string> serial) : wanted_serial_(std::move(serial)) {}

  using Commit = std::function<void()>;
  /// What is done with the card. Before anything that must not happen twice it calls `point_of_no_return`; until then
  /// it is repeated where the card was reset or replugged under it.
  using Work = std::function<Result<void>(CardExchange& card, const Commit& point_of_no_return)>;

  /// Runs `work` in a transaction with the PIV applet selected.
  ///
  /// @error TokenRemoved  the card, or pcscd, is not there
  /// @error TokenBusy     another program has the reader for itself until the deadline; who that may be
  /// @error InvalidRequest  several cards fit
  /// @error Deadline, Cancelled  before the card was asked
  /// @error what `work` says
  [[nodiscard]] Result<void> run(const HasGone& has_gone, Deadline deadline, const Work& work);

  /// What was read of the card when it was last found; a new value each time that it was looked for.
  [[nodiscard]] const CardFacts& facts() const { return facts_; }
  /// How often the card was looked for: what was read of an earlier one is stale.
  [[nodiscard]] std::uint64_t finding() const { return finding_; }

  /// Lets go of the card and of pcscd, so that programs which want the reader for themselves can have it.
  void release();

  /// The card has taken a PIN, and remembers that until it is reset or without power.
  void note_login() { logged_in_ = true; }
  /// Makes it forget, where note_login() was called. Where another program has reset it or selected another applet
  /// since, it has forgotten already, and is left alone.
  void log_out();

 private:
  [[nodiscard]] Result<void> open(const HasGone& has_gone, Deadline deadline);
  /// Looks at all readers once. True where the card was found; false where a reader is held, `held`.
  [[nodiscard]] Result<bool> look_for_card(std::string& held);
  [[nodiscard]] Result<void> wait_for_reader(const std::string& reader, const HasGone& has_gone, Deadline deadline);
  /// Connects to the card in one reader and reads what it is; nothing where it is no PIV card.
  struct Found {
    Card card;
    CardFacts facts;
    std::string reader{};
  };
  [[nodiscard]] CardResult<std::optional<Found>> look_into(const std::string& reader) const;
  struct Attempt {
    Result<void> done;
    bool again = false;  ///< what failed has been put right, and nothing was done that must not be done twice
  };
  [[nodiscard]] Attempt attempt(const Work& work);
  /// Whether the PIV applet is selected, on the card that was found.
  [[nodiscard]] Result<bool> is_selected(CardExchange& card) const;
  /// The same, and selects it where need be.
  [[nodiscard]] Result<bool> is_current(CardExchange& card) const;
  void recover(const CardFault& fault);
  [[nodiscard]] Error missing() const;

  std::optional<std::string> wanted_serial_;
  std::optional<CardContext> context_;
  std::optional<Card> card_;
  CardFacts facts_;
  std::uint64_t finding_ = 0;
  std::string reader_{};  // where it was found last
  bool logged_in_ = false;
};

/// The last moment at which nobody has been asked for a finger.
///
/// @error Deadline, Cancelled
[[nodiscard]] Result<void> still_wanted(const HasGone& has_gone, Deadline deadline);

}  // namespace signet::pkcs11
