#include "tests/card/apdu.h"

#include <algorithm>
#include <utility>

namespace signet::test {
namespace {

constexpr std::uint8_t kChained = 0x10;
constexpr std::size_t kHeader = 4;
constexpr std::size_t kPartSize = 256;
constexpr std::size_t kBufferSize = 3072;  // what a YubiKey takes in one command

/// Some clients send neither Lc nor Le, some only Le.
std::optional<ByteView> data_of(ByteView apdu) {
  if (apdu.size() <= kHeader + 1) return ByteView();
  const std::size_t size = apdu[kHeader];
  const ByteView rest = apdu.subspan(kHeader + 1);
  if (size == 0 || rest.size() < size || rest.size() > size + 1) return std::nullopt;
  return rest.first(size);
}

}  // namespace

Status tries_left(int tries) { return static_cast<Status>(0x63c0 | std::min(tries, 15)); }

Bytes encode_reply(ByteView data, Status status) {
  Bytes out = to_bytes(data);
  const auto value = static_cast<std::uint16_t>(status);
  out.insert(out.end(), {static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)});
  return out;
}

std::expected<std::optional<Command>, Status> ApduChain::receive(ByteView apdu) {
  if (apdu.size() < kHeader) return std::unexpected(Status::WrongLength);
  if ((apdu[0] & ~kChained) != 0) return std::unexpected(Status::UnknownClass);
  const auto data = data_of(apdu);
  if (!data) return std::unexpected(Status::WrongLength);
  const bool continues = chaining_ && parts_.instruction == apdu[1] && parts_.p1 == apdu[2] && parts_.p2 == apdu[3];
  if (!continues) parts_ = {.instruction = apdu[1], .p1 = apdu[2], .p2 = apdu[3]};
  append(parts_.data, *data);
  chaining_ = (apdu[0] & kChained) != 0;
  if (parts_.data.size() > kBufferSize) {
    chaining_ = false;
    return std::unexpected(Status::WrongLength);
  }
  if (chaining_) return std::nullopt;
  return std::exchange(parts_, {});
}

Bytes ApduChain::begin_answer(const Reply& reply) {
  rest_ = encode_reply(reply.data, reply.status);
  return take_part();
}

Bytes ApduChain::continue_answer() {
  return rest_.empty() ? encode_reply({}, Status::ConditionsNotSatisfied) : take_part();
}

// 61xx says how much is left; 00: 256 or more.
Bytes ApduChain::take_part() {
  if (rest_.size() <= kPartSize + 2) return std::exchange(rest_, {});
  Bytes part(rest_.begin(), rest_.begin() + kPartSize);
  rest_.erase(rest_.begin(), rest_.begin() + kPartSize);
  const std::size_t left = rest_.size() - 2;
  return encode_reply(part, static_cast<Status>(0x6100 | (left >= kPartSize ? 0 : left)));
}

void ApduChain::reset() {
  parts_ = {};
  chaining_ = false;
  rest_.clear();
}

}  // namespace signet::test
