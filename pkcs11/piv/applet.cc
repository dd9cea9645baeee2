#include "pkcs11/piv/applet.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/hex.h"
#include "common/secret.h"
#include "pkcs11/piv/tlv.h"

namespace signet::pkcs11 {
namespace {

constexpr std::array<std::uint8_t, 5> kPivAid = {0xa0, 0x00, 0x00, 0x03, 0x08};
constexpr std::uint8_t kPin = 0x80;
constexpr std::size_t kPinSize = 8;
constexpr std::size_t kShortestPin = 6;
constexpr std::uint8_t kPadding = 0xff;

constexpr std::uint16_t kBlocked = 0x6983;
constexpr std::uint16_t kTries = 0x63c0;

namespace tag {
constexpr unsigned kDynamic = 0x7c;    // dynamic authentication template
constexpr unsigned kResponse = 0x82;   // what the card is to answer
constexpr unsigned kChallenge = 0x81;  // what is to be signed
constexpr unsigned kObject = 0x53;
constexpr unsigned kObjectList = 0x5c;
constexpr unsigned kTemplate = 0xac;
constexpr unsigned kPublicKey = 0x7f49;
constexpr unsigned kPoint = 0x86;
constexpr unsigned kModulus = 0x81;
constexpr unsigned kExponent = 0x82;
}  // namespace tag

std::unexpected<Error> strange(std::string_view what, std::uint16_t status) {
  return fail(ErrorCode::WorkerFailed, "the card refused to " + std::string(what) + " (" + status_text(status) + ")",
              "unplug the token, plug it in and try again");
}

// A command about the PIN, whose data is wiped when the card has it.
Result<Response> send_secrets(CardExchange& card, std::uint8_t instruction, ByteView first, ByteView second) {
  Command command{.instruction = instruction, .p1 = 0x00, .p2 = kPin, .data = {}};
  command.data.reserve(first.size() + second.size());  // a growing vector would leave copies behind
  append(command.data, first);
  append(command.data, second);
  auto response = card.send(command);
  wipe(command.data.data(), command.data.size());
  return response;
}

std::uint8_t byte_of(std::optional<ByteView> content, std::size_t place) {
  return content && content->size() > place ? (*content)[place] : std::uint8_t{0};
}

}  // namespace

Result<void> select_piv(CardExchange& card) {
  const auto response = card.send({.instruction = 0xa4, .p1 = 0x04, .p2 = 0x00, .data = to_bytes(kPivAid)});
  if (!response) return fail(response.error());
  if (response->is_good()) return {};
  return fail(ErrorCode::TokenRemoved, "the card in the reader has no PIV applet", "plug in a PIV card");
}

Result<Firmware> read_firmware(CardExchange& card) {
  const auto response = card.send({.instruction = 0xfd});
  if (!response) return fail(response.error());
  if (!response->is_good() || response->data.size() != 3) return strange("tell its firmware", response->status);
  return Firmware{.major = response->data[0], .minor = response->data[1], .patch = response->data[2]};
}

Result<std::optional<std::string>> read_serial(CardExchange& card) {
  const auto response = card.send({.instruction = 0xf8});
  if (!response) return fail(response.error());
  if (!response->is_good() || response->data.size() != 4) return std::optional<std::string>();
  std::uint32_t serial = 0;
  for (const std::uint8_t byte : response->data) serial = serial << 8U | byte;
  return std::optional(std::to_string(serial));
}

std::optional<int> tries_left(std::uint16_t status) {
  if (status == kBlocked) return 0;
  if ((status & 0xfff0U) == kTries) return status & 0xf;
  return std::nullopt;
}

Result<PinTries> read_pin_tries(CardExchange& card) {
  const auto response = card.send({.instruction = 0x20, .p1 = 0x00, .p2 = kPin});
  if (!response) return fail(response.error());
  if (response->is_good()) return PinTries{.verified = true};
  if (const auto left = tries_left(response->status)) return PinTries{.verified = false, .left = *left};
  return strange("tell how many tries its PIN has", response->status);
}

std::optional<std::array<std::uint8_t, 8>> pad_pin(ByteView pin) {
  if (pin.size() < kShortestPin || pin.size() > kPinSize) return std::nullopt;
  std::array<std::uint8_t, kPinSize> padded{};
  padded.fill(kPadding);
  std::ranges::copy(pin, padded.begin());
  return padded;
}

Result<Response> verify_pin(CardExchange& card, ByteView padded) { return send_secrets(card, 0x20, padded, {}); }

Result<Response> change_pin(CardExchange& card, ByteView padded_old, ByteView padded_new) {
  return send_secrets(card, 0x24, padded_old, padded_new);
}

Result<Response> unblock_pin(CardExchange& card, ByteView padded_puk, ByteView padded_new) {
  return send_secrets(card, 0x2c, padded_puk, padded_new);
}

Result<void> forget_pin(CardExchange& card) {
  const auto response = card.send({.instruction = 0x20, .p1 = 0xff, .p2 = kPin});
  if (!response) return fail(response.error());
  return {};
}

Result<std::optional<Bytes>> read_object(CardExchange& card, ByteView object) {
  auto response =
      card.send({.instruction = 0xcb, .p1 = 0x3f, .p2 = 0xff, .data = encode_tlv(tag::kObjectList, object)});
  if (!response) return fail(response.error());
  const auto content = response->is_good() ? find_tlv(response->data, tag::kObject) : std::nullopt;
  std::optional<Bytes> found;
  if (content && !content->empty()) found = to_bytes(*content);
  wipe(response->data.data(), response->data.size());  // a management key may lie there
  return found;
}

Result<std::optional<KeyMetadata>> read_metadata(CardExchange& card, std::uint8_t slot) {
  const auto response = card.send({.instruction = 0xf7, .p1 = 0x00, .p2 = slot});
  if (!response) return fail(response.error());
  if (!response->is_good()) return std::optional<KeyMetadata>();
  const ByteView data = response->data;
  const auto key = find_tlv(data, 0x04);
  return std::optional(KeyMetadata{.algorithm = byte_of(find_tlv(data, 0x01), 0),
                                   .pin_policy = byte_of(find_tlv(data, 0x02), 0),
                                   .touch_policy = byte_of(find_tlv(data, 0x02), 1),
                                   .is_default = byte_of(find_tlv(data, 0x05), 0) == 1,
                                   .public_key = key ? to_bytes(*key) : Bytes()});
}

Result<std::optional<Bytes>> attest(CardExchange& card, std::uint8_t slot) {
  auto response = card.send({.instruction = 0xf9, .p1 = slot, .p2 = 0x00});
  if (!response) return fail(response.error());
  if (!response->is_good()) return std::optional<Bytes>();
  return std::optional(std::move(response->data));
}

Result<Bytes> generate_key_pair(CardExchange& card, std::uint8_t slot, std::uint8_t algorithm,
                                std::optional<protocol::PinPolicy> pin, std::optional<protocol::TouchPolicy> touch) {
  Bytes wish = encode_tlv(0x80, ByteView(&algorithm, 1));
  const auto add = [&wish](unsigned of, std::uint8_t number) { append(wish, encode_tlv(of, ByteView(&number, 1))); };
  if (pin) add(0xaa, policy_number(*pin));
  if (touch) add(0xab, policy_number(*touch));
  const auto response =
      card.send({.instruction = 0x47, .p1 = 0x00, .p2 = slot, .data = encode_tlv(tag::kTemplate, wish)});
  if (!response) return fail(response.error());
  const auto key = response->is_good() ? find_tlv(response->data, tag::kPublicKey) : std::nullopt;
  if (key) return to_bytes(*key);
  return fail(ErrorCode::KeyUnsuitable, "the card refused to make this key (" + status_text(response->status) + ")",
              "another kind of key or other policies may do");
}

Result<Response> sign_block(CardExchange& card, std::uint8_t slot, std::uint8_t algorithm, ByteView block) {
  Bytes wish = encode_tlv(tag::kResponse, {});
  append(wish, encode_tlv(tag::kChallenge, block));
  return card.send({.instruction = 0x87, .p1 = algorithm, .p2 = slot, .data = encode_tlv(tag::kDynamic, wish)});
}

std::optional<Bytes> signature_from(const Response& response) {
  const auto dynamic = find_tlv(response.data, tag::kDynamic);
  const auto signature = dynamic ? find_tlv(*dynamic, tag::kResponse) : std::nullopt;
  return signature ? std::optional(to_bytes(*signature)) : std::nullopt;
}

Result<PublicKey> public_key_from_piv(std::uint8_t algorithm, ByteView tlvs) {
  const auto name = algorithm_name(algorithm);
  const auto point = find_tlv(tlvs, tag::kPoint);
  if (name && name->starts_with("rsa")) {
    const auto modulus = find_tlv(tlvs, tag::kModulus);
    const auto exponent = find_tlv(tlvs, tag::kExponent);
    if (modulus && exponent) return public_key_from_rsa(*modulus, *exponent);
  } else if (name && point) {
    const Bytes parameters = curve_parameters(*name);
    return *name == "ed25519" ? public_key_from_edwards(parameters, *point) : public_key_from_ec(parameters, *point);
  }
  return fail(ErrorCode::KeyUnsuitable, "the card holds a key of a kind that is not known here",
              "use a key of another kind");
}

}  // namespace signet::pkcs11
