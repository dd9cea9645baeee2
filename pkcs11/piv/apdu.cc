#include "pkcs11/piv/apdu.h"

#include <array>
#include <utility>

#include "common/hex.h"
#include "common/secret.h"

namespace signet::pkcs11 {
namespace {

constexpr std::uint8_t kChained = 0x10;
constexpr std::uint8_t kGetResponse = 0xc0;
constexpr std::uint16_t kMoreThere = 0x61;
constexpr std::size_t kPart = 255;
constexpr std::size_t kMaxData = std::size_t{16} * 1024;

Bytes encode(std::uint8_t instruction_class, const Command& command, ByteView data) {
  Bytes apdu;
  apdu.reserve(6 + data.size());
  apdu.assign({instruction_class, command.instruction, command.p1, command.p2});
  if (!data.empty()) apdu.push_back(static_cast<std::uint8_t>(data.size()));
  append(apdu, data);
  if (instruction_class == 0) apdu.push_back(0);  // Le: as much as there is
  return apdu;
}

}  // namespace

std::string status_text(std::uint16_t status) {
  const std::array<std::uint8_t, 2> bytes = {static_cast<std::uint8_t>(status >> 8U),
                                             static_cast<std::uint8_t>(status)};
  return encode_hex(bytes);
}

Result<Response> CardExchange::transmit(ByteView apdu) {
  auto answer = transaction_.transmit(apdu);
  if (!answer) {
    fault_ = answer.error();
    return fail(error_from(answer.error()));
  }
  const auto status = static_cast<std::uint16_t>(answer->at(answer->size() - 2) << 8U | answer->back());
  answer->resize(answer->size() - 2);
  return Response{.data = std::move(*answer), .status = status};
}

Result<Response> CardExchange::send(const Command& command) {
  ByteView rest = command.data;
  while (rest.size() > kPart) {
    Bytes apdu = encode(kChained, command, rest.first(kPart));
    auto taken = transmit(apdu);
    wipe(apdu.data(), apdu.size());
    if (!taken || !taken->is_good()) return taken;
    rest = rest.subspan(kPart);
  }
  Bytes apdu = encode(0, command, rest);
  auto response = transmit(apdu);
  wipe(apdu.data(), apdu.size());
  if (response) ++answers_;
  while (response && (response->status >> 8U) == kMoreThere) {
    const std::array<std::uint8_t, 5> more = {0, kGetResponse, 0, 0, static_cast<std::uint8_t>(response->status)};
    auto next = transmit(more);
    if (!next) return next;
    const bool ends = (next->status >> 8U) != kMoreThere;
    if (response->data.size() + next->data.size() > kMaxData || (next->data.empty() && !ends)) {
      return fail(ErrorCode::WorkerFailed, "the card's answer does not end", "unplug the token and plug it in again");
    }
    append(response->data, next->data);
    response->status = next->status;
  }
  return response;
}

}  // namespace signet::pkcs11
