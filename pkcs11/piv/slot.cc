#include "pkcs11/piv/slot.h"

#include <algorithm>

#include "common/display.h"
#include "common/hex.h"

namespace signet::pkcs11 {
namespace {

using protocol::PinPolicy;
using protocol::TouchPolicy;

constexpr std::uint8_t kFirstRetired = 0x82;
constexpr std::uint8_t kLastRetired = 0x95;
constexpr std::uint8_t kFirstRetiredObject = 0x0d;

struct Algorithm {
  std::string_view name;
  std::uint8_t number;
  Firmware since;
};
constexpr std::array<Algorithm, 6> kAlgorithms = {{{.name = "p256", .number = 0x11, .since = {}},
                                                   {.name = "p384", .number = 0x14, .since = {4, 0, 0}},
                                                   {.name = "rsa2048", .number = 0x07, .since = {}},
                                                   {.name = "rsa3072", .number = 0x05, .since = {5, 7, 0}},
                                                   {.name = "rsa4096", .number = 0x16, .since = {5, 7, 0}},
                                                   {.name = "ed25519", .number = 0xe0, .since = {5, 7, 0}}}};
constexpr Firmware kFirstWeak{4, 2, 6};
constexpr Firmware kFirstMended{4, 3, 5};

std::string hex_of(std::uint8_t number) { return encode_hex(ByteView(&number, 1)); }

PivSlot make_slot(std::uint8_t number, std::uint8_t object, std::string_view use, PinPolicy pin) {
  return {.number = number,
          .certificate = {0x5f, 0xc1, object},
          .label = std::string(use) + " (slot " + hex_of(number) + ")",
          .pin_policy = pin};
}

}  // namespace

std::vector<PivSlot> key_slots() {
  std::vector<PivSlot> slots = {make_slot(0x9a, 0x05, "authentication", PinPolicy::Once),
                                make_slot(0x9c, 0x0a, "digital signature", PinPolicy::Always),
                                make_slot(0x9d, 0x0b, "key management", PinPolicy::Once),
                                make_slot(0x9e, 0x01, "card authentication", PinPolicy::Never)};
  for (std::uint8_t number = kFirstRetired; number <= kLastRetired; ++number) {
    const auto place = static_cast<std::uint8_t>(number - kFirstRetired);
    slots.push_back(make_slot(number, static_cast<std::uint8_t>(kFirstRetiredObject + place),
                              "retired key " + std::to_string(place + 1), PinPolicy::Once));
  }
  return slots;
}

Result<PivSlot> find_slot(std::string_view id) {
  std::vector<PivSlot> slots = key_slots();
  const auto found = std::ranges::find_if(slots, [id](const PivSlot& slot) { return hex_of(slot.number) == id; });
  if (found != slots.end()) return std::move(*found);
  return fail(ErrorCode::InvalidRequest, "a PIV card has no slot " + display_text(id, 16) + " for keys",
              "use 9a, 9c, 9d, 9e, or one of 82 to 95");
}

std::string Firmware::text() const {
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

std::optional<std::uint8_t> algorithm_number(std::string_view algorithm) {
  const auto* const row = std::ranges::find(kAlgorithms, algorithm, &Algorithm::name);
  return row == kAlgorithms.end() ? std::nullopt : std::optional(row->number);
}

std::optional<std::string_view> algorithm_name(std::uint8_t number) {
  const auto* const row = std::ranges::find(kAlgorithms, number, &Algorithm::number);
  return row == kAlgorithms.end() ? std::nullopt : std::optional(row->name);
}

Result<std::uint8_t> algorithm_for_new_key(std::string_view algorithm, const Firmware& firmware) {
  const auto* const row = std::ranges::find(kAlgorithms, algorithm, &Algorithm::name);
  if (row == kAlgorithms.end()) {
    return fail(ErrorCode::KeyUnsuitable, "PIV cards make no keys of kind " + display_text(algorithm, 32),
                "make one of p256, p384, rsa2048, rsa3072, rsa4096 and ed25519");
  }
  if (firmware < row->since) {
    return fail(ErrorCode::KeyUnsuitable,
                "this card's firmware, " + firmware.text() + ", makes no " + std::string(row->name) +
                    " keys: they need " + row->since.text(),
                "make a p256 key, or use a newer card");
  }
  if (algorithm.starts_with("rsa") && firmware >= kFirstWeak && firmware < kFirstMended) {
    return fail(ErrorCode::KeyUnsuitable,
                "this card's firmware, " + firmware.text() + ", makes weak RSA keys (ROCA, CVE-2017-15361)",
                "make a p256 key, or use a newer card");
  }
  return row->number;
}

std::uint8_t policy_number(PinPolicy policy) { return static_cast<std::uint8_t>(static_cast<unsigned>(policy) + 1); }
std::uint8_t policy_number(TouchPolicy policy) { return static_cast<std::uint8_t>(static_cast<unsigned>(policy) + 1); }

std::optional<PinPolicy> pin_policy_from(std::uint8_t number) {
  if (number < 1 || number > 3) return std::nullopt;
  return static_cast<PinPolicy>(number - 1);
}

std::optional<TouchPolicy> touch_policy_from(std::uint8_t number) {
  if (number < 1 || number > 3) return std::nullopt;
  return static_cast<TouchPolicy>(number - 1);
}

}  // namespace signet::pkcs11
