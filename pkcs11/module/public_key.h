// Public keys: from what tokens show of them to SubjectPublicKeyInfo (RFC 5280 §4.1.2.7).
#pragma once

#include <string>

#include "common/bytes.h"
#include "common/error.h"
#include "pkcs11/module/object.h"

namespace signet::pkcs11 {

struct PublicKey {
  std::string algorithm;  ///< "p256", "p384", "p521", "rsa<bits>", "ed25519" or "other"
  Bytes spki;             ///< DER
  bool operator==(const PublicKey&) const = default;
};

/// Reads a public key object.
///
/// @error KeyUnsuitable  a type of key, or an encoding of one, that is not known here
/// @error any of return_values.h
[[nodiscard]] Result<PublicKey> read_public_key(const Session& session, Object object);

/// @param parameters  CKA_EC_PARAMS: a named curve's OID, or explicit parameters of P-256, P-384 or P-521 (ykcs11), DER
/// @param point       CKA_EC_POINT: the uncompressed point, in an OCTET STRING or bare
/// @error KeyUnsuitable  explicit parameters of another curve, or no uncompressed point of the curve's size
/// @source PKCS#11 v2.40 Current Mechanisms §2.3.3; RFC 5480 §2
[[nodiscard]] Result<PublicKey> public_key_from_ec(ByteView parameters, ByteView point);

/// @param parameters  the OID 1.3.101.112 or the PrintableString "edwards25519", DER
/// @param point       32 bytes, in an OCTET STRING or bare
/// @error KeyUnsuitable  another curve or size
/// @source RFC 8410 §4
[[nodiscard]] Result<PublicKey> public_key_from_edwards(ByteView parameters, ByteView point);

/// @param modulus, exponent  unsigned, big-endian
/// @error KeyUnsuitable  one of them is empty or zero
/// @source RFC 3279 §2.3.1
[[nodiscard]] Result<PublicKey> public_key_from_rsa(ByteView modulus, ByteView exponent);

}  // namespace signet::pkcs11
