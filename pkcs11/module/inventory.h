// The key pairs of a token, and a new one among them.
#pragma once

#include <vector>

#include "common/error.h"
#include "pkcs11/module/session.h"
#include "protocol/token_messages.h"

namespace signet::pkcs11 {

/// Key pairs whose public half can be read, in the order of their ids. Where the session sees private keys, a public
/// key without one is left out; where it sees none, all public keys are listed.
///
/// @error any of return_values.h
[[nodiscard]] Result<std::vector<protocol::TokenKey>> list_keys(const Session& session);

/// Makes a key pair that stays on the token: CKA_SENSITIVE true, CKA_EXTRACTABLE false. What the token made of these
/// attributes is read back, and a key that is not so is destroyed.
///
/// @param session  read-write, of a logged-in user
/// @error InvalidRequest  the id is in use, or empty
/// @error KeyUnsuitable   the algorithm is not p256, or the token would let the private half out
/// @error any of return_values.h
[[nodiscard]] Result<protocol::TokenKey> generate_key(const Session& session,
                                                      const protocol::TokenGenerateRequest& request);

}  // namespace signet::pkcs11
