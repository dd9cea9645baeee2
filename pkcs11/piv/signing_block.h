// What a PIV card is given to sign: RSA keys sign whole blocks, which the host pads (SP 800-73-4 part 2 §3.2.4;
// RFC 8017 §9.2).
#pragma once

#include "common/bytes.h"
#include "common/error.h"
#include "pkcs11/keys/public_key.h"
#include "pkcs11/keys/signature_scheme.h"

namespace signet::pkcs11 {

/// The longest message of an Ed25519 key: what the cards' buffer holds, less what stands around it.
inline constexpr std::size_t kMaxPivMessage = 2900;

/// @error KeyUnsuitable  as scheme_for()
/// @error LimitExceeded  a message longer than kMaxPivMessage
[[nodiscard]] Result<Bytes> signing_block(const PublicKey& key, const SignInput& input);

}  // namespace signet::pkcs11
