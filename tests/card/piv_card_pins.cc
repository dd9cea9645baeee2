// Who may use the card, and how that is changed.
#include "tests/card/card_slots.h"
#include "tests/card/piv_card.h"

namespace signet::test {
namespace {

constexpr std::size_t kPinSize = 8;
constexpr int kFactoryTries = 3;

CardPin factory_pin(int tries) { return {"123456", tries}; }
CardPin factory_puk(int tries) { return {"12345678", tries}; }

/// An old PIN or PUK and a new one, each padded.
struct PinChange {
  ByteView old_one;
  ByteView new_one;
};
std::optional<PinChange> parse_change(ByteView data) {
  if (data.size() != 2 * kPinSize || !CardPin::well_formed(data.last(kPinSize))) return std::nullopt;
  return PinChange{.old_one = data.first(kPinSize), .new_one = data.last(kPinSize)};
}

}  // namespace

// P1 FF forgets that a PIN was proved. What cannot be a PIN costs no try (SP 800-73-4 part 2 §3.2.1).
Reply PivCard::verify(const Command& command) {
  if (command.p2 != kPinReference) return {.status = Status::ReferenceNotFound};
  if (command.p1 == 0xff && command.data.empty()) {
    verified_ = false;
    return {};
  }
  if (command.p1 != 0) return {.status = Status::WrongParameters};
  if (command.data.empty()) return {.status = verified_ ? Status::Ok : pin_.state()};
  if (command.data.size() != kPinSize) return {.status = Status::WrongData};
  const Status status = pin_.check(command.data);
  verified_ = fresh_ = status == Status::Ok;
  return {.status = status};
}

Reply PivCard::change_reference(const Command& command) {
  if (command.p1 != 0) return {.status = Status::WrongParameters};
  if (command.p2 != kPinReference && command.p2 != kPukReference) return {.status = Status::ReferenceNotFound};
  const auto change = parse_change(command.data);
  if (!change) return {.status = Status::WrongData};
  const bool is_pin = command.p2 == kPinReference;
  CardPin& pin = is_pin ? pin_ : puk_;
  const Status status = pin.check(change->old_one);
  if (status == Status::Ok) pin.change(change->new_one);
  if (status != Status::Ok && is_pin) verified_ = false;
  return {.status = status};
}

Reply PivCard::unblock(const Command& command) {
  if (command.p1 != 0 || command.p2 != kPinReference) return {.status = Status::WrongParameters};
  const auto change = parse_change(command.data);
  if (!change) return {.status = Status::WrongData};
  const Status status = puk_.check(change->old_one);
  if (status == Status::Ok) pin_.change(change->new_one);
  return {.status = status};
}

// Both secrets are the factory's again, not only their tries.
Reply PivCard::set_tries(const Command& command) {
  if (!management_.authenticated() || !verified_) return {.status = Status::SecurityNotSatisfied};
  if (command.p1 == 0 || command.p2 == 0) return {.status = Status::WrongParameters};
  pin_ = factory_pin(command.p1);
  puk_ = factory_puk(command.p2);
  verified_ = false;
  return {};
}

// Only for who can neither use nor unblock it. What its maker has put into F9 stays.
Reply PivCard::reset_applet(const Command& command) {
  if (command.p1 != 0 || command.p2 != 0) return {.status = Status::WrongParameters};
  if (pin_.left() != 0 || puk_.left() != 0) return {.status = Status::ConditionsNotSatisfied};
  pin_ = factory_pin(kFactoryTries);
  puk_ = factory_puk(kFactoryTries);
  management_ = ManagementKey::factory_default(firmware_);
  verified_ = false;
  std::erase_if(keys_, [](const auto& entry) { return entry.first != kAttestationSlot; });
  objects_.clear();
  return {};
}

// `algorithm 9B length key`; P2 says whether its use wants a touch.
Reply PivCard::set_management_key(const Command& command) {
  if (command.p1 != 0xff || command.p2 < 0xfe) return {.status = Status::WrongParameters};
  if (!management_.authenticated()) return {.status = Status::SecurityNotSatisfied};
  const ByteView data = command.data;
  if (data.size() < 3 || data[2] != data.size() - 3) return {.status = Status::WrongLength};
  if (data[1] != kManagementSlot) return {.status = Status::WrongData};
  return {.status = management_.set(firmware_, data[0], data.subspan(3), command.p2 == 0xfe)};
}

}  // namespace signet::test
