// Making key pairs: on the token, where they stay, or in a session, with which they go.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/bytes.h"
#include "common/error.h"
#include "pkcs11/module/object.h"
#include "pkcs11/module/session.h"

namespace signet::pkcs11 {

struct KeyPair {
  Object public_half;
  Object private_half;
};

enum class Lifetime : std::uint8_t {
  Token,    ///< until somebody deletes it; the session must be read-write
  Session,  ///< until the session ends (CKA_TOKEN false): nothing of it is ever stored
};

struct KeyOrder {
  std::string_view algorithm;  ///< p256, p384, rsa2048, rsa3072, rsa4096 or ed25519
  Lifetime lifetime = Lifetime::Token;
  ByteView id;  ///< CKA_ID
  std::string_view label;
};

/// Makes a key pair for signatures whose private half stays where it is: CKA_PRIVATE, CKA_SENSITIVE true,
/// CKA_EXTRACTABLE false. What the token made of these attributes is read back, and a pair that is not so is destroyed.
///
/// @param session  of a logged-in user, where the token has a PIN
/// @error KeyUnsuitable  no algorithm of that name is made here, or the token would let the private half out
/// @error any of return_values.h
[[nodiscard]] Result<KeyPair> make_key_pair(const Session& session, const KeyOrder& order);

/// Removes both halves; what cannot be removed is left.
void destroy(const Session& session, const KeyPair& pair);

}  // namespace signet::pkcs11
