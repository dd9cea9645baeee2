// The few DER forms (X.690 §8, §10) that a key store writes: enough for a public key and an ECDSA signature.
#pragma once

#include "common/bytes.h"

namespace signet::pkcs11 {

inline constexpr std::uint8_t kDerInteger = 0x02;
inline constexpr std::uint8_t kDerBitString = 0x03;
inline constexpr std::uint8_t kDerOctetString = 0x04;
inline constexpr std::uint8_t kDerSequence = 0x30;

/// Tag, definite length in its shortest form, content.
[[nodiscard]] Bytes encode_der(std::uint8_t tag, ByteView content);

/// An INTEGER from an unsigned number, big-endian, leading zeros allowed.
[[nodiscard]] Bytes encode_der_unsigned(ByteView number);

/// A BIT STRING of whole bytes.
[[nodiscard]] Bytes encode_der_bits(ByteView content);

}  // namespace signet::pkcs11
