#include "tests/card/card_pin.h"

#include <algorithm>

namespace signet::test {
namespace {

constexpr std::size_t kSize = 8;
constexpr std::size_t kShortest = 6;
constexpr std::uint8_t kPadding = 0xff;

ByteView without_padding(ByteView padded) {
  while (!padded.empty() && padded.back() == kPadding) padded = padded.first(padded.size() - 1);
  return padded;
}

}  // namespace

bool CardPin::well_formed(ByteView padded) {
  const ByteView pin = without_padding(padded);
  return padded.size() == kSize && pin.size() >= kShortest && std::ranges::find(pin, kPadding) == pin.end();
}

Status CardPin::check(ByteView padded) {
  if (left_ == 0) return Status::Blocked;
  if (text_of(without_padding(padded)) == value_) {
    left_ = tries_;
    return Status::Ok;
  }
  --left_;
  return state();
}

void CardPin::change(ByteView padded) {
  value_ = text_of(without_padding(padded));
  left_ = tries_;
}

}  // namespace signet::test
