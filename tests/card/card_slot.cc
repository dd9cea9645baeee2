#include "tests/card/card_slot.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <utility>

namespace signet::test {
namespace {

constexpr std::uint8_t kAskForAtr = 4;

/// The same bytes for each size, so that a test that fails fails again.
Bytes garbage(int size) {
  std::mt19937 random(static_cast<unsigned>(size));
  Bytes bytes(static_cast<std::size_t>(size));
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

/// Counts down to an event that happens once.
bool comes_now(int& left) { return left > 0 && --left == 0; }

}  // namespace

void CardSlot::put_card(std::unique_ptr<PivCard> card) { drawer_ = std::exchange(card_, std::move(card)); }

void CardSlot::insert() {
  card_->reset();
  link_ = VpcdLink::insert(port_);
  if (!link_) {
    std::fputs("signet-virtual-card: the reader does not listen\n", stderr);
    std::exit(3);
  }
  inserted_ = true;
}

void CardSlot::pull() {
  lose_reader();
  inserted_ = false;
  pull_in_ = 0;  // it is out already
}

void CardSlot::lose_reader() {
  link_.reset();
  if (pending_) log_.end({});
  pending_.reset();
}

bool CardSlot::take_message() {
  const auto message = link_->receive();
  if (!message) return false;
  if (message->size() != 1) {
    take_command(*message);
  } else if (message->front() == kAskForAtr) {
    (void)link_->send(card_->answer_to_reset());
  } else {
    card_->reset();
  }
  return true;
}

void CardSlot::take_command(ByteView command) {
  log_.begin(command);
  if (comes_now(pull_in_)) {
    log_.end({});
    pull();
    return;
  }
  CardAnswer answer = card_->transmit(command);
  if (comes_now(spoil_in_)) answer = {.bytes = garbage(spoil_size_)};
  answer_later(std::move(answer));
}

void CardSlot::answer_later(CardAnswer answer) {
  Pending pending{.answer = std::move(answer.bytes),
                  .at = std::chrono::steady_clock::now() + slow_,
                  .waits_for_touch = answer.wants_touch};
  if (pending.waits_for_touch) {
    pending.at += std::min(touch_, touch_limit_);
    pending.gets_touch = touch_ <= touch_limit_;
  }
  pending_ = std::move(pending);
  on_time();
}

std::optional<CardSlot::Time> CardSlot::due() const { return pending_ ? std::optional(pending_->at) : std::nullopt; }

void CardSlot::on_time() {
  if (!pending_ || std::chrono::steady_clock::now() < pending_->at) return;
  const Pending pending = *std::exchange(pending_, std::nullopt);
  if (pending.waits_for_touch && pending.gets_touch) card_->touched();
  send(pending.waits_for_touch && !pending.gets_touch ? PivCard::untouched() : pending.answer);
}

void CardSlot::press() {
  if (!pending_ || !pending_->waits_for_touch) return;
  pending_->gets_touch = true;
  pending_->at = std::chrono::steady_clock::now();
  on_time();
}

void CardSlot::send(ByteView answer) {
  log_.end(answer);
  (void)link_->send(answer);  // a reader that is gone is seen by the next message
}

}  // namespace signet::test
