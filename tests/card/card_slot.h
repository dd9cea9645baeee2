// One slot of the virtual reader with the card in it, the finger that touches it, and what may go wrong between both.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>

#include "tests/card/apdu_log.h"
#include "tests/card/piv_card.h"
#include "tests/card/vpcd_link.h"

namespace signet::test {

/// Never waits: what is to be answered later is kept, and the owner calls on_time() when due() has come.
class CardSlot {
 public:
  using Time = PivCard::Time;
  using Span = std::chrono::milliseconds;

  CardSlot(unsigned short port, const std::filesystem::path& log) : port_(port), log_(log) {}

  /// Takes the place of the one that was there, which goes into the drawer. Only while the card is pulled, or before
  /// the reader is there.
  void put_card(std::unique_ptr<PivCard> card);
  void swap_with_drawer() { card_.swap(drawer_); }
  [[nodiscard]] const PivCard& card() const { return *card_; }

  /// Waits until the reader listens; ends the process where it does not.
  void insert();
  /// While there is no reader that listens; insert() when there is.
  void insert_unseen() { inserted_ = true; }
  void pull();
  [[nodiscard]] bool inserted() const { return inserted_; }
  /// The reader went away, the card stays where it is.
  void lose_reader();

  /// -1 where nothing is to be read.
  [[nodiscard]] int fd() const { return link_ ? link_->fd() : -1; }
  /// Takes one message. False where the reader has closed the connection.
  [[nodiscard]] bool take_message();
  [[nodiscard]] std::optional<Time> due() const;
  void on_time();

  void set_touch(Span delay) { touch_ = delay; }
  void set_touch_limit(Span limit) { touch_limit_ = limit; }
  void set_slow(Span delay) { slow_ = delay; }
  void press();
  /// The n-th command from now; 1 is the next.
  void pull_at(int n) { pull_in_ = n; }
  void spoil_at(int n, int size) {
    spoil_in_ = n;
    spoil_size_ = size;
  }

 private:
  struct Pending {
    Bytes answer;
    Time at;
    bool waits_for_touch = false;
    bool gets_touch = false;  // before the card gives up
  };
  void take_command(ByteView command);
  void answer_later(CardAnswer answer);
  void send(ByteView answer);

  unsigned short port_;
  ApduLog log_;
  std::unique_ptr<PivCard> card_;
  std::unique_ptr<PivCard> drawer_;
  std::optional<VpcdLink> link_;
  bool inserted_ = true;  // the card; the reader may be away
  std::optional<Pending> pending_;
  Span touch_{0};
  Span touch_limit_{std::chrono::seconds(15)};
  Span slow_{0};
  int pull_in_ = 0;   // 0: not at all
  int spoil_in_ = 0;  // 0: not at all
  int spoil_size_ = 0;
};

}  // namespace signet::test
