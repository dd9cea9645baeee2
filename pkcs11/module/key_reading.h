// A public key object of a PKCS#11 token as a public key.
#pragma once

#include "common/error.h"
#include "pkcs11/keys/public_key.h"
#include "pkcs11/module/object.h"

namespace signet::pkcs11 {

/// Reads a public key object.
///
/// @error KeyUnsuitable  a type of key, or an encoding of one, that is not known here
/// @error any of return_values.h
[[nodiscard]] Result<PublicKey> read_public_key(const Session& session, Object object);

}  // namespace signet::pkcs11
