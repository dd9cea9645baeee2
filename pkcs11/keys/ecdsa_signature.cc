#include "pkcs11/keys/ecdsa_signature.h"

#include <algorithm>
#include <string>

#include "pkcs11/keys/der.h"

namespace signet::pkcs11 {

Result<Bytes> der_from_raw_ecdsa(ByteView raw, std::size_t field_size) {
  if (raw.size() != 2 * field_size) {
    return fail(ErrorCode::WorkerFailed, "the module's ECDSA signature has " + std::to_string(raw.size()) +
                                             " bytes instead of " + std::to_string(2 * field_size));
  }
  const auto is_zero = [](std::uint8_t byte) { return byte == 0; };
  const ByteView r = raw.first(field_size);
  const ByteView s = raw.subspan(field_size);
  if (std::ranges::all_of(r, is_zero) || std::ranges::all_of(s, is_zero)) {
    return fail(ErrorCode::WorkerFailed, "the module's ECDSA signature holds a zero");
  }
  Bytes numbers = encode_der_unsigned(r);
  append(numbers, encode_der_unsigned(s));
  return encode_der(kDerSequence, numbers);
}

}  // namespace signet::pkcs11
