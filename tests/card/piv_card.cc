#include "tests/card/piv_card.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "common/hex.h"
#include "tests/card/card_slots.h"
#include "tests/card/certificates.h"
#include "tests/card/tlv.h"

namespace signet::test {
namespace {

constexpr std::chrono::seconds kTouchCounts{15};
constexpr std::uint8_t kSelect = 0xa4;
constexpr std::uint8_t kGetResponse = 0xc0;

Bytes hex(std::string_view text) { return parse_hex(text).value(); }

/// A name may be cut behind the five bytes of its owner (SP 800-73-4 part 2 §3.1.1).
bool names_piv(ByteView name) {
  const Bytes whole = hex("a000000308000010000100");
  return name.size() >= 5 && name.size() <= whole.size() && equal(name, ByteView(whole).first(name.size()));
}

bool names_otp(ByteView name) {
  const Bytes whole = hex("a0000005272001");
  return name.size() >= whole.size() && equal(name.first(whole.size()), whole);
}

/// What the applet for one-time passwords knows: slot 10 is the serial number.
bool asks_otp_for_serial(const Command& command) { return command.instruction == 0x01 && command.p1 == 0x10; }

Bytes pin_metadata(const CardPin& pin, bool is_default) {
  Bytes out = tlv(0x01, Bytes{0xff});
  append(out, tlv(0x05, Bytes{static_cast<std::uint8_t>(is_default ? 1 : 0)}));
  append(out, tlv(0x06, Bytes{static_cast<std::uint8_t>(pin.tries()), static_cast<std::uint8_t>(pin.left())}));
  return out;
}

Bytes key_metadata(const SlotKey& key) {
  Bytes out = tlv(0x01, Bytes{key.algorithm->id});
  append(out, tlv(0x02, Bytes{key.pin_policy, key.touch_policy}));
  append(out, tlv(0x03, Bytes{static_cast<std::uint8_t>(key.imported ? 2 : 1)}));
  append(out, tlv(0x04, card_public_key(*key.algorithm, key.key)));
  return out;
}

}  // namespace

PivCard::PivCard(CardSetup setup)
    : setup_(std::move(setup)),
      firmware_(parse_firmware(setup_.firmware)),
      pin_(setup_.pin, setup_.tries, setup_.wrong_pins),
      puk_(setup_.puk, setup_.puk_tries),
      management_(firmware_, setup_.management_algorithm, setup_.management_key_hex),
      maker_(setup_) {
  keys_[kAttestationSlot] = maker_.attestation_key();
  objects_.put_certificate(certificate_object(kAttestationSlot).value(), maker_.attestation_certificate());
  put_keys();
  if (setup_.management_pin_protected) put_management_key_in_object();
}

void PivCard::put_keys() {
  for (const CardKey& plan : setup_.keys) {
    const KeyAlgorithm* algorithm = find_algorithm(plan.algorithm);
    const auto object = certificate_object(plan.slot);
    if (algorithm == nullptr || firmware_ < algorithm->since || !object) std::abort();
    SlotKey key{.algorithm = algorithm,
                .key = generate_key(*algorithm),
                .pin_policy = plan.pin_policy,
                .touch_policy = plan.touch_policy,
                .imported = plan.imported};
    if (key.pin_policy == 0) key.pin_policy = default_pin_policy(plan.slot);
    if (key.touch_policy == 0) key.touch_policy = kNever;
    if (plan.certificate) {
      objects_.put_certificate(
          *object, make_certificate({.subject = "virtual card", .issuer = "virtual card"}, key.key, key.key));
    }
    keys_[plan.slot] = std::move(key);
  }
}

// The key stands in the printed information, and 5FFF00 says so.
void PivCard::put_management_key_in_object() {
  objects_.put(0x5fc109, tlv(0x88, tlv(0x89, management_.value())));
  objects_.put(0x5fff00, tlv(0x80, tlv(0x81, Bytes{0x02})));
}

void PivCard::reset() {
  selected_ = Applet::None;
  verified_ = fresh_ = false;
  management_.forget_session();
  chain_.reset();
}

Bytes PivCard::answer_to_reset() const {
  return hex(firmware_ < Firmware{5, 0, 0} ? "3bf81300008131fe15597562696b657934d4"
                                           : "3bfd1300008131fe158073c021c057597562694b657940");
}

CardAnswer PivCard::transmit(ByteView command, Time now) {
  now_ = now;
  const auto whole = chain_.receive(command);
  if (!whole) return {.bytes = encode_reply({}, whole.error())};
  if (!*whole) return {.bytes = encode_reply({}, Status::Ok)};
  if ((*whole)->instruction == kGetResponse) return {.bytes = chain_.continue_answer()};
  const Reply reply = run(**whole);
  return {.bytes = chain_.begin_answer(reply), .wants_touch = reply.wants_touch};
}

void PivCard::touched(Time now) {
  if (caches_touch_) touch_counts_until_ = now + kTouchCounts;
}

const PivCard::Instruction* PivCard::find_instruction(std::uint8_t code) {
  static constexpr std::array<Instruction, 16> kInstructions = {{{0x20, {}, &PivCard::verify},
                                                                 {0x24, {}, &PivCard::change_reference},
                                                                 {0x2c, {}, &PivCard::unblock},
                                                                 {0x47, {}, &PivCard::generate},
                                                                 {0x87, {}, &PivCard::authenticate},
                                                                 {0xcb, {}, &PivCard::get_data},
                                                                 {0xdb, {}, &PivCard::put_data},
                                                                 {0xf6, {5, 7, 0}, &PivCard::move},
                                                                 {0xf7, {5, 3, 0}, &PivCard::metadata},
                                                                 {0xf8, {5, 0, 0}, &PivCard::serial},
                                                                 {0xf9, {4, 3, 0}, &PivCard::attest},
                                                                 {0xfa, {}, &PivCard::set_tries},
                                                                 {0xfb, {}, &PivCard::reset_applet},
                                                                 {0xfd, {}, &PivCard::version},
                                                                 {0xfe, {}, &PivCard::import},
                                                                 {0xff, {}, &PivCard::set_management_key}}};
  for (const Instruction& instruction : kInstructions) {
    if (instruction.code == code) return &instruction;
  }
  return nullptr;
}

Reply PivCard::run(const Command& command) {
  was_fresh_ = std::exchange(fresh_, false);
  if (command.instruction == kSelect) return select(command);
  if (selected_ == Applet::Otp && asks_otp_for_serial(command)) return serial(command);
  const Instruction* instruction = find_instruction(command.instruction);
  const bool known = instruction != nullptr && firmware_ >= instruction->since;
  if (!known || selected_ != Applet::Piv) return {.status = Status::UnknownInstruction};
  return (this->*instruction->run)(command);
}

// Whatever is selected, even PIV again, ends what was proved before.
Reply PivCard::select(const Command& command) {
  verified_ = false;
  management_.forget_session();
  selected_ = names_piv(command.data) ? Applet::Piv : Applet::None;
  if (firmware_ < Firmware{5, 0, 0} && names_otp(command.data)) selected_ = Applet::Otp;
  if (selected_ == Applet::None) return {.status = Status::NotFound};
  // The second is a status: version, and that nothing is programmed.
  return {.data = hex(selected_ == Applet::Piv ? "61114f0600001000010079074f05a000000308" : "04030000000000000000")};
}

Reply PivCard::version(const Command&) { return {.data = Bytes(firmware_.begin(), firmware_.end())}; }

Reply PivCard::serial(const Command&) {
  Bytes out;
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(setup_.serial >> shift));
  return {.data = out};
}

Reply PivCard::get_data(const Command& command) {
  if (command.p1 != 0x3f || command.p2 != 0xff) return {.status = Status::WrongParameters};
  return objects_.read(command.data, verified_);
}

Reply PivCard::put_data(const Command& command) {
  if (command.p1 != 0x3f || command.p2 != 0xff) return {.status = Status::WrongParameters};
  if (!management_.authenticated()) return {.status = Status::SecurityNotSatisfied};
  return {.status = objects_.write(command.data)};
}

Reply PivCard::metadata(const Command& command) {
  if (command.p1 != 0) return {.status = Status::WrongParameters};
  if (command.p2 == kManagementSlot) return {.data = management_.metadata(firmware_)};
  if (command.p2 == kPinReference) return {.data = pin_metadata(pin_, pin_.is("123456"))};
  if (command.p2 == kPukReference) return {.data = pin_metadata(puk_, puk_.is("12345678"))};
  const auto found = keys_.find(command.p2);
  if (found == keys_.end()) return {.status = Status::ReferenceNotFound};
  return {.data = key_metadata(found->second)};
}

}  // namespace signet::test
