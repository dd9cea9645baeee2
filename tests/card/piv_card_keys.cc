// The keys of the card: how they come to it, what they do, what is said of them.
#include <utility>

#include "tests/card/card_slots.h"
#include "tests/card/piv_card.h"
#include "tests/card/tlv.h"

namespace signet::test {
namespace {

constexpr std::uint8_t kDelete = 0xff;

/// The policy byte of an element, or of nothing; nothing where there is no such policy.
std::optional<std::uint8_t> policy_of(const Tlvs& elements, std::uint32_t tag) {
  const auto element = elements.find(tag);
  if (!element) return std::uint8_t{0};
  if (element->size() != 1 || element->front() > 3) return std::nullopt;
  return element->front();
}

/// A key without its secret, as GENERATE and IMPORT describe it: elements AA and AB, which are optional.
std::optional<SlotKey> plan_key(std::uint8_t slot, const KeyAlgorithm* algorithm, const Tlvs& elements) {
  const auto pin = policy_of(elements, 0xaa);
  const auto touch = policy_of(elements, 0xab);
  if (algorithm == nullptr || !pin || !touch) return std::nullopt;
  SlotKey key{.algorithm = algorithm, .pin_policy = *pin, .touch_policy = *touch};
  if (key.pin_policy == 0) key.pin_policy = default_pin_policy(slot);
  if (key.touch_policy == 0) key.touch_policy = kNever;
  return key;
}

}  // namespace

// 7C { 82 (empty: the answer is wanted here), 81 input } (SP 800-73-4 part 2 §3.2.4)
Reply PivCard::authenticate(const Command& command) {
  const auto elements = parse_template(0x7c, command.data);
  if (!elements) return {.status = Status::WrongData};
  if (command.p2 == kManagementSlot) {
    caches_touch_ = false;
    return management_.authenticate(command.p1, *elements);
  }
  if (!certificate_object(command.p2)) return {.status = Status::WrongParameters};
  const auto found = keys_.find(command.p2);
  if (found == keys_.end()) return {.status = Status::ReferenceNotFound};
  const auto input = elements->find(0x81);
  const auto answer = elements->find(0x82);
  if (found->second.algorithm->id != command.p1 || !input || !answer || !answer->empty()) {
    return {.status = Status::WrongData};
  }
  return sign(found->second, *input, was_fresh_);
}

Reply PivCard::sign(const SlotKey& key, ByteView input, bool fresh) {
  if (!pin_suffices(key, fresh)) return {.status = Status::SecurityNotSatisfied};
  const auto signature = use_key(*key.algorithm, key.key, input);
  if (!signature) return {.status = Status::WrongData};
  caches_touch_ = key.touch_policy == kTouchCached;
  return {.data = tlv(0x7c, tlv(0x82, *signature)), .wants_touch = wants_touch(key)};
}

bool PivCard::pin_suffices(const SlotKey& key, bool fresh) const {
  if (key.pin_policy == kNever) return true;
  return key.pin_policy == kOnce ? verified_ : fresh;
}

bool PivCard::wants_touch(const SlotKey& key) const {
  if (key.touch_policy == kTouchCached) return now_ >= touch_counts_until_;
  return key.touch_policy == kTouchAlways;
}

Reply PivCard::generate(const Command& command) {
  if (command.p1 != 0 || !certificate_object(command.p2)) return {.status = Status::WrongParameters};
  if (!management_.authenticated()) return {.status = Status::SecurityNotSatisfied};
  const auto elements = parse_template(0xac, command.data);
  const auto algorithm = elements ? elements->find(0x80) : std::nullopt;
  if (!algorithm || algorithm->size() != 1) return {.status = Status::WrongData};
  auto key = plan_key(command.p2, find_algorithm(algorithm->front(), firmware_), *elements);
  if (!key) return {.status = Status::WrongData};
  key->key = generate_key(*key->algorithm);
  const Bytes public_key = card_public_key(*key->algorithm, key->key);
  keys_[command.p2] = *std::move(key);
  return {.data = tlv(0x7f49, public_key)};
}

Reply PivCard::import(const Command& command) {
  if (!certificate_object(command.p2)) return {.status = Status::WrongParameters};
  if (!management_.authenticated()) return {.status = Status::SecurityNotSatisfied};
  const auto elements = Tlvs::parse(command.data);
  if (!elements) return {.status = Status::WrongData};
  auto key = plan_key(command.p2, find_algorithm(command.p1, firmware_), *elements);
  if (key) key->key = import_key(*key->algorithm, *elements);
  if (!key || !key->key) return {.status = Status::WrongData};
  key->imported = true;
  keys_[command.p2] = *std::move(key);
  return {};
}

// Certificates stay where they are.
Reply PivCard::move(const Command& command) {
  const bool deletes = command.p1 == kDelete;
  const bool to_slot = certificate_object(command.p1).has_value() && command.p1 != kAttestationSlot;
  const bool from_slot = certificate_object(command.p2).has_value();
  if (!from_slot || !(deletes || (to_slot && command.p2 != kAttestationSlot))) {
    return {.status = Status::WrongParameters};
  }
  if (!management_.authenticated()) return {.status = Status::SecurityNotSatisfied};
  const auto found = keys_.find(command.p2);
  if (found == keys_.end()) return {.status = Status::ReferenceNotFound};
  if (!deletes && keys_.contains(command.p1)) return {.status = Status::ConditionsNotSatisfied};
  if (!deletes) keys_[command.p1] = found->second;
  keys_.erase(command.p2);
  return {};
}

Reply PivCard::attest(const Command& command) {
  if (!certificate_object(command.p1) || command.p2 != 0) return {.status = Status::WrongParameters};
  const auto attester = keys_.find(kAttestationSlot);
  const auto found = keys_.find(command.p1);
  if (found == keys_.end() || attester == keys_.end()) return {.status = Status::ReferenceNotFound};
  if (found->second.imported || command.p1 == kAttestationSlot) return {.status = Status::WrongData};
  return {.data = CardMaker::attest(setup_, command.p1, found->second, attester->second)};
}

}  // namespace signet::test
