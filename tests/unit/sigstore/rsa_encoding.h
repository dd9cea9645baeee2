// An RSA key written in ways that DER does not allow: every one of them would be a key with a fingerprint of its own.
#pragma once

#include <cstdint>

#include "common/bytes.h"
#include "sigstore/encoding/public_key.h"

namespace signet::test {

/// RSAPublicKey (RFC 8017 §A.1.1) of an RSA key, DER.
[[nodiscard]] Bytes rsa_numbers(const sigstore::PublicKey& key);
/// The SubjectPublicKeyInfo around it, whatever `numbers` is.
[[nodiscard]] Bytes rsa_spki(const Bytes& numbers, std::uint8_t unused_bits = 0);

}  // namespace signet::test
