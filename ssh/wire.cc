#include "ssh/wire.h"

namespace signet::ssh {
namespace {

Error malformed(std::string_view what, std::string_view why) {
  return Error{.code = ErrorCode::InvalidRequest, .what = "not " + std::string(what) + ": " + std::string(why)};
}

}  // namespace

Writer& Writer::byte(std::uint8_t value) {
  bytes_.push_back(value);
  return *this;
}

Writer& Writer::boolean(bool value) { return byte(value ? 1 : 0); }

Writer& Writer::uint32(std::uint32_t value) {
  for (const unsigned shift : {24U, 16U, 8U, 0U}) bytes_.push_back(static_cast<std::uint8_t>(value >> shift));
  return *this;
}

Writer& Writer::string(ByteView bytes) {
  uint32(static_cast<std::uint32_t>(bytes.size()));
  return raw(bytes);
}

Writer& Writer::string(std::string_view text) { return string(bytes_of(text)); }

Writer& Writer::raw(ByteView bytes) {
  append(bytes_, bytes);
  return *this;
}

Writer& Writer::raw(std::string_view text) { return raw(bytes_of(text)); }

ByteView Reader::take(std::size_t count) {
  if (error_) return {};
  if (count > rest_.size()) {
    refuse("it is cut off");
    return {};
  }
  const ByteView taken = rest_.first(count);
  rest_ = rest_.subspan(count);
  return taken;
}

std::uint8_t Reader::byte() {
  const ByteView taken = take(1);
  return taken.empty() ? std::uint8_t{0} : taken.front();
}

bool Reader::boolean() {
  const std::uint8_t value = byte();
  if (value > 1) refuse("a truth value that is neither 0 nor 1");
  return value == 1;
}

std::uint32_t Reader::uint32() {
  std::uint32_t value = 0;
  for (const std::uint8_t byte : take(4)) value = (value << 8U) | byte;
  return value;
}

std::uint64_t Reader::uint64() {
  const std::uint64_t high = uint32();
  return (high << 32U) | uint32();
}

ByteView Reader::string() { return take(uint32()); }

std::string_view Reader::text() { return text_of(string()); }

ByteView Reader::positive() {
  const ByteView number = string();
  if (error_) return {};
  const bool negative = !number.empty() && number.front() >= 0x80;
  const bool padded = number.size() > 1 && number.front() == 0 && number[1] < 0x80;
  if (number.empty() || negative || padded || (number.size() == 1 && number.front() == 0)) {
    refuse("a number that is not positive, or has leading zeros");
    return {};
  }
  return number;
}

void Reader::magic(std::string_view magic) {
  const ByteView found = take(magic.size());
  if (!error_ && !equal(found, bytes_of(magic))) refuse("it does not begin with " + std::string(magic));
}

ByteView Reader::rest() { return take(rest_.size()); }

void Reader::refuse(std::string_view why) {
  if (!error_) error_ = malformed(what_, why);
}

Result<void> Reader::finish() const {
  if (error_) return fail(*error_);
  if (!rest_.empty()) return fail(malformed(what_, "bytes are left over behind it"));
  return {};
}

}  // namespace signet::ssh
