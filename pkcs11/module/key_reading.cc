#include "pkcs11/module/key_reading.h"

namespace signet::pkcs11 {

Result<PublicKey> read_public_key(const Session& session, Object object) {
  const auto type = read_number(session, object, CKA_KEY_TYPE);
  if (!type) return fail(type.error());
  const CK_KEY_TYPE kind = type->value_or(CK_UNAVAILABLE_INFORMATION);
  const bool is_rsa = kind == CKK_RSA;
  const auto first = read_bytes(session, object, is_rsa ? CKA_MODULUS : CKA_EC_PARAMS);
  if (!first) return fail(first.error());
  const auto second = read_bytes(session, object, is_rsa ? CKA_PUBLIC_EXPONENT : CKA_EC_POINT);
  if (!second) return fail(second.error());
  if (is_rsa) return public_key_from_rsa(*first, *second);
  if (kind == CKK_EC) return public_key_from_ec(*first, *second);
  if (kind == CKK_EC_EDWARDS) return public_key_from_edwards(*first, *second);
  return fail(ErrorCode::KeyUnsuitable, "a key is of a type that is not known here", "use a key of another kind");
}

}  // namespace signet::pkcs11
