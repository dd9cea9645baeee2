#include "pkcs11/piv/live_card.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "common/display.h"
#include "pkcs11/piv/holders.h"
#include "pkcs11/piv/slot_key.h"

namespace signet::pkcs11 {
namespace {

/// A reset, then a removal, then a pcscd that was restarted: more in one request is no accident.
constexpr int kRecoveries = 3;
/// How soon a thread that waits for a reader notices that its peer has gone.
constexpr std::chrono::milliseconds kSlice{500};
constexpr std::chrono::milliseconds kMoment{50};

std::unexpected<Error> gone() {
  return fail(ErrorCode::Cancelled, "the peer went away while another program had the reader");
}

Result<CardFacts> read_facts(CardExchange& card) {
  if (auto selected = select_piv(card); !selected) return fail(std::move(selected.error()));
  const auto firmware = read_firmware(card);
  if (!firmware) return fail(firmware.error());
  CardFacts facts{.firmware = *firmware, .serial = {}};
  if (*firmware < kHasAttestation) return facts;
  auto serial = *firmware < kHasSerial ? read_attested_serial(card) : read_serial(card);
  if (!serial) return fail(std::move(serial.error()));
  facts.serial = std::move(*serial).value_or("");
  return facts;
}

}  // namespace

Result<void> still_wanted(const HasGone& has_gone, Deadline deadline) {
  if (deadline.passed()) return fail(ErrorCode::Deadline, "the deadline passed before the card was asked", "try again");
  if (has_gone()) return fail(ErrorCode::Cancelled, "the peer went away before the card was asked");
  return {};
}

Error LiveCard::missing() const {
  const std::string which = wanted_serial_ ? " with the serial number " + display_text(*wanted_serial_) : "";
  return {.code = ErrorCode::TokenRemoved,
          .what = "no PIV card" + which + " is there",
          .remedy = "plug the token in and try again"};
}

Result<void> LiveCard::run(const HasGone& has_gone, Deadline deadline, const Work& work) {
  for (int recoveries = 0;; ++recoveries) {
    if (auto opened = open(has_gone, deadline); !opened) return opened;
    if (auto wanted = still_wanted(has_gone, deadline); !wanted) return wanted;
    Attempt made = attempt(work);
    if (!made.again || recoveries == kRecoveries) return std::move(made.done);
  }
}

LiveCard::Attempt LiveCard::attempt(const Work& work) {
  Result<void> done;
  std::optional<CardFault> fault;
  std::optional<int> committed;  // the answers until then
  bool unheard = false;          // and none since
  bool current = true;
  // The transaction ends before the card is let go of.
  if (auto transaction = Card::Transaction::begin(*card_)) {
    CardExchange exchange(*transaction);
    const auto looked = is_current(exchange);
    current = !looked || *looked;
    done = looked ? Result<void>() : fail(looked.error());
    if (looked && *looked) done = work(exchange, [&] { committed = exchange.answers(); });
    fault = exchange.fault();
    unheard = committed == exchange.answers();
  } else {
    fault = transaction.error();
    done = fail(error_from(*fault));
  }
  if (!current) {
    card_.reset();  // it is looked for anew
    return {.done = fail(missing()), .again = true};
  }
  if (!fault) return {.done = std::move(done)};
  recover(*fault);
  // What was refused for a reset was never sent.
  return {.done = std::move(done), .again = !committed || (unheard && is_reset(*fault))};
}

// A question that no other applet answers the same.
Result<bool> LiveCard::is_selected(CardExchange& card) const {
  if (facts_.firmware >= kHasSerial) {
    const auto serial = read_serial(card);
    if (!serial) return fail(serial.error());
    return *serial == facts_.serial;
  }
  const auto firmware = read_firmware(card);
  if (card.fault()) return fail(firmware.error());
  return firmware && *firmware == facts_.firmware;
}

// The PIN's state survives only where the applet is not selected anew.
Result<bool> LiveCard::is_current(CardExchange& card) const {
  const auto selected = is_selected(card);
  if (!selected || *selected) return selected;
  const auto facts = read_facts(card);
  if (!facts) return fail(facts.error());
  return *facts == facts_;
}

void LiveCard::recover(const CardFault& fault) {
  if (is_reset(fault) && card_ && card_->reconnect()) return;
  card_.reset();
  if (is_lost_service(fault)) context_.reset();
}

void LiveCard::release() {
  card_.reset();
  context_.reset();
}

// A card that was let go of keeps its power for some seconds.
void LiveCard::log_out() {
  if (!std::exchange(logged_in_, false)) return;
  if (!context_) {
    auto context = CardContext::establish();
    if (!context) return;
    context_ = std::move(*context);
  }
  if (!card_) {
    auto card = Card::connect(*context_, reader_);
    if (!card) return;
    card_ = std::move(*card);
  }
  auto transaction = Card::Transaction::begin(*card_);
  if (!transaction) return;  // it was reset, or is gone
  CardExchange exchange(*transaction);
  const auto selected = is_selected(exchange);
  if (selected && *selected) std::ignore = forget_pin(exchange);
}

Result<void> LiveCard::open(const HasGone& has_gone, Deadline deadline) {
  bool is_new_context = false;
  while (!card_) {
    if (!context_) {
      auto context = CardContext::establish();
      if (!context) return fail(error_from(context.error()));
      context_ = std::move(*context);
      is_new_context = true;
    }
    std::string held;
    auto found = look_for_card(held);
    if (!found && !context_ && !is_new_context) continue;  // the old context was of a pcscd that is gone
    if (!found) return fail(std::move(found.error()));
    if (*found) break;
    if (auto waited = wait_for_reader(held, has_gone, deadline); !waited) return waited;
  }
  return {};
}

Result<bool> LiveCard::look_for_card(std::string& held) {
  const auto readers = context_->readers();
  if (!readers) {
    if (is_lost_service(readers.error())) context_.reset();
    return fail(error_from(readers.error()));
  }
  std::vector<Found> fitting;
  for (const std::string& reader : *readers) {
    auto found = look_into(reader);
    if (!found && is_held(found.error())) held = reader;
    if (!found && is_lost_service(found.error())) {
      fitting.clear();  // their handles are of that context
      context_.reset();
      return fail(error_from(found.error()));
    }
    if (!found || !*found) continue;
    if (wanted_serial_.value_or((*found)->facts.serial) == (*found)->facts.serial)
      fitting.push_back(std::move(**found));
  }
  if (fitting.size() > 1) {
    return fail(ErrorCode::InvalidRequest, "there are " + std::to_string(fitting.size()) + " PIV cards that fit",
                "give the card's serial number in the configuration");
  }
  if (fitting.empty() && !held.empty()) return false;
  if (fitting.empty()) return fail(missing());
  card_ = std::move(fitting.front().card);
  facts_ = std::move(fitting.front().facts);
  reader_ = std::move(fitting.front().reader);
  ++finding_;
  return true;
}

CardResult<std::optional<LiveCard::Found>> LiveCard::look_into(const std::string& reader) const {
  const auto state = context_->state(reader);
  if (!state) return std::unexpected(state.error());
  if (!state->present) return std::nullopt;
  auto card = Card::connect(*context_, reader);
  if (!card) return std::unexpected(card.error());
  for (int recoveries = 0;; ++recoveries) {
    std::optional<CardFacts> facts;
    std::optional<CardFault> fault;
    if (auto transaction = Card::Transaction::begin(*card)) {
      CardExchange exchange(*transaction);
      if (auto read = read_facts(exchange)) facts = std::move(*read);
      fault = exchange.fault();
    } else {
      fault = transaction.error();
    }
    if (facts) return Found{.card = std::move(*card), .facts = std::move(*facts), .reader = reader};
    if (!fault) return std::nullopt;
    // Another program has reset it, and a handle has to be told that once.
    if (!is_reset(*fault) || recoveries == kRecoveries || !card->reconnect()) return std::unexpected(*fault);
  }
}

Result<void> LiveCard::wait_for_reader(const std::string& reader, const HasGone& has_gone, Deadline deadline) {
  if (has_gone()) return gone();
  auto state = context_->state(reader);
  // pcscd may say that it is free a moment before or after it is.
  if (state && !state->exclusive) state = context_->wait_for_change(reader, *state, deadline.within(kMoment));
  while (state && state->exclusive && !deadline.passed()) {
    if (has_gone()) return gone();
    state = context_->wait_for_change(reader, *state, deadline.within(kSlice));
  }
  if (!state) {
    if (is_lost_service(state.error())) context_.reset();
    return {};
  }
  if (!deadline.passed()) return {};
  const std::string holders = likely_holders();
  return fail(ErrorCode::TokenBusy,
              "another program has the reader \"" + display_text(reader) + "\" for itself" +
                  (holders.empty() ? "" : "; it may be " + holders),
              "end it, or let it share the card (for scdaemon: pcsc-shared in scdaemon.conf), and try again");
}

}  // namespace signet::pkcs11
