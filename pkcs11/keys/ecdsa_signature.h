// ECDSA signatures: from what PKCS#11 yields to what certificates and bundles use.
#pragma once

#include "common/bytes.h"
#include "common/error.h"

namespace signet::pkcs11 {

/// Turns r ‖ s, two numbers of `field_size` bytes each (PKCS#11 v2.40 Current Mechanisms §2.3.1), into a DER
/// ECDSA-Sig-Value (RFC 3279 §2.2.3).
///
/// @error WorkerFailed  another length, or r or s is zero: no ECDSA signature has that
[[nodiscard]] Result<Bytes> der_from_raw_ecdsa(ByteView raw, std::size_t field_size);

}  // namespace signet::pkcs11
