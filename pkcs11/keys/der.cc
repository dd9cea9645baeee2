#include "pkcs11/keys/der.h"

#include <algorithm>

namespace signet::pkcs11 {

Bytes encode_der(std::uint8_t tag, ByteView content) {
  Bytes out = {tag};
  const std::size_t size = content.size();
  if (size < 0x80) {
    out.push_back(static_cast<std::uint8_t>(size));
  } else {
    std::uint8_t digits = 1;
    while (digits < sizeof(size) && size >> (8 * digits) != 0) ++digits;
    out.push_back(static_cast<std::uint8_t>(0x80 | digits));
    for (int i = digits - 1; i >= 0; --i) out.push_back(static_cast<std::uint8_t>(size >> (8 * i)));
  }
  append(out, content);
  return out;
}

Bytes encode_der_unsigned(ByteView number) {
  const auto first = std::ranges::find_if(number, [](std::uint8_t byte) { return byte != 0; });
  Bytes content(first, number.end());
  // A set high bit would make it negative; zero is one byte.
  if (content.empty() || content.front() >= 0x80) content.insert(content.begin(), 0);
  return encode_der(kDerInteger, content);
}

Bytes encode_der_bits(ByteView content) {
  Bytes bits = {0};  // no unused bits
  append(bits, content);
  return encode_der(kDerBitString, bits);
}

}  // namespace signet::pkcs11
