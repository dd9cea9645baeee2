// Public keys: from what tokens show of them to SubjectPublicKeyInfo (RFC 5280 §4.1.2.7).
#pragma once

#include <string>
#include <string_view>

#include "common/bytes.h"
#include "common/error.h"

namespace signet::pkcs11 {

struct PublicKey {
  std::string algorithm;  ///< "p256", "p384", "p521", "rsa<bits>", "ed25519" or "other"
  Bytes spki;             ///< DER
  bool operator==(const PublicKey&) const = default;
};

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

/// CKA_EC_PARAMS for a new key on the curve of that name, DER: a named curve's OID, or for "ed25519" the curve's name
/// as SoftHSM and PKCS#11 v3.0 §2.3.5 have it. Empty for what is no curve.
[[nodiscard]] Bytes curve_parameters(std::string_view algorithm);

}  // namespace signet::pkcs11
