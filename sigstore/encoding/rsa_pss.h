// RSA-PSS, which TUF keys use and certificates here do not.
#pragma once

#include "common/bytes.h"
#include "common/error.h"
#include "sigstore/encoding/public_key.h"

namespace signet::sigstore {

/// Checks an RSASSA-PSS signature with SHA-256, MGF1 with SHA-256 and a salt of any length.
///
/// @error KeyUnsuitable  the key is no RSA key
/// @error NotVerified    the signature is not one of this key over this message
/// @source  RFC 8017 §8.1.2
[[nodiscard]] Result<void> verify_pss(const PublicKey& key, ByteView message, ByteView signature);

}  // namespace signet::sigstore
