// The key pairs of a token, and a new one among them.
#pragma once

#include <vector>

#include "common/error.h"
#include "pkcs11/module/session.h"
#include "protocol/token_messages.h"

namespace signet::pkcs11 {

/// Key pairs on the token whose public half can be read, in the order of their ids; those of a session are left out.
/// Where the session sees private keys, a public key without one is left out; where it sees none, all public keys are
/// listed.
///
/// @error any of return_values.h
[[nodiscard]] Result<std::vector<protocol::TokenKey>> list_keys(const Session& session);

/// Makes a key pair that stays on the token (key_pair.h).
///
/// @param session  read-write, of a logged-in user
/// @error InvalidRequest  the id is in use, or empty
/// @error KeyUnsuitable   as make_key_pair()
/// @error any of return_values.h
[[nodiscard]] Result<protocol::TokenKey> generate_key(const Session& session,
                                                      const protocol::TokenGenerateRequest& request);

}  // namespace signet::pkcs11
